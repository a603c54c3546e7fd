# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Shows what a BPF program calls for a packet that matched: helpers, and the functions of its maps.
# cilium's bug: --filter-track-bpf-helpers does not start without --filter-track-skb.
# kernels: 5.10 7.2
namespace other
cable '' va 10.8.0.1/24 other vb 10.8.0.2/24
ping -q -c 1 10.8.0.2
functions='ip_output|dev_hard_start_xmit|__dev_queue_xmit'
trace() { # OPTIONS...
    start_pwru "$@" --filter-func "$functions" --output-caller 'udp dst port 9'
    send_udp 10.8.0.2 10
    send_udp 10.8.0.2 9
    stop_pwru
    expect_no_line '->10\.8\.0\.2:10\('
}
tc qdisc add dev va clsact
tc filter add dev va egress bpf direct-action obj /vm/maps.bpf.o sec tc
program='bpf_prog_[0-9a-f]+_counts_ports\[bpf\]\+0x'
called=("->10\.8\.0\.2:9\(udp\) +__dev_queue_xmit " "->10\.8\.0\.2:9\(udp\) +bpf_skb_load_bytes +$program"
    "__htab_map_lookup_elem +$program" "htab_map_update_elem +$program" "htab_lru_map_update_elem +$program"
    "->10\.8\.0\.2:9\(udp\) +dev_hard_start_xmit ")
trace --filter-track-bpf-helpers
expect_order "${called[@]}"
expect_no_line '^map_name'

# With the keys and values of the maps.
trace --filter-track-bpf-helpers --output-bpfmap
expect_order "${called[@]:0:3}" '^map_name: flows$' "${called[3]}" '^map_name: flows$' "${called[4]}" '^map_name: pages$'
