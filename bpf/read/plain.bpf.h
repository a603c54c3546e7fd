/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The short way to the verdict of a pcap filter where the struct and the headers are copied. */
#ifndef PWRU_BPF_PLAIN_H
#define PWRU_BPF_PLAIN_H

#include "bpf/read/filter.bpf.h"
#include "bpf/read/match.bpf.h"

/*
 * The pcap filter on an skb of which nothing was read yet, if the packet is of one of two kinds, as
 * most are: a frame without tags, or an IP packet that has no Ethernet header yet. -1 for any other
 * kind. It does the same as skb_locate() and pcap_matches_copy(), in straight lines, because most
 * hits end here. The copy for the filter holds first what finds the packet.
 */
static __always_inline int plain_verdict(struct pwru_filter_ctx *ctx, const struct skb_pos *found)
{
	const __u32 bytes = CFG(copy_bytes);
	__u32 mac_header = found->mac_header, pushed = 0;
	__s32 len;

	if (mac_header == MAC_HEADER_UNSET) {
		pushed = found->data - found->head;
		if (found->network_header - pushed == ETH_HEADER_BYTES)
			mac_header = pushed;
	}
	if (found->network_header - mac_header == ETH_HEADER_BYTES) {
		len = found->tail - mac_header;
		set_ctx(ctx, found->skb, found->head + mac_header, len);
		if (len < 0 || bpf_probe_read_kernel(ctx->copy, bytes, (void *)ctx->base))
			return -1;
		ctx->copied_len = (__u32)len < bytes ? (__u32)len : bytes;
		return RUN_COPYING_FILTER(pwru_filter_l2, ctx);
	}
	if (mac_header != MAC_HEADER_UNSET)
		return -1;
	if (!found->network_header)
		return 0; /* PKT_NONE */
	len = found->tail - found->network_header;
	if (found->network_header - pushed == ETH_HEADER_BYTES + VLAN_TAG_BYTES || len <= 0 ||
	    bytes <= ETH_HEADER_BYTES)
		return -1;
	set_ctx(ctx, found->skb, found->head + found->network_header - ETH_HEADER_BYTES,
		len + ETH_HEADER_BYTES);
	if (bpf_probe_read_kernel(ctx->copy + ETH_HEADER_BYTES, bytes - ETH_HEADER_BYTES,
				  (void *)(ctx->base + ETH_HEADER_BYTES)))
		return -1;
	*(__be16 *)(ctx->copy + 12) =
		bpf_htons(made_up_ether_type(found, ctx->copy[ETH_HEADER_BYTES]));
	ctx->copied_len = ctx->linear_len < bytes ? ctx->linear_len : bytes;
	return RUN_COPYING_FILTER(pwru_filter_l3, ctx);
}

#if HAS_REGS
static __noinline int pcap_matches_plain(__u64 skb)
{
	struct pwru_filter_ctx ctx;
	struct skb_pos found;

	_Static_assert(sizeof(ctx.copy) >= PWRU_FIND_BYTES && offsetof(typeof(ctx), copy) % 8 == 0,
		       "the copy has room for it");
	skb_find(&found, skb, (char *)ctx.copy);
	return plain_verdict(&ctx, &found);
}
#else

/* The same of an skb whose type the verifier knows: without a copy of it. */
static __noinline int pcap_matches_typed(const struct sk_buff *skb)
{
	struct pwru_filter_ctx ctx;
	struct skb_pos found;

	skb_load_find(&found, skb);
	return plain_verdict(&ctx, &found);
}
#endif

/* In a function of its own, whose stack is free again for what shows the hit. The harness of
 * tests/filter has no use for it. */
static __noinline __attribute__((unused)) int fields_and_pcap_match(__u64 skb)
{
	struct skb_pos pos;

	skb_read(&pos, skb);
	skb_locate(&pos);
	return fields_match(&pos) && (!CFG(has_pcap) || pcap_matches(&pos));
}

#endif
