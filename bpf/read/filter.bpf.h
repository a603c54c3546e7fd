/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the packet of an skb begins, and whether the pcap filter takes it. */
#ifndef PWRU_BPF_FILTER_H
#define PWRU_BPF_FILTER_H

#include "bpf/config.bpf.h"
#include "abi/filter.h"
#include "bpf/read/ancillary.bpf.h"
#include "bpf/read/skb.bpf.h"
#include <stddef.h>

#define ETH_HEADER_BYTES 14
#define VLAN_TAG_BYTES 4
#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86DD
#define ETH_P_8021Q 0x8100
#define ETH_P_8021AD 0x88A8
#if defined(__TARGET_ARCH_x86)
#define PAGE_SHIFT 12
#else
#define PAGE_SHIFT CFG(page_shift)
#endif
#define MAX_FRAGS 17 /* MAX_SKB_FRAGS with 4 KiB pages; 45 at most, by CONFIG_MAX_SKB_FRAGS */

/* Linked in from the generated objects; to be called through RUN_FILTER(). */
extern __hidden int pwru_filter_l2(struct pwru_filter_ctx *ctx, const void *window,
				   __u32 linear_len);
extern __hidden int pwru_filter_l3(struct pwru_filter_ctx *ctx, const void *window,
				   __u32 linear_len);

/* A filter that copies, and one that does not. */
#define RUN_COPYING_FILTER(filter, ctx) filter(ctx, NULL, 0)
#ifdef PWRU_CAST
#define RUN_FILTER(filter, ctx) filter(ctx, BYTES_AT((ctx)->base) - BYTES_START, (ctx)->linear_len)
#else
#define RUN_FILTER(filter, ctx) RUN_COPYING_FILTER(filter, ctx)
#endif

static __always_inline bool is_vlan(__be16 proto)
{
	return proto == bpf_htons(ETH_P_8021Q) || proto == bpf_htons(ETH_P_8021AD);
}

/* The network header lies before the MAC header, which is that of a frame inside. */
static __always_inline bool is_before_mac(const struct skb_pos *pos)
{
	return pos->mac_header != MAC_HEADER_UNSET && pos->network_header < pos->mac_header;
}

/*
 * The Ethernet header says that IP follows at once, and the network header lies further behind:
 * what was between them was taken off, as xfrm4_transport_input() does with the header of ESP, and
 * the IP header moved. What mac_header leads to is no longer a part of the packet.
 */
static __always_inline bool is_mac_left_behind(const struct skb_pos *pos)
{
	__u64 addr = pos->head + pos->mac_header + 12;
	__be16 type;
#ifdef PWRU_CAST
	type = *(const __be16 *)BYTES_AT(addr);
#else
	bpf_probe_read_kernel(&type, sizeof(type), (void *)addr);
#endif
	return type == bpf_htons(ETH_P_IP) || type == bpf_htons(ETH_P_IPV6);
}

/*
 * Which headers are there now. skb->mac_len is of no use: it is zero on most of the way out. The
 * network header lies 14 bytes behind an Ethernet header, and 4 more for each tag; any other
 * distance is another link type, or an outer header that was taken off (ip_tunnel_rcv) or put on
 * (iptunnel_xmit) while mac_header stayed. A header that eth_header() has pushed is at
 * skb->data until __dev_queue_xmit() sets mac_header; vlan_dev_hard_header() pushes a tag before.
 */
static __always_inline enum pkt_start skb_pkt_start(struct skb_pos *pos)
{
	__u32 l2_bytes = pos->network_header - pos->mac_header, data, pushed;
	bool has_mac = pos->mac_header != MAC_HEADER_UNSET;

	if (has_mac && l2_bytes == ETH_HEADER_BYTES)
		return PKT_L2;
	if (has_mac &&
	    (l2_bytes == ETH_HEADER_BYTES + VLAN_TAG_BYTES ||
	     l2_bytes == ETH_HEADER_BYTES + 2 * VLAN_TAG_BYTES ||
	     l2_bytes == ETH_HEADER_BYTES + 3 * VLAN_TAG_BYTES) &&
	    !is_mac_left_behind(pos))
		return PKT_L2;
	data = skb_data(pos) - pos->head;
	/* Fresh from the driver: eth_type_trans() pulled the header, nobody set network_header yet.
	 */
	if (is_before_mac(pos) && data == pos->mac_header + ETH_HEADER_BYTES)
		return PKT_L2;
	pushed = pos->network_header - data;
	if (pushed == ETH_HEADER_BYTES || (pushed == ETH_HEADER_BYTES + VLAN_TAG_BYTES &&
					   !is_before_mac(pos) && is_vlan(skb_protocol(pos)))) {
		pos->mac_header = data;
		return PKT_L2;
	}
	return pos->network_header ? PKT_L3 : PKT_NONE;
}

/* To be called after skb_read(). The headers may lie before or behind skb->data. */
static __always_inline void skb_locate(struct skb_pos *pos)
{
	__s64 offset, len, sign __attribute__((unused));

	pos->start = skb_pkt_start(pos);
	offset = pos->start == PKT_L2 ? pos->mac_header : pos->network_header;
	pos->base = pos->head + offset;
	len = (__s64)pos->tail - offset;
#ifdef PWRU_CAST
	pos->linear_len = len > 0 ? len : 0;
#else
	/*
	 * Zero if negative, without a branch: 5.10's verifier would take a constant zero that was
	 * stored for what is always there; see struct skb_pos.
	 */
	sign = len >> 63;
	barrier_var(sign);
	pos->linear_len = len & ~sign;
#endif
}

/* Whether the network header is the first behind an Ethernet header, or there is none of these. */
static __always_inline bool is_network_first(const struct skb_pos *pos)
{
	return pos->start == PKT_L3 ||
	       (pos->start == PKT_L2 && pos->network_header - pos->mac_header == ETH_HEADER_BYTES);
}

static __always_inline __u32 plain_l2_bytes(const struct skb_pos *pos)
{
	return pos->start == PKT_L2 ? ETH_HEADER_BYTES : 0;
}

/*
 * The EtherType of a packet that has no Ethernet header. skb->protocol is 0 until __ip_local_out()
 * sets it, and that of the packet inside until then where a tunnel's header was put before the MAC
 * header (iptunnel_xmit()) or took the place of another IP version; vlan_dev_hard_header() sets it
 * before the tag is there. The version of the IP header decides then. Elsewhere it does not: the
 * label of MPLS may begin with any number.
 */
static __always_inline __u16 made_up_ether_type(const struct skb_pos *pos, __u8 first_byte)
{
	__be16 proto = skb_protocol(pos);

	if (is_before_mac(pos))
		proto = 0;
	if (!proto || proto == bpf_htons(ETH_P_IP) || proto == bpf_htons(ETH_P_IPV6) ||
	    is_vlan(proto)) {
		if (first_byte >> 4 == 4)
			return ETH_P_IP;
		if (first_byte >> 4 == 6)
			return ETH_P_IPV6;
	}
	return proto ? bpf_ntohs(proto) : PWRU_ETHER_TYPE_UNKNOWN;
}

/* x86 has these numbers in variables, whose addresses are known; see struct pwru_config. */
static __always_inline void read_number(__u64 *number, __u64 known)
{
#if defined(__TARGET_ARCH_x86)
	bpf_probe_read_kernel(number, sizeof(*number), (void *)known);
#else
	*number = known;
#endif
}

/* Where the bytes of a page fragment are, 0: they cannot be read. */
static __always_inline __u64 frag_addr(const struct any_skb_frag *frag)
{
	__u64 base = 0, addr; /* one for both: stack is short */

	if (!CFG(vmemmap_base) || (frag->page & 1))
		return 0;
	/* page_to_virt() with CONFIG_SPARSEMEM_VMEMMAP */
	read_number(&base, CFG(vmemmap_base));
	addr = (frag->page - base) / bpf_core_type_size(struct page) << PAGE_SHIFT;
	read_number(&base, CFG(page_offset_base));
	return addr + base + frag->offset;
}

static __always_inline struct skb_shared_info *shinfo_of(__u64 skb_addr)
{
	struct sk_buff *skb = (void *)skb_addr;

	return (void *)(BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, end));
}

/*
 * One byte behind the linear part, or -1. The caller passes the offset within the page fragments. A
 * global function: the verifier looks at it once, not for each byte.
 */
__noinline int pwru_frag_byte(__u64 skb_addr, __u32 off)
{
	struct skb_shared_info *shinfo;
	struct any_skb_frag frag = {};
	__u32 nr_frags;
	__u8 byte = 0;
	__u64 addr;

	if (!CFG(vmemmap_base) || (skb_addr & PWRU_AT_XDP))
		return -1;
	shinfo = shinfo_of(skb_addr);
	nr_frags = BPF_CORE_READ(shinfo, nr_frags);
	for (__u32 i = 0; i < MAX_FRAGS; i++) {
		if (i >= nr_frags)
			return -1;
		bpf_probe_read_kernel(&frag, sizeof(frag), &shinfo->frags[i]);
		if (off < frag.len)
			break;
		off -= frag.len;
	}
	addr = off < frag.len ? frag_addr(&frag) : 0;
	if (!addr || bpf_probe_read_kernel(&byte, 1, (void *)(addr + off)))
		return -1;
	return byte;
}

/*
 * The slow way to a load, for what the generated code cannot reach by itself; see abi/filter.h. A
 * global function of scalars: the verifier checks it once, not at every load.
 */
__noinline __u64 pwru_filter_load(__u64 skb, __u64 base, __u64 offset_size, __u32 linear_len,
				  __u32 vlan_tag)
{
	__u32 offset = (__u32)offset_size, size = offset_size >> PWRU_LOAD_SIZE_SHIFT;
	__u64 value = 0;

	if (CFG(filter_ancillary) && !size)
		return pwru_ancillary(skb, base, offset);
	for (__u32 i = 0; i < 4; i++) {
		__u64 at = (__u64)offset + i;
		__u8 byte = 0;

		if (i >= size)
			break;
		if (at >= linear_len) {
			int in_frag = pwru_frag_byte(skb, at - linear_len);

			if (in_frag < 0)
				return PWRU_LOAD_OUTSIDE;
			byte = in_frag;
		} else if (vlan_tag && at >= 12 && at < 12 + VLAN_TAG_BYTES) {
			byte = vlan_tag >> (8 * (12 + VLAN_TAG_BYTES - 1 - at));
		} else {
			if (vlan_tag && at >= 12 + VLAN_TAG_BYTES)
				at -= VLAN_TAG_BYTES;
			if (bpf_probe_read_kernel(&byte, 1, (void *)(base + at)))
				return PWRU_LOAD_OUTSIDE;
		}
		value = value << 8 | byte;
	}
	return value;
}

/* `bytes` of the packet, all that the filter reads: a copy costs by its length. */
static __always_inline void copy_headers(struct pwru_filter_ctx *ctx, __u32 bytes)
{
	__u32 wanted = ctx->linear_len < bytes ? ctx->linear_len : bytes;

	if (CFG(filter_sees_vlan) && ctx->vlan_tag) {
		/* The two MAC addresses, the tag as it goes on the wire, then the rest. */
		__be16 tpid = bpf_htons(ctx->vlan_tag >> 16), tci = bpf_htons(ctx->vlan_tag);
		long failed = bpf_probe_read_kernel(ctx->copy, 12, (void *)ctx->base);

		/* Both, whatever the first does: the filter may not read what was never written. */
		failed |=
			bpf_probe_read_kernel(ctx->copy + 16, bytes - 16, (void *)(ctx->base + 12));
		if (failed)
			wanted = 0;
		*(__be16 *)(ctx->copy + 12) = tpid;
		*(__be16 *)(ctx->copy + 14) = tci;
	} else if (bpf_probe_read_kernel(ctx->copy, bytes, (void *)ctx->base)) {
		wanted = 0; /* the fixed size ran into memory that is not there */
	}
	ctx->copied_len = wanted;
}

/* The same of a frame that is made up: its bytes from 12 on. */
static __always_inline void copy_made_up(struct pwru_filter_ctx *ctx, const struct skb_pos *pos,
					 __u32 bytes)
{
	__u32 l2_bytes = ETH_HEADER_BYTES, wanted = bytes;
	long failed;

	ctx->copied_len = bytes;
	if (bytes <= ETH_HEADER_BYTES)
		return;
	if (CFG(filter_sees_vlan) && ctx->vlan_tag) {
		__be16 tpid = bpf_htons(ctx->vlan_tag >> 16), tci = bpf_htons(ctx->vlan_tag);

		l2_bytes += VLAN_TAG_BYTES;
		failed = bpf_probe_read_kernel(ctx->copy + 18, bytes - 18, (void *)pos->base);
		*(__be16 *)(ctx->copy + 12) = tpid;
		*(__be16 *)(ctx->copy + 14) = tci;
		*(__be16 *)(ctx->copy + 16) =
			bpf_htons(made_up_ether_type(pos, pos->linear_len ? ctx->copy[18] : 0));
	} else {
		failed = bpf_probe_read_kernel(ctx->copy + 14, bytes - 14, (void *)pos->base);
		*(__be16 *)(ctx->copy + 12) =
			bpf_htons(made_up_ether_type(pos, pos->linear_len ? ctx->copy[14] : 0));
	}
	if (ctx->linear_len < wanted)
		wanted = ctx->linear_len;
	ctx->copied_len = failed ? l2_bytes : wanted;
}

/* The part of a context that a filter reads which does not copy. */
struct filter_ctx_head {
	__u64 words[offsetof(struct pwru_filter_ctx, copy) / 8];
};

/* Sets all fields except len, which few filters read. */
static __always_inline void set_ctx(struct pwru_filter_ctx *ctx, __u64 skb, __u64 base,
				    __u32 linear_len)
{
	ctx->skb = skb;
	ctx->base = base;
	ctx->linear_len = linear_len;
	ctx->copied_len = 0;
	ctx->vlan_tag = 0;
}

/* A function of its own: the copy takes the stack that the programs need for other things. */
static __noinline int pcap_matches_copy(const struct skb_pos *pos)
{
	struct pwru_filter_ctx ctx;

	set_ctx(&ctx, pos->skb, pos->base, pos->linear_len);
#if MAY_BE_XDP
	if (!has_skb(pos))
		ctx.skb = pos->dev | PWRU_AT_XDP;
#endif
	if (pos->start == PKT_L3) {
		ctx.base -= ETH_HEADER_BYTES;
		ctx.linear_len += ETH_HEADER_BYTES;
	}
	if (CFG(filter_sees_vlan) && ctx.linear_len >= 12) {
		ctx.vlan_tag = skb_vlan_tag(pos);
		ctx.linear_len += ctx.vlan_tag ? VLAN_TAG_BYTES : 0;
	}
	if (CFG(filter_reads_len))
		ctx.len = ctx.linear_len + SKB_FIELD(pos, data_len);
	if (pos->start == PKT_L2) {
		copy_headers(&ctx, CFG(copy_bytes));
		return RUN_COPYING_FILTER(pwru_filter_l2, &ctx);
	}
	copy_made_up(&ctx, pos, CFG(copy_bytes));
	return RUN_COPYING_FILTER(pwru_filter_l3, &ctx);
}

/* The pcap filter, if it is one that does not copy. */
static __always_inline bool plain_pcap_matches(const struct skb_pos *pos)
{
	struct filter_ctx_head head;
	struct pwru_filter_ctx *ctx = (void *)&head;

	if (pos->start == PKT_NONE)
		return false;
	set_ctx(ctx, pos->skb, pos->base, pos->linear_len);
	if (CFG(filter_reads_len))
		ctx->len = ctx->linear_len + SKB_FIELD(pos, data_len);
	if (pos->start == PKT_L2)
		return RUN_FILTER(pwru_filter_l2, ctx);
#ifdef PWRU_CAST
	ctx->ether_type = made_up_ether_type(pos, ctx->linear_len ? *BYTES_AT(pos->base) : 0);
#endif
	return RUN_FILTER(pwru_filter_l3, ctx);
}

/* Runs the pcap filter on the packet from its outermost header that is there. */
static __always_inline bool pcap_matches(const struct skb_pos *pos)
{
	if (CFG(filter_copies))
		return pos->start != PKT_NONE && pcap_matches_copy(pos);
	return plain_pcap_matches(pos);
}

#endif
