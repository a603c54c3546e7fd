/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which packet a call stack is handling. Each hit of a function that was shown leaves an entry for
 * its stack: where its return address lies, and what it is. While the function is active that word
 * stays as it is, so nobody need watch it return: an entry at or below the stack pointer, or with
 * another word in its place, has returned. As a dead frame may keep its words until they are
 * written over, the address must also be among those that the kernel's unwinder finds, if it can.
 */
#ifndef PWRU_BPF_STACK_H
#define PWRU_BPF_STACK_H

#include "bpf/read/filter.bpf.h"
#include "bpf/follow/track.bpf.h"
#include "bpf/read/args.bpf.h"

/* THREAD_SIZE and IRQ_STACK_SIZE of x86-64: each stack is as large as it is aligned. */
#define STACK_BYTES (16ull << 10)
#define STACK_ENTRIES 16   /* a power of two */
#define UNWOUND_FRAMES 127 /* the default of the sysctl kernel.perf_event_max_stack */
#define CANNOT_UNWIND (~0u)

struct stack_entry {
	__u64 sp;  /* where the return address lies */
	__u64 ret; /* the return address */
	__u64 skb;
	__u64 packet_id;
};

/* A stack is known by where the stack pointer is, which only the registers say. */
#define BY_STACK (HAS_REGS && CFG(by_stack))

/*
 * Outermost first. A stack belongs to one CPU at a time, and what has registers, a program at a
 * kprobe, interrupts no other.
 */
struct stack_entries {
	__u64 count;
	struct stack_entry entry[STACK_ENTRIES];
};

/* By the address of the stack. LRU: the stacks of tasks that are gone must not fill it. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1); /* set before loading */
	__type(key, __u64);
	__type(value, struct stack_entries);
} stacks SEC(".maps");

/*
 * What is too large for the stack of a program, and what a global function cannot return: those
 * below are global, so that the verifier looks at their loops once, not once a caller.
 */
struct stack_scratch {
	struct stack_entries empty; /* never written */
	struct stack_entry found;
	__u64 unwound[UNWOUND_FRAMES + 1]; /* a power of two */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct stack_scratch);
} stack_scratch SEC(".maps");

static __always_inline struct stack_scratch *my_stack_scratch(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&stack_scratch, &zero);
}

static __always_inline struct stack_entries *entries_of(__u64 sp)
{
	__u64 base = sp & ~(STACK_BYTES - 1);

	return bpf_map_lookup_elem(&stacks, &base);
}

/* True for an entry further out on the same stack; wraps around for one that has returned. */
static __always_inline bool is_outside(const struct stack_entry *entry, __u64 sp)
{
	return entry->sp - sp - 1 < STACK_BYTES - 1;
}

static __always_inline bool is_in_place(const struct stack_entry *entry)
{
	__u64 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), (void *)entry->sp);
	return word == entry->ret;
}

/* Whether the first `frames` of the unwound addresses have this one. */
__noinline int pwru_unwound_has(__u64 ret, __u32 frames)
{
	struct stack_scratch *scratch;

	if (!BY_STACK)
		return 0;
	scratch = my_stack_scratch();
	if (!scratch)
		return 0;
	for (__u32 i = 0; i < UNWOUND_FRAMES; i++) {
		if (i >= frames)
			return 0;
		if (scratch->unwound[i] == ret)
			return 1;
	}
	return 1; /* the stack is deeper than what was unwound */
}

/*
 * How many addresses were found, or CANNOT_UNWIND. The unwinder is misled by a kprobe on an
 * instruction of one byte, as `push %rbp`: it takes it for done, because an int3 leaves the
 * instruction pointer behind it. Then the return address is not where it must be. And before 5.15
 * it does not see through a function whose return is probed.
 */
WITH_CONTEXT __u32 pwru_unwind(hook_ctx *ctx)
{
	struct stack_scratch *scratch = my_stack_scratch();
	__u64 ret = 0;
	__u32 frames, last;
	long bytes;

	if (!scratch)
		return CANNOT_UNWIND;
	bytes = bpf_get_stack(ctx, scratch->unwound, UNWOUND_FRAMES * sizeof(__u64), 0);
	hook_read_caller(ctx, &ret);
	if (bytes < (long)sizeof(__u64) * 2 ||
	    (scratch->unwound[0] != ret && scratch->unwound[1] != ret))
		return CANNOT_UNWIND;
	frames = bytes / sizeof(__u64);
	last = frames - 1;
	asm volatile("" : "+r"(last)); /* the compiler knows that the mask changes nothing */
	if (scratch->unwound[last & UNWOUND_FRAMES] == CFG(return_trampoline_ip))
		return CANNOT_UNWIND;
	return frames;
}

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

/* Whether there is an innermost function on this stack that is handling a packet: then `found`. */
WITH_CONTEXT int pwru_stack_find(hook_ctx *ctx)
{
	__u64 sp = hook_sp(ctx), count;
	struct stack_scratch *scratch = my_stack_scratch();
	struct stack_entries *stack = BY_STACK ? entries_of(sp) : NULL;
	__u32 frames = 0;

	if (!stack || !scratch)
		return 0;
	count = stack->count;
	for (int i = 0; i < STACK_ENTRIES; i++) {
		struct stack_entry *entry = &stack->entry[(count - 1) & (STACK_ENTRIES - 1)];

		if (!count)
			break;
		if (is_outside(entry, sp) && is_in_place(entry)) {
			if (!frames)
				frames = pwru_unwind(ctx);
			if (frames == CANNOT_UNWIND || pwru_unwound_has(entry->ret, frames)) {
				scratch->found = *entry;
				break;
			}
		}
		count--;
	}
	stack->count = count;
	return count != 0;
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

/* The packet of an entry; all zero when its skb is no longer that packet. */
static __always_inline void read_stack_packet(struct skb_pos *pos, const struct stack_entry *entry)
{
	skb_read(pos, packet_of(entry->skb) == entry->packet_id ? entry->skb : 0);
	skb_locate(pos);
}

#endif
