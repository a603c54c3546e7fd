# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# The whole sk_buff is printed below each line. Its members have the values that expressions read from
# them.
# cilium's bug: members of nested structs and unions are missing, and so are zeros.
iptables -t mangle -A OUTPUT -p udp --dport 9 -j MARK --set-mark 42
members='len mark hash truesize priority skb_iif mac_header network_header transport_header head data'
start_pwru --filter-func ip_output --output-skb --output-skb-metadata "skb->${members// /,skb->}" 'udp dst port 9'
send_udp 1.0.0.1 9 'hello'
stop_pwru
expect_order ' ip_output ' 'struct sk_buff' '\.len = \(unsigned int\)33,' '\.protocol = \(__be16\)8,'
expect_line '\.mark = \(__u32\)42,$'
for member in $members; do
    value=$(grep -oE " $member=[^ ]+" "$out" | head -1)
    expect_line "\\.$member = \\([^)]*\\)${value#*=},\$"
done
