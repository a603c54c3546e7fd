/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses, ports and what else names a flow, from the packet's own bytes. */
#ifndef PWRU_BPF_TUPLE_H
#define PWRU_BPF_TUPLE_H

#include "abi/event.h"
#include "bpf/filter.bpf.h"

#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86DD
#define ETH_P_8021Q 0x8100
#define ETH_P_8021AD 0x88A8

#define IP_OFFSET_MASK 0x1fff
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
#define HEADER(name, addr, n)                                                                      \
	const char *name = (const char *)KERNEL_PTR(struct __kernel_sockaddr_storage, (addr)-2) + 2
#else
#define HEADER(name, addr, n)                                                                      \
	char name[n];                                                                              \
	bpf_probe_read_kernel(name, n, (void *)(addr))
#endif

#define LOAD8(p, off) (*(const __u8 *)((p) + (off)))
#define LOAD16(p, off) bpf_ntohs(*(const __be16 *)((p) + (off)))
#define LOAD64_RAW(p, off) (*(const __u64 *)((p) + (off)))
#define LOAD32_RAW(p, off) (*(const __u32 *)((p) + (off)))

/* The IP header and how many bytes can be read there; version 0: no IP packet. */
struct ip_pos {
	__u64 addr;
	__u32 linear_len;
	__u32 version;
};

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

static __always_inline void find_ip(const struct skb_pos *pos, struct ip_pos *ip)
{
	bool is_l3 = pos->start == PKT_L3;
	__u16 proto;
	__u32 nibble;

	ip->version = 0;
	if (pos->start == PKT_NONE)
		return;
	ip->addr = pos->base;
	ip->linear_len = pos->linear_len;
	if (is_l3) {
		proto = bpf_ntohs(SKB_FIELD(pos, protocol));
	} else {
		if (ip->linear_len < ETH_HEADER_BYTES)
			return;
		HEADER(eth, ip->addr, ETH_HEADER_BYTES);
		proto = LOAD16(eth, 12);
		ip->addr += ETH_HEADER_BYTES;
		ip->linear_len -= ETH_HEADER_BYTES;
	}
	proto = skip_vlan_tags(ip, proto);
	if (ip->linear_len < 1)
		return;
	HEADER(first, ip->addr, 1);
	nibble = LOAD8(first, 0) >> 4;
	/* ip_queue_xmit() and friends build the header before __ip_local_out() sets the protocol.
	 */
	if (proto == ETH_P_IP || (is_l3 && !proto && nibble == 4))
		ip->version = nibble == 4 && ip->linear_len >= 20 ? 4 : 0;
	else if (proto == ETH_P_IPV6 || (is_l3 && !proto && nibble == 6))
		ip->version = nibble == 6 && ip->linear_len >= 40 ? 6 : 0;
}

static __always_inline bool has_ports(__u8 proto)
{
	return proto == PROTO_TCP || proto == PROTO_UDP || proto == PROTO_SCTP ||
	       proto == PROTO_DCCP || proto == PROTO_UDPLITE;
}

/* `addr` is where layer 4 begins. What is cut off stays zero and has no flag. */
static __always_inline void read_l4(struct pwru_l4 *l4, __u64 addr, __u32 linear_len)
{
	if (has_ports(l4->proto) && linear_len >= 4) {
		HEADER(ports, addr, 4);
		l4->sport = LOAD16(ports, 0);
		l4->dport = LOAD16(ports, 2);
		l4->flags |= PWRU_L4_HAS_PORTS;
		if (l4->proto == PROTO_TCP && linear_len >= 14) {
			HEADER(tcp_flags, addr + 13, 1);
			l4->tcp_flags = LOAD8(tcp_flags, 0);
		}
	} else if ((l4->proto == PROTO_ICMP || l4->proto == PROTO_ICMPV6) && linear_len >= 2) {
		HEADER(icmp, addr, 2);
		l4->icmp_type = LOAD8(icmp, 0);
		l4->icmp_code = LOAD8(icmp, 1);
		l4->flags |= PWRU_L4_HAS_ICMP;
	}
}

static __always_inline void clear_l4(struct pwru_l4 *l4)
{
	__builtin_memset(l4, 0, sizeof(*l4));
}

static __always_inline void read_tuple4(struct pwru_tuple4 *tuple, const struct ip_pos *ip)
{
	HEADER(header, ip->addr, 20);
	__u32 header_bytes = (LOAD8(header, 0) & 0xf) * 4;

	clear_l4(&tuple->l4);
	tuple->l4.proto = LOAD8(header, 9);
	*(__u32 *)tuple->saddr = LOAD32_RAW(header, 12);
	*(__u32 *)tuple->daddr = LOAD32_RAW(header, 16);
	if (LOAD16(header, 6) & IP_OFFSET_MASK)
		tuple->l4.flags = PWRU_L4_LATER_FRAGMENT;
	else if (header_bytes >= 20 && ip->linear_len > header_bytes)
		read_l4(&tuple->l4, ip->addr + header_bytes, ip->linear_len - header_bytes);
}

/* Walks the extension headers; a variable offset each, so a header is read where it stands. */
static __always_inline void read_tuple6(struct pwru_tuple6 *tuple, const struct ip_pos *ip)
{
	HEADER(header, ip->addr, 40);
	__u32 off = 40;
	__u8 proto = LOAD8(header, 6);
	bool is_cut = false;

	clear_l4(&tuple->l4);
	__builtin_memcpy(tuple->saddr, header + 8, 16);
	__builtin_memcpy(tuple->daddr, header + 24, 16);
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
			tuple->l4.flags = PWRU_L4_LATER_FRAGMENT;
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
	tuple->l4.proto = proto;
	if (!is_cut && !tuple->l4.flags && off < ip->linear_len)
		read_l4(&tuple->l4, ip->addr + off, ip->linear_len - off);
}

#endif
