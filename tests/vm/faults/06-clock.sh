# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2119,SC2154  # trace_echoes without options; out, err, work: lib.sh
# The clock is set forward and back by a day. No event is lost or doubled.
# shellcheck source-path=SCRIPTDIR/../guest source=faults.sh
. /vm/faults.sh
trace_echoes --timestamp absolute
echoes 100
now=$(date +%s)
date -s "@$((now + 86400))" >/dev/null
echoes 100
date -s "@$now" >/dev/null
echoes 100
stop_pwru
expect_number "$(grep -c icmp_rcv "$out")" -eq 300
expect_stderr '^300 events printed, 0 lost'
expect_quiet_kernel
