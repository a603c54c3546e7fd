# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# The device cannot take a large TCP packet, so the kernel cuts it in software: the segments are its
# children.
# kernels: 6.1 7.2
has_symbol bpf_trampoline_link_prog || skip 'this kernel has no BPF trampolines (fentry and fexit)'
namespace b
cable '' va 10.1.0.1/24 b vb 10.1.0.2/24
ethtool -K va tso off gso on >/dev/null
is_serving() { ip netns exec b grep -q ':0050 00000000:0000 0A' /proc/net/tcp; }
ip netns exec b socat -u TCP4-LISTEN:80,reuseaddr OPEN:/dev/null &
wait_for 'the server' is_serving
start_pwru --filter-func 'ip_output|skb_segment|dev_hard_start_xmit|ip_rcv' --filter-track-skb --output-id \
    'dst host 10.1.0.2 and tcp dst port 80 and greater 3000'
head -c 200000 /dev/zero | socat -u STDIN TCP4:10.1.0.2:80
stop_pwru
expect_no_stderr 'not followed on this|refuses fexit'
parent=$(grep -oE -m 1 ' [0-9]+\.[0-9]+ +10\..* skb_segment$' "$out" | awk '{ print $1 }')
[ -n "$parent" ] || fail 'no packet was segmented'
# Each segment travels by itself, and is too short to match the filter.
expect_line " 15[0-9]{2} +[0-9]+\\.c[0-9]+<${parent/./\\.} .* ip_rcv\$"
expect_number "$(grep -oE "[0-9]+\\.c[0-9]+<${parent/./\\.} " "$out" | sort -u | wc -l)" -ge 2
# The device is given the segments as a list.
segments() { grep -E " $1\$" "$out" | grep -oE "[0-9]+\\.c[0-9]+<${parent/./\\.} " | sort -u | wc -l; }
expect_number "$(segments dev_hard_start_xmit)" -eq "$(segments ip_rcv)"
