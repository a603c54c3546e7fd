/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether a packet is one that the user asked for. */
#ifndef PWRU_BPF_MATCH_H
#define PWRU_BPF_MATCH_H

#include "bpf/read/expr.bpf.h"
#include "bpf/read/filter.bpf.h"
#include "bpf/read/meta.bpf.h"
#include "bpf/read/tunnel.bpf.h"

/* The fields of the skb. They come before the pcap filter, because they are cheap. */
static __always_inline bool fields_match(const struct skb_pos *pos)
{
	if (CFG(mark_mask) && (SKB_FIELD(pos, mark) & CFG(mark_mask)) != CFG(mark))
		return false;
	if (CFG(netns) && skb_netns(pos) != CFG(netns))
		return false;
	return !CFG(ifindex) || skb_ifindex(pos) == CFG(ifindex);
}

static __always_inline bool matches(struct skb_pos *pos)
{
	if (!fields_match(pos))
		return false;
	if (CFG(has_pcap) && !pcap_matches(pos))
		return false;
	if (!tunnel_matches(pos))
		return false;
	return !CFG(has_skb_expr) || pwru_filter_skb_expr(pos->skb);
}

#ifdef PWRU_CAST
static __always_inline bool read_fields_match(struct skb_pos *pos)
{
	skb_read_fields(pos);
	return fields_match(pos);
}

/* The same as matches() where no other option decides, after skb_find(). */
static __always_inline bool plain_matches(struct skb_pos *pos)
{
	if (CFG(reads_fields) && !read_fields_match(pos))
		return false;
	return !CFG(has_pcap) || plain_pcap_matches(pos);
}
#endif

#endif
