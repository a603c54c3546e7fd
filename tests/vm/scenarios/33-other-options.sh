# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# The options that the other scenarios do not use.
trace() { # OPTIONS...
    start_pwru "$@" 'udp dst port 9'
    send_udp 1.0.0.1 9
    stop_pwru
}
# The pattern must match the whole name.
trace --filter-func '(ip_output|_local_out)'
expect_every ' ip_output$'

trace --filter-func ip_output --kernel-btf /sys/kernel/btf/vmlinux
expect_every ' ip_output$'

trace --filter-func 'ip_output|dev_hard_start_xmit' --backend kprobe --filter-kprobe-batch 1
expect_order ' ip_output$' ' dev_hard_start_xmit$'

trace --filter-func ip_output
! grep -q $'\e' "$out" || fail "colour where no terminal is"

# Lines are appended to an output file.
trace --filter-func ip_output --output-file "$work/lines"
trace --filter-func ip_output --output-file "$work/lines"
expect_number "$(grep -c ' ip_output$' "$work/lines")" -eq 2
