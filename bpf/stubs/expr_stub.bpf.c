/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The objects of --filter-skb-expr, --output-skb-metadata and their like for XDP: what they do when
 * nothing was asked for, and the frame for generated code. One of two macros names the function.
 */
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

#ifdef PWRU_EXPR_FILTER
__hidden int PWRU_EXPR_FILTER(__u64 root __attribute__((unused)))
{
	return 1;
}
#else
__hidden int PWRU_EXPR_VALUES(__u64 root __attribute__((unused)),
			      void *values __attribute__((unused)))
{
	return 0;
}
#endif
