/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How records get from a CPU to user space: through memory of an array map that both sides see. A
 * ring has one writer at a time, so it needs no lock and no helper call; BPF_MAP_TYPE_RINGBUF takes
 * both for every record. Programs at kprobes do not interrupt each other (bpf_prog_active). Those
 * that do (fentry, fexit, raw tracepoints) have a second ring on each CPU, and one of them that
 * finds a record of it being written loses its event, which is counted.
 *
 * Positions count bytes since the start and never wrap. The memory is cut into chunks, the elements
 * of the map. No record crosses the end of a chunk: see pwru_record_start().
 *
 * Where arrays cannot be mapped (before Linux 5.5) each ring has room for one record, which is sent
 * through a perf buffer when it is whole. Then only `lost` and what programs share with each other
 * mean anything on the kernel side, and user space reads the counters by bpf(2).
 */
#ifndef PWRU_ABI_RING_H
#define PWRU_ABI_RING_H

#include <linux/types.h>

#include "abi/config.h"

#define PWRU_MAX_CPUS 1024
#define PWRU_NEST_SLOTS 4 /* a power of two: programs that interrupt each other on a CPU */

struct pwru_ring {
	/* Written by the kernel side. They differ while a record is being written. */
	__u64 reserved;	 /* records up to here are written or being written */
	__u64 committed; /* records up to here are whole */
	__u64 lost;	 /* events that found the ring full, or a record of it being written */
	__u64 packets;	 /* identities given out on this CPU */
	/* Which packet an skb was when kprobe programs looked last, see packet_of_hit(). */
	__u64 known_skb;
	__u64 known_packet; /* 0: none that is followed */
	__u64 known_at;	    /* how often anything had been inserted or removed */
	__u32 writing;	    /* with programs that nest: a record is being written */
	__u32 pad0;
	/* Written by user space, on a cache line of its own: up to here may be overwritten. */
	__u64 released;
	/* The rest is written seldom, so it may lie here. */
	__u64 children; /* identities given out where one packet is made of another */
	/* Of programs that nest, see bpf/nest.bpf.h: whether a slot is taken, and its identities.
	 */
	__u32 taken[PWRU_NEST_SLOTS];
	__u64 packets_of_slot[PWRU_NEST_SLOTS];
};

/* All of .bss, which user space reads and writes through mmap. */
struct pwru_shared {
	/* Identities; what was inserted and is neither removed nor still in the map was evicted. */
	__u64 track_inserted;
	__u64 track_removed;
	/* Buffers that XDP programs saw before there was an skb, and those of them that are done.
	 */
	__u64 heads_given;
	__u64 heads_taken;
	/* Call stacks that handled a packet, in the same way; and entries that found no room. */
	__u64 stacks_inserted;
	__u64 stack_entries_lost;
	/* Look-ups in BPF maps that were called, and of them those that were seen to return. */
	__u64 lookups_begun;
	__u64 lookups_ended;
	/* Lists of segments of which only a part is followed. */
	__u64 lists_cut;
	__u64 children_lost;   /* packets made of a followed one that got no id */
	__u64 lists_not_shown; /* lists that a function was given, of which only a part is shown */
	__u32 wake_bytes; /* programs ring the doorbell once a ring holds so much; the reader sets
			     it before it sleeps */
	__u32 is_over;	  /* nothing is followed any more; see packet_of() */
	/* Packets that were given to a driver, see bpf/hooks/tracepoints.bpf.c, as with identities.
	 */
	__u64 sends_begun;
	__u64 sends_ended;
	__u64 paths_evicted; /* packets that ended after their path had made room for another */
	__u32 pad1[2];
	struct pwru_ring ring[2 * PWRU_MAX_CPUS]; /* by CPU, then by CPU of programs that nest */
};

#define PWRU_READER_IS_AWAKE 0xffffffffu /* for wake_bytes */

/*
 * Where the record begins that follows what ends at `position`: there, or, if the longest record
 * would not fit into the rest of the chunk, at the start of the next one.
 */
static inline __u64 pwru_record_start(__u64 position, __u32 chunk_bytes, __u32 record_max_bytes)
{
	__u64 mask = chunk_bytes - 1;

	return (position & mask) > chunk_bytes - record_max_bytes ? (position | mask) + 1
								  : position;
}

PWRU_STATIC_ASSERT(sizeof(struct pwru_ring) == 128, "pwru_ring is the same on both sides");
PWRU_STATIC_ASSERT(sizeof(struct pwru_shared) == 128 + 256 * PWRU_MAX_CPUS,
		   "pwru_shared is the same on both sides");

#endif
