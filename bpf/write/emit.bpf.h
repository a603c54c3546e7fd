/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From a hit that matched to a record in this CPU's ring. */
#ifndef PWRU_BPF_EMIT_H
#define PWRU_BPF_EMIT_H

#include "abi/filter.h"
#include "bpf/write/dump.bpf.h"
#include "bpf/read/expr.bpf.h"
#include "bpf/write/map_part.bpf.h"
#include "bpf/read/meta.bpf.h"
#include "bpf/follow/parents.bpf.h"
#include "bpf/read/args.bpf.h"
#include "bpf/write/ring.bpf.h"
#include "bpf/read/tunnel.bpf.h"
#include "bpf/read/tuple.bpf.h"

static __always_inline void fill_task(struct pwru_event *event)
{
#ifdef PWRU_CAST
	/* The verifier trusts this pointer: loads through it are not checked. */
	struct task_struct *task = bpf_get_current_task_btf();

	event->pid = task->tgid;
	*(__u64 *)event->comm = *(__u64 *)task->comm;
	*(__u64 *)(event->comm + 8) = *(__u64 *)(task->comm + 8);
#else
	event->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
#endif
}

/* Linked in: bpf/hooks/nft.bpf.c, or the stub that answers nothing. */
extern __hidden int pwru_nft_verdict(__u64 skb, struct pwru_nft *nft);

/* What was hit, and from where, unless the context says so: at the return of a function, and at BPF
 * programs. */
struct hit {
	__u64 func_ip;
	__u64 caller_ip;
	__u32 arg2;
	__u32 arg3;
	__s32 verdict;
	__u16 type; /* PWRU_EVENT_* */
	__u64 xdp;  /* address of the struct xdp_buff, for events of XDP programs */
};

static __always_inline void read_func_hit(struct hit *hit, void *ctx)
{
	__u64 caller_ip = 0;

	hit->func_ip = hook_func_ip(ctx);
	if (CFG(parts) & PWRU_PART_CALLER)
		hook_read_caller(ctx, &caller_ip);
	hit->caller_ip = caller_ip;
	hit->arg2 = hook_arg(ctx, 2);
	hit->arg3 = hook_arg(ctx, 3);
	hit->verdict = 0;
	hit->type = PWRU_EVENT_FUNC;
	hit->xdp = 0;
}

static __always_inline void fill_func(struct pwru_event *event, void *ctx)
{
	event->func_ip = hook_func_ip(ctx);
	event->caller_ip = 0;
	if (CFG(parts) & PWRU_PART_CALLER)
		hook_read_caller(ctx, &event->caller_ip);
	event->arg2 = hook_arg(ctx, 2);
	event->arg3 = hook_arg(ctx, 3);
	event->type = PWRU_EVENT_FUNC;
	event->verdict = 0;
}

static __always_inline void fill_hit(struct pwru_event *event, const struct hit *hit)
{
	event->func_ip = hit->func_ip;
	event->caller_ip = hit->caller_ip;
	event->arg2 = hit->arg2;
	event->arg3 = hit->arg3;
	event->type = hit->type;
	event->verdict = hit->verdict;
}

/* What the parts of one record are written from. */
struct source {
	struct pwru_event *event;
	void *ctx;
	const struct hit *hit;
	const struct skb_pos *pos;
};

/* One function for each of PWRU_FIXED_PARTS. */

static __always_inline void write_stack(void *part, const struct source *from)
{
	struct pwru_stack *stack = part;

#ifdef REGS_FP
	/*
	 * At the entry of a function the unwinder of arm64 finds the caller's frame, which says
	 * where the caller returns to. So the caller itself, in the link register, is missing.
	 */
	if (HAS_REGS) {
		__u64 caller;

		hook_read_caller(from->ctx, &caller);
		stack->ip[2] = 0;
		stack->size_bytes = bpf_get_stack(from->ctx, &stack->ip[1],
						  sizeof(stack->ip) - sizeof(__u64), 0);
		if (stack->size_bytes > 0 && stack->ip[2] != caller) {
			stack->ip[0] = stack->ip[1];
			stack->ip[1] = caller;
			stack->size_bytes += sizeof(__u64);
			return;
		}
	}
#endif
	stack->size_bytes = bpf_get_stack(from->ctx, stack->ip, sizeof(stack->ip), 0);
	/* A misled unwinder finds no caller; see pwru_unwind() in bpf/follow/stack_x86.bpf.h. */
	if (HAS_REGS && !CFG(has_func_ip) && stack->size_bytes == sizeof(__u64)) {
		hook_read_caller(from->ctx, &stack->ip[1]);
		stack->size_bytes += sizeof(__u64);
	}
}

static __always_inline void write_skb(void *part, const struct source *from)
{
	bpf_probe_read_kernel(part, CFG(skb_bytes), (void *)from->pos->skb);
}

static __always_inline void write_cb(void *part, const struct source *from)
{
	copy_cb(part, from->pos->skb);
}

static __always_inline void write_shinfo(void *part, const struct source *from)
{
	copy_shared_info(part, from->pos);
}

static __always_inline void write_expr(void *part, const struct source *from)
{
	if (MAY_BE_XDP && from->hit && from->hit->xdp)
		pwru_xdp_values(from->hit->xdp, part);
	else
		pwru_skb_values(from->pos->skb, part);
}

static __always_inline void write_tunnel(void *part, const struct source *from)
{
	struct pwru_tunnel *tunnel = part;

	tunnel->kind = read_tunnel(tunnel, from->pos);
}

static __always_inline void write_parent(void *part, const struct source *from)
{
	/* The key lies in the record: no room on the stack is left for it. */
	fill_parent(part, &from->event->packet_id);
}

static __always_inline void write_nft(void *part, const struct source *from)
{
	pwru_nft_verdict(from->pos->skb, part);
}

static __always_inline void write_fixed_parts(const struct source *from)
{
	void *part = from->event + 1;

#define WRITE_PART(NAME, name, bytes)                                                              \
	if (CFG(parts) & PWRU_PART_##NAME) {                                                       \
		write_##name(part, from);                                                          \
		part += PWRU_ROUND_UP_8(bytes);                                                    \
	}
	PWRU_FIXED_PARTS(WRITE_PART, CFG)
#undef WRITE_PART
}

/* emit_record() writes the variable parts, in this order. */
_Static_assert(PWRU_INDEX_TUPLE4 == PWRU_INDEX_BPFMAP + 1 &&
		       PWRU_INDEX_TUPLE6 == PWRU_INDEX_TUPLE4 + 1 &&
		       PWRU_PART_COUNT == PWRU_INDEX_TUPLE6 + 1,
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
	struct pwru_event *event;
	struct ip_pos ip = {};

	if (parts & (PWRU_PART_TUPLE4 | PWRU_PART_TUPLE6))
		find_ip_of(pos, &ip);
	parts &= ~(PWRU_PART_TUPLE4 | PWRU_PART_TUPLE6 | PWRU_PART_BPFMAP);
	if (call) {
		parts |= PWRU_PART_BPFMAP;
		bytes += MAP_ROOM_BYTES(room);
	}
	tuple_at = bytes;
	if (ip.version == 4) {
		parts |= PWRU_PART_TUPLE4;
		bytes += PWRU_ROUND_UP_8(sizeof(struct pwru_tuple4));
	} else if (ip.version == 6) {
		parts |= PWRU_PART_TUPLE6;
		bytes += PWRU_ROUND_UP_8(sizeof(struct pwru_tuple6));
	}
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
	read_tuple_of((void *)event + tuple_at, &ip);
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

static __always_inline void emit_func(void *ctx, const struct skb_pos *pos, __u64 skb,
				      __u64 packet_id)
{
	__u64 where =
		(__u64)pos->start << PWRU_WHERE_START_SHIFT | pos->linear_len | WHERE_OF_SLOT(pos);

	if (!pos->skb)
		where |= PWRU_WHERE_GONE;
	else if (is_network_first(pos))
		where |= PWRU_WHERE_PLAIN | (__u64)plain_l2_bytes(pos) << PWRU_WHERE_L2_BYTES_SHIFT;
	if (!CFG(plain_parts) || !pwru_try_plain(ctx, skb, pos->base, where, packet_id))
		pwru_emit_other(ctx, skb, pos->base, where, packet_id);
}

#else

static __noinline int try_plain(void *ctx, const struct skb_pos *pos, __u64 skb, __u64 packet_id)
{
	return emit_plain(ctx, pos, plain_l2_bytes(pos), skb, packet_id);
}

static __always_inline void emit_func(void *ctx, const struct skb_pos *pos, __u64 skb,
				      __u64 packet_id)
{
	if (CFG(plain_parts) && pos->skb && is_network_first(pos) &&
	    try_plain(ctx, pos, skb, packet_id))
		return;
	emit(ctx, NULL, pos, skb, packet_id);
}

#endif

#endif /* !DESCRIBES_HITS */

#endif
