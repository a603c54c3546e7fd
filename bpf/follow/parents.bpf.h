/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which packet another one was made of. */
#ifndef PWRU_BPF_PARENTS_H
#define PWRU_BPF_PARENTS_H

#include "bpf/shared.bpf.h"

/*
 * Packet id to the id of its parent. LRU, because clones share an id: nobody knows when it is no
 * longer used. The map is small when parents are not shown. Then it only keeps two programs from
 * giving out the same id at once.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1); /* set before loading */
	__type(key, __u64);
	__type(value, __u64);
} parents SEC(".maps");

static __always_inline void fill_parent(struct pwru_parent *part, __u64 *packet_id)
{
	__u64 *parent = bpf_map_lookup_elem(&parents, packet_id);

	part->packet_id = parent ? *parent : 0;
}

#endif
