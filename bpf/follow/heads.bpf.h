/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The identity of a packet between XDP and its skb. Both lie in one buffer:
 * xdp_buff.data_hard_start is the head of the skb that is built from it (build_skb), or that it was
 * made from (generic XDP, veth).
 */
#ifndef PWRU_BPF_HEADS_H
#define PWRU_BPF_HEADS_H

#include "bpf/read/skb.bpf.h"
#include "bpf/follow/track.bpf.h"

/* Start of a buffer to the packet in it. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1); /* set before loading */
	__type(key, __u64);
	__type(value, struct pwru_head_owner);
} heads SEC(".maps");

/* An skb that is not known yet: the id, if its buffer comes from an XDP program. */
static __always_inline __u64 packet_of_head(const struct skb_pos *pos)
{
	struct pwru_head_owner *owner;
	__u64 head = pos->head;

	if (!CFG(follows_xdp) || shared.heads_given == shared.heads_taken)
		return 0;
	owner = bpf_map_lookup_elem(&heads, &head);
	if (!owner || owner->skb)
		return 0;
	owner->skb = pos->skb;
	__sync_fetch_and_add(&shared.heads_taken, 1);
	track_as(pos->skb, owner->packet_id);
	return owner->packet_id;
}

/* A followed skb may meet an XDP program, which sees its buffer and not its address. */
static __always_inline void remember_head(const struct skb_pos *pos, __u64 packet_id)
{
	struct pwru_head_owner now = {.packet_id = packet_id, .skb = pos->skb};
	struct pwru_head_owner *owner;
	__u64 head = pos->head;

	if (!CFG(follows_xdp))
		return;
	owner = bpf_map_lookup_elem(&heads, &head);
	if (owner && owner->skb == pos->skb && owner->packet_id == packet_id)
		return;
	if (owner && !owner->skb)
		__sync_fetch_and_add(&shared.heads_taken, 1);
	bpf_map_update_elem(&heads, &head, &now, BPF_ANY);
}

/* The skb, which is followed, has another buffer now. */
static __always_inline void remember_new_head(__u64 addr, __u64 packet_id)
{
	struct sk_buff *skb = KERNEL_PTR(struct sk_buff, addr);
	struct skb_pos pos;

	pos.skb = addr;
	pos.head = as_number(KERNEL_READ(skb, head));
	remember_head(&pos, packet_id);
}

/* An skb that was just made for XDP to write to, in the place of one that is followed. */
static __always_inline void track_rebuilt(__u64 skb, __u64 packet_id)
{
	if (!packet_id || !skb)
		return;
	track_as(skb, packet_id);
	remember_new_head(skb, packet_id);
}

#endif
