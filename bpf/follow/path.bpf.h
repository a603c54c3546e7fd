/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The hits of a packet that are kept until a trigger of --on fires for it: one path for each of the
 * packets that got their identity last, and in it the last hits.
 */
#ifndef PWRU_BPF_PATH_H
#define PWRU_BPF_PATH_H

#include "bpf/shared.bpf.h"

struct path {
	__u64 packet_id; /* whose it is; 0: nobody's yet */
	__u64 first_ns;	 /* the packet's first hit that was kept */
	__u64 written;	 /* hops since then, or since they were sent */
	__u64 has_fired; /* all that follows is sent */
	/* Of the last hop: a packet passes many functions with the same device, socket and route.
	 */
	__u64 dev, sk, refdst;
	struct pwru_hop hop[PWRU_HOPS];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* set before loading */
	__type(key, __u32);
	__type(value, struct path);
} paths SEC(".maps");

#define CHILD_PATHS_SHIFT 2

/*
 * The place of a packet's path, whosever is there. Ids of a CPU are given out in their order, so
 * that a new packet takes the place of the oldest. Children have an order of their own, and places.
 */
static __always_inline struct path *path_place(__u64 packet_id)
{
	__u64 all = 1ull << CFG(path_shift), of_children = all >> CHILD_PATHS_SHIFT;
	__u32 key = (packet_id >> PWRU_ID_CPU_SHIFT) * (all + of_children);

	if (packet_id & PWRU_ID_OF_CHILD)
		key += all + (packet_id & (of_children - 1));
	else
		key += packet_id & (all - 1);
	return bpf_map_lookup_elem(&paths, &key);
}

/* The path of a packet, or NULL: a younger packet has its place. */
static __always_inline struct path *path_of(__u64 packet_id)
{
	struct path *path = path_place(packet_id);

	if (!path || path->packet_id == packet_id)
		return path;
	if (path->packet_id > packet_id)
		return NULL;
	path->packet_id = packet_id;
	path->written = 0;
	path->has_fired = 0;
	path->dev = path->sk = path->refdst = 0;
	path->first_ns = 0;
	return path;
}

/* How many hops of this packet there are to send, more than PWRU_HOPS if some were overwritten. */
static __always_inline __u64 hops_to_send(__u64 packet_id)
{
	struct path *path = path_place(packet_id);

	return path && path->packet_id == packet_id ? path->written : 0;
}

/*
 * The part of a record, with `written` as hops_to_send() says. A function of its own: emit_record()
 * has no registers left.
 */
static __noinline int send_path(struct pwru_path *part, __u64 packet_id, __u64 written)
{
	__u64 bytes = (written < PWRU_HOPS ? written : PWRU_HOPS) * sizeof(struct pwru_hop);
	struct path *path = path_place(packet_id);

	part->written = written;
	if (!path)
		return 0;
	asm volatile("" : "+r"(bytes)); /* the register that is checked is the one that is used */
	if (bytes > sizeof(path->hop))
		return 0;
	bpf_probe_read_kernel(part + 1, bytes, path->hop);
	path->written = 0;
	return 0;
}

/* An skb of the packet is gone. */
static __always_inline void path_ends(__u64 packet_id)
{
	struct path *path = packet_id ? path_place(packet_id) : NULL;

	if (path && path->packet_id > packet_id)
		__sync_fetch_and_add(&shared.paths_evicted, 1);
}

#endif
