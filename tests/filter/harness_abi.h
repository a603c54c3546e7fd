/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the test and its BPF program share: the memory of the fake skb. */
#ifndef PWRU_TESTS_HARNESS_ABI_H
#define PWRU_TESTS_HARNESS_ABI_H

#include <linux/types.h>

#include "abi/event.h"

#define FAKE_SKB_BYTES 512
#define FAKE_HEAD_BYTES 4096 /* skb->end: struct skb_shared_info follows */
#define FAKE_SHINFO_BYTES 1024
#define FAKE_PAGES_BYTES 16384

struct fake_memory {
  __u8 skb[FAKE_SKB_BYTES];
  __u8 head[FAKE_HEAD_BYTES];
  __u8 shinfo[FAKE_SHINFO_BYTES];
  __u8 pages[FAKE_PAGES_BYTES];
  /* What cfg.vmemmap_base and cfg.page_offset_base point to. */
  __u64 vmemmap_base;
  __u64 page_offset_base;
};

/* Offsets in this kernel, found by CO-RE as the tracer finds them. */
struct fake_layout {
  __u64 memory; /* address of struct fake_memory */
  __u32 skb_bytes, page_bytes;
  __u32 head, data, dev, tail, end, len, data_len;
  __u32 mac_header, network_header, protocol, vlan_proto, vlan_tci;
  __u32 inner_mac_header, inner_network_header;
  __u32 nr_frags, frags;
  __u32 mark, hash, skb_iif, queue_mapping;
  __u32 vlan_present, vlan_present_mask; /* a bit of a byte, until 6.1; mask 0: there is none */
};

/* What the program `match` returns instead of a verdict. */
#define WAYS_DIFFER 2

/* What the program `hit` returns. */
enum { HIT_NONE, HIT_FOUND, HIT_ELSEWHERE };

struct fake_hit {
  __u64 known_id; /* as if the skb was followed */
  __u64 skb, base, where, packet_id, calls;
};

struct harness_state {
  struct fake_layout layout;
  struct fake_memory memory;
  struct pwru_tunnel tunnel; /* of the program show_tunnel */
  /* Results of show_tuple. */
  __u32 ip_version; /* which is valid, 0: none */
  struct pwru_tuple4 tuple4 __attribute__((aligned(8)));
  struct pwru_tuple6 tuple6;
  struct fake_hit hit;
  __u64 short_ways; /* runs that pcap_matches_plain() decided */
};

#endif
