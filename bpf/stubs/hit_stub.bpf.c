/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The object file of a generated pwru_filter_hit(), before its code is put in; see
 * filter_stub.bpf.c. */
#include "abi/filter.h"
#include "bpf/kernel_types.h"
#include <bpf/bpf_helpers.h>

extern __u64 pwru_filter_load(__u64 skb, __u64 base, __u64 offset_size, __u32 linear_len,
			      __u32 vlan_tag);
/* As the definition has it, see bpf/read/args.bpf.h: the linker compares the types. */
#ifndef PWRU_CONTEXT
#define PWRU_CONTEXT struct bpf_user_pt_regs_t
#endif
extern int pwru_filter_matched(PWRU_CONTEXT *ctx, __u64 skb, __u64 base, __u64 where,
			       __u64 packet_id);

__hidden int pwru_filter_hit(void *ctx, __u64 skb, __u64 packet_id)
{
	return pwru_filter_load(skb, 0, 0, 0, 0) && pwru_filter_matched(ctx, skb, 0, 0, packet_id);
}
