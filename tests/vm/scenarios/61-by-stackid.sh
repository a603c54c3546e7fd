# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A function that runs while a matched packet is handled belongs to that packet, even when its own skb
# is another one: here the ICMP error that a datagram to a closed port causes.
# cilium's bug: --filter-track-skb-by-stackid does not start without --filter-track-skb, and needs frame
# pointers.
namespace other
cable '' va 10.8.0.1/24 other vb 10.8.0.2/24
ping -q -c 1 10.8.0.2
functions='ip_rcv|udp_rcv|__icmp_send|ip_output|ip_finish_output2|icmp_rcv|dev_hard_start_xmit'
error='10\.8\.0\.2:0->10\.8\.0\.1:0\(icmp:3/3\) +'
trace() { # OPTIONS...
    start_pwru "$@" --filter-func "$functions" 'udp dst port 9'
    send_udp 10.8.0.2 10
    send_udp 10.8.0.2 9
    stop_pwru
    expect_order '->10\.8\.0\.2:9\(udp\) +ip_output$' '->10\.8\.0\.2:9\(udp\) +udp_rcv$'
    expect_no_line '->10\.8\.0\.2:10\('
}
trace --filter-track-skb
expect_no_line "$error"

# The packet is followed until it leaves the call stack.
trace --filter-track-skb-by-stackid
expect_order '->10\.8\.0\.2:9\(udp\) +udp_rcv$' "${error}ip_output\$" "${error}dev_hard_start_xmit\$"
expect_no_line "${error}icmp_rcv\$"
[ "$(count_lines "${error}ip_output\$")" -eq 1 ]

# With both options it is followed to its end.
trace --filter-track-skb-by-stackid --filter-track-skb
expect_order "${error}ip_output\$" "${error}icmp_rcv\$"
[ "$(count_lines "${error}icmp_rcv\$")" -eq 1 ]
