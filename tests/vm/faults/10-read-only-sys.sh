# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2119,SC2154  # trace_echoes without options; out, err, work: lib.sh
# /sys is read-only, as in a container.
# shellcheck source-path=SCRIPTDIR/../guest source=faults.sh
. /vm/faults.sh
mount -o remount,bind,ro /sys
mount -o remount,bind,ro /proc/sys 2>/dev/null || true
trap 'mount -o remount,bind,rw /sys' EXIT
trace_echoes
echoes 100
stop_pwru
expect_truth 100
expect_quiet_kernel
