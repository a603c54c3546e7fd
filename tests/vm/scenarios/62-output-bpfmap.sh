# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# The look-ups and updates of a TC program in its maps are shown for the packets that match, by the
# types of the map, or in hexadecimal. A long value is cut, and the line says so.
# cilium's bug: --output-bpfmap does nothing on its own, and prints no more than 256 bytes.
# kernels: 6.1 6.12
namespace other
cable '' va 10.8.0.1/24 other vb 10.8.0.2/24
ping -q -c 1 10.8.0.2
tc qdisc add dev va clsact
tc filter add dev va egress bpf direct-action obj /vm/maps.bpf.o sec tc
flow='.port = \(__u32\)9,'
trace() { # BACKEND FOUND-AT-FIRST FOUND-LATER
    start_pwru --backend "$1" --output-bpfmap --filter-func 'ip_output|dev_hard_start_xmit|__dev_queue_xmit' \
        'udp dst port 9 or udp dst port 7'
    for port in 10 9 7 9; do send_udp 10.8.0.2 "$port"; done
    stop_pwru
    expect_no_stderr 'not shown'
    expect_no_line '(__u32)10|->10\.8\.0\.2:10\('
    expect_order '0x[0-9a-f]{16} .*->10\.8\.0\.2:9\(udp\) +__htab_map_lookup_elem$' '^map_name: flows$' "$flow" \
        "$2" '->10\.8\.0\.2:9\(udp\) +htab_map_update_elem$' '^map_id: [0-9]+$' '^map_name: flows$' \
        '^key\(4\): \(struct flow\)' "$flow" '^value\(16\): \(struct flow_stats\)' '.last_bytes = \(__u32\)43' \
        '->10\.8\.0\.2:9\(udp\) +htab_lru_map_update_elem$' '^map_name: pages' '^00000000  09 00 00 00 ' \
        '^00000000  70 61 67 65 20 6f 66 20  62 79 74 65 73 .*\|page of bytes' '^… 1904 more bytes$' \
        '->10\.8\.0\.2:7\(udp\) +htab_map_delete_elem$' '.port = \(__u32\)7' \
        '->10\.8\.0\.2:9\(udp\) +__htab_map_lookup_elem$' '^map_name: flows$' "$flow" "$3"
}
trace kprobe '^value\(16\): none$' '.packets = \(__u64\)1'
! has_kprobe_multi || trace kprobe-multi '.packets = \(__u64\)2' '.packets = \(__u64\)3'

# This scenario cannot have a twin that writes JSON.
if [ -n "${JSON_TWIN:-}" ]; then
    start_pwru --output-json --output-bpfmap --filter-func ip_output 'udp dst port 9'
    send_udp 10.8.0.2 9
    stop_pwru
    expect_valid_json "$out"
    jq -s -e 'any(.bpf_map.name == "flows")' "$out" >/dev/null
fi
