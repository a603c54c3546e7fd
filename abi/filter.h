/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The contract between the tracer and a generated pcap filter: `int pwru_filter_l2(struct
 * pwru_filter_ctx *, const void *window, __u32 linear_len)` and `..._l3`, linked in from objects of
 * their own. Non-zero means the packet matches. The window is that of a filter that casts: the
 * struct __kernel_sockaddr_storage whose byte array begins at `base`; linear_len is the context's.
 * The context lives on the stack of the caller, or in memory of the CPU.
 *
 * A packet without an Ethernet header is judged over a frame that is made up: addresses that the
 * generated code knows, the EtherType, then the packet; pwru_filter_l3() is the same program as
 * pwru_filter_l2(), with the loads moved. A filter that copies finds that frame in copy[], without
 * the addresses; its base lies 14 bytes before the packet. Any other filter is given the EtherType,
 * and adds 14 to len by itself. `pwru_filter_tunnel_l2` and `..._l3` are the same for the frame and
 * the IP packet inside of a tunnel.
 *
 * A filter reads the packet in one of two ways, fixed when its code is generated:
 *   cast    plain loads through bpf_rdonly_cast(base), for kernels that have it (6.2);
 *   copied  plain loads from copy[], elsewhere, and for expressions that must see an offloaded
 *           VLAN tag inside the frame.
 * What neither reaches (behind the linear part, past copy[], computed offsets of a copied filter)
 * goes through pwru_filter_load().
 *
 * `int pwru_filter_hit(void *ctx, __u64 skb, __u64 packet_id)` is both in one for where there is a
 * cast, and finds the packet of the skb by itself, as skb_find() and skb_locate() do: most hits end
 * in it. When the packet matches, or has an id already, it calls the tracer's `int
 * pwru_filter_matched(void *ctx, __u64 skb, __u64 base, __u64 where, __u64 packet_id)`.
 */
#ifndef PWRU_ABI_FILTER_H
#define PWRU_ABI_FILTER_H

#include <linux/types.h>

/* Ethernet, IPv4 with all options and TCP: 14 + 60 + 20, rounded to words. */
#define PWRU_COPY_BYTES 96

struct pwru_filter_ctx {
	__u64 base;	  /* kernel address of the first byte of the frame (L2) or packet (L3) */
	__u64 skb;	  /* kernel address of the struct sk_buff, or PWRU_AT_XDP */
	__u32 len;	  /* bytes from base on, also in page fragments; if filter_reads_len */
	__u32 linear_len; /* bytes that can be read at base */
	union {
		__u32 copied_len; /* bytes that are valid in copy[]: at most linear_len */
		__u32 ether_type; /* of pwru_filter_l3(), if it does not copy */
	};
	/*
	 * Offloaded VLAN tag as it stands in a frame, host order: TPID << 16 | TCI; 0 when there is
	 * none or the filter does not want to see it. When set, offsets 12..15 are the tag, the
	 * frame's bytes from 12 on are found 4 further back, and len and linear_len count the tag.
	 */
	__u32 vlan_tag;
	__u8 copy[PWRU_COPY_BYTES];
};

/*
 * What is known of a packet that begins at `base`, as one number: linear_len in the lower half,
 * where it begins (enum pkt_start), and in bytes of their own:
 */
#define PWRU_WHERE_START_SHIFT 32
#define PWRU_WHERE_PLAIN (1ull << 40) /* the network header is at base + the L2 bytes below */
#define PWRU_WHERE_GONE (1ull << 41)  /* nothing can be read of the skb */
#define PWRU_WHERE_L2_BYTES_SHIFT 48  /* with PLAIN: 14 with an Ethernet header, else 0 */

/*
 * Instead of the skb, at XDP: the address of the net_device that the packet came in on, and this
 * bit, which no address of an skb has.
 */
#define PWRU_AT_XDP 1

/*
 * The EtherType of a packet that has neither an Ethernet header nor a known protocol: reserved, so
 * that no part of an expression is about it.
 */
#define PWRU_ETHER_TYPE_UNKNOWN 0xffff

/* A load outside the packet: cBPF rejects the packet then, as libpcap's interpreter does. */
#define PWRU_LOAD_OUTSIDE (~0ULL)

/*
 * Offset and size in one word, because a global BPF function takes five arguments:
 * __u64 pwru_filter_load(__u64 skb, __u64 base, __u64 offset_size, __u32 linear_len, __u32
 * vlan_tag) returns the value in host order, or PWRU_LOAD_OUTSIDE. With a size of 0 it is not a
 * load of bytes: the offset is one of SKF_AD_* (linux/filter.h), and the value is that of the skb.
 */
#define PWRU_LOAD_SIZE_SHIFT 32

#endif
