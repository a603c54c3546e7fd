/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The identity of a packet: given at the first match, found again by the address of its skb, passed
 * on to clones and copies, taken away when the skb is freed. So a reused address is a new packet.
 */
#ifndef PWRU_BPF_TRACK_H
#define PWRU_BPF_TRACK_H

#include "bpf/kernel_types.h"
#include "bpf/nest.bpf.h"
#include <bpf/bpf_core_read.h>

/* struct sk_buff address to packet id. LRU: an skb whose end we miss must not fill it for ever. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1); /* set before loading */
	__type(key, __u64);
	__type(value, __u64);
} tracked SEC(".maps");

/*
 * Where an id goes while the functions that free its skb still run; and, by the place of the
 * pointer to the skb, while skb_pp_cow_data() replaces it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1); /* set before loading */
	__type(key, __u64);
	__type(value, __u64);
} dying SEC(".maps");

/* `map` is `tracked` or `dying`: the id, or 0. */
static __always_inline __u64 packet_in(void *map, const __u64 *skb)
{
	__u64 *id = bpf_map_lookup_elem(map, skb);

	return id ? *id : 0;
}

/*
 * With is_over the fentry and fexit programs stay attached for a moment, while user space counts.
 * They follow nothing any more.
 */
static __always_inline __u64 packet_of(__u64 skb)
{
	/* A look-up costs more than the rest of a hit that does not match, so it is made only while
	 * something is tracked. */
	if (!CFG(tracks) || shared.track_inserted == shared.track_removed || shared.is_over)
		return 0;
	return packet_in(&tracked, &skb);
}

/*
 * Notes for packet_of_hit() which packet this skb is. The kernel does not report what it evicts
 * from the map. So where it may have begun to evict, the note is used once only.
 */
static __always_inline void note_packet(struct pwru_ring *mine, __u64 skb)
{
	__u64 inserted = shared.track_inserted, removed = shared.track_removed;

	mine->known_skb = skb;
	mine->known_at = inserted - removed > CFG(never_evicted) ? ~0ull : inserted + removed;
	mine->known_packet = packet_in(&tracked, &mine->known_skb);
}

/*
 * The same as packet_of(), by the CPU's last answer, which is good while nothing was inserted or
 * removed. A packet passes many functions in a row, and a look-up is a sixth of a hit. The note is
 * that of programs at kprobes alone: one that interrupts another might find half of a note.
 */
static __always_inline __u64 packet_of_hit(__u64 skb)
{
	struct pwru_ring *mine;
	__u64 packet_id;

	if (MAY_NEST)
		return packet_of(skb);
	if (!CFG(tracks) || shared.track_inserted == shared.track_removed)
		return 0;
	MASK_IRQS(flags);
	mine = ring_of(ring_number(bpf_get_smp_processor_id()));
	barrier_var(mine); /* or it is computed again at each use */
	if (mine->known_skb != skb ||
	    mine->known_at != shared.track_inserted + shared.track_removed)
		note_packet(mine, skb);
	packet_id = mine->known_packet;
	UNMASK_IRQS(flags);
	return packet_id;
}

static __always_inline void track_as(__u64 skb, __u64 id)
{
	/* BPF_NOEXIST, because a second insert of the same key must not be counted. */
	if (bpf_map_update_elem(&tracked, &skb, &id, BPF_NOEXIST) == 0) {
		__sync_fetch_and_add(&shared.track_inserted, 1);
		return;
	}
	bpf_map_update_elem(&tracked, &skb, &id, BPF_EXIST);
	/* Counted as a removal and an insertion, so that the note of packet_of_hit() is no longer
	 * valid. */
	__sync_fetch_and_add(&shared.track_inserted, 1);
	__sync_fetch_and_add(&shared.track_removed, 1);
}

/* The count is that of the CPU and the slot, so that nobody else changes it meanwhile. */
static __always_inline __u64 new_packet_id(__u32 slot __attribute__((unused)))
{
	__u32 cpu = bpf_get_smp_processor_id();
	__u64 id = (__u64)cpu << PWRU_ID_CPU_SHIFT;

#if MAY_NEST
	__u32 index = (slot - 1) & (PWRU_NEST_SLOTS - 1);
	__u64 count = ++nesting_ring()->packets_of_slot[index];

	return id | PWRU_ID_OF_PROG | (__u64)index << PWRU_ID_SLOT_SHIFT | count;
#else
	__u64 count = ++ring_of(ring_number(cpu))->packets;

	if (CFG(has_fentry)) /* two objects count: one has the odd numbers */
		count = USES_SECOND_RING ? 2 * count - 1 : 2 * count;
	return id | count;
#endif
}

#define SKB_FCLONE_CLONE 2

/*
 * TCP keeps a segment until it is acknowledged and sends a clone of it. It has no headers, so that
 * no filter matches it; but what is sent again is this one. The clone lies behind it (struct
 * sk_buff_fclones).
 */
static __always_inline void track_original(__u64 clone, __u64 id)
{
	struct sk_buff___fclone *bits = (void *)clone;

	if (BPF_CORE_READ_BITFIELD_PROBED(bits, fclone) == SKB_FCLONE_CLONE)
		track_as(clone - CFG(skb_bytes), id);
}

/* `slot` is that of the program, see bpf/nest.bpf.h. */
static __always_inline __u64 track_new(__u64 skb, __u32 slot)
{
	__u64 id = new_packet_id(slot);

	track_as(skb, id);
	if (HAS_PATHS && CFG(on_retransmit))
		track_original(skb, id);
	return id;
}

/*
 * skb_release_head_state() was called. Every way to free an skb passes it. skb_release_data(),
 * kfree_skbmem() and the like follow on the same CPU, and from here on only they still find the id.
 */
static __always_inline void track_release(__u64 skb, __u64 id)
{
	if (!id) {
		if (shared.track_inserted)
			bpf_map_delete_elem(&dying, &skb); /* of an earlier packet here */
		return;
	}
	if (bpf_map_delete_elem(&tracked, &skb) == 0)
		__sync_fetch_and_add(&shared.track_removed, 1);
	bpf_map_update_elem(&dying, &skb, &id, BPF_ANY);
}

/* The memory of the skb is given back: what comes next at its address is another packet. */
static __always_inline void track_gone(__u64 skb)
{
	bpf_map_delete_elem(&dying, &skb);
}

static __always_inline __u64 packet_of_dying(__u64 skb)
{
	return packet_in(&dying, &skb);
}

/* `copy` has just been made of `skb`: the same packet. */
static __always_inline void track_copy(__u64 skb, __u64 copy)
{
	__u64 id = packet_of(skb);

	if (id && copy)
		track_as(copy, id);
}

#endif
