# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2119,SC2154  # trace_echoes without options; out, err, work: lib.sh
# The tracer is stopped by SIGSTOP and continues.
# shellcheck source-path=SCRIPTDIR/../guest source=faults.sh
. /vm/faults.sh
trace_echoes --output-buffer-size 64K
for _ in 1 2 3; do
    kill -STOP "$pwru_pid"
    echoes 700
    kill -CONT "$pwru_pid"
    echoes 100
done
stop_pwru
expect_truth 2400
expect_quiet_kernel
