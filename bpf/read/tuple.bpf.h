/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses, ports and what else names a flow, from the packet's own bytes. */
#ifndef PWRU_BPF_TUPLE_H
#define PWRU_BPF_TUPLE_H

#include "bpf/read/layer4.bpf.h"

/* More than the headers of a tuple take. A packet with so many linear bytes is not looked at
 * closely. */
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
		if (proto == PROTO_AH)
			ip_bytes += AH_SPI_END;
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
		__u16 told;

		proto = skip_vlan_tags(ip, proto);
		/*
		 * The header is there before __ip_local_out() sets the protocol: until then it is
		 * 0 (ip_queue_xmit()), or that of the packet in a new tunnel (iptunnel_xmit()). So
		 * the version in the header comes first, as long as it is one.
		 */
		if (!proto || proto == ETH_P_IP || proto == ETH_P_IPV6) {
			told = told_by_version(ip->addr, ip->linear_len);
			if (told)
				proto = told;
		}
	}
	enter_ip(ip, proto);
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

/* `ip` is left at what follows the headers: a copy of it takes stack. */
static __always_inline void read_tuple4(struct pwru_tuple4 *tuple, struct ip_pos *ip)
{
	struct l4_kind kind;
	HEADER(header, ip->addr, 20);

	__u32 saddr = LOAD64_RAW(header, 8) >> 32, daddr = LOAD32_RAW(header, 16);

	skip_ipv4(ip, header, &kind);
	*(__u32 *)tuple->saddr = saddr;
	*(__u32 *)tuple->daddr = daddr;
	fill_l4(&tuple->l4, &kind, ip);
}

/* The same. */
static __always_inline void read_tuple6(struct pwru_tuple6 *tuple, struct ip_pos *ip)
{
	struct l4_kind kind;
#ifdef PWRU_CAST
	HEADER(header, ip->addr, 40);

	__builtin_memcpy(tuple->saddr, header + 8, 16);
	__builtin_memcpy(tuple->daddr, header + 24, 16);
#else
	/* The two addresses go straight to their place: a copy of them takes stack. */
	HEADER(header, ip->addr, 8);

	_Static_assert(__builtin_offsetof(struct pwru_tuple6, daddr) == 16, "one behind the other");
	bpf_probe_read_kernel(tuple->saddr, 32, (void *)(ip->addr + 8));
#endif
	skip_ipv6(ip, header, &kind);
	fill_l4(&tuple->l4, &kind, ip);
}

#define PLAIN_HEADER_BYTES 34 /* an IPv4 header, then up to the flags of TCP */

/* Most packets are of this kind: IPv4 without options, and not a later fragment. */
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
		if (proto == PROTO_ESP)
			tuple[2] = PWRU_L4_HAS_SPI | (__u64)bpf_ntohl(ports) << 32;
		else if (proto == PROTO_AH)
			tuple[2] = PWRU_L4_HAS_SPI | (__u64)LOAD32(header, 20 + AH_SPI_AT) << 32;
	}
}

#ifdef PWRU_CAST

/*
 * The general ways. Global functions: the verifier looks at their many ways once, and knows nothing
 * of them behind the call. Pointers may be NULL there.
 */
#define FIND_IP_SLOT_SHIFT 8 /* the slot stands above `start`: there are no more arguments */
__noinline int pwru_find_ip(__u64 skb, __u64 base, __u32 linear_len, __u32 start, struct ip_pos *ip)
{
	struct skb_pos pos = {
		.skb = skb,
		.base = base,
		.linear_len = linear_len,
		.start = MAY_NEST ? start & ((1 << FIND_IP_SLOT_SHIFT) - 1) : start,
	};

	if (!ip)
		return 0;
	SET_SLOT(&pos, start >> FIND_IP_SLOT_SHIFT);
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

/* The IP header of a packet, in `room`. */
static __always_inline const struct ip_pos *find_ip_of(const struct skb_pos *pos,
						       struct ip_pos *room)
{
	pwru_find_ip(pos->skb, pos->base, pos->linear_len,
		     pos->start | SLOT_OF(pos) << FIND_IP_SLOT_SHIFT, room);
	return room;
}

static __always_inline void read_tuple_of(void *tuple, const struct ip_pos *ip)
{
	if (ip->version)
		pwru_read_tuple(ip->addr, ip->linear_len, ip->version, tuple);
}

/* The part of such a tuple, 0 for none, and its bytes. */
static __always_inline __u32 tuple_part(const struct ip_pos *ip)
{
	return ip->version == 4 ? PWRU_PART_TUPLE4 : ip->version == 6 ? PWRU_PART_TUPLE6 : 0;
}

static __always_inline __u32 tuple_bytes(const struct ip_pos *ip)
{
	if (ip->version == 4)
		return PWRU_ROUND_UP_8(sizeof(struct pwru_tuple4));
	return ip->version == 6 ? PWRU_ROUND_UP_8(sizeof(struct pwru_tuple6)) : 0;
}

#else

/*
 * The same with numbers alone, as 5.10 takes no pointers; what is found is in memory of the CPU. By
 * the slot of the program, as header_copies.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NEST_SLOTS);
	__type(key, __u32);
	__type(value, struct ip_pos);
} found_ips SEC(".maps");

/* `lengths`: above the linear bytes skb->data_len; `kinds`: above the start skb->protocol. */
#define FIND_IP_UPPER_SHIFT 32
__noinline int pwru_find_ip(__u64 skb, __u64 base, __u64 lengths, __u64 kinds, __u32 slot)
{
	struct ip_pos *ip = bpf_map_lookup_elem(&found_ips, &slot);
	struct skb_pos pos = {
		.skb = skb,
		.base = base,
		.linear_len = lengths,
		.data_len = lengths >> FIND_IP_UPPER_SHIFT,
		.start = (__u32)kinds,
		.protocol = kinds >> FIND_IP_UPPER_SHIFT,
	};

	SET_SLOT(&pos, slot);
	if (ip)
		find_ip(&pos, ip, false);
	return 0;
}

/* NULL, which never is, for the verifier. */
static __always_inline const struct ip_pos *find_ip_of(const struct skb_pos *pos,
						       struct ip_pos *room __attribute__((unused)))
{
	__u32 slot = SLOT_OF(pos);

	pwru_find_ip(pos->skb, pos->base,
		     (__u64)pos->data_len << FIND_IP_UPPER_SHIFT | pos->linear_len,
		     (__u64)pos->protocol << FIND_IP_UPPER_SHIFT | pos->start, slot);
	return bpf_map_lookup_elem(&found_ips, &slot);
}

static __always_inline __u32 version_of(const struct ip_pos *ip)
{
	return ip ? ip->version & 7 : 0;
}

static __always_inline void read_tuple_of(void *tuple, const struct ip_pos *ip)
{
	__u32 version = version_of(ip);
	struct ip_pos at;

	if (!version)
		return;
	at.addr = ip->addr;
	at.linear_len = ip->linear_len;
	if (version == 4)
		read_tuple4(tuple, &at);
	else if (version == 6)
		read_tuple6(tuple, &at);
}

/* By the bits of 4 and 6, without a branch: the verifier would look at the rest of a record once
 * for each. */
static __always_inline __u32 tuple_part(const struct ip_pos *ip)
{
	__u32 version = version_of(ip);

	_Static_assert(PWRU_PART_TUPLE6 == PWRU_PART_TUPLE4 << 1, "bit 1 of the version tells");
	return (version >> 2 & 1) * PWRU_PART_TUPLE4 << (version >> 1 & 1);
}

static __always_inline __u32 tuple_bytes(const struct ip_pos *ip)
{
	const __u32 bytes4 = PWRU_ROUND_UP_8(sizeof(struct pwru_tuple4));
	const __u32 bytes6 = PWRU_ROUND_UP_8(sizeof(struct pwru_tuple6));
	__u32 version = version_of(ip);

	return (version >> 2 & 1) * bytes4 + (version >> 1 & 1) * (bytes6 - bytes4);
}

#endif

#endif
