# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2119,SC2154  # trace_echoes without options; out, err, work: lib.sh
# More than a million events: the memory and the number of descriptors do not grow.
# shellcheck source-path=SCRIPTDIR/../guest source=faults.sh
. /vm/faults.sh
launch_pwru --output-file /dev/null --timestamp relative icmp
wait_for "pwru to be ready" is_ready_or_gone
echoes 1000
memory=$(resident_kb) files=$(descriptors)
echoes 19000
echo "resident $memory kB, then $(resident_kb) kB; $files descriptors, then $(descriptors)"
expect_number "$(resident_kb)" -le $((memory + 4096))
# The search for new modules opens two more files for a moment.
expect_number "$(descriptors)" -le $((files + 2))
stop_pwru
expect_number $(($(counted 'events printed') + $(counted lost))) -ge 1000000
expect_quiet_kernel
