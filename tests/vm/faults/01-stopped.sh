# SPDX-License-Identifier: Apache-2.0
# The tracer is stopped by SIGSTOP and continues.
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
