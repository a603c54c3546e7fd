/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From the link layer's header to that of IP: over VLAN tags, MPLS labels, PPPoE and PPP. */
#ifndef PWRU_BPF_LINK_H
#define PWRU_BPF_LINK_H

#include "bpf/read/headers.bpf.h"

#define ETH_P_MPLS_UC 0x8847
#define ETH_P_MPLS_MC 0x8848
#define ETH_P_PPP_SES 0x8864

/* Protocols of PPP. */
#define PPP_IP 0x0021
#define PPP_IPV6 0x0057
#define PPP_MPLS_UC 0x0281
#define PPP_MPLS_MC 0x0283

#define PPPOE_AND_PPP_BYTES 8
#define MPLS_LABEL_BYTES 4
#define MAX_MPLS_LABELS 16 /* more than Linux pushes (MAX_NEW_LABELS), or routers read */

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

/* The EtherType by the version in an IP header. 0: it is no IP header. */
static __always_inline __u16 told_by_version(__u64 addr, __u32 linear_len)
{
	__u8 version;

	if (linear_len < 1)
		return 0;
	HEADER(first, addr, 1);
	version = LOAD8(first, 0) >> 4;
	return version == 4 ? ETH_P_IP : version == 6 ? ETH_P_IPV6 : 0;
}

/* Whether IP may follow behind labels or PPPoE. */
static __always_inline bool has_shim(__u16 proto)
{
	return proto == ETH_P_MPLS_UC || proto == ETH_P_MPLS_MC || proto == ETH_P_PPP_SES;
}

#define SHIM_PROTO_SHIFT 32

/*
 * Steps over PPPoE and PPP, over MPLS labels, or all of them: the upper half of the result is the
 * EtherType of the IP packet behind, the lower how many bytes it lies behind; 0: there is none.
 * Nothing says what follows the last label; by RFC 4928 only IP begins with its version. A global
 * function of scalars: the verifier checks it once.
 */
__noinline __u64 pwru_skip_shim(__u64 addr, __u32 linear_len, __u32 proto)
{
	__u32 off = 0;
	__u64 told;

	if (proto == ETH_P_PPP_SES) {
		if (linear_len < PPPOE_AND_PPP_BYTES)
			return 0;
		HEADER(session, addr, PPPOE_AND_PPP_BYTES);
		proto = LOAD16(session, 6);
		off = PPPOE_AND_PPP_BYTES;
		if (proto == PPP_IP)
			return (__u64)ETH_P_IP << SHIM_PROTO_SHIFT | off;
		if (proto == PPP_IPV6)
			return (__u64)ETH_P_IPV6 << SHIM_PROTO_SHIFT | off;
		if (proto != PPP_MPLS_UC && proto != PPP_MPLS_MC)
			return 0;
	}
	for (int i = 0; i < MAX_MPLS_LABELS; i++) {
		if (off + MPLS_LABEL_BYTES > linear_len)
			return 0;
		HEADER(label, addr + off, MPLS_LABEL_BYTES);
		off += MPLS_LABEL_BYTES;
		if (LOAD8(label, 2) & 1) { /* the bottom of the stack */
			told = told_by_version(addr + off, linear_len - off);
			return told ? told << SHIM_PROTO_SHIFT | off : 0;
		}
	}
	return 0;
}

/*
 * Steps to the IP header that follows by the protocol, whatever version it says of itself: the
 * kernel and libpcap go by the protocol too. `version` is 0 when there is none, or it is cut off.
 */
static __always_inline void enter_ip(struct ip_pos *ip, __u16 proto)
{
	ip->version = 0;
	if (has_shim(proto)) {
		__u64 shim = pwru_skip_shim(ip->addr, ip->linear_len, proto);

		proto = shim >> SHIM_PROTO_SHIFT;
		ip->addr += (__u32)shim;
		ip->linear_len -= (__u32)shim;
	}
	if (proto == ETH_P_IP)
		ip->version = ip->linear_len >= 20 ? 4 : 0;
	else if (proto == ETH_P_IPV6)
		ip->version = ip->linear_len >= 40 ? 6 : 0;
}

#endif
