/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which argument of the function that was hit is the skb, for a program of several kinds of them.
 */
#ifndef PWRU_BPF_ARGS_H
#define PWRU_BPF_ARGS_H

#include "abi/config.h"
#include "bpf/config.bpf.h"
#include "bpf/kernel_types.h"
#include <bpf/bpf_helpers.h>

/* One value: by the hash of an address the position, 0 for an address that is not probed. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64); /* its size is set before loading */
} arg_table SEC(".maps");

/*
 * 0 when the table does not know the function. Without the barriers the compiler makes one load at
 * a computed offset of the registers, which the verifier refuses.
 */
static __always_inline __u64 skb_argument(struct pt_regs *ctx)
{
	__u32 zero = 0,
	      slot = PWRU_ARG_SLOT(bpf_get_func_ip(ctx), CFG(arg_multiplier), CFG(arg_shift));
	const __u8 *positions = bpf_map_lookup_elem(&arg_table, &zero);
	__u64 skb = 0;

	if (!positions)
		return 0;
	switch (positions[slot]) {
	case 2:
		skb = REGS_ARG2(ctx);
		barrier_var(skb);
		break;
	case 3:
		skb = REGS_ARG3(ctx);
		barrier_var(skb);
		break;
	case 4:
		skb = REGS_ARG4(ctx);
		barrier_var(skb);
		break;
	case 5:
		skb = REGS_ARG5(ctx);
		barrier_var(skb);
		break;
	}
	return skb;
}

#endif
