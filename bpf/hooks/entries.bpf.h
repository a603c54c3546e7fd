/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The programs at the entries of functions that take an skb, whatever kind of hook runs them: one
 * for each argument position that an skb can have, and one for several positions.
 */
#ifndef PWRU_BPF_ENTRIES_H
#define PWRU_BPF_ENTRIES_H

#include "bpf/hit.bpf.h"
#include "bpf/read/refuse.bpf.h"

/*
 * Four families, of which one is loaded: the verifier also walks code that a program never reaches.
 * Each has a program for each position, and one for the positions 2 to 5 together, for
 * kprobe-multi; position 1 has too many hits for a look-up.
 */
#define PROGRAM(family, args, skb)                                                                 \
	SEC(ENTRY_SECTION)                                                                         \
	int pwru_##family##_##args(void *ctx)                                                      \
	{                                                                                          \
		__u64 packet = skb;                                                                \
                                                                                                   \
		if (CFG(tells_ends) && !looks_at_end(ctx, packet))                                 \
			return 0;                                                                  \
		return family##_skb(ctx, packet, 0);                                               \
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

/* The three in one, for kprobe-multi and fentry-multi: each link waits for grace periods when it is
 * taken off. */
SEC(ENTRY_SECTION)
int pwru_trace_end(void *ctx)
{
	__u64 ip = bpf_get_func_ip(ctx);
	bool is_release = ip - CFG(release_addr) < PWRU_ENTRY_BYTES;
	bool is_gone = ip - CFG(gone_addr) < PWRU_ENTRY_BYTES;
	bool is_to_show = is_release ? CFG(shows_release) : !is_gone || CFG(shows_gone);

	return skb_ends(ctx, is_release, is_to_show, 0);
}

#endif
