/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Packets that are made of others: segments and fragments are new packets with a parent; where
 * several become one, that one goes on as what it was merged from.
 */
#ifndef PWRU_BPF_CHILDREN_H
#define PWRU_BPF_CHILDREN_H

#include "bpf/read/filter.bpf.h"
#include "bpf/follow/parents.bpf.h"
#include "bpf/follow/track.bpf.h"

/* So many segments of a list are followed; a longer list is counted. */
#define CHILDREN_MAX 128
/* A red-black tree of 4096 runs of fragments is no higher. */
#define TREE_HEIGHT_MAX 24

/*
 * fentry and fexit programs interrupt each other, so that two may draw the same number. Only one of
 * them can insert it into the map; the other draws again.
 */
static __always_inline __u64 new_child_id(__u64 parent)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct pwru_ring *mine = ring_of(cpu);

	for (int i = 0; i < 4; i++) {
		__u64 id = (__u64)cpu << PWRU_ID_CPU_SHIFT | PWRU_ID_OF_CHILD | ++mine->children;

		if (bpf_map_update_elem(&parents, &id, &parent, BPF_NOEXIST) == 0)
			return id;
	}
	return 0;
}

/*
 * `skb` is a child of `parent`. A function that builds it may have been shown before: then it has
 * an id, and only lacks its parent. A global function, which the verifier looks at once and not for
 * each place in a list.
 */
__noinline int pwru_add_child(__u64 parent, __u64 skb)
{
	__u64 id = packet_of(skb);

	if (id) {
		if (id != parent)
			bpf_map_update_elem(&parents, &id, &parent, BPF_NOEXIST);
		return 0;
	}
	id = new_child_id(parent);
	if (id)
		track_as(skb, id);
	else
		__sync_fetch_and_add(&shared.children_lost, 1);
	return 0;
}

static __always_inline __u64 next_in_list(__u64 skb)
{
	__u64 next = 0;

	bpf_probe_read_kernel(&next, sizeof(next), &((struct sk_buff *)skb)->next);
	return next;
}

static __always_inline void add_children(__u64 parent, __u64 skb)
{
	for (int i = 0; i < CHILDREN_MAX && skb; i++) {
		pwru_add_child(parent, skb);
		skb = next_in_list(skb);
	}
	if (skb)
		__sync_fetch_and_add(&shared.lists_cut, 1);
}

#define IS_ERROR(result) ((result) >= (__u64)-4095)

/* What a local sender or a reassembly left as a list goes out as fragments without ip_frag_next. */
static __always_inline int add_frag_list(__u64 skb)
{
	__u64 parent = packet_of(skb), list = 0;

	if (!parent)
		return 0;
	bpf_probe_read_kernel(&list, sizeof(list), &shinfo_of(skb)->frag_list);
	add_children(parent, list);
	return 0;
}

static __always_inline int add_fragment(__u64 skb, __u64 fragment)
{
	__u64 parent = packet_of(skb);

	if (parent && !IS_ERROR(fragment))
		pwru_add_child(parent, fragment);
	return 0;
}

/* `skb` has become a part of `target`. */
static __always_inline int merge(__u64 target, __u64 skb)
{
	__u64 merged = packet_of(skb), into;

	if (!merged)
		return 0;
	into = packet_of(target);
	if (!into)
		track_as(target, merged);
	else if (into != merged)
		bpf_map_update_elem(&parents, &into, &merged, BPF_ANY);
	return 0;
}

/* The fragment with the lowest offset. */
static __always_inline __u64 first_fragment(struct inet_frag_queue *queue)
{
	__u64 node = 0, left = 0;

	bpf_probe_read_kernel(&node, sizeof(node), &queue->rb_fragments.rb_node);
	for (int i = 0; i < TREE_HEIGHT_MAX && node; i++) {
		bpf_probe_read_kernel(&left, sizeof(left), &((struct rb_node *)node)->rb_left);
		if (!left)
			break;
		node = left;
	}
	return node; /* sk_buff.rbnode is its first member */
}

#endif
