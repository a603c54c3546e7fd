/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Hits of kernel functions. A program for each argument position that an skb can have, one for
 * several positions (kprobe.multi only), and a few for the ends of its life.
 */
#include "abi/event.h"
#include "bpf/read/args.bpf.h"
#include "bpf/follow/children.bpf.h"
#include "bpf/write/emit.bpf.h"
#include "bpf/follow/identify_call.bpf.h"
#include "bpf/follow/track.bpf.h"

/*
 * The verifier adds up the stack of every call that is written down, also of those that are never
 * made. With pwru_filter_hit(), whose frame depends on the filter, what else keeps anything there
 * does so in frames of its own.
 */
#ifdef PWRU_CAST
#define SEPARATE static __noinline
#else
#define SEPARATE static __always_inline
#endif

/* A hit whose packet is found here, because there is no pwru_filter_hit(). */
SEPARATE int trace_located(void *ctx, __u64 skb, __u64 packet_id)
{
	struct skb_pos pos;

	skb_find(&pos, skb);
	skb_locate(&pos);
	if (!packet_id) {
		if (!plain_matches(&pos))
			return 0;
		if (CFG(tracks))
			packet_id = track_new(skb);
	}
#ifndef PWRU_CAST
	if (!CFG(reads_fields) || packet_id)
		skb_read_fields(&pos);
#endif
	emit_func(ctx, &pos, skb, packet_id);
	return 0;
}

#ifdef PWRU_CAST

extern __hidden int pwru_filter_hit(void *ctx, __u64 skb, __u64 packet_id);

__noinline int pwru_filter_matched(struct bpf_user_pt_regs_t *ctx, __u64 skb, __u64 base,
				   __u64 where, __u64 packet_id)
{
	bool is_done;

	if (CFG(tracks) && !packet_id)
		packet_id = track_new(skb);
	/* What tracking calls takes stack too: then with a frame that is gone before the next. */
	if (CFG(tracks))
		is_done = pwru_try_plain(ctx, skb, base, where, packet_id);
	else
		is_done = emit_plain_at(ctx, skb, base, where, packet_id);
	if (!is_done)
		pwru_emit_other(ctx, skb, base, where, packet_id);
	return 0;
}

static __always_inline bool skb_fields_match(__u64 skb)
{
	struct skb_pos pos = {.skb = skb};

	return read_fields_match(&pos);
}

#endif

#ifdef PWRU_CAST
/* Where pwru_filter_hit() is all that decides. */
static __always_inline int hit_skb(void *ctx, __u64 skb)
{
	pwru_filter_hit(ctx, skb, 0);
	return 0;
}

/* Where only it and tracking do. */
static __always_inline int tracked_skb(void *ctx, __u64 skb)
{
	if (skb) /* ip_route_output_key_hash() and others may be called without one */
		pwru_filter_hit(ctx, skb, packet_of_hit(skb));
	return 0;
}
#endif

/* Where only it, the fields of an skb and tracking do: with as little as possible on the way. */
static __always_inline int plain_skb(void *ctx, __u64 skb)
{
	__u64 packet_id;

	if (!skb)
		return 0;
	packet_id = packet_of_hit(skb);
#ifdef PWRU_CAST
	if (CFG(has_hit)) {
		if (!CFG(reads_fields) || packet_id || skb_fields_match(skb))
			pwru_filter_hit(ctx, skb, packet_id);
		return 0;
	}
#endif
	return trace_located(ctx, skb, packet_id);
}

/* Everywhere else. */
static __always_inline int trace_skb(struct pt_regs *ctx, __u64 skb)
{
	struct skb_pos pos;
	__u64 packet_id;

	if (!skb) {
		if (CFG(by_stack))
			pwru_stack_pass(REGS_SP(ctx));
		return 0;
	}
	if (identify_call(ctx, &pos, skb, &packet_id))
		emit_func(ctx, &pos, skb, packet_id);
	return 0;
}

/*
 * Four families, of which one is loaded: what a program cannot come to would cost its verification
 * time. One for each position, and for kprobe-multi one for 2 to 5 together; hits of 1 are too many
 * for a look-up.
 */
#define PROGRAM(family, args, skb)                                                                 \
	SEC("kprobe")                                                                              \
	int pwru_##family##_##args(struct pt_regs *ctx)                                            \
	{                                                                                          \
		return family##_skb(ctx, skb);                                                     \
	}
#define PROGRAMS(family)                                                                           \
	PROGRAM(family, 1, REGS_ARG1(ctx))                                                         \
	PROGRAM(family, 2, REGS_ARG2(ctx))                                                         \
	PROGRAM(family, 3, REGS_ARG3(ctx))                                                         \
	PROGRAM(family, 4, REGS_ARG4(ctx))                                                         \
	PROGRAM(family, 5, REGS_ARG5(ctx))                                                         \
	PROGRAM(family, 2_to_5, skb_argument(ctx))

#ifdef PWRU_CAST
PROGRAMS(hit)
PROGRAMS(tracked)
#endif
PROGRAMS(plain)
PROGRAMS(trace)

/* In a list; what follows is not shown, and the list is counted. */
#define LIST_MAX 512

/*
 * Functions that take a list: each skb of it is a hit. What decides about one is a global function,
 * which the verifier looks at once, not for each place in the list.
 */
#define LIST_PROGRAM(family)                                                                       \
	__noinline int pwru_##family##_of_list(struct bpf_user_pt_regs_t *ctx, __u64 skb)          \
	{                                                                                          \
		return family##_skb((void *)ctx, skb);                                             \
	}                                                                                          \
	SEC("kprobe")                                                                              \
	int pwru_list_##family(struct pt_regs *ctx)                                                \
	{                                                                                          \
		__u64 skb = REGS_ARG1(ctx);                                                        \
                                                                                                   \
		for (int i = 0; i < LIST_MAX; i++) {                                               \
			__u64 next = next_in_list(skb);                                            \
                                                                                                   \
			pwru_##family##_of_list((void *)ctx, skb);                                 \
			if (!next)                                                                 \
				return 0;                                                          \
			skb = next;                                                                \
		}                                                                                  \
		__sync_fetch_and_add(&shared.lists_not_shown, 1);                                  \
		return 0;                                                                          \
	}

LIST_PROGRAM(plain)
LIST_PROGRAM(trace)

/*
 * skb_release_head_state(), which ends an skb, and what runs after it on an skb that is about to be
 * gone; `is_to_show` when it is among the functions to show.
 */
static __always_inline int skb_ends(struct pt_regs *ctx, bool is_release, bool is_to_show)
{
	__u64 skb = REGS_ARG1(ctx), packet_id = packet_of_hit(skb);
	struct skb_pos pos;

	if (!is_release && !packet_id)
		packet_id = packet_of_dying(skb);
	if (is_to_show) {
		skb_read(&pos, skb);
		skb_locate(&pos);
		if (is_shown(ctx, &pos, &packet_id))
			emit_func(ctx, &pos, skb, packet_id);
	}
	if (is_release)
		track_release(skb, packet_id);
	return 0;
}

SEC("kprobe")
int pwru_trace_release(struct pt_regs *ctx)
{
	return skb_ends(ctx, true, true);
}

SEC("kprobe")
int pwru_release(struct pt_regs *ctx)
{
	return skb_ends(ctx, true, false);
}

SEC("kprobe")
int pwru_trace_dying(struct pt_regs *ctx)
{
	return skb_ends(ctx, false, true);
}

/* The three in one, for kprobe-multi: each link waits for grace periods when it is taken off. */
SEC("kprobe")
int pwru_trace_end(struct pt_regs *ctx)
{
	bool is_release = bpf_get_func_ip(ctx) - CFG(release_addr) < PWRU_ENTRY_BYTES;

	return skb_ends(ctx, is_release, !is_release || CFG(shows_release));
}

/* Functions without an skb, on behalf of the packet that is being handled. */
SEC("kprobe")
int pwru_trace_stack(struct pt_regs *ctx)
{
	struct stack_entry *handled = stack_find(ctx);
	struct skb_pos pos;

	if (!handled)
		return 0;
	read_stack_packet(&pos, handled);
	emit_func(ctx, &pos, handled->skb, handled->packet_id);
	return 0;
}
