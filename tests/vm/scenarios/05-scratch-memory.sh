# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# libpcap compiles this expression with scratch memory: it computes the length of the IP payload.
start_pwru --filter-func 'ip_output|dev_hard_start_xmit' 'ip[2:2] - ((ip[0] & 0xf) << 2) = 13'
send_udp 1.0.0.1 13 'fives'
send_udp 1.0.0.1 14 'sixsix'
stop_pwru
expect_every '10\.9\.0\.1:[0-9]+->1\.0\.0\.1:13\(udp\) '
expect_order ' ip_output$' ' dev_hard_start_xmit$'

# This filter uses as much scratch memory as libpcap has registers for, on each path to a verdict. The
# kernel's stack is short.
# kernels: 5.10 7.2
nested='ip[14]'
for byte in $(seq 13 -1 0); do nested="(ip[$byte] + $nested)"; done
for option in '' '--filter-netns inode:'"$(netns_inode /proc/self/ns/net)" --filter-track-skb --filter-track-skb-by-stackid --output-tunnel; do
    # shellcheck disable=SC2086  # an option and its value, or none
    start_pwru --filter-func 'ip_output|dev_hard_start_xmit' $option "$nested != 0 and udp"
    send_udp 1.0.0.1 13 'fives'
    stop_pwru
    expect_order '->1\.0\.0\.1:13\(udp\) +ip_output' ' dev_hard_start_xmit'
done

# So does a filter of tunnels, with a function that takes a list of packets.
start_pwru --filter-func dev_hard_start_xmit --filter-tunnel-pcap-l3 "$nested != 0"
send_udp 1.0.0.1 13 'fives'
stop_pwru
expect_no_line dev_hard_start_xmit
