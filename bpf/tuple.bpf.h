/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses, ports and what else names a flow, from the packet's own bytes. */
#ifndef PWRU_BPF_TUPLE_H
#define PWRU_BPF_TUPLE_H

#include "abi/event.h"
#include "bpf/headers.bpf.h"

#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86DD
#define ETH_P_8021Q 0x8100
#define ETH_P_8021AD 0x88A8

#define IP_OFFSET_MASK 0x1fff
#define ROUND_UP_8(bytes) (((bytes) + 7) & ~7u)
#define MAX_IPV6_HEADERS 8 /* RFC 8200 needs five; more is an attack or a test */

enum {
	PROTO_HOPOPTS = 0,
	PROTO_ICMP = 1,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_DCCP = 33,
	PROTO_ROUTING = 43,
	PROTO_FRAGMENT = 44,
	PROTO_AH = 51,
	PROTO_ICMPV6 = 58,
	PROTO_DSTOPTS = 60,
	PROTO_SCTP = 132,
	PROTO_MH = 135,
	PROTO_UDPLITE = 136,
};

/*
 * HEADER(name, addr, n): `name` is a `const char *` to n readable bytes of kernel memory at addr,
 * by plain loads or from a copy. The caller has checked that they are part of the packet.
 */
#ifdef PWRU_CAST
#define HEADER(name, addr, n) const char *name = BYTES_AT(addr)
#else
#define HEADER(name, addr, n)                                                                      \
	char name[n] __attribute__((aligned(8))); /* loads of the stack must be aligned */         \
	bpf_probe_read_kernel(name, n, (void *)(addr))
#endif

#define LOAD8(p, off) (*(const __u8 *)((p) + (off)))
#define LOAD16(p, off) bpf_ntohs(*(const __be16 *)((p) + (off)))
#define LOAD32(p, off) bpf_ntohl(*(const __be32 *)((p) + (off)))
#define LOAD64_RAW(p, off) (*(const __u64 *)((p) + (off)))
#define LOAD32_RAW(p, off) (*(const __u32 *)((p) + (off)))

/* Steps over up to two tags that stand in the frame; returns the protocol behind them. */
static __always_inline __u16 skip_vlan_tags(struct ip_pos *ip, __u16 proto)
{
	for (int i = 0; i < 2; i++) {
		if (proto != ETH_P_8021Q && proto != ETH_P_8021AD)
			break;
		if (ip->linear_len < VLAN_TAG_BYTES)
			return 0;
		HEADER(tag, ip->addr, VLAN_TAG_BYTES);
		proto = LOAD16(tag, 2);
		ip->addr += VLAN_TAG_BYTES;
		ip->linear_len -= VLAN_TAG_BYTES;
	}
	return proto;
}

/* Steps over an Ethernet header and its tags; returns the protocol behind, 0 when it is cut off. */
static __always_inline __u16 skip_ethernet(struct ip_pos *ip)
{
	if (ip->linear_len < ETH_HEADER_BYTES)
		return 0;
	HEADER(eth, ip->addr, ETH_HEADER_BYTES);
	ip->addr += ETH_HEADER_BYTES;
	ip->linear_len -= ETH_HEADER_BYTES;
	return skip_vlan_tags(ip, LOAD16(eth, 12));
}

/* Whether the protocol's IP header stands there. Without a protocol the header tells by itself. */
static __always_inline void set_ip_version(struct ip_pos *ip, __u16 proto)
{
	__u32 nibble;

	ip->version = 0;
	if (ip->linear_len < 1)
		return;
	HEADER(first, ip->addr, 1);
	nibble = LOAD8(first, 0) >> 4;
	if (proto == ETH_P_IP || (!proto && nibble == 4))
		ip->version = nibble == 4 && ip->linear_len >= 20 ? 4 : 0;
	else if (proto == ETH_P_IPV6 || (!proto && nibble == 6))
		ip->version = nibble == 6 && ip->linear_len >= 40 ? 6 : 0;
}

/* What follows an IP header. */
struct l4_kind {
	__u8 proto; /* behind the extension headers */
	bool is_later_fragment;
};

static __always_inline bool has_ports(__u8 proto)
{
	const __u64 small = 1ull << PROTO_TCP | 1ull << PROTO_UDP | 1ull << PROTO_DCCP;

	if (proto < 64)
		return small >> proto & 1;
	return proto == PROTO_SCTP || proto == PROTO_UDPLITE;
}

/* How many bytes of layer 4 read_l4() wants. */
static __always_inline __u32 l4_bytes(__u8 proto)
{
	if (proto == PROTO_TCP)
		return 14;
	if (has_ports(proto))
		return 4;
	return proto == PROTO_ICMP || proto == PROTO_ICMPV6 ? 2 : 0;
}

/* More than the headers of a tuple take; what has as much is not looked at closely. */
#define MANY_HEADER_BYTES 128

/* Whether headers may go on behind linear_len; of a tunnel, those that it carries too. */
static __always_inline bool is_cut(const struct ip_pos *ip, bool enters_tunnels)
{
	__u32 ip_bytes = 40;
	__u8 proto;

	if (ip->linear_len >= MANY_HEADER_BYTES)
		return false;
	if (!ip->version)
		return true;
	HEADER(header, ip->addr, 10);
	if (ip->version == 4) {
		ip_bytes = (LOAD8(header, 0) & 0xf) * 4;
		proto = LOAD8(header, 9);
	} else {
		proto = LOAD8(header, 6);
		/* An extension header, perhaps: there is no telling how many there are. */
		if (!l4_bytes(proto))
			return true;
	}
	return (enters_tunnels && proto != PROTO_TCP) ||
	       ip->linear_len < ip_bytes + l4_bytes(proto);
}

/* The IP header that the link layer leads to. */
static __always_inline void enter_packet(struct ip_pos *ip, enum pkt_start start, __u16 proto)
{
	ip->version = 0;
	if (start == PKT_L2) {
		proto = skip_ethernet(ip);
		if (!proto)
			return;
	} else {
		proto = skip_vlan_tags(ip, proto);
		/*
		 * The header is there before __ip_local_out() sets the protocol: until then it is
		 * 0 (ip_queue_xmit()), or that of the packet in a new tunnel (iptunnel_xmit()).
		 */
		if (proto == ETH_P_IP || proto == ETH_P_IPV6)
			proto = 0;
	}
	set_ip_version(ip, proto);
}

/* Headers in page fragments are copied, if those in the linear part are not all; see is_cut(). */
static __always_inline void find_ip(const struct skb_pos *pos, struct ip_pos *ip,
				    bool enters_tunnels)
{
	__u16 proto = 0;

	ip->version = 0;
	if (pos->start == PKT_NONE)
		return;
	ip->addr = pos->base;
	ip->linear_len = pos->linear_len;
	ip->is_copy = 0;
	if (enters_tunnels)
		ip->paged_len = SKB_FIELD(pos, data_len);
	if (pos->start == PKT_L3)
		proto = bpf_ntohs(SKB_FIELD(pos, protocol));
	enter_packet(ip, pos->start, proto);
	if (pos->linear_len < MANY_HEADER_BYTES && SKB_FIELD(pos, data_len) &&
	    is_cut(ip, enters_tunnels) && enter_header_copy(pos, ip))
		enter_packet(ip, pos->start, proto);
}

/* `addr` is where layer 4 begins. What is cut off stays zero and has no flag. */
static __always_inline void read_l4(struct pwru_l4 *l4, __u64 addr, __u32 linear_len)
{
	__u32 ports, type_code;

	if (has_ports(l4->proto) && linear_len >= 4) {
		HEADER(header, addr, 4);
		ports = LOAD32(header, 0);
		l4->sport = ports >> 16;
		l4->dport = ports;
		l4->flags |= PWRU_L4_HAS_PORTS;
		if (l4->proto == PROTO_TCP && linear_len >= 14) {
			HEADER(tcp_flags, addr + 13, 1);
			l4->tcp_flags = LOAD8(tcp_flags, 0);
		}
	} else if ((l4->proto == PROTO_ICMP || l4->proto == PROTO_ICMPV6) && linear_len >= 2) {
		HEADER(header, addr, 2);
		type_code = LOAD16(header, 0);
		l4->icmp_type = type_code >> 8;
		l4->icmp_code = type_code;
		l4->flags |= PWRU_L4_HAS_ICMP;
	}
}

/*
 * Steps from an IPv4 header to what follows it. Nothing is left of a later fragment, which has no
 * layer 4 header, nor of a packet that is cut off.
 */
static __always_inline void skip_ipv4(struct ip_pos *ip, const char *header, struct l4_kind *l4)
{
	__u64 first = LOAD64_RAW(header, 0),
	      second = LOAD64_RAW(header, 8); /* two loads, not four */
	__u32 header_bytes = (first & 0xf) * 4;

	l4->proto = second >> 8;
	l4->is_later_fragment = bpf_ntohs(first >> 48) & IP_OFFSET_MASK;
	if (l4->is_later_fragment || header_bytes < 20 || ip->linear_len < header_bytes)
		header_bytes = ip->linear_len;
	ip->addr += header_bytes;
	ip->linear_len -= header_bytes;
}

/* The same of IPv6: walks the extension headers, each read where it stands. */
static __always_inline void skip_ipv6(struct ip_pos *ip, const char *header, struct l4_kind *l4)
{
	__u32 off = 40;
	__u8 proto = LOAD8(header, 6);
	bool is_cut = false;

	l4->is_later_fragment = false;
	for (int i = 0; i < MAX_IPV6_HEADERS; i++) {
		if (proto != PROTO_HOPOPTS && proto != PROTO_ROUTING && proto != PROTO_FRAGMENT &&
		    proto != PROTO_DSTOPTS && proto != PROTO_AH && proto != PROTO_MH)
			break;
		is_cut = off + 8 > ip->linear_len;
		if (is_cut)
			break;
		HEADER(extension, ip->addr + off, 8);
		if (proto == PROTO_FRAGMENT && LOAD16(extension, 2) & 0xfff8) {
			proto = LOAD8(extension, 0);
			l4->is_later_fragment = true;
			break;
		}
		if (proto == PROTO_FRAGMENT)
			off += 8;
		else if (proto == PROTO_AH)
			off += (LOAD8(extension, 1) + 2) * 4;
		else
			off += (LOAD8(extension, 1) + 1) * 8;
		proto = LOAD8(extension, 0);
	}
	l4->proto = proto;
	if (is_cut || l4->is_later_fragment || ip->linear_len < off)
		off = ip->linear_len;
	ip->addr += off;
	ip->linear_len -= off;
}

static __always_inline void fill_l4(struct pwru_l4 *l4, const struct l4_kind *kind,
				    const struct ip_pos *at)
{
	__builtin_memset(l4, 0, sizeof(*l4));
	l4->proto = kind->proto;
	if (kind->is_later_fragment)
		l4->flags = PWRU_L4_LATER_FRAGMENT;
	read_l4(l4, at->addr, at->linear_len);
}

static __always_inline void read_tuple4(struct pwru_tuple4 *tuple, const struct ip_pos *ip)
{
	struct ip_pos at = *ip;
	struct l4_kind kind;
	HEADER(header, ip->addr, 20);

	__u32 saddr = LOAD64_RAW(header, 8) >> 32, daddr = LOAD32_RAW(header, 16);

	skip_ipv4(&at, header, &kind);
	*(__u32 *)tuple->saddr = saddr;
	*(__u32 *)tuple->daddr = daddr;
	fill_l4(&tuple->l4, &kind, &at);
}

static __always_inline void read_tuple6(struct pwru_tuple6 *tuple, const struct ip_pos *ip)
{
	struct ip_pos at = *ip;
	struct l4_kind kind;
	HEADER(header, ip->addr, 40);

	__builtin_memcpy(tuple->saddr, header + 8, 16);
	__builtin_memcpy(tuple->daddr, header + 24, 16);
	skip_ipv6(&at, header, &kind);
	fill_l4(&tuple->l4, &kind, &at);
}

#define PLAIN_HEADER_BYTES 34 /* an IPv4 header, then up to the flags of TCP */
#define L4_AT(field) (8 * __builtin_offsetof(struct pwru_l4, field))

/* Most packets are of this kind: no options, and no fragment but the first. */
static __always_inline bool is_plain_ip4(const char *header)
{
	__u64 first = LOAD64_RAW(header, 0);

	return (first & 0xff) == 0x45 && !(first >> 48 & bpf_htons(IP_OFFSET_MASK));
}

/*
 * The tuple of such a packet, PLAIN_HEADER_BYTES long. By words, because each load has a check of
 * its address.
 */
static __always_inline void fill_plain_tuple(__u64 *tuple, const char *header)
{
	__u64 second = LOAD64_RAW(header, 8), third = LOAD64_RAW(header, 16);
	__u64 ports = third >> 32, l4;
	__u8 proto = second >> 8;

	tuple[0] = second >> 32 | third << 32; /* source and destination */
	l4 = (__u64)proto << L4_AT(proto);
	if (proto == PROTO_TCP)
		l4 |= (__u64)LOAD8(header, 33) << L4_AT(tcp_flags);
	if (has_ports(proto)) {
		ports = bpf_ntohl(ports);
		tuple[1] = l4 | ports >> 16 | (ports & 0xffff) << 16;
		tuple[2] = PWRU_L4_HAS_PORTS;
	} else if (proto == PROTO_ICMP || proto == PROTO_ICMPV6) {
		tuple[1] = l4 | ports << L4_AT(icmp_type); /* and the code */
		tuple[2] = PWRU_L4_HAS_ICMP;
	} else {
		tuple[1] = l4;
		tuple[2] = 0;
	}
}
_Static_assert(L4_AT(sport) == 0 && L4_AT(dport) == 16 && L4_AT(icmp_type) == 48 &&
		       L4_AT(icmp_code) == 56 && L4_AT(flags) == 64 &&
		       sizeof(struct pwru_tuple4) > 16,
	       "fill_plain_tuple() knows where they are");

#ifdef PWRU_CAST

/*
 * The general ways. Global functions: the verifier looks at their many ways once, and knows nothing
 * of them behind the call. Pointers may be NULL there.
 */
__noinline int pwru_find_ip(__u64 skb, __u64 base, __u32 linear_len, __u32 start, struct ip_pos *ip)
{
	struct skb_pos pos = {.skb = skb, .base = base, .linear_len = linear_len, .start = start};

	if (!ip)
		return 0;
	skb_read_fields(&pos);
	find_ip(&pos, ip, false);
	return 0;
}

__noinline int pwru_read_tuple(__u64 addr, __u32 linear_len, __u32 version,
			       struct pwru_tuple6 *tuple)
{
	struct ip_pos ip = {.addr = addr, .linear_len = linear_len};

	if (!tuple)
		return 0;
	if (version == 4)
		read_tuple4((struct pwru_tuple4 *)tuple, &ip);
	else
		read_tuple6(tuple, &ip);
	return 0;
}

static __always_inline void find_ip_of(const struct skb_pos *pos, struct ip_pos *ip)
{
	pwru_find_ip(pos->skb, pos->base, pos->linear_len, pos->start, ip);
}

static __always_inline void read_tuple_of(void *tuple, const struct ip_pos *ip)
{
	if (ip->version)
		pwru_read_tuple(ip->addr, ip->linear_len, ip->version, tuple);
}

#else

static __always_inline void find_ip_of(const struct skb_pos *pos, struct ip_pos *ip)
{
	find_ip(pos, ip, false);
}

static __always_inline void read_tuple_of(void *tuple, const struct ip_pos *ip)
{
	if (ip->version == 4)
		read_tuple4(tuple, ip);
	else if (ip->version == 6)
		read_tuple6(tuple, ip);
}

#endif

#endif
