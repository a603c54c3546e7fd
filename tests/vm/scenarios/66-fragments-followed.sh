# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Fragments are children of their packet, also those without the header that the filter looks at. The
# reassembled packet goes on as the first fragment.
# kernels: 5.10 6.12
has_symbol bpf_trampoline_link_prog || skip 'this kernel has no BPF trampolines (fentry and fexit)'
namespace b
cable '' va 10.1.0.1/24 b vb 10.1.0.2/24
ip addr add fd00::1/64 dev va nodad
ip -n b addr add fd00::2/64 dev vb nodad
follow_ping() {
    local filter=$1 sent=$2 received=$3 input=$4 first
    start_pwru --filter-func "$sent|$received|$input" --filter-track-skb --output-id "$filter"
    ping -q -n -c 1 -s 4000 "$5" >/dev/null
    stop_pwru
    first=$(grep -oE -m 1 " [0-9]+\\.[0-9]+ +[^ ]+ +$sent\$" "$out" | awk '{ print $1 }')
    [ -n "$first" ] || fail 'the packet has no id'
    [ "$(grep -oE "[0-9]+\\.c[0-9]+<${first/./\\.} .* $received\$" "$out" | awk '{ print $1 }' | sort -u | wc -l)" -ge 2 ] ||
        fail 'there are no two fragments'
    expect_line " ${first/./\\.}( |<).* $input\$|\\.c[0-9]+<${first/./\\.} .* $input\$"
}
follow_ping 'icmp[icmptype] = icmp-echo and dst host 10.1.0.2' ip_output ip_rcv icmp_rcv 10.1.0.2
follow_ping 'icmp6 and ip6[40] = 128' ip6_output ipv6_rcv icmpv6_rcv fd00::2
