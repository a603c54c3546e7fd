/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which entry of a stack is active, on arm64. A function begins with its return address in a
 * register, and stores it in its frame record, {the caller's frame record, return address}. The
 * kernel has CONFIG_FRAME_POINTER always, so the records are a chain, whose end is in a register.
 * The record of an active function lies below the stack pointer of its beginning, and its caller's
 * does not.
 */
#ifndef PWRU_BPF_STACK_ARM64_H
#define PWRU_BPF_STACK_ARM64_H

#include "bpf/follow/stack_entries.bpf.h"

#define WALKED_FRAMES 127

/*
 * Return addresses are signed in memory (CONFIG_ARM64_PTR_AUTH_KERNEL), in the bits that addresses
 * do not need: all above the 36th, with the smallest address space. The code of the kernel and its
 * modules lies within 4 GiB.
 */
static __always_inline bool is_same_code(__u64 signed_address, __u64 address)
{
	return (signed_address ^ address) << 28 == 0;
}

/*
 * Whether there is an innermost function on this stack that is handling a packet: then `found`.
 * What changes from step to step is in memory, which the verifier takes for any number: otherwise
 * it would look at each step once for each way to it.
 */
WITH_CONTEXT int pwru_stack_find(hook_ctx *ctx)
{
	__u64 sp = hook_sp(ctx);
	struct stack_scratch *scratch = my_stack_scratch();
	struct stack_entries *stack = BY_STACK ? entries_of(sp) : NULL;
	volatile struct stack_walk *walk;

	if (!stack || !scratch)
		return 0;
	walk = &scratch->walk;
	walk->frame = hook_fp(ctx);
	walk->caller = 0;
	bpf_probe_read_kernel((void *)&walk->caller, 2 * sizeof(__u64), (void *)walk->frame);
	for (int i = 0; i < WALKED_FRAMES + STACK_ENTRIES; i++) {
		__u64 count = *(volatile __u64 *)&stack->count, frame = walk->frame,
		      caller = walk->caller;
		struct stack_entry *entry = &stack->entry[(count - 1) & (STACK_ENTRIES - 1)];
		__u64 begin = *(volatile __u64 *)&entry->sp;

		if (!count)
			return 0;
		if (begin - sp - 1 < STACK_BYTES - 1 && frame < begin) {
			if (caller > frame && caller < begin) {
				walk->frame = caller;
				walk->caller = 0;
				bpf_probe_read_kernel((void *)&walk->caller, 2 * sizeof(__u64),
						      (void *)caller);
				continue;
			}
			if (is_same_code(walk->ret, entry->ret) ||
			    is_same_code(walk->ret, CFG(return_trampoline_ip))) {
				scratch->found = *entry;
				return 1;
			}
		}
		/* It has returned, or another function was called in its place. */
		*(volatile __u64 *)&stack->count = count - 1;
	}
	return 0;
}

#endif
