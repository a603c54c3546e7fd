/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Hits of kernel functions. A program for each argument position that an skb can have, one for
 * several positions (kprobe.multi only), and a few for the ends of its life.
 */
#include "bpf/follow/children.bpf.h"
#include "bpf/hit.bpf.h"

/*
 * Four families, of which one is loaded: the verifier also walks code that a program never reaches.
 * Each has a program for each position, and one for the positions 2 to 5 together, for
 * kprobe-multi; position 1 has too many hits for a look-up.
 */
#define PROGRAM(family, args, skb)                                                                 \
	SEC("kprobe")                                                                              \
	int pwru_##family##_##args(struct pt_regs *ctx)                                            \
	{                                                                                          \
		return family##_skb(ctx, skb, 0);                                                  \
	}
#define PROGRAMS(family)                                                                           \
	PROGRAM(family, 1, hook_arg(ctx, 1))                                                       \
	PROGRAM(family, 2, hook_arg(ctx, 2))                                                       \
	PROGRAM(family, 3, hook_arg(ctx, 3))                                                       \
	PROGRAM(family, 4, hook_arg(ctx, 4))                                                       \
	PROGRAM(family, 5, hook_arg(ctx, 5))                                                       \
	PROGRAM(family, 2_to_5, skb_argument(ctx))

#if HAS_FILTER_HIT
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
	__noinline int pwru_##family##_of_list(hook_ctx *ctx, __u64 skb)                           \
	{                                                                                          \
		return family##_skb((void *)ctx, skb, 0);                                          \
	}                                                                                          \
	SEC("kprobe")                                                                              \
	int pwru_list_##family(struct pt_regs *ctx)                                                \
	{                                                                                          \
		__u64 skb = hook_arg(ctx, 1);                                                      \
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

SEC("kprobe")
int pwru_trace_release(struct pt_regs *ctx)
{
	return skb_ends(ctx, true, true, 0);
}

SEC("kprobe")
int pwru_release(struct pt_regs *ctx)
{
	return skb_ends(ctx, true, false, 0);
}

SEC("kprobe")
int pwru_trace_dying(struct pt_regs *ctx)
{
	return skb_ends(ctx, false, true, 0);
}

/* The three in one, for kprobe-multi: each link waits for grace periods when it is taken off. */
SEC("kprobe")
int pwru_trace_end(struct pt_regs *ctx)
{
	bool is_release = bpf_get_func_ip(ctx) - CFG(release_addr) < PWRU_ENTRY_BYTES;

	return skb_ends(ctx, is_release, !is_release || CFG(shows_release), 0);
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
