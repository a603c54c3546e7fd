# SPDX-License-Identifier: Apache-2.0
# /sys is read-only, as in a container.
. /vm/faults.sh
mount -o remount,bind,ro /sys
mount -o remount,bind,ro /proc/sys 2>/dev/null || true
trap 'mount -o remount,bind,rw /sys' EXIT
trace_echoes
echoes 100
stop_pwru
expect_truth 100
expect_quiet_kernel
