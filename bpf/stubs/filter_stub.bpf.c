/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The object file of a generated filter, before its code is put in: symbols, BTF and relocations
 * are the compiler's, so that libbpf's linker finds what it expects. PWRU_FILTER names the
 * function.
 */
#include "abi/filter.h"
#include <bpf/bpf_helpers.h>

/*
 * Defined by the tracer. It is called here so that the symbol and its BTF (an extern FUNC, which
 * the linker needs to resolve a call) are there for the generated code's relocations.
 */
extern __u64 pwru_filter_load(__u64 skb, __u64 base, __u64 offset_size, __u32 linear_len,
			      __u32 vlan_tag);

__hidden int PWRU_FILTER(struct pwru_filter_ctx *ctx, const void *window, __u32 linear_len)
{
	return window && pwru_filter_load(ctx->skb, ctx->base, 0, linear_len, ctx->vlan_tag) != 0;
}
