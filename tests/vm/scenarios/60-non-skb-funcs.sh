# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A function that takes no skb is shown for the packet that its call stack is handling, and for no
# other: not for the routing of a packet that does not exist yet, and not for a packet that does not
# match.
# cilium's bug: --filter-non-skb-funcs does not start without --filter-track-skb.
# kernels: 5.10 6.12
namespace other
cable '' va 10.8.0.1/24 other vb 10.8.0.2/24
ping -q -c 1 10.8.0.2
send() {
    send_udp 10.8.0.2 10
    send_udp 10.8.0.2 9
    send_udp 10.8.0.2 10
}
trace() { # BACKEND
    start_pwru --backend "$1" --filter-func 'ip_rcv|ip_output|icmp_send|__icmp_send|udp_rcv|ip_finish_output2' \
        --filter-non-skb-funcs fib_table_lookup --output-caller 'udp dst port 9'
    send
    stop_pwru
    # Shown are the packet and the ICMP error that its closed port causes.
    expect_every '10\.8\.0\.1:[0-9]+->10\.8\.0\.2:9\(udp\) |\(icmp:3/3\) '
    expect_order 'ip_output ' 'ip_rcv ' 'fib_table_lookup +[a-z_0-9]+\+0x' 'udp_rcv '
    # A packet that is being sent already has a route. Before that there was no packet.
    ! awk '/ ip_rcv /{exit} {print}' "$out" | grep fib_table_lookup || fail "a route without a packet"
    expect_no_stderr 'forgotten'
}
trace kprobe
! has_kprobe_multi || trace kprobe-multi

# The same when no probed function shows the packet: then there is no call stack to belong to.
start_pwru --filter-func ip_local_deliver_finish --filter-non-skb-funcs fib_table_lookup,no_such_function \
    'udp dst port 11'
expect_stderr "'no_such_function' is not probed: this kernel has no function of that name"
send
stop_pwru
expect_no_line 'fib_table_lookup'

run_pwru 2 --filter-non-skb-funcs no_such_function
expect_one_sentence
expect_stderr "'no_such_function': this kernel has no function"
