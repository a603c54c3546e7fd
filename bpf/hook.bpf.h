/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the programs of one object are able to do, and what they may meet. A root in hooks/ for
 * which the defaults do not hold defines the macros before its first #include. They are known to
 * the compiler, so that nothing is left of them in the instructions.
 */
#ifndef PWRU_BPF_HOOK_H
#define PWRU_BPF_HOOK_H

/* Where the arguments of what was hit are; bpf/read/args.bpf.h reads them. */
#define CONTEXT_REGS 1 /* struct pt_regs: kprobe, kprobe-multi */
#define CONTEXT_ARGS 2 /* a trampoline's array: fentry, fexit */
#define CONTEXT_RAW 3  /* struct bpf_raw_tracepoint_args: raw tracepoints */
#ifndef CONTEXT
#define CONTEXT CONTEXT_REGS
#endif

/* The context is struct pt_regs: the stack pointer is known, and so the caller and the stack. */
#define HAS_REGS (CONTEXT == CONTEXT_REGS)

/*
 * Such a program may interrupt another one of this object, on the same CPU. Programs at kprobes may
 * not: the kernel drops such a hit and counts it (bpf_prog_active, in trace_call_bpf() and
 * kprobe_multi_link_prog_run()). Of all others it only drops what would interrupt the same program.
 */
#define MAY_NEST (!HAS_REGS && !MASKS_IRQS)

/*
 * Such a program switches interrupts off while it uses what is the CPU's: bpf_local_irq_save()
 * (Linux 6.14). So it neither interrupts another one of this object there nor is preempted. It has
 * the second ring of the CPU for itself, because programs at kprobes use the first one.
 */
#ifndef MASKS_IRQS
#define MASKS_IRQS 0
#endif
#define USES_SECOND_RING (!HAS_REGS)
/*
 * The fentry and fexit programs of bpf/hooks/{copies,children}.bpf.c are in an object without it,
 * and do interrupt others: they write no record, take no slot, and call none of packet_of_hit(),
 * track_new() and new_packet_id(), which count for the CPU.
 */

/* What is met may be an XDP program's packet, which has no skb; see xdp_read(). */
#ifndef MAY_BE_XDP
#define MAY_BE_XDP 0
#endif

/* The program describes each hit by a struct hit, as no kernel function was hit. */
#ifndef DESCRIBES_HITS
#define DESCRIBES_HITS 0
#endif

/* Hits can be kept until a trigger fires, see bpf/write/keep.bpf.h. */
#define HAS_PATHS (HAS_REGS && !DESCRIBES_HITS)

#endif
