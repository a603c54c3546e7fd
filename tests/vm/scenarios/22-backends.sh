# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Both backends see the same. A backend that the kernel lacks is refused with a reason.
# kernels: all
trace() { # BACKEND
    start_pwru --backend "$1" --filter-func 'ip_output|ip_finish_output2?|dev_hard_start_xmit' 'udp dst port 9'
    send_udp 1.0.0.1 9
    stop_pwru
    expect_order '->1\.0\.0\.1:9\(udp\) +ip_output$' '->1\.0\.0\.1:9\(udp\) +dev_hard_start_xmit$'
    events | sed 's/.* //' >"$work/$1"
}
trace kprobe
if has_kprobe_multi; then
    trace kprobe-multi
    diff "$work/kprobe" "$work/kprobe-multi"
else
    run_pwru 3 --backend kprobe-multi
    expect_one_sentence
    expect_stderr 'kprobe-multi'
fi
