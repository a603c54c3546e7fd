/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which packet a call stack is handling. Each hit of a function that was shown leaves an entry for
 * its stack: the stack pointer, the return address, and what the packet is. Nobody watches the
 * function return: an entry at or below the stack pointer has returned, and of the others the stack
 * itself says which are active. How it says so differs between the architectures.
 */
#ifndef PWRU_BPF_STACK_H
#define PWRU_BPF_STACK_H

#if defined(__TARGET_ARCH_x86)
#include "bpf/follow/stack_x86.bpf.h"
#else
#include "bpf/follow/stack_arm64.bpf.h"
#endif

static __always_inline void forget_returned(struct stack_entries *stack, __u64 sp)
{
	__u64 count = stack->count;

	for (int i = 0; i < STACK_ENTRIES; i++) {
		if (!count || is_outside(&stack->entry[(count - 1) & (STACK_ENTRIES - 1)], sp))
			break;
		count--;
	}
	stack->count = count;
}

/* A hit that is of no packet: it may still stand in the place of one that has returned. */
__noinline int pwru_stack_pass(__u64 sp)
{
	struct stack_entries *stack = BY_STACK ? entries_of(sp) : NULL;

	if (stack)
		forget_returned(stack, sp);
	return 0;
}

/* That function's entry, or NULL. */
static __always_inline struct stack_entry *stack_find(void *ctx)
{
	struct stack_scratch *scratch = my_stack_scratch();

	return scratch && pwru_stack_find(ctx) ? &scratch->found : NULL;
}

static __always_inline struct stack_entries *new_entries(__u64 sp)
{
	__u64 base = sp & ~(STACK_BYTES - 1);
	struct stack_scratch *scratch = my_stack_scratch();

	if (!scratch || bpf_map_update_elem(&stacks, &base, &scratch->empty, BPF_NOEXIST))
		return 0;
	__sync_fetch_and_add(&shared.stacks_inserted, 1);
	return entries_of(sp);
}

/* The function that was just hit is handling this packet. */
WITH_CONTEXT int pwru_stack_push(hook_ctx *ctx, __u64 skb, __u64 packet_id)
{
	__u64 sp = hook_sp(ctx), ret = 0, count;
	struct stack_entries *stack = entries_of(sp);
	struct stack_entry *entry;

	if (!stack)
		stack = new_entries(sp);
	if (!stack)
		return 0;
	forget_returned(stack, sp);
	count = stack->count;
	/* Full: the outer ones are worth more, as they last longer. */
	if (count >= STACK_ENTRIES)
		count = STACK_ENTRIES - 1;
	entry = &stack->entry[count & (STACK_ENTRIES - 1)];
	if (stack->count >= STACK_ENTRIES && entry->packet_id != packet_id)
		__sync_fetch_and_add(&shared.stack_entries_lost, 1);
	hook_read_caller(ctx, &ret);
	entry->sp = sp;
	entry->ret = ret;
	entry->skb = skb;
	entry->packet_id = packet_id;
	stack->count = count + 1;
	return 0;
}

/* The skb of an entry; 0 when it is no longer that packet. */
static __always_inline __u64 skb_of_stack(const struct stack_entry *entry)
{
	return packet_of(entry->skb) == entry->packet_id ? entry->skb : 0;
}

/* The packet of an entry; all zero when its skb is no longer that packet. */
static __always_inline void read_stack_packet(struct skb_pos *pos, const struct stack_entry *entry)
{
	skb_read(pos, skb_of_stack(entry));
	skb_locate(pos);
}

#endif
