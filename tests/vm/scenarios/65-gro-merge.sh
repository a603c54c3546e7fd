# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A packet that GRO merges goes on in the packet that it is merged into. veth runs GRO for XDP programs.
has_symbol bpf_trampoline_link_prog || skip 'this kernel has no BPF trampolines (fentry and fexit)'
namespace b
cable '' va 10.1.0.1/24 b vb 10.1.0.2/24
ethtool -K va tso off gso on >/dev/null
ip -n b link set vb xdpdrv obj /vm/xdp.bpf.o sec xdp
ip netns exec b ethtool -K vb gro on >/dev/null
is_serving() { ip netns exec b grep -q ':0050 00000000:0000 0A' /proc/net/tcp; }
ip netns exec b socat -u TCP4-LISTEN:80,reuseaddr OPEN:/dev/null &
wait_for 'the server' is_serving
start_pwru --filter-func 'ip_output|skb_gro_receive|ip_rcv|tcp_v4_rcv' --filter-track-skb --output-id \
    'dst host 10.1.0.2 and tcp dst port 80'
head -c 400000 /dev/zero | socat -u STDIN TCP4:10.1.0.2:80
stop_pwru
# The merged packet is larger than a segment, and its parent is one of the segments.
expect_line " [0-9]{4,5} +[0-9]+\\.c?[0-9]+<[0-9]+\\.c[0-9]+ .* tcp_v4_rcv\$"
