/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From a hit that matched to a record in this CPU's ring. */
#ifndef PWRU_BPF_EMIT_H
#define PWRU_BPF_EMIT_H

#include "bpf/dump.bpf.h"
#include "bpf/expr.bpf.h"
#include "bpf/map_part.bpf.h"
#include "bpf/meta.bpf.h"
#include "bpf/ring.bpf.h"
#include "bpf/tunnel.bpf.h"
#include "bpf/tuple.bpf.h"

#define ROUND_UP_8(bytes) (((bytes) + 7) & ~7u)

static __always_inline void fill_task(struct pwru_event *event)
{
#ifdef PWRU_CAST
	struct task_struct *task = KERNEL_PTR(struct task_struct, bpf_get_current_task());

	event->pid = task->tgid;
	*(__u64 *)event->comm = *(__u64 *)task->comm;
	*(__u64 *)(event->comm + 8) = *(__u64 *)(task->comm + 8);
#else
	event->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
#endif
}

/* What was hit, and from where: all that an event says besides the packet. */
struct hit {
	__u64 func_ip;
	__u64 caller_ip;
	__u32 arg2;
	__u32 arg3;
	__s32 verdict;
	__u16 type; /* PWRU_EVENT_* */
	__u64 xdp;  /* address of the struct xdp_buff, for events of XDP programs */
};

/*
 * A kprobe reports the address behind its breakpoint. For fprobe bpf_get_func_ip() knows the start
 * of the function, also with an endbr in front of the ftrace site.
 */
static __always_inline __u64 func_ip(struct pt_regs *ctx)
{
	return cfg.has_func_ip ? bpf_get_func_ip(ctx) : REGS_IP(ctx) - 1;
}

static __always_inline void read_func_hit(struct hit *hit, struct pt_regs *ctx)
{
	hit->func_ip = func_ip(ctx);
	hit->caller_ip = 0;
	if (cfg.parts & PWRU_PART_CALLER)
		READ_CALLER(ctx, &hit->caller_ip);
	hit->arg2 = REGS_ARG2(ctx);
	hit->arg3 = REGS_ARG3(ctx);
	hit->verdict = 0;
	hit->type = PWRU_EVENT_FUNC;
	hit->xdp = 0;
}

static __always_inline __u32 emit_parts(struct pwru_event *event, void *ctx, const struct hit *hit,
					const struct skb_pos *pos)
{
	__u32 size = sizeof(*event);

	if (cfg.parts & PWRU_PART_STACK) {
		struct pwru_stack *stack = (void *)event + size;

		stack->size_bytes = bpf_get_stack(ctx, stack->ip, sizeof(stack->ip), 0);
		/* A misled unwinder finds no caller; see unwind() in stack.bpf.h. */
		if (!cfg.has_func_ip && !cfg.is_progs && stack->size_bytes == sizeof(__u64)) {
			READ_CALLER((struct pt_regs *)ctx, &stack->ip[1]);
			stack->size_bytes += sizeof(__u64);
		}
		size += sizeof(*stack);
	}
	if (cfg.parts & PWRU_PART_SKB) {
		bpf_probe_read_kernel((void *)event + size, cfg.skb_bytes, (void *)pos->skb);
		size += ROUND_UP_8(cfg.skb_bytes);
	}
	if (cfg.parts & PWRU_PART_CB) {
		copy_cb((void *)event + size, pos->skb);
		size += sizeof(struct pwru_cb);
	}
	if (cfg.parts & PWRU_PART_SHINFO) {
		copy_shared_info((void *)event + size, pos);
		size += ROUND_UP_8(cfg.shinfo_bytes);
	}
	if (cfg.parts & PWRU_PART_EXPR) {
		if (cfg.is_progs && hit->xdp)
			pwru_xdp_values(hit->xdp, (void *)event + size);
		else
			pwru_skb_values(pos->skb, (void *)event + size);
		size += cfg.expr_bytes;
	}
	if (cfg.parts & PWRU_PART_TUNNEL) {
		struct pwru_tunnel *tunnel = (void *)event + size;

		tunnel->kind = read_tunnel(tunnel, pos);
		size += sizeof(*tunnel);
	}
	return size;
}

static __always_inline __u32 parts_bytes(void)
{
	return sizeof(struct pwru_event) +
	       (cfg.parts & PWRU_PART_STACK ? sizeof(struct pwru_stack) : 0) +
	       (cfg.parts & PWRU_PART_SKB ? ROUND_UP_8(cfg.skb_bytes) : 0) +
	       (cfg.parts & PWRU_PART_CB ? sizeof(struct pwru_cb) : 0) +
	       (cfg.parts & PWRU_PART_SHINFO ? ROUND_UP_8(cfg.shinfo_bytes) : 0) +
	       (cfg.parts & PWRU_PART_EXPR ? cfg.expr_bytes : 0) +
	       (cfg.parts & PWRU_PART_TUNNEL ? sizeof(struct pwru_tunnel) : 0);
}

#define NO_MAP ((struct map_room){})

/*
 * `ctx` is the program's own, for its stack. `skb` is the address to show; `pos` is without one
 * when nothing can be read there any more. With a `call`, its part stands in front of the tuple.
 */
static __always_inline void emit_record(void *ctx, const struct hit *hit, const struct skb_pos *pos,
					__u64 skb, __u64 packet_id, const struct map_call *call,
					struct map_room room)
{
	__u32 number = ring_number(bpf_get_smp_processor_id());
	struct pwru_ring *ring = ring_of(number);
	__u32 bytes = parts_bytes(), map_at = bytes, tuple_at, parts = cfg.parts;
	struct ip_pos ip = {};
	struct pwru_event *event;

	if (parts & (PWRU_PART_TUPLE4 | PWRU_PART_TUPLE6))
		find_ip(pos, &ip, false);
	parts &= ~(PWRU_PART_TUPLE4 | PWRU_PART_TUPLE6 | PWRU_PART_BPFMAP);
	if (call) {
		parts |= PWRU_PART_BPFMAP;
		bytes += MAP_ROOM_BYTES(room);
	}
	tuple_at = bytes;
	if (ip.version == 4) {
		parts |= PWRU_PART_TUPLE4;
		bytes += ROUND_UP_8(sizeof(struct pwru_tuple4));
	} else if (ip.version == 6) {
		parts |= PWRU_PART_TUPLE6;
		bytes += ROUND_UP_8(sizeof(struct pwru_tuple6));
	}
	event = ring_reserve(ring, number, bytes);
	if (!event)
		return;
	/*
	 * The time is taken after the reservation: a reader that notes the time, then how far each
	 * ring is reserved, knows that it has every event up to that time.
	 */
	event->ts_ns = bpf_ktime_get_ns();
	event->func_ip = hit->func_ip;
	event->skb = skb;
	event->packet_id = packet_id;
	event->caller_ip = hit->caller_ip;
	event->parts = parts;
	event->bytes = bytes;
	event->lost = ring->lost;
	event->arg2 = hit->arg2;
	event->arg3 = hit->arg3;
	event->type = hit->type;
	event->verdict = hit->verdict;
	fill_task(event);
	if (cfg.parts & PWRU_PART_META)
		fill_meta(event, pos);
	emit_parts(event, ctx, hit, pos);
	if (call)
		fill_map_part((void *)event + map_at, call, room);
	if (ip.version == 4)
		read_tuple4((void *)event + tuple_at, &ip);
	else if (ip.version == 6)
		read_tuple6((void *)event + tuple_at, &ip);
	ring_commit(ring);
}

SUBPROGRAM void emit(void *ctx, const struct hit *hit, const struct skb_pos *pos, __u64 skb,
		     __u64 packet_id)
{
	emit_record(ctx, hit, pos, skb, packet_id, NULL, NO_MAP);
}

static __always_inline void emit_func(struct pt_regs *ctx, const struct skb_pos *pos, __u64 skb,
				      __u64 packet_id)
{
	struct hit hit;

	read_func_hit(&hit, ctx);
	emit(ctx, &hit, pos, skb, packet_id);
}

#endif
