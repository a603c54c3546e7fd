/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which entry of a stack is active, on x86: the word at `sp` must be the return address still. As a
 * dead frame may keep its words until they are written over, the address must also be among those
 * that the kernel's unwinder finds, if it can.
 */
#ifndef PWRU_BPF_STACK_X86_H
#define PWRU_BPF_STACK_X86_H

#include "bpf/follow/stack_entries.bpf.h"

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

#endif
