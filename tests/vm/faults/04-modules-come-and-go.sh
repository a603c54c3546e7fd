# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2119,SC2154  # trace_echoes without options; out, err, work: lib.sh
# shellcheck source-path=SCRIPTDIR/../guest source=faults.sh
# A module is loaded and unloaded again and again.
. /vm/faults.sh
modprobe -r dummy 2>/dev/null || ip link del dummy0 && modprobe -r dummy
trace_echoes --backend kprobe
for _ in 1 2 3 4 5 6 7 8 9 10; do
    modprobe dummy
    echoes 20
    modprobe -r dummy
done
stop_pwru
expect_truth 200
expect_quiet_kernel
