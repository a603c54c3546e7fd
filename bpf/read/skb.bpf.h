/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reading an skb. Two ways, one object file each:
 *   PWRU_CAST  plain loads through bpf_rdonly_cast (6.2): no call, a bad address reads 0;
 *   otherwise  bpf_probe_read_kernel of what finds the packet, later of the whole struct, then
 * loads from these copies.
 */
#ifndef PWRU_BPF_SKB_H
#define PWRU_BPF_SKB_H

#include "bpf/config.bpf.h"
#include "bpf/hook.bpf.h"
#include "bpf/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

/* The largest struct sk_buff met so far is 240 bytes (5.10 with all options); 232 in 6.18. */
#define SKB_COPY_BYTES 256
#define MAC_HEADER_UNSET 0xffff

/* What SKB_FIELD() may ask for. Where the struct is copied, these fields are taken out of the copy.
 */
#define COPIED_FIELDS(FIELD)                                                                       \
	FIELD(__u32, len)                                                                          \
	FIELD(__u32, data_len)                                                                     \
	FIELD(__u32, mark)                                                                         \
	FIELD(__u64, dev)                                                                          \
	FIELD(__u64, sk)                                                                           \
	FIELD(__u64, _skb_refdst)

/*
 * An skb as far as it is read at once: the fields that find the packet's bytes, and where the
 * packet begins. Everything else comes through the skb_*() below. Offsets count from head.
 */
struct skb_pos {
	__u64 skb;
	__u64 head;
	__u32 tail;
	__u16 mac_header;
	__u16 network_header;
	/*
	 * Set by skb_locate() in bpf/read/filter.bpf.h. `start` must not lie at a multiple of 8:
	 * the verifier of 5.10 takes note of constants that are stored there, forgets that a callee
	 * depends on them, and deletes the code for the others.
	 */
	__u32 linear_len; /* bytes from base to the end of the linear part */
	enum pkt_start {
		PKT_NONE, /* no header has been built or found yet */
		PKT_L2,	  /* an Ethernet header at mac_header */
		PKT_L3,	  /* an IP header at skb->network_header */
	} start;
	__u64 base; /* address of that header */
#ifdef PWRU_CAST
	struct sk_buff *typed;
#else
	__u32 vlan_tag;
#define FIELD(type, name) type name;
	COPIED_FIELDS(FIELD)
#undef FIELD
	__u64 data;
	__u16 protocol;
#endif
#if MAY_NEST
	__u32 slot; /* set by the program, see bpf/nest.bpf.h */
#endif
};
_Static_assert(__builtin_offsetof(struct skb_pos, start) % 8, "see above");

/* At XDP there is no skb yet; then the address is that of the buffer, see xdp_read(). */
static __always_inline bool has_skb(const struct skb_pos *pos __attribute__((unused)))
{
	return !MAY_BE_XDP || pos->skb != pos->head;
}

#ifdef PWRU_CAST
extern void *bpf_rdonly_cast(void *obj, __u32 btf_id) __ksym __weak;
#define KERNEL_PTR(type, addr)                                                                     \
	((type *)bpf_rdonly_cast((void *)(addr), bpf_core_type_id_kernel(type)))
#define KERNEL_READ(ptr, field) ((ptr)->field)
#define SUBPROGRAM static __always_inline
#else
/* Copies take stack, and 512 bytes are all there is for a chain of calls: each its own frame. */
#define SUBPROGRAM static __noinline
#define KERNEL_PTR(type, addr) ((type *)(addr))
#define KERNEL_READ(ptr, field) BPF_CORE_READ(ptr, field)
#endif

#define SKB_OFFSET(field) bpf_core_field_offset(struct sk_buff, field)

static __always_inline __u32 vlan_tag_of(__be16 proto, __u16 tci)
{
	return (__u32)bpf_ntohs(proto) << 16 | tci;
}

/*
 * Since 6.17 the verifier takes what is loaded from a pointer field for a pointer and refuses to
 * compute with it; before, for a number. A negation makes a number of both.
 */
static __always_inline __u64 as_number(const void *ptr)
{
	__u64 number = (__u64)ptr;

	asm volatile("%0 = -%0; %0 = -%0" : "+r"(number));
	return number;
}

#ifdef PWRU_CAST

/* Any bytes of kernel memory, as long as __kernel_sockaddr_storage has them. */
#define BYTES_START 2 /* of them in that struct */
#define BYTES_AT(addr)                                                                             \
	((const char *)KERNEL_PTR(struct __kernel_sockaddr_storage, (addr)-BYTES_START) +          \
	 BYTES_START)

/* A field that is read when it is asked for. */
#define SKB_FIELD(pos, field) ((pos)->typed->field)
#define SKB_ADDRESS(pos, field) as_number((const void *)SKB_FIELD(pos, field))

/*
 * What finds the packet's bytes. Each load has a check of its address: there is one for what lies
 * together. The verifier knows the offsets and deletes the other way.
 */
static __always_inline void skb_find(struct skb_pos *pos, __u64 addr)
{
	struct sk_buff *skb = KERNEL_PTR(struct sk_buff, addr);
	const __u64 at = SKB_OFFSET(network_header);

	pos->skb = addr;
	pos->typed = NULL;
	pos->head = as_number(skb->head);
	if (SKB_OFFSET(mac_header) == at + 2 && SKB_OFFSET(tail) == at + 4) {
		__u64 word = *(__u64 *)BYTES_AT(addr + at);

		pos->network_header = word;
		pos->mac_header = word >> 16;
		pos->tail = word >> 32;
	} else {
		pos->network_header = skb->network_header;
		pos->mac_header = skb->mac_header;
		pos->tail = skb->tail;
	}
}

/* And all else that is read of it later. */
static __always_inline void skb_read_fields(struct skb_pos *pos)
{
	pos->typed = KERNEL_PTR(struct sk_buff, pos->skb);
}

static __always_inline void skb_read(struct skb_pos *pos, __u64 addr)
{
	skb_find(pos, addr);
	skb_read_fields(pos);
}

/* skb->data; there may be no more than skb_find() yet. */
static __always_inline __u64 skb_data(const struct skb_pos *pos)
{
	return as_number(KERNEL_PTR(struct sk_buff, pos->skb)->data);
}

/* skb->protocol; there may be no more than skb_find() yet. */
static __always_inline __be16 skb_protocol(const struct skb_pos *pos)
{
	return KERNEL_PTR(struct sk_buff, pos->skb)->protocol;
}

/* Kernels with bpf_rdonly_cast are those where a tag is there when it is not zero. */
static __always_inline __u32 skb_vlan_tag(const struct skb_pos *pos)
{
	return vlan_tag_of(SKB_FIELD(pos, vlan_proto), SKB_FIELD(pos, vlan_tci));
}

#else /* copy */

#define SKB_FIELD(pos, field) ((pos)->field)
#define SKB_ADDRESS(pos, field) ((pos)->field)

#define COPIED(copy, field)                                                                        \
	(*(typeof(((struct sk_buff *)0)->field) *)((copy) +                                        \
						   bpf_core_field_offset(struct sk_buff, field)))

/* From protocol on: as much as the headers' offsets, tail, end, head and data take behind it. */
#define FIND_COPY_BYTES 40

/* What finds the packet's bytes: they lie together, and a copy costs by its length. */
static __noinline int skb_find(struct skb_pos *pos, __u64 addr)
{
	const __u64 at = SKB_OFFSET(protocol) & ~7ull; /* loads of the stack are aligned */
	const __u64 last = FIND_COPY_BYTES - sizeof(__u64);
	struct sk_buff *skb = (void *)addr;
	char copy[FIND_COPY_BYTES] __attribute__((aligned(8)));

	pos->skb = addr;
	if (SKB_OFFSET(network_header) - at <= last && SKB_OFFSET(mac_header) - at <= last &&
	    SKB_OFFSET(tail) - at <= last && SKB_OFFSET(head) - at <= last &&
	    SKB_OFFSET(data) - at <= last) {
		bpf_probe_read_kernel(copy, sizeof(copy), (void *)(addr + at)); /* or zeroes it */
		pos->protocol = *(__be16 *)(copy + (SKB_OFFSET(protocol) - at));
		pos->network_header = *(__u16 *)(copy + (SKB_OFFSET(network_header) - at));
		pos->mac_header = *(__u16 *)(copy + (SKB_OFFSET(mac_header) - at));
		pos->tail = *(__u32 *)(copy + (SKB_OFFSET(tail) - at));
		pos->head = *(__u64 *)(copy + (SKB_OFFSET(head) - at));
		pos->data = *(__u64 *)(copy + (SKB_OFFSET(data) - at));
	} else {
		pos->protocol = BPF_CORE_READ(skb, protocol);
		pos->network_header = BPF_CORE_READ(skb, network_header);
		pos->mac_header = BPF_CORE_READ(skb, mac_header);
		pos->tail = BPF_CORE_READ(skb, tail);
		pos->head = (__u64)BPF_CORE_READ(skb, head);
		pos->data = (__u64)BPF_CORE_READ(skb, data);
	}
	return 0;
}

/* All else. A function of its own: the copy must not stay on the stack while the filter runs. */
static __noinline int skb_read_fields(struct skb_pos *pos)
{
	char copy[SKB_COPY_BYTES];
	__u32 size = bpf_core_type_size(struct sk_buff);

	if (size > sizeof(copy))
		size = sizeof(copy);
	bpf_probe_read_kernel(copy, size, (void *)pos->skb); /* zeroes the copy when it fails */
#define FIELD(type, name) pos->name = (type)COPIED(copy, name);
	COPIED_FIELDS(FIELD)
#undef FIELD
	pos->vlan_tag = vlan_tag_of(COPIED(copy, vlan_proto), COPIED(copy, vlan_tci));
	if (bpf_core_field_exists(struct sk_buff___vlan_bit, vlan_present)) {
		struct sk_buff___vlan_bit *bit = (void *)pos->skb;

		if (!BPF_CORE_READ_BITFIELD_PROBED(bit, vlan_present))
			pos->vlan_tag = 0;
	}
	return 0;
}

static __always_inline void skb_read(struct skb_pos *pos, __u64 addr)
{
	skb_find(pos, addr);
	skb_read_fields(pos);
}

static __always_inline __u64 skb_data(const struct skb_pos *pos)
{
	return pos->data;
}

static __always_inline __be16 skb_protocol(const struct skb_pos *pos)
{
	return pos->protocol;
}

static __always_inline __u32 skb_vlan_tag(const struct skb_pos *pos)
{
	return pos->vlan_tag;
}

#endif

#endif
