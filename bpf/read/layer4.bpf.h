/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From an IP header over what follows it to layer 4: ports, flags of TCP, ICMP, SPIs. */
#ifndef PWRU_BPF_LAYER4_H
#define PWRU_BPF_LAYER4_H

#include "abi/event.h"
#include "bpf/read/link.bpf.h"

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
	PROTO_ESP = 50,
	PROTO_AH = 51,
	PROTO_ICMPV6 = 58,
	PROTO_DSTOPTS = 60,
	PROTO_SCTP = 132,
	PROTO_MH = 135,
	PROTO_UDPLITE = 136,
};

/* What follows an IP header. */
struct l4_kind {
	__u8 proto; /* behind the extension headers */
	bool is_later_fragment;
	__u32 ah_spi; /* of an AH among these, 0: none */
};

static __always_inline bool has_ports(__u8 proto)
{
	const __u64 small = 1ull << PROTO_TCP | 1ull << PROTO_UDP | 1ull << PROTO_DCCP;

	if (proto < 64)
		return small >> proto & 1;
	return proto == PROTO_SCTP || proto == PROTO_UDPLITE;
}

#define AH_SPI_AT 4
#define AH_SPI_END 8

/* How many bytes of layer 4 pwru_read_l4() wants; an AH is another header in front of it. */
static __always_inline __u32 l4_bytes(__u8 proto)
{
	if (proto == PROTO_TCP)
		return 14;
	if (has_ports(proto) || proto == PROTO_ESP)
		return 4;
	return proto == PROTO_ICMP || proto == PROTO_ICMPV6 ? 2 : 0;
}

#define L4_AT(field) (8 * __builtin_offsetof(struct pwru_l4, field))
_Static_assert(L4_AT(sport) == 0 && L4_AT(dport) == 16 && L4_AT(proto) == 32 &&
		       L4_AT(tcp_flags) == 40 && L4_AT(icmp_type) == 48 && L4_AT(icmp_code) == 56 &&
		       L4_AT(flags) == 64 && L4_AT(spi) == 96 && sizeof(struct pwru_tuple4) == 24,
	       "what fills it by words knows where they are");

/*
 * What is read of layer 4, which begins at `addr`, as the first word of struct pwru_l4, with the
 * flags in the place of the protocol and an SPI in that of the ports. What is cut off stays zero
 * and has no flag. A global function of scalars: the verifier checks it once, not on each of the
 * ways that lead here.
 */
__noinline __u64 pwru_read_l4(__u64 addr, __u32 linear_len, __u32 proto)
{
	__u64 ports, tcp_flags = 0;

	if (proto == PROTO_ICMP || proto == PROTO_ICMPV6) {
		if (linear_len < 2)
			return 0;
		HEADER(icmp, addr, 2);
		return (__u64) * (const __u16 *)icmp << L4_AT(icmp_type) | (__u64)PWRU_L4_HAS_ICMP
										   << L4_AT(proto);
	}
	if (proto == PROTO_ESP || proto == PROTO_AH) {
		__u32 spi_at = proto == PROTO_AH ? AH_SPI_AT : 0;

		if (linear_len < spi_at + 4)
			return 0;
		HEADER(spi, addr + spi_at, 4);
		return LOAD32(spi, 0) | (__u64)PWRU_L4_HAS_SPI << L4_AT(proto);
	}
	if (!has_ports(proto) || linear_len < 4)
		return 0;
	HEADER(header, addr, 4);
	ports = LOAD32(header, 0);
	if (proto == PROTO_TCP && linear_len >= 14) {
		HEADER(flags, addr + 13, 1);
		tcp_flags = LOAD8(flags, 0);
	}
	return ports >> 16 | (ports & 0xffff) << 16 | tcp_flags << L4_AT(tcp_flags) |
	       (__u64)PWRU_L4_HAS_PORTS << L4_AT(proto);
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
	l4->ah_spi = 0;
	l4->is_later_fragment = bpf_ntohs(first >> 48) & IP_OFFSET_MASK;
	if (l4->is_later_fragment || header_bytes < 20 || ip->linear_len < header_bytes)
		header_bytes = ip->linear_len;
	ip->addr += header_bytes;
	ip->linear_len -= header_bytes;
}

#define EXTENSIONS_PROTO_SHIFT 16
#define EXTENSIONS_LATER_FRAGMENT (1ull << 24)
#define EXTENSIONS_CUT (1ull << 25)
#define EXTENSIONS_SPI_SHIFT 32

/*
 * Walks the extension headers of an IPv6 packet, each read where it stands; the first one is of the
 * kind `proto`. From the lowest bit on: how many bytes there are with the IPv6 header, the protocol
 * behind them, EXTENSIONS_*, the SPI of an AH. A global function of scalars, as pwru_read_l4().
 */
__noinline __u64 pwru_skip_extensions(__u64 addr, __u32 linear_len, __u32 proto)
{
	__u64 found = 0;
	__u32 off = 40;

	for (int i = 0; i < MAX_IPV6_HEADERS; i++) {
		if (proto != PROTO_HOPOPTS && proto != PROTO_ROUTING && proto != PROTO_FRAGMENT &&
		    proto != PROTO_DSTOPTS && proto != PROTO_AH && proto != PROTO_MH)
			break;
		if (off + 8 > linear_len) {
			found |= EXTENSIONS_CUT;
			break;
		}
		HEADER(extension, addr + off, 8);
		if (proto == PROTO_FRAGMENT && LOAD16(extension, 2) & 0xfff8) {
			proto = LOAD8(extension, 0);
			found |= EXTENSIONS_LATER_FRAGMENT;
			break;
		}
		if (proto == PROTO_FRAGMENT) {
			off += 8;
		} else if (proto == PROTO_AH) {
			found = (__u64)LOAD32(extension, AH_SPI_AT) << EXTENSIONS_SPI_SHIFT;
			off += (LOAD8(extension, 1) + 2) * 4;
		} else {
			off += (LOAD8(extension, 1) + 1) * 8;
		}
		proto = LOAD8(extension, 0);
	}
	return found | (__u64)(proto & 0xff) << EXTENSIONS_PROTO_SHIFT | (off & 0xffff);
}

/* The same of IPv6. */
static __always_inline void skip_ipv6(struct ip_pos *ip, const char *header, struct l4_kind *l4)
{
	__u64 found = pwru_skip_extensions(ip->addr, ip->linear_len, LOAD8(header, 6));
	__u32 off = found & 0xffff;

	l4->proto = found >> EXTENSIONS_PROTO_SHIFT;
	l4->is_later_fragment = found & EXTENSIONS_LATER_FRAGMENT;
	l4->ah_spi = found >> EXTENSIONS_SPI_SHIFT;
	if (found & (EXTENSIONS_CUT | EXTENSIONS_LATER_FRAGMENT) || ip->linear_len < off)
		off = ip->linear_len;
	ip->addr += off;
	ip->linear_len -= off;
}

static __always_inline void fill_l4(struct pwru_l4 *l4, const struct l4_kind *kind,
				    const struct ip_pos *at)
{
	__u64 read = pwru_read_l4(at->addr, at->linear_len, kind->proto), *words = (__u64 *)l4;
	__u64 flags = read >> L4_AT(proto) & 0xff, spi = kind->ah_spi;

	read &= ~(0xffull << L4_AT(proto));
	if (flags & PWRU_L4_HAS_SPI) {
		spi = read;
		read = 0;
	} else if (spi) {
		flags |= PWRU_L4_HAS_SPI;
	}
	if (kind->is_later_fragment)
		flags |= PWRU_L4_LATER_FRAGMENT;
	words[0] = read | (__u64)kind->proto << L4_AT(proto);
	words[1] = flags | spi << (L4_AT(spi) - L4_AT(flags));
}

#endif
