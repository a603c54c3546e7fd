# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # pwru_pid: lib.sh
# Maps are only as large as the options need: the map of parents has room for all packets only where
# parents are shown. BPF_MAP_TYPE_LRU_HASH is 9, and allocates all of its entries when it is made.
large_maps() {
    awk '$1 == "map_type:" { type = $2 } $1 == "max_entries:" && type == 9 && $2 == 131072 { n++ } END { print n + 0 }' \
        "/proc/$pwru_pid/fdinfo/"*
}
expect_large_maps() { # COUNT OPTIONS...
    start_pwru --filter-func ip_rcv "${@:2}"
    [ "$(large_maps)" -eq "$1" ] || fail "$(large_maps) large maps with ${*:2}"
    stop_pwru
}
expect_large_maps 0
expect_large_maps 1 --filter-track-skb-by-stackid
expect_large_maps 1 --filter-track-skb
expect_large_maps 2 --filter-track-skb --output-id
