/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The user's expressions, linked in from objects that src/expr makes. A filter says whether the
 * struct at that address matches; the other writes pwru_config.expr_bytes bytes, see
 * PWRU_PART_EXPR.
 */
#ifndef PWRU_BPF_EXPR_H
#define PWRU_BPF_EXPR_H

#include <linux/types.h>
#include <bpf/bpf_helpers.h>

extern __hidden int pwru_filter_skb_expr(__u64 skb);
extern __hidden int pwru_on_expr(__u64 skb); /* a trigger of --on */
extern __hidden int pwru_skb_values(__u64 skb, void *values);
extern __hidden int pwru_sock_values(__u64 sock, void *values);
extern __hidden int pwru_filter_xdp_expr(__u64 xdp);
extern __hidden int pwru_xdp_values(__u64 xdp, void *values);

#endif
