/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a record has besides the packet's tuple and its time: each from where it is read. */
#ifndef PWRU_BPF_PARTS_H
#define PWRU_BPF_PARTS_H

#include "bpf/follow/parents.bpf.h"
#include "bpf/read/args.bpf.h"
#include "bpf/read/expr.bpf.h"
#include "bpf/read/meta.bpf.h"
#include "bpf/read/tunnel.bpf.h"
#include "bpf/read/tuple.bpf.h"
#include "bpf/write/dump.bpf.h"

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

/* Linked in: bpf/hooks/nft.bpf.c and xtables.bpf.c, or the stubs that answer nothing. */
extern __hidden int pwru_nft_verdict(__u64 skb, struct pwru_nft *nft);
extern __hidden int pwru_xt_verdict(__u64 skb, struct pwru_xt *xt);

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
	if (MAY_BE_XDP && from->hit && from->hit->xdp) {
		pwru_xdp_values(from->hit->xdp, part);
		return;
	}
	pwru_skb_values(from->pos->skb, part);
	if (CFG(sock_at)) {
		__u64 sock = given_sock(from->pos);

		if (!from->event->netns)
			from->event->netns = netns_of_given(sock);
		pwru_sock_values(sock, part + CFG(sock_at));
	}
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

static __always_inline void write_xt(void *part, const struct source *from)
{
	pwru_xt_verdict(from->pos->skb, part);
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

#endif
