/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Runs a pcap filter on a fake skb in a map, in the same way as the tracer: skb_read() and
 * pcap_matches() with a linked-in filter. The code that reads tuples and tunnels is run in the same
 * way.
 */
#include "bpf/read/filter.bpf.h"
#include "bpf/read/tunnel.bpf.h"
#include "tests/filter/harness_abi.h"
#ifndef PWRU_CAST
#include "bpf/read/plain.bpf.h"
#endif

struct harness_state state;

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("raw_tp")
int locate(void* ctx __attribute__((unused))) {
  struct fake_layout* layout = &state.layout;

  layout->memory = (__u64)&state.memory;
  layout->skb_bytes = bpf_core_type_size(struct sk_buff);
  layout->page_bytes = bpf_core_type_size(struct page);
  layout->head = SKB_OFFSET(head);
  layout->data = SKB_OFFSET(data);
  layout->dev = SKB_OFFSET(dev);
  layout->tail = SKB_OFFSET(tail);
  layout->end = SKB_OFFSET(end);
  layout->len = SKB_OFFSET(len);
  layout->data_len = SKB_OFFSET(data_len);
  layout->mac_header = SKB_OFFSET(mac_header);
  layout->network_header = SKB_OFFSET(network_header);
  layout->protocol = SKB_OFFSET(protocol);
  layout->inner_mac_header = SKB_OFFSET(inner_mac_header);
  layout->inner_network_header = SKB_OFFSET(inner_network_header);
  layout->mark = SKB_OFFSET(mark);
  layout->hash = SKB_OFFSET(hash);
  layout->skb_iif = SKB_OFFSET(skb_iif);
  layout->queue_mapping = SKB_OFFSET(queue_mapping);
  layout->vlan_proto = SKB_OFFSET(vlan_proto);
  layout->vlan_tci = SKB_OFFSET(vlan_tci);
  if (bpf_core_field_exists(struct sk_buff___vlan_bit, vlan_present)) {
    struct sk_buff___vlan_bit* skb = (void*)0;
    /* A shift to the left by this makes the bit the highest of 64. */
    __u32 bit = 63 - __CORE_RELO(skb, vlan_present, LSHIFT_U64);

    layout->vlan_present = __CORE_RELO(skb, vlan_present, BYTE_OFFSET) + bit / 8;
    layout->vlan_present_mask = 1 << (bit % 8);
  }
  layout->nr_frags = bpf_core_field_offset(struct skb_shared_info, nr_frags);
  layout->frags = bpf_core_field_offset(struct skb_shared_info, frags);
  return 0;
}

static __always_inline void read_fake_skb(struct skb_pos* pos) {
  /* A value from the map is a number to the verifier, like an skb's address in the tracer. */
  skb_read(pos, state.layout.memory + __builtin_offsetof(struct fake_memory, skb));
  skb_locate(pos);
}

static __always_inline int run(void) {
  struct skb_pos pos;

  read_fake_skb(&pos);
  return pcap_matches(&pos);
}

#ifndef PWRU_CAST
/* The verdict of the short way, where there is one, must be that of the general way. */
static __always_inline int run_short(int verdict) {
  int plain = -1;

  if (!CFG(filter_sees_vlan) && !CFG(filter_reads_len))
    plain = pcap_matches_plain(state.layout.memory + __builtin_offsetof(struct fake_memory, skb));
  state.short_ways += plain >= 0;
  return plain < 0 || plain == verdict ? verdict : WAYS_DIFFER;
}
#else
static __always_inline int run_short(int verdict) { return verdict; }
#endif

SEC("raw_tp")
int match(void* ctx __attribute__((unused))) { return run_short(run()); }

/* The same, in a program that BPF_PROG_TEST_RUN can repeat. */
SEC("tc")
int match_repeated(struct __sk_buff* ctx __attribute__((unused))) { return run(); }

#ifdef PWRU_CAST

extern __hidden int pwru_filter_hit(void* ctx, __u64 skb, __u64 packet_id);

/* Hidden, because the verifier does not accept the context of this program as a kprobe's. */
__hidden __noinline int pwru_filter_matched(struct bpf_user_pt_regs_t* ctx __attribute__((unused)),
                                            __u64 skb, __u64 base, __u64 where, __u64 packet_id) {
  state.hit.skb = skb;
  state.hit.base = base;
  state.hit.where = where;
  state.hit.packet_id = packet_id;
  state.hit.calls++;
  return 0;
}

/* The verdict of the generated function that also finds the packet, and whether it found the same.
 */
SEC("raw_tp")
int hit(void* ctx) {
  __u64 where, id = state.hit.known_id;
  struct skb_pos pos;

  read_fake_skb(&pos);
  state.hit.calls = 0;
  pwru_filter_hit(ctx, pos.skb, id);
  if (!state.hit.calls) return HIT_NONE;
  where = (__u64)pos.start << PWRU_WHERE_START_SHIFT | pos.linear_len;
  if (is_network_first(&pos))
    where |= PWRU_WHERE_PLAIN | (__u64)plain_l2_bytes(&pos) << PWRU_WHERE_L2_BYTES_SHIFT;
  return state.hit.calls == 1 && state.hit.skb == pos.skb && state.hit.base == pos.base &&
                 state.hit.where == where && state.hit.packet_id == id
             ? HIT_FOUND
             : HIT_ELSEWHERE;
}

#endif

SEC("raw_tp")
int match_tunnel(void* ctx __attribute__((unused))) {
  struct skb_pos pos;

  read_fake_skb(&pos);
  return tunnel_matches(&pos);
}

SEC("raw_tp")
int show_tunnel(void* ctx __attribute__((unused))) {
  struct skb_pos pos;

  read_fake_skb(&pos);
  state.tunnel.kind = read_tunnel(&state.tunnel, &pos);
  return 0;
}

SEC("raw_tp")
int show_tuple(void* ctx __attribute__((unused))) {
  struct skb_pos pos;
  struct ip_pos room = {};

  read_fake_skb(&pos);
  const struct ip_pos* ip = find_ip_of(&pos, &room);
  if (!ip) return 0;
  state.ip_version = ip->version;
  read_tuple_of(ip->version == 4 ? (void*)&state.tuple4 : (void*)&state.tuple6, ip);
  return 0;
}

/* The same by the short path for an IPv4 packet without an Ethernet header. */
SEC("raw_tp")
int show_plain_tuple(void* ctx __attribute__((unused))) {
  struct skb_pos pos;

  read_fake_skb(&pos);
  HEADER(ip, pos.base, PWRU_ROUND_UP_8(PLAIN_HEADER_BYTES));
  state.ip_version = is_plain_ip4(ip) ? 4 : 0;
  fill_plain_tuple((__u64*)&state.tuple4, ip);
  return 0;
}
