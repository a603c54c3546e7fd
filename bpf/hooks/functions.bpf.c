/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Hits of kernel functions, at kprobes: their entries, lists, and the ends of an skb's life. */
#define ENTRY_SECTION "kprobe"
#include "bpf/follow/children.bpf.h"
#include "bpf/hooks/entries.bpf.h"

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
			if (CFG(tells_ends))                                                       \
				note_sock(0, skb, 0);                                              \
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

/* Functions without an skb, on behalf of the packet that is being handled. */
SEC("kprobe")
int pwru_trace_stack(struct pt_regs *ctx)
{
	struct stack_entry *handled = stack_find(ctx);

	if (!handled)
		return 0;
#ifdef PWRU_CAST
	struct skb_pos pos;

	read_stack_packet(&pos, handled);
	emit_func(ctx, &pos, handled->skb, handled->packet_id);
#else
	pwru_show((void *)ctx, skb_of_stack(handled), handled->skb, handled->packet_id);
#endif
	return 0;
}
