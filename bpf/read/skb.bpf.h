/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reading an skb. Two ways, one object file each:
 *   PWRU_CAST  plain loads through bpf_rdonly_cast (6.2): no call, a bad address reads 0;
 *   otherwise  bpf_probe_read_kernel of what finds the packet, or of all that is read of the
 * struct, then loads from this copy.
 */
#ifndef PWRU_BPF_SKB_H
#define PWRU_BPF_SKB_H

#include "bpf/config.bpf.h"
#include "bpf/hook.bpf.h"
#include "bpf/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

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

/* What finds the packet's bytes. */
#define FIND_FIELDS(FIELD)                                                                         \
	FIELD(__u16, protocol)                                                                     \
	FIELD(__u16, network_header)                                                               \
	FIELD(__u16, mac_header)                                                                   \
	FIELD(__u32, tail)                                                                         \
	FIELD(__u64, head)                                                                         \
	FIELD(__u64, data)

/*
 * Copies a part of the struct, or zeroes the copy. The result is where the struct would begin, so
 * that each field is one load. The compiler must not know that this is outside of the copy; and
 * 5.10 lets programs add to a pointer to the stack, and not subtract.
 */
static __always_inline const struct sk_buff *copy_skb(char *copy, __u64 bytes, __u64 addr,
						      __u64 start)
{
	const char *first = copy;
	__u64 back;

	bpf_probe_read_kernel(copy, bytes, (void *)(addr + start));
	/* A negation, which the compiler would choose, leaves no known number in 5.10. */
	asm volatile("%0 = 0; %0 -= %1" : "=&r"(back) : "r"(start));
	barrier_var(first);
	return (const void *)(first + back);
}
#define TAKE(type, name) pos->name = (type)copied->name;
#define READ(type, name) pos->name = (type)BPF_CORE_READ((struct sk_buff *)addr, name);

/* What finds the packet's bytes: they lie together, and a copy costs by its length. */
static __always_inline void skb_find(struct skb_pos *pos, __u64 addr, char *copy)
{
	const struct sk_buff *copied;

	pos->skb = addr;
	if (!CFG(find_bytes)) {
		FIND_FIELDS(READ)
		return;
	}
	copied = copy_skb(copy, CFG(find_bytes), addr, CFG(find_at));
	FIND_FIELDS(TAKE)
}

/* Up to 6.1 a bit of its own says that there is a tag. */
static __always_inline __u32 read_vlan_tag(__u64 addr)
{
	struct sk_buff *skb = (void *)addr;
	struct sk_buff___vlan_bit *bit = (void *)addr;

	if (bpf_core_field_exists(bit->vlan_present) &&
	    !BPF_CORE_READ_BITFIELD_PROBED(bit, vlan_present))
		return 0;
	return vlan_tag_of(BPF_CORE_READ(skb, vlan_proto), BPF_CORE_READ(skb, vlan_tci));
}

/* All that is read of an skb. A function of its own: the copy must not stay on the stack. */
static __noinline int skb_read(struct skb_pos *pos, __u64 addr)
{
	char copy[PWRU_READ_BYTES] __attribute__((aligned(8)));
	const struct sk_buff *copied;

	pos->skb = addr;
	pos->vlan_tag = CFG(filter_sees_vlan) ? read_vlan_tag(addr) : 0;
	if (!CFG(read_bytes)) {
		FIND_FIELDS(READ)
		COPIED_FIELDS(READ)
		return 0;
	}
	copied = copy_skb(copy, CFG(read_bytes), addr, CFG(read_at));
	FIND_FIELDS(TAKE)
	COPIED_FIELDS(TAKE)
	return 0;
}

/*
 * The same two where the verifier knows the type of the skb, as it does of a function's argument in
 * an fentry program: by plain loads. Of a pointer in it a number is made: it may lead nowhere.
 */
#define LOAD(type, name)                                                                           \
	pos->name =                                                                                \
		(type)(sizeof(type) == sizeof(__u64) ? as_number((const void *)(__u64)skb->name)   \
						     : (__u64)skb->name);

static __always_inline void skb_load_find(struct skb_pos *pos, const struct sk_buff *skb)
{
	pos->skb = as_number(skb);
	FIND_FIELDS(LOAD)
}

static __always_inline void skb_load(struct skb_pos *pos, const struct sk_buff *skb)
{
	skb_load_find(pos, skb);
	pos->vlan_tag = CFG(filter_sees_vlan) ? read_vlan_tag(pos->skb) : 0;
	COPIED_FIELDS(LOAD)
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
