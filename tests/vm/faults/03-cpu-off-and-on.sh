# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2119,SC2154  # trace_echoes without options; out, err, work: lib.sh
# A CPU is taken offline and brought back.
# shellcheck source-path=SCRIPTDIR/../guest source=faults.sh
. /vm/faults.sh
cpu=/sys/devices/system/cpu/cpu1/online
[ -e "$cpu" ] || skip "this guest has no CPU that can be switched off"
trace_echoes
for _ in 1 2 3; do
    echo 0 >"$cpu"
    echoes 100
    echo 1 >"$cpu"
    echoes 100
done
stop_pwru
expect_truth 600
expect_quiet_kernel
