/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From a hit that matched to a record in this CPU's ring. */
#ifndef PWRU_BPF_EMIT_H
#define PWRU_BPF_EMIT_H

#include "abi/filter.h"
#include "bpf/write/map_part.bpf.h"
#include "bpf/write/parts.bpf.h"
#include "bpf/write/ring.bpf.h"

#if HAS_PATHS
#include "bpf/write/keep.bpf.h"
#endif

/* emit_record() writes the variable parts, in this order. */
_Static_assert(PWRU_INDEX_TUPLE4 == PWRU_INDEX_BPFMAP + 1 &&
		       PWRU_INDEX_TUPLE6 == PWRU_INDEX_TUPLE4 + 1 &&
		       PWRU_INDEX_PATH == PWRU_INDEX_TUPLE6 + 1 &&
		       PWRU_PART_COUNT == PWRU_INDEX_PATH + 1,
	       "emit_record() knows all variable parts");

/*
 * A record with what each has, or NULL: there is no room. The time is taken after the reservation:
 * a reader that notes the time, then how far each ring is reserved, knows that it has every event
 * up to that time. Of records that are sent it knows no such thing.
 */
static __always_inline struct pwru_event *begin_record(struct pwru_ring *ring, __u64 number,
						       __u32 bytes, __u32 parts, __u64 skb,
						       __u64 packet_id, bool is_sent)
{
	struct pwru_event *event =
		is_sent ? ring_take_record(ring, number) : ring_reserve(ring, number, bytes);

	if (!event)
		return NULL;
	event->ts_ns = bpf_ktime_get_ns();
	event->skb = skb;
	event->packet_id = packet_id;
	event->parts = parts;
	event->bytes = bytes;
	event->lost = ring->lost;
	return event;
}

#define NO_MAP ((struct map_room){})

/*
 * Without a `hit`, `ctx` says what was hit. `skb` is the address to show; `pos`
 * is without one when nothing can be read there any more. With a `call`, its part stands in front
 * of the tuple.
 */
static __always_inline void emit_record(void *ctx, const struct hit *hit, const struct skb_pos *pos,
					__u64 skb, __u64 packet_id, const struct map_call *call,
					struct map_room room)
{
	__u64 number = ring_number(bpf_get_smp_processor_id());
	struct pwru_ring *ring = ring_of(number);
	__u32 bytes = CFG(fixed_bytes), map_at = bytes, tuple_at, parts = CFG(parts);
#if HAS_PATHS
	__u32 path_at;
	__u64 hops = 0;
#endif
	struct pwru_event *event;
	struct ip_pos found = {};
	const struct ip_pos *ip = &found;

	if (parts & (PWRU_PART_TUPLE4 | PWRU_PART_TUPLE6))
		ip = find_ip_of(pos, &found);
	parts &= ~(PWRU_PART_TUPLE4 | PWRU_PART_TUPLE6 | PWRU_PART_BPFMAP | PWRU_PART_PATH);
	if (call) {
		parts |= PWRU_PART_BPFMAP;
		bytes += MAP_ROOM_BYTES(room);
	}
	tuple_at = bytes;
	parts |= tuple_part(ip);
	bytes += tuple_bytes(ip);
#if HAS_PATHS
	path_at = bytes;
	if (!call && CFG(keeps_paths))
		hops = hops_to_send(packet_id);
	if (hops) {
		parts |= PWRU_PART_PATH;
		bytes += sizeof(struct pwru_path) +
			 (hops < PWRU_HOPS ? hops : PWRU_HOPS) * sizeof(struct pwru_hop);
	}
#endif
	barrier_var(ring); /* or it is computed again at each use */
	event = begin_record(ring, number, bytes, parts, skb, packet_id, !CFG(maps_rings));
	if (!event)
		return;
	/* Older verifiers do not know that the address of a hit is not zero. */
	if (DESCRIBES_HITS || hit)
		fill_hit(event, hit);
	else
		fill_func(event, ctx);
	fill_task(event);
	if (CFG(parts) & PWRU_PART_META)
		fill_meta(event, pos, bpf_ntohs(SKB_FIELD(pos, protocol)));
	if (CFG(fixed_bytes) > sizeof(*event)) {
		const struct source from = {.event = event, .ctx = ctx, .hit = hit, .pos = pos};

		write_fixed_parts(&from);
	}
	if (call)
		fill_map_part((void *)event + map_at, call, room);
	read_tuple_of((void *)event + tuple_at, ip);
#if HAS_PATHS
	if (!call && hops)
		send_path((void *)event + path_at, packet_id, hops);
#endif
	if (CFG(maps_rings))
		ring_commit(ring);
	else
		ring_send(ctx, ring, event);
}

#if !DESCRIBES_HITS

SUBPROGRAM void emit(void *ctx, const struct hit *hit, const struct skb_pos *pos, __u64 skb,
		     __u64 packet_id)
{
	emit_record(ctx, hit, pos, skb, packet_id, NULL, NO_MAP);
}

#define PLAIN_RECORD_BYTES (sizeof(struct pwru_event) + PWRU_ROUND_UP_8(sizeof(struct pwru_tuple4)))

/*
 * The record that most traces write: metadata and the tuple of a plain IPv4 packet, and nothing
 * else. It is never sent, see set_sizes() in src/plan/config.cc. False: this hit needs another
 * record. `l2_bytes` stand before the network header.
 */
static __always_inline bool emit_plain(void *ctx, const struct skb_pos *pos, __u32 l2_bytes,
				       __u64 skb, __u64 packet_id)
{
	HEADER(ip, pos->base + l2_bytes, PWRU_ROUND_UP_8(PLAIN_HEADER_BYTES));
	struct pwru_event *event;
	struct pwru_ring *ring;
	__u64 number;

	if (pos->linear_len < l2_bytes + PLAIN_HEADER_BYTES ||
	    SKB_FIELD(pos, protocol) != bpf_htons(ETH_P_IP) || !is_plain_ip4(ip))
		return false;
	number = ring_number(bpf_get_smp_processor_id());
	ring = ring_of(number);
	barrier_var(ring); /* or it is computed again at each use */
	event = begin_record(ring, number, PLAIN_RECORD_BYTES, CFG(plain_parts), skb, packet_id,
			     false);
	if (!event)
		return true;
	fill_func(event, ctx);
	fill_task(event);
	fill_plain_tuple((void *)(event + 1), ip);
	fill_meta(event, pos, ETH_P_IP);
	ring_commit(ring);
	return true;
}

#ifdef PWRU_CAST

/* Above what abi/filter.h has there. */
#define WHERE_SLOT_SHIFT 56
#define WHERE_OF_SLOT(pos) ((__u64)SLOT_OF(pos) << WHERE_SLOT_SHIFT)

static __always_inline __u32 l2_bytes_of(__u64 where)
{
	__u32 l2_bytes = where >> PWRU_WHERE_L2_BYTES_SHIFT;

	return MAY_NEST ? l2_bytes & 0xff : l2_bytes;
}

static __always_inline void set_located(struct skb_pos *pos, __u64 skb, __u64 base, __u64 where)
{
	pos->skb = where & PWRU_WHERE_GONE ? 0 : skb;
	pos->typed = KERNEL_PTR(struct sk_buff, pos->skb);
	pos->base = base;
	pos->linear_len = where;
	pos->start = where >> PWRU_WHERE_START_SHIFT & 3;
	SET_SLOT(pos, where >> WHERE_SLOT_SHIFT);
}

WITH_CONTEXT int pwru_emit_other(hook_ctx *ctx CONTEXT_TAG, __u64 skb, __u64 base, __u64 where,
				 __u64 packet_id)
{
	struct skb_pos pos = {};

	set_located(&pos, skb, base, where);
	if (CFG(parts) & (PWRU_PART_SHINFO | PWRU_PART_TUNNEL))
		pos.head = SKB_ADDRESS(&pos, head);
	emit(ctx, NULL, &pos, skb, packet_id);
	return 0;
}

/* False: it is another record, see pwru_emit_other(). `where` is PWRU_WHERE_*. */
static __always_inline bool emit_plain_at(void *ctx, __u64 skb, __u64 base, __u64 where,
					  __u64 packet_id)
{
	struct skb_pos pos;

	if (!CFG(plain_parts) || !(where & PWRU_WHERE_PLAIN))
		return false;
	set_located(&pos, skb, base, where);
	return emit_plain(ctx, &pos, l2_bytes_of(where), skb, packet_id);
}

/*
 * A function of its own, which takes only numbers. So the code that decides whether a hit is shown
 * has all registers, and most hits are not shown. It does not call pwru_emit_other() itself: that
 * would add its frame to the stack.
 */
WITH_CONTEXT int pwru_try_plain(hook_ctx *ctx CONTEXT_TAG, __u64 skb, __u64 base, __u64 where,
				__u64 packet_id)
{
	return emit_plain_at(ctx, skb, base, where, packet_id);
}

#if HAS_PATHS
/* See is_to_send(). */
WITH_CONTEXT int pwru_is_to_send(hook_ctx *ctx CONTEXT_TAG, __u64 skb, __u64 base, __u64 where,
				 __u64 packet_id)
{
	struct skb_pos pos;
	__u64 plain_at = 0;

	if (!CFG(keeps_paths))
		return 1;
	set_located(&pos, skb, base, where);
	if (where & PWRU_WHERE_PLAIN && pos.linear_len >= l2_bytes_of(where) + PLAIN_HEADER_BYTES &&
	    SKB_FIELD(&pos, protocol) == bpf_htons(ETH_P_IP))
		plain_at = base + l2_bytes_of(where);
	return is_to_send(ctx, &pos, plain_at, skb, packet_id);
}
#endif

static __always_inline void emit_func(void *ctx, const struct skb_pos *pos, __u64 skb,
				      __u64 packet_id)
{
	__u64 where =
		(__u64)pos->start << PWRU_WHERE_START_SHIFT | pos->linear_len | WHERE_OF_SLOT(pos);

	if (!pos->skb)
		where |= PWRU_WHERE_GONE;
	else if (is_network_first(pos))
		where |= PWRU_WHERE_PLAIN | (__u64)plain_l2_bytes(pos) << PWRU_WHERE_L2_BYTES_SHIFT;
#if HAS_PATHS
	if (CFG(keeps_paths) && !pwru_is_to_send(ctx, skb, pos->base, where, packet_id))
		return;
#endif
	if (!CFG(plain_parts) || !pwru_try_plain(ctx, skb, pos->base, where, packet_id))
		pwru_emit_other(ctx, skb, pos->base, where, packet_id);
}

#else

static __noinline int try_plain(void *ctx, const struct skb_pos *pos, __u64 skb, __u64 packet_id)
{
	return emit_plain(ctx, pos, plain_l2_bytes(pos), skb, packet_id);
}

#if HAS_PATHS
static __noinline int keep(void *ctx, const struct skb_pos *pos, __u64 skb, __u64 packet_id)
{
	__u32 l2_bytes = plain_l2_bytes(pos);
	__u64 plain_at = 0;

	if (pos->skb && is_network_first(pos) && pos->protocol == bpf_htons(ETH_P_IP) &&
	    pos->linear_len >= l2_bytes + PLAIN_HEADER_BYTES)
		plain_at = pos->base + l2_bytes;
	return is_to_send(ctx, pos, plain_at, skb, packet_id);
}
#endif

static __always_inline void emit_func(void *ctx, const struct skb_pos *pos, __u64 skb,
				      __u64 packet_id)
{
#if HAS_PATHS
	if (CFG(keeps_paths) && !keep(ctx, pos, skb, packet_id))
		return;
#endif
	if (CFG(plain_parts) && pos->skb && is_network_first(pos) &&
	    try_plain(ctx, pos, skb, packet_id))
		return;
	emit(ctx, NULL, pos, skb, packet_id);
}

#endif

#endif /* !DESCRIBES_HITS */

#endif
