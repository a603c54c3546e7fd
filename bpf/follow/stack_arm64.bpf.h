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

struct frame_record {
	__u64 caller; /* its frame record */
	__u64 ret;
};

/*
 * Return addresses are signed in memory (CONFIG_ARM64_PTR_AUTH_KERNEL), in the bits that addresses
 * do not need: all above the 36th, with the smallest address space. The code of the kernel and its
 * modules lies within 4 GiB.
 */
static __always_inline bool is_same_code(__u64 signed_address, __u64 address)
{
	return (signed_address ^ address) << 28 == 0;
}

/* Whether there is an innermost function on this stack that is handling a packet: then `found`. */
WITH_CONTEXT int pwru_stack_find(hook_ctx *ctx)
{
	__u64 sp = hook_sp(ctx), frame = hook_fp(ctx), count;
	struct stack_scratch *scratch = my_stack_scratch();
	struct stack_entries *stack = BY_STACK ? entries_of(sp) : NULL;
	struct frame_record record = {};

	if (!stack || !scratch)
		return 0;
	count = stack->count;
	bpf_probe_read_kernel(&record, sizeof(record), (void *)frame);
	for (int i = 0; i < WALKED_FRAMES + STACK_ENTRIES; i++) {
		struct stack_entry *entry = &stack->entry[(count - 1) & (STACK_ENTRIES - 1)];

		if (!count)
			break;
		if (!is_outside(entry, sp) || frame >= entry->sp) {
			count--; /* it has returned */
		} else if (record.caller > frame && record.caller < entry->sp) {
			frame = record.caller;
			record.caller = 0;
			bpf_probe_read_kernel(&record, sizeof(record), (void *)frame);
		} else if (is_same_code(record.ret, entry->ret) ||
			   is_same_code(record.ret, CFG(return_trampoline_ip))) {
			scratch->found = *entry;
			break;
		} else {
			count--; /* another function was called in its place */
		}
	}
	stack->count = count;
	return count != 0;
}

#endif
