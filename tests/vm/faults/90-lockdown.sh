# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2119,SC2154  # trace_echoes without options; out, err, work: lib.sh
# With the lockdown mode 'integrity' pwru traces. With 'confidentiality' it refuses in a sentence that
# names the mode. A lockdown cannot be undone, so this test runs last.
# shellcheck source-path=SCRIPTDIR/../guest source=faults.sh
. /vm/faults.sh
lockdown=/sys/kernel/security/lockdown
[ -e "$lockdown" ] || mount -t securityfs none /sys/kernel/security 2>/dev/null || true
[ -e "$lockdown" ] || skip "this kernel has no lockdown"
echo integrity >"$lockdown"
trace_echoes
echoes 100
stop_pwru
expect_truth 100
echo confidentiality >"$lockdown"
run_pwru 3 --filter-func icmp_rcv "$echo_filter"
expect_stderr 'lockdown|locked down|confidentiality'
expect_one_sentence
expect_quiet_kernel
