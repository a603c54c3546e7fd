# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A packet socket sends frames. Each filter takes those that tcpdump takes on the same device, and the
# IP packets in them have their tuple.
ip link add va mtu 9000 type veth peer name vb mtu 9000
sysctl -qw net.ipv6.conf.va.disable_ipv6=1 net.ipv6.conf.vb.disable_ipv6=1
ip link set va up && ip link set vb up

macs=020000000002020000000001
# ip4 PROTO [VERSION-AND-WORDS [FRAGMENT]], ip6 NEXT [VERSION]
ip4() { printf '%s' "${2:-45}000030 1234 ${3:-0000} 40$1 0000 0a000001 0a000002"; }
ip6() { printf '%s' "${2:-6}0000000 0030 $1 40 fd00000000000000 0000000000000001 fd00000000000000 0000000000000002"; }
udp='0009 0035 0010 0000'
arp='0806 00010800060400010200000000010a0000010000000000000a000002'

# frame LENGTH HEX: a frame that is cut or padded with zeros to this length. Its length identifies each
# frame.
frame() {
    local hex=${2// }
    printf -v hex '%s%0*d' "$hex" $(($1 * 2 > ${#hex} ? $1 * 2 - ${#hex} : 1)) 0
    echo "${hex:0:$(($1 * 2))}"
}
frames() {
    frame 60 "$macs 0800 $(ip4 11) $udp"
    frame 61 "$macs 0800 $(ip4 06) 04d200500000000100000002501020000000"
    frame 62 "$macs 0800 $(ip4 11 47) 0101010101010101 $udp"
    frame 63 "$macs 0800 $(ip4 11 45 2000) $udp" # a first fragment
    frame 64 "$macs 0800 $(ip4 11 45 00b9) $udp" # and a later one
    frame 66 "$macs 8100 0005 0800 $(ip4 11) $udp"
    frame 67 "$macs 88a8 0005 8100 0006 0800 $(ip4 11) $udp"
    frame 68 "$macs 88a8 0005 8100 0006 8100 0007 0800 $(ip4 11) $udp"
    frame 69 "$macs 8100 0005 $arp"
    frame 70 "$macs 8847 00064140 $(ip4 11) $udp"
    frame 71 "$macs 8847 45000140 $(ip4 11) $udp" # a label like an IP header
    frame 84 "$macs 8847 00064040 00065140 $(ip6 11) $udp"
    frame 72 "$macs 8864 1100 0007 0030 0021 $(ip4 11) $udp"
    frame 85 "$macs 8864 1100 0007 0030 0057 $(ip6 11) $udp"
    frame 73 "$macs 8864 1100 0007 0030 c021 0101"
    frame 74 "$macs 8863 1109 0000 0004 01010000"
    frame 75 "0180c2000000 020000000001 0026 424203 00000000" # STP
    frame 76 "0180c200000e 020000000001 88cc 0207040200000000010403" # LLDP
    frame 77 "ffffffffffff 020000000001 $arp"
    frame 79 "$macs 0038 aaaa03000000 0800 $(ip4 11) $udp" # SNAP
    frame 80 "$macs 86dd $(ip6 11) $udp"
    frame 86 "$macs 86dd $(ip6 00) 1100010400000000 $udp"
    frame 87 "$macs 86dd $(ip6 2c) 11000001abcdabcd $udp"
    frame 88 "$macs 86dd $(ip6 2c) 11000101abcdabcd $udp"
    frame 104 "$macs 86dd $(ip6 33) 110400000000123400000001 000000000000000000000000 $udp"
    frame 91 "$macs 0800 $(ip4 32) 00001234 00000001"
    frame 93 "$macs 0800 $(ip4 11 55) $udp"
    frame 94 "$macs 86dd $(ip6 11 5) $udp"
    local length
    for length in 14 15 33 34 37 38 42 49 50 51; do frame $length "$macs 0800 $(ip4 11) $udp"; done
    for length in 20 53 54; do frame $length "$macs 86dd $(ip6 11) $udp"; done
    for length in 16 18 46 52; do frame $length "$macs 8100 0005 0800 $(ip4 11) $udp"; done
    frame 17 "$macs 8847 000641"
    frame 21 "$macs 8864 1100 0007 0030 00"
    frame 28 "$macs $arp"
    # Frames larger than a page lie in page fragments.
    frame 6000 "$macs 0800 $(ip4 11) $udp"
    frame 6001 "$macs 86dd $(ip6 11) $udp"
    frame 1000 "$macs 88b5" # the last frame: every tcpdump waits for it
}

frames >"$work/frames"
differences=
filters=('udp port 53' 'pppoes and udp' 'ip6 protochain 17' 'less 50')

# The lengths of the frames that tcpdump, or pwru, has seen.
lengths_of() {
    tcpdump -Z root -nn -xx -r "$1" 2>/dev/null | awk '/^\t0x/ { for (i = 2; i <= NF; i++) bytes += length($i) / 2; next }
        { if (bytes) print bytes; bytes = 0 } END { if (bytes) print bytes }' | sort -n
}
lengths_printed() { awk '$1 ~ /^0x/ { for (i = 2; i < NF; i++) if ($i ~ /^0x....$/) { print $(i + 2); next } }' "$1" | sort -n; }
has_last() { lengths_of "$1" | grep -qx 1000; }

tracers=()
for i in "${!filters[@]}"; do
    tcpdump -Z root -i va -Q out -U --immediate-mode -s 9000 -B 8192 -w "$work/$i.pcap" "ether proto 0x88b5 or (${filters[i]})" 2>"$work/$i.log" &
    "$PWRU" --filter-func dev_hard_start_xmit --filter-ifname va --output-file "$work/$i.out" \
        --ready-file "$work/$i.ready" "${filters[i]}" 2>"$work/$i.err" </dev/null &
    tracers+=($!)
done
tcpdump -Z root -i va -Q out -U --immediate-mode -s 9000 -B 8192 -w "$work/all.pcap" 2>"$work/all.log" &
start_pwru --filter-func dev_hard_start_xmit --filter-ifname va
for i in all "${!filters[@]}"; do wait_for "tcpdump $i" grep -q 'listening on' "$work/$i.log"; done
for i in "${!filters[@]}"; do wait_for "pwru with '${filters[i]}'" test -e "$work/$i.ready"; done
send_frames va <"$work/frames"
for i in all "${!filters[@]}"; do wait_for "tcpdump $i to have the last frame" has_last "$work/$i.pcap"; done
stop_pwru
kill -INT "${tracers[@]}"
wait "${tracers[@]}"

expect_number "$(lengths_of "$work/all.pcap" | uniq | wc -l)" = "$(wc -l <"$work/frames")"
diff <(lengths_of "$work/all.pcap") <(lengths_printed "$out") || fail 'pwru (>) shows other frames than tcpdump (<)'
for i in "${!filters[@]}"; do
    diff <(lengths_of "$work/$i.pcap" | grep -vx 1000) <(lengths_printed "$work/$i.out") ||
        differences+=" '${filters[i]}'"
done
[ -z "$differences" ] || fail "pwru (>) shows other frames than tcpdump (<):$differences"
for length in 60 62 63 70 71 72 80 93 94; do
    expect_line " 0x.... +[0-9]+ +$length .*:9->.*:53\(udp\) +dev_hard_start_xmit\$"
done
expect_line " +84 .* \[fd00::1\]:9->\[fd00::2\]:53\(udp\) +dev_hard_start_xmit\$"
