/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether a packet is one that the user asked for. */
#ifndef PWRU_BPF_MATCH_H
#define PWRU_BPF_MATCH_H

#include "bpf/expr.bpf.h"
#include "bpf/filter.bpf.h"
#include "bpf/meta.bpf.h"
#include "bpf/tunnel.bpf.h"

/* The cheap tests come before the pcap filter. */
static __always_inline bool matches(struct skb_pos *pos)
{
	if (cfg.mark_mask && (SKB_FIELD(pos, mark) & cfg.mark_mask) != cfg.mark)
		return false;
	if (cfg.netns && skb_netns(pos) != cfg.netns)
		return false;
	if (cfg.ifindex && skb_ifindex(pos) != cfg.ifindex)
		return false;
	if (cfg.has_pcap && !pcap_matches(pos))
		return false;
	if (!tunnel_matches(pos))
		return false;
	return !cfg.has_skb_expr || pwru_filter_skb_expr(pos->skb);
}

#endif
