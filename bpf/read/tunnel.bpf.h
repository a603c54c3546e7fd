/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The packet inside of the outermost tunnel, from the bytes: skb->inner_* are set on some ways out
 * only, and stay there when the tunnel is gone. One level: a tunnel in a tunnel is not entered.
 */
#ifndef PWRU_BPF_TUNNEL_H
#define PWRU_BPF_TUNNEL_H

#include "bpf/read/tuple.bpf.h"

/* Linked in from the generated objects. */
extern __hidden int pwru_filter_tunnel_l2(struct pwru_filter_ctx *ctx, const void *window,
					  __u32 linear_len);
extern __hidden int pwru_filter_tunnel_l3(struct pwru_filter_ctx *ctx, const void *window,
					  __u32 linear_len);

#define ETH_P_TEB 0x6558 /* an Ethernet frame */

#define PORT_VXLAN 4789
#define PORT_VXLAN_LINUX 8472 /* the default of the vxlan module, older than the standard */
#define PORT_GENEVE 6081
#define PORT_GUE 6080

#define UDP_HEADER_BYTES 8
#define VXLAN_HEADER_BYTES 8
#define GENEVE_HEADER_BYTES 8
#define GRE_HEADER_BYTES 4
#define GUE_HEADER_BYTES 4

#define VXLAN_HAS_VNI 0x08
#define VXLAN_HAS_NEXT_PROTO 0x04 /* VXLAN-GPE, which need not carry Ethernet */

enum {
	GRE_HAS_CHECKSUM = 0x8000,
	GRE_HAS_ROUTING = 0x4000,
	GRE_HAS_KEY = 0x2000,
	GRE_HAS_SEQUENCE = 0x1000,
	GRE_VERSION = 0x0007, /* 1 is that of PPTP */
};

enum {
	PROTO_IPIP = 4,
	PROTO_IPV6 = 41,
	PROTO_GRE = 47,
};

struct tunnel_pos {
	struct ip_pos ip;	/* version 0: no IP packet inside */
	__u64 frame;		/* the Ethernet header inside, 0: none */
	__u32 frame_linear_len; /* bytes that can be read there */
	__u32 kind;		/* enum pwru_tunnel_kind */
	__u32 id;
	__u16 proto;
	bool has_id;
#ifndef PWRU_CAST
	struct pwru_filter_ctx filter_ctx; /* too large for the stack of tunnel_filter_matches() */
#endif
};

/*
 * Not on the stack, where the verifier would follow each of the many ways through the headers with
 * the values that it leaves. By the slot of the program, as header_copies.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NEST_SLOTS);
	__type(key, __u32);
	__type(value, struct tunnel_pos);
} tunnels SEC(".maps");

static __always_inline struct tunnel_pos *tunnel_of_cpu(const struct skb_pos *pos
							__attribute__((unused)))
{
	__u32 slot = SLOT_OF(pos);

	return bpf_map_lookup_elem(&tunnels, &slot);
}

static __always_inline void step(struct ip_pos *at, __u32 bytes)
{
	at->addr += bytes;
	at->linear_len -= bytes;
}

/*
 * Whether a tunnel device has put its headers in front of this frame, or of this packet. Not
 * skb->encapsulation, which iptunnel_handle_offloads() clears when there is nothing to offload.
 */
static __always_inline bool was_frame(const struct skb_pos *pos, __u64 addr)
{
	struct sk_buff *skb = (void *)pos->skb;

	if (!has_skb(pos))
		return false;
	return pos->head + BPF_CORE_READ(skb, inner_mac_header) == addr;
}

static __always_inline bool was_packet(const struct skb_pos *pos, __u64 addr)
{
	struct sk_buff *skb = (void *)pos->skb;

	if (!has_skb(pos))
		return false;
	return pos->head + BPF_CORE_READ(skb, inner_network_header) == addr;
}

/*
 * The headers that are copied take stack: functions of their own, as read_inner(). Such functions
 * have a result that is used: else clang makes them void, and what it leaves in r0 may be a pointer
 * to the stack, which the verifier refuses.
 *
 * Returns whether it is a GRE header that can be stepped over.
 */
static __noinline int skip_gre(struct ip_pos *at, struct tunnel_pos *tunnel)
{
	__u32 bytes = GRE_HEADER_BYTES, key_at;
	__u16 flags;

	if (at->linear_len < GRE_HEADER_BYTES)
		return 0;
	HEADER(gre, at->addr, GRE_HEADER_BYTES);
	flags = LOAD16(gre, 0);
	if (flags & (GRE_HAS_ROUTING | GRE_VERSION))
		return 0;
	if (flags & GRE_HAS_CHECKSUM)
		bytes += 4;
	key_at = bytes;
	if (flags & GRE_HAS_KEY)
		bytes += 4;
	if (flags & GRE_HAS_SEQUENCE)
		bytes += 4;
	if (at->linear_len < bytes)
		return 0;
	tunnel->proto = LOAD16(gre, 2);
	if (flags & GRE_HAS_KEY) {
		HEADER(key, at->addr + key_at, 4);
		tunnel->id = LOAD32(key, 0);
		tunnel->has_id = true;
	}
	step(at, bytes);
	return 1;
}

/* Returns whether it is the header of GUE, with GRE or an IP packet behind. */
static __noinline int skip_gue(struct ip_pos *at, struct tunnel_pos *tunnel)
{
	__u32 bytes;
	__u8 first, proto;

	HEADER(gue, at->addr, GUE_HEADER_BYTES); /* there are more; see enter_udp() */
	first = LOAD8(gue, 0);
	if (first >> 6 == 1) { /* version 1 has no header: it is that of IP */
		tunnel->proto = told_by_version(at->addr, at->linear_len);
		return tunnel->proto != 0;
	}
	bytes = GUE_HEADER_BYTES + (first & 0x1f) * 4;
	if (first & 0xe0 || at->linear_len < bytes) /* a later version, or a control message */
		return 0;
	proto = LOAD8(gue, 1);
	step(at, bytes);
	if (proto == PROTO_GRE)
		return skip_gre(at, tunnel);
	tunnel->proto = proto == PROTO_IPIP ? ETH_P_IP : proto == PROTO_IPV6 ? ETH_P_IPV6 : 0;
	return tunnel->proto != 0;
}

/* Whether the headers that led here were put in front by a tunnel device of this host. */
static __always_inline bool is_entered_here(const struct skb_pos *pos, const struct ip_pos *at,
					    const struct tunnel_pos *tunnel)
{
	if (tunnel->proto == ETH_P_TEB)
		return was_frame(pos, at->addr);
	/* The version, because ESP in UDP has an inner_network_header too, in front of anything. */
	return was_packet(pos, at->addr) &&
	       (has_shim(tunnel->proto) ||
		(tunnel->proto && told_by_version(at->addr, at->linear_len) == tunnel->proto));
}

/* The protocol behind UDP, where IP follows at once as with fou and bareudp. */
static __always_inline __u16 proto_in_udp(const struct skb_pos *pos, const struct ip_pos *at)
{
	struct sk_buff *skb = (void *)pos->skb;
	__u16 proto;

	if (!has_skb(pos))
		return 0;
	proto = bpf_ntohs(BPF_CORE_READ(skb, inner_protocol));
	return has_shim(proto) ? proto : told_by_version(at->addr, at->linear_len);
}

/*
 * FOU has no port of its own, and GUE need not use its. Returns the kind. Inlined: a hit of a list
 * comes here in its sixth frame, skip_gue() and skip_gre() are the last two of the eight that the
 * verifier allows.
 */
static __always_inline int enter_udp_of_here(const struct skb_pos *pos, struct ip_pos *at,
					     struct tunnel_pos *tunnel)
{
	__u64 addr = at->addr;
	__u32 linear_len = at->linear_len;

	tunnel->proto = proto_in_udp(pos, at);
	if (is_entered_here(pos, at, tunnel))
		return PWRU_TUNNEL_FOU;
	if (skip_gre(at, tunnel) && is_entered_here(pos, at, tunnel))
		return PWRU_TUNNEL_FOU;
	at->addr = addr;
	at->linear_len = linear_len;
	tunnel->has_id = false;
	if (skip_gue(at, tunnel) && is_entered_here(pos, at, tunnel))
		return PWRU_TUNNEL_GUE;
	return PWRU_TUNNEL_NONE;
}

/* The UDP header is at `at`; leaves it at what the tunnel carries. */
static __always_inline void enter_udp(const struct skb_pos *pos, struct ip_pos *at,
				      struct tunnel_pos *tunnel)
{
	bool is_vxlan;
	__u16 port;

	if (at->linear_len < UDP_HEADER_BYTES + VXLAN_HEADER_BYTES)
		return;
	HEADER(udp, at->addr, UDP_HEADER_BYTES + VXLAN_HEADER_BYTES);
	const char *header = udp + UDP_HEADER_BYTES;

	port = LOAD16(udp, 2);
	step(at, UDP_HEADER_BYTES);
	if (port == PORT_GUE) {
		if (skip_gue(at, tunnel))
			tunnel->kind = PWRU_TUNNEL_GUE;
		return;
	}
	if (port == PORT_GENEVE) {
		__u32 bytes = GENEVE_HEADER_BYTES + (LOAD8(header, 0) & 0x3f) * 4;

		if (LOAD8(header, 0) >> 6 || at->linear_len < bytes)
			return;
		tunnel->kind = PWRU_TUNNEL_GENEVE;
		tunnel->proto = LOAD16(header, 2);
		step(at, bytes);
	} else {
		is_vxlan = (LOAD8(header, 0) & (VXLAN_HAS_VNI | VXLAN_HAS_NEXT_PROTO)) ==
			   VXLAN_HAS_VNI;
		if (port != PORT_VXLAN && port != PORT_VXLAN_LINUX &&
		    !(is_vxlan && was_frame(pos, at->addr + VXLAN_HEADER_BYTES))) {
			tunnel->kind = enter_udp_of_here(pos, at, tunnel);
			return;
		}
		if (!is_vxlan)
			return;
		tunnel->kind = PWRU_TUNNEL_VXLAN;
		tunnel->proto = ETH_P_TEB;
		step(at, VXLAN_HEADER_BYTES);
	}
	tunnel->id = LOAD32(header, 4) >> 8;
	tunnel->has_id = true;
}

static __always_inline void enter_inner_ip(__u32 outer_version, __u8 proto,
					   struct tunnel_pos *tunnel)
{
	if (proto == PROTO_IPIP) {
		tunnel->kind = outer_version == 4 ? PWRU_TUNNEL_IPIP : PWRU_TUNNEL_IPIP6;
		tunnel->proto = ETH_P_IP;
	} else {
		tunnel->kind = outer_version == 4 ? PWRU_TUNNEL_SIT : PWRU_TUNNEL_IP6IP6;
		tunnel->proto = ETH_P_IPV6;
	}
}

/* Returns the protocol behind the IP header, -1 in a later fragment. */
static __noinline int skip_outer_ip(struct ip_pos *at)
{
	struct l4_kind l4;

	if (at->version == 4) {
		HEADER(header4, at->addr, 20);
		skip_ipv4(at, header4, &l4);
	} else {
		HEADER(header6, at->addr, 40);
		skip_ipv6(at, header6, &l4);
	}
	return l4.is_later_fragment ? -1 : l4.proto;
}

/* Returns whether there is a tunnel. */
static __always_inline int find_tunnel(const struct skb_pos *pos, struct tunnel_pos *tunnel)
{
	struct ip_pos *at = &tunnel->ip;
	__u32 outer_version;
	int proto;

	tunnel->frame = 0;
	tunnel->frame_linear_len = 0;
	tunnel->kind = PWRU_TUNNEL_NONE;
	tunnel->id = 0;
	tunnel->proto = 0;
	tunnel->has_id = false;
	find_ip(pos, at, true);
	outer_version = at->version;
	if (!outer_version)
		return 0;
	proto = skip_outer_ip(at);
	if (proto == PROTO_UDP)
		enter_udp(pos, at, tunnel);
	else if (proto == PROTO_GRE)
		tunnel->kind = skip_gre(at, tunnel) ? PWRU_TUNNEL_GRE : PWRU_TUNNEL_NONE;
	else if (proto == PROTO_IPIP || proto == PROTO_IPV6)
		enter_inner_ip(outer_version, proto, tunnel);
	if (tunnel->kind == PWRU_TUNNEL_NONE)
		return 0;
	at->version = 0;
	if (tunnel->proto == ETH_P_TEB) {
		tunnel->frame = at->addr;
		tunnel->frame_linear_len = at->linear_len;
		tunnel->proto = skip_ethernet(at);
	}
	if (tunnel->proto)
		enter_ip(at, tunnel->proto);
	return 1;
}

/* Whether there is what the filter is about. */
static __always_inline bool find_inner(const struct skb_pos *pos, bool is_l2,
				       struct tunnel_pos *tunnel)
{
	return find_tunnel(pos, tunnel) && (is_l2 ? tunnel->frame != 0 : tunnel->ip.version != 0);
}

static __always_inline void set_inner_ctx(struct pwru_filter_ctx *ctx, const struct skb_pos *pos,
					  bool is_l2, const struct tunnel_pos *tunnel)
{
	__u64 base = is_l2 ? tunnel->frame : tunnel->ip.addr;
	__u32 linear_len = is_l2 ? tunnel->frame_linear_len : tunnel->ip.linear_len;
	/* Of a copy of headers no more can be read than it has: without an skb loads behind fail.
	 */
	__u64 skb = tunnel->ip.is_copy ? 0 : pos->skb;

	set_ctx(ctx, skb, base, linear_len);
	ctx->len = linear_len + tunnel->ip.paged_len;
}

static __noinline int tunnel_filter_matches(const struct skb_pos *pos, bool is_l2)
{
	struct tunnel_pos *tunnel = tunnel_of_cpu(pos);
#ifdef PWRU_CAST
	struct filter_ctx_head head;
	struct pwru_filter_ctx *ctx = (void *)&head;
#else
	struct pwru_filter_ctx *ctx;
#endif

	if (!tunnel || !find_inner(pos, is_l2, tunnel))
		return 0;
#ifndef PWRU_CAST
	ctx = &tunnel->filter_ctx;
#endif
	set_inner_ctx(ctx, pos, is_l2, tunnel);
#ifndef PWRU_CAST
	copy_headers(ctx, PWRU_COPY_BYTES);
#endif
	if (is_l2)
		return RUN_FILTER(pwru_filter_tunnel_l2, ctx);
	return RUN_FILTER(pwru_filter_tunnel_l3, ctx);
}

/* A packet that is no tunnel, or lacks inside what the filter is about, does not match. */
static __always_inline bool tunnel_matches(const struct skb_pos *pos)
{
	if (CFG(has_tunnel_l2) && !tunnel_filter_matches(pos, true))
		return false;
	return !CFG(has_tunnel_l3) || tunnel_filter_matches(pos, false);
}

/* Returns the flags of what is there. */
static __noinline int read_inner(struct pwru_tunnel *out, struct tunnel_pos *tunnel)
{
	int flags = 0;

	if (tunnel->frame_linear_len >= ETH_HEADER_BYTES) {
#ifdef PWRU_CAST
		HEADER(macs, tunnel->frame, 12);
		__builtin_memcpy(out->dst_mac, macs, 6);
		__builtin_memcpy(out->src_mac, macs + 6, 6);
#else
		_Static_assert(__builtin_offsetof(struct pwru_tunnel, src_mac) ==
				       __builtin_offsetof(struct pwru_tunnel, dst_mac) + 6,
			       "one behind the other");
		bpf_probe_read_kernel(out->dst_mac, 12, (void *)tunnel->frame);
#endif
		flags = PWRU_TUNNEL_HAS_MACS;
	}
	if (tunnel->ip.version == 4)
		read_tuple4(&out->tuple4, &tunnel->ip);
	else if (tunnel->ip.version == 6)
		read_tuple6(&out->tuple6, &tunnel->ip);
	return flags;
}

/* Fills in everything except the kind, and returns the kind. */
static __noinline int read_tunnel(struct pwru_tunnel *out, const struct skb_pos *pos)
{
	struct tunnel_pos *tunnel = tunnel_of_cpu(pos);

	__builtin_memset(out, 0, sizeof(*out));
	if (!tunnel || !find_tunnel(pos, tunnel))
		return PWRU_TUNNEL_NONE;
	out->id = tunnel->id;
	out->proto = tunnel->proto;
	out->ip_version = tunnel->ip.version;
	out->flags = read_inner(out, tunnel) | (tunnel->has_id ? PWRU_TUNNEL_HAS_ID : 0);
	return tunnel->kind;
}

#endif
