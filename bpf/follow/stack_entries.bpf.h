/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is known of the call stacks that handle a packet; see bpf/follow/stack.bpf.h. */
#ifndef PWRU_BPF_STACK_ENTRIES_H
#define PWRU_BPF_STACK_ENTRIES_H

#include "bpf/read/filter.bpf.h"
#include "bpf/follow/track.bpf.h"
#include "bpf/read/args.bpf.h"

/* THREAD_SIZE and IRQ_STACK_SIZE: each stack is at least as much aligned as it is large. */
#define STACK_BYTES ((__u64)CFG(stack_bytes))
#define STACK_ENTRIES 16   /* a power of two */
#define UNWOUND_FRAMES 127 /* the default of the sysctl kernel.perf_event_max_stack */
#define CANNOT_UNWIND (~0u)

struct stack_entry {
	__u64 sp;  /* the stack pointer when the function began */
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

/* How far pwru_stack_find() of arm64 has gone: to this frame record, which says these two. */
struct stack_walk {
	__u64 frame;
	__u64 caller; /* its frame record */
	__u64 ret;
};

/*
 * What is too large for the stack of a program, and what a global function cannot return: those
 * that walk are global, so that the verifier looks at their loops once, not once a caller.
 */
struct stack_scratch {
	struct stack_entries empty; /* never written */
	struct stack_entry found;
	struct stack_walk walk;
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

#endif
