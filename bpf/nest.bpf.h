/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What keeps programs apart that interrupt each other on a CPU: each takes a slot for as long as it
 * runs. A slot has memory of its own, for what is too large for the stack, and gives out ids of its
 * own. Programs at kprobes interrupt none of each other: they need no slot, and their slot is 0.
 */
#ifndef PWRU_BPF_NEST_H
#define PWRU_BPF_NEST_H

#include "bpf/hook.bpf.h"
#include "bpf/shared.bpf.h"

/* How many elements a per-CPU map of such memory has. */
#define NEST_SLOTS (MAY_NEST ? 1 + PWRU_NEST_SLOTS : 1)

#if MASKS_IRQS
extern void bpf_local_irq_save(unsigned long *flags) __ksym __weak;
extern void bpf_local_irq_restore(unsigned long *flags) __ksym __weak;
#define MASK_IRQS(flags)                                                                           \
	unsigned long flags;                                                                       \
	bpf_local_irq_save(&flags)
#define UNMASK_IRQS(flags) bpf_local_irq_restore(&flags)
#else
#define MASK_IRQS(flags) ((void)0)
#define UNMASK_IRQS(flags) ((void)0)
#endif

/* The ring of this CPU that the programs of this object write to. */
static __always_inline __u64 ring_number(__u64 cpu)
{
	return USES_SECOND_RING ? cpu + CFG(cpus) : cpu;
}

#if MAY_NEST

/* The slot that the program took when it found this packet. */
#define SLOT_OF(pos) ((pos)->slot)
#define SET_SLOT(pos, number) ((pos)->slot = (number))

/*
 * Takes what `taken` guards, by writing `mark` there, which is not 0. False: a program that this
 * one interrupts has it.
 *
 * Without the atomic instruction (Linux 5.12) an interrupt may come between the two accesses. The
 * program that runs in it has given back what it took before this one goes on. So this way is right
 * where programs end in the reverse order of their beginning. They do on 5.10, where no BPF program
 * is preempted (migrate_disable() disables preemption). Where the kernel has the instruction, user
 * space puts it in the place of the three that begin here (src/program/atomic_take.cc).
 */
static __always_inline bool take(__u32 *taken, __u32 mark)
{
#ifdef PWRU_CAST
	return __sync_val_compare_and_swap(taken, 0, mark) == 0;
#elif defined(__bpf__)
	__u64 before, value = mark;

	asm volatile("r0 = *(u32 *)(%1 + 0)\n"
		     "if r0 != 0 goto +1\n"
		     "*(u32 *)(%1 + 0) = %2\n"
		     "%0 = r0"
		     : "=r"(before)
		     : "r"(taken), "r"(value)
		     : "r0", "memory");
	return !before;
#else /* the same for another machine: tests/bpf/nesting_test.c */
	if (*taken)
		return false;
	*taken = mark;
	return true;
#endif
}

static __always_inline void give_back(__u32 *taken)
{
	barrier();
	*(volatile __u32 *)taken = 0;
}

/* The ring of the programs that nest, on this CPU. */
static __always_inline struct pwru_ring *nesting_ring(void)
{
	return ring_of(bpf_get_smp_processor_id() + CFG(cpus));
}

/*
 * A slot, from 1 on; it is read from memory, so that the verifier takes it for any number and need
 * not look at the rest of the program for each one. 0: there is none left. That counts as a lost
 * event, although nobody knows whether it was wanted.
 */
static __always_inline __u32 take_slot(void)
{
	struct pwru_ring *mine = nesting_ring();

#pragma unroll
	for (__u32 i = 0; i < PWRU_NEST_SLOTS; i++) {
		if (take(&mine->taken[i], i + 1))
			return *(volatile __u32 *)&mine->taken[i];
	}
	__sync_fetch_and_add(&mine->lost, 1);
	return 0;
}

static __always_inline void give_back_slot(__u32 slot)
{
	give_back(&nesting_ring()->taken[(slot - 1) & (PWRU_NEST_SLOTS - 1)]);
}

#else

#define SLOT_OF(pos) 0
#define SET_SLOT(pos, number) ((void)(number))

#endif

#endif
