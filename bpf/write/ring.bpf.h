/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The writer's side of abi/ring.h. */
#ifndef PWRU_BPF_RING_H
#define PWRU_BPF_RING_H

#include "bpf/nest.bpf.h"

/* The memory of all rings: each a run of chunks, in the order of the CPUs. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set before loading, like the size of the value */
	__type(key, __u32);
	__type(value, __u64);
} ring_memory SEC(".maps");

/* Wakes the reader up. Its content means nothing. Without it (before Linux 5.8) the reader polls.
 */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} doorbell SEC(".maps");

/* The perf buffers of the CPUs, where the rings cannot be mapped. */
struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
} records SEC(".maps");

/* Whether a record may be written: of programs that nest, only one writes at a time. */
static __always_inline bool ring_take(struct pwru_ring *ring __attribute__((unused)))
{
#if MAY_NEST
	return take(&ring->writing, 1);
#else
	return true;
#endif
}

static __always_inline void ring_give_back(struct pwru_ring *ring __attribute__((unused)))
{
#if MAY_NEST
	give_back(&ring->writing);
#endif
}

/*
 * Adds, and is a full barrier. On x86 every atomic addition is one. On arm64 it is when its result
 * is wanted (ldaddal, or ldxr and stlxr with a dmb behind it); without that the JIT makes a relaxed
 * one. The clock is no memory, so that no barrier orders its reading, which begins with an isb.
 * What does is a branch that depends on the result.
 */
static __always_inline void add_in_order(__u64 *number, __u64 value)
{
#if defined(__TARGET_ARCH_x86)
	__sync_fetch_and_add(number, value);
#else
	__u64 before = __sync_fetch_and_add(number, value);

	asm volatile("if %0 == 0 goto +0" : : "r"(before) : "memory");
#endif
}

/*
 * Room for `bytes`, a multiple of 8, or NULL, which is counted. A record the reader does not see
 * was reserved after the reader read the clock, and its timestamp is later.
 */
static __always_inline void *ring_reserve(struct pwru_ring *ring, __u64 number, __u32 bytes)
{
	__u64 position, start, offset;
	__u32 key;
	char *chunk;

	/* First, because a program that comes between must not find the same position. */
	if (!ring_take(ring))
		goto lost;
	position = ring->reserved;
	start = position;
	offset = position & CFG(chunk_mask);
	if (position != ring->committed)
		goto no_room;
	/* pwru_record_start(), in the form that lets the verifier know how far the offset goes. */
	if (offset > CFG(chunk_last)) {
		start = (position | CFG(chunk_mask)) + 1;
		offset = 0;
		barrier(); /* a branch: it is rare */
	}
	if (start + bytes - ring->released > CFG(ring_bytes))
		goto no_room;
	key = number << CFG(ring_chunk_shift) | (start >> CFG(chunk_shift) & CFG(ring_chunk_mask));
	chunk = bpf_map_lookup_elem(&ring_memory, &key);
	if (!chunk)
		goto no_room;
	add_in_order(&ring->reserved, start + bytes - position);
	return chunk + offset;
no_room:
	ring_give_back(ring);
lost:
	__sync_fetch_and_add(&ring->lost, 1);
	return NULL;
}

/* Rung for few events only: a wakeup costs more than an event. */
static __noinline int ring_doorbell(void)
{
	__u64 nothing = 0;

	shared.wake_bytes = PWRU_READER_IS_AWAKE;
	if (CFG(has_doorbell))
		bpf_ringbuf_output(&doorbell, &nothing, sizeof(nothing), BPF_RB_FORCE_WAKEUP);
	return 0;
}

/*
 * Hands over what was reserved last. On x86 stores are seen in their order. Elsewhere the addition
 * also orders the record before what is read below.
 */
static __always_inline void ring_commit(struct pwru_ring *ring)
{
	__u64 reserved = ring->reserved;

	barrier();
#if defined(__TARGET_ARCH_x86)
	ring->committed = reserved;
#else
	add_in_order(&ring->committed, reserved - ring->committed);
#endif
	ring_give_back(ring);
	if (reserved - ring->released >= shared.wake_bytes)
		ring_doorbell();
}

/* In the place of ring_reserve() where records are sent: room for the one that is being written. */
static __always_inline void *ring_take_record(struct pwru_ring *ring, __u32 number)
{
	void *record;

	if (ring_take(ring)) {
		record = bpf_map_lookup_elem(&ring_memory, &number);
		if (record)
			return record;
		ring_give_back(ring);
	}
	__sync_fetch_and_add(&ring->lost, 1);
	return NULL;
}

/*
 * In the place of ring_commit(). Lost is what a full buffer or a CPU without one (which came after
 * the start) does not take, and a fourth program that interrupts three others.
 */
static __always_inline void ring_send(void *ctx, struct pwru_ring *ring, struct pwru_event *event)
{
	__u64 bytes = event->bytes;

	if (bytes > CFG(record_max_bytes)) /* the verifier does not know */
		bytes = CFG(record_max_bytes);
	if (bpf_perf_event_output(ctx, &records, BPF_F_CURRENT_CPU, event, bytes))
		__sync_fetch_and_add(&ring->lost, 1);
	ring_give_back(ring);
}

#endif
