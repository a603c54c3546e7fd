/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What travels in the rings: one pwru_event for each hit, followed by those parts of the list below
 * that `parts` names, in the list's order, each at a multiple of 8. abi/ring.h has the rings.
 */
#ifndef PWRU_ABI_EVENT_H
#define PWRU_ABI_EVENT_H

#include <linux/types.h>

#include "abi/config.h"

#define PWRU_COMM_BYTES 16
#define PWRU_IFNAME_BYTES 16
#define PWRU_STACK_FRAMES 50

#define PWRU_ROUND_UP_8(bytes) (((bytes) + 7) & ~7u)

/*
 * The list of parts: PART(NAME, name, bytes). Whatever concerns a part is made from its row: its
 * bit PWRU_PART_<NAME>, its place in the record, the room that a record needs, the call of
 * write_<name>() in bpf/write/emit.bpf.h and that of take_<name>() in src/event/decode.cc. A part
 * that one of the sides lacks does not compile.
 *
 * CONFIG(field) stands for a field of struct pwru_config; each user of the list says what reads it.
 */

/* Every record has these parts when they are asked for. */
#define PWRU_FIXED_PARTS(PART, CONFIG)                                                             \
	PART(STACK, stack, sizeof(struct pwru_stack))                                              \
	PART(SKB, skb, CONFIG(skb_bytes))	   /* the struct sk_buff */                        \
	PART(CB, cb, sizeof(struct pwru_cb))	   /* __sk_buff->cb[] */                           \
	PART(SHINFO, shinfo, CONFIG(shinfo_bytes)) /* the struct skb_shared_info */                \
	/* Two words whose bit n says that value n could be read, then the values. Their */        \
	/* offsets are fixed when their code is generated. With pwru_config.sock_at the same */    \
	/* of the socket follows. */                                                               \
	PART(EXPR, expr, CONFIG(expr_bytes))                                                       \
	PART(TUNNEL, tunnel, sizeof(struct pwru_tunnel))                                           \
	PART(PARENT, parent, sizeof(struct pwru_parent))                                           \
	PART(NFT, nft, sizeof(struct pwru_nft)) /* see bpf/hooks/nft.bpf.c */                      \
	PART(XT, xt, sizeof(struct pwru_xt))	/* see bpf/hooks/xtables.bpf.c */

/* Only some records have these parts. Here stands the most that they take. */
#define PWRU_VARIABLE_PARTS(PART)                                                                  \
	PART(BPFMAP, bpfmap,                                                                       \
	     sizeof(struct pwru_bpfmap) + PWRU_MAP_LARGE_KEY + PWRU_MAP_LARGE_VALUE)               \
	PART(TUPLE4, tuple4, sizeof(struct pwru_tuple4))                                           \
	PART(TUPLE6, tuple6, sizeof(struct pwru_tuple6))                                           \
	PART(PATH, path, sizeof(struct pwru_path) + PWRU_HOPS * sizeof(struct pwru_hop))

#define PWRU_NO_CONFIG(field) 0 /* for a user of the list that reads no sizes */

enum pwru_part_index {
#define PWRU_INDEX(NAME, name, bytes) PWRU_INDEX_##NAME,
	PWRU_FIXED_PARTS(PWRU_INDEX, PWRU_NO_CONFIG) PWRU_VARIABLE_PARTS(PWRU_INDEX)
#undef PWRU_INDEX
		PWRU_PART_COUNT
};

enum pwru_part {
#define PWRU_BIT(NAME, name, bytes) PWRU_PART_##NAME = 1 << PWRU_INDEX_##NAME,
	PWRU_FIXED_PARTS(PWRU_BIT, PWRU_NO_CONFIG) PWRU_VARIABLE_PARTS(PWRU_BIT)
#undef PWRU_BIT
	/* These fields lie in pwru_event itself; the bits ask for them. */
	PWRU_PART_META = 1 << PWRU_PART_COUNT,
	PWRU_PART_CALLER = 1 << (PWRU_PART_COUNT + 1),
};

/*
 * The metadata of a packet, scalars only. A field that is added here is in the record and in
 * event::Event, and is decoded; fill_meta() in bpf/read/meta.bpf.h must set it.
 */
#define PWRU_META_FIELDS(FIELD)                                                                    \
	FIELD(__u32, netns) /* inode number, 0: unknown */                                         \
	FIELD(__u32, mark)                                                                         \
	FIELD(__u32, ifindex) /* 0: no device */                                                   \
	FIELD(__u32, len_bytes)                                                                    \
	FIELD(__u32, mtu)                                                                          \
	FIELD(__u16, proto) /* skb->protocol, host order */

/* What was hit: a kernel function, a BPF program of the machine on its way in or out, a tracepoint.
 */
enum pwru_event_type {
	PWRU_EVENT_FUNC = 0,
	PWRU_EVENT_TC_ENTRY = 1,
	PWRU_EVENT_TC_EXIT = 2,
	PWRU_EVENT_XDP_ENTRY = 3,
	PWRU_EVENT_XDP_EXIT = 4,
	PWRU_EVENT_TRACEPOINT = 5,
};

/* A packet id: the CPU that gave it out, a bit for the kind of program that did, and the count of
 * both from 1. */
#define PWRU_ID_CPU_SHIFT 48
#define PWRU_ID_OF_PROG (1ull << 47)  /* a program at a BPF program of the machine */
#define PWRU_ID_SLOT_SHIFT 44	      /* which of those that interrupt each other it is, from 0 */
#define PWRU_ID_OF_CHILD (1ull << 46) /* made of another packet, by bpf/follow/children.bpf.h */

struct pwru_event {
	__u64 ts_ns;	 /* CLOCK_MONOTONIC, read after the record was reserved */
	__u64 func_ip;	 /* start of the function, see pwru_config.has_func_ip; or a Site::id */
	__u64 skb;	 /* address of the struct sk_buff */
	__u64 packet_id; /* PWRU_ID_*; 0: the packet is not followed */
	__u64 caller_ip; /* return address, with PWRU_PART_CALLER */
	__u16 parts;	 /* PWRU_PART_* that follow, or are filled in here */
	__u16 bytes;	 /* of the record with all parts: a multiple of 8 */
	__u32 lost;	 /* events this CPU could not deliver since the start, up to this one */
	__u32 arg2;	 /* low halves of the 2nd and 3rd argument: a drop reason is one of them */
	__u32 arg3;
	char comm[PWRU_COMM_BYTES];
	__u32 pid; /* thread group id of the task that ran, which need not be the packet's owner */
	__s32 verdict;			/* what a BPF program returned, with PWRU_EVENT_*_EXIT */
	char ifname[PWRU_IFNAME_BYTES]; /* with PWRU_PART_META, like the fields behind it */
#define PWRU_FIELD(type, name) type name;
	PWRU_META_FIELDS(PWRU_FIELD)
#undef PWRU_FIELD
	__u16 type; /* PWRU_EVENT_* */
};

struct pwru_stack {
	__s64 size_bytes; /* of the addresses in use, or a negative errno of bpf_get_stack() */
	__u64 ip[PWRU_STACK_FRAMES];
};

/* __sk_buff->cb[], as TC programs see it. */
struct pwru_cb {
	__u32 words[5];
	__u32 pad0;
};

enum pwru_map_op {
	PWRU_MAP_LOOKUP = 1,
	PWRU_MAP_LOOKUP_FAILED = 2,
	PWRU_MAP_UPDATE = 3,
	PWRU_MAP_DELETE = 4,
};

/* Two sizes of record: one for most maps, one for the rest. What is larger is cut. */
#define PWRU_MAP_SMALL_KEY 64
#define PWRU_MAP_SMALL_VALUE 192
#define PWRU_MAP_LARGE_KEY 512
#define PWRU_MAP_LARGE_VALUE 4096

/* One call of a map's function. `room` bytes follow: the key, and the value at value_offset. */
struct pwru_bpfmap {
	__u32 id;
	__u32 op; /* PWRU_MAP_* */
	__u32 key_size;
	__u32 value_size;
	__u32 key_bytes; /* of them, those that were read */
	__u32 value_bytes;
	__u32 value_offset;
	__u32 room;
	char name[16];
};

/* The packet that this one was made of. */
struct pwru_parent {
	__u64 packet_id; /* 0: of none that is known */
};

enum pwru_l4_flag {
	PWRU_L4_HAS_PORTS = 1 << 0,
	PWRU_L4_HAS_ICMP = 1 << 1,	 /* icmp_type and icmp_code are valid */
	PWRU_L4_LATER_FRAGMENT = 1 << 2, /* has no layer 4 header */
	PWRU_L4_HAS_SPI = 1 << 3,	 /* spi is valid: of ESP, if that is proto, else of AH */
};

struct pwru_l4 {
	__u16 sport; /* host order */
	__u16 dport;
	__u8 proto; /* behind the extension headers */
	__u8 tcp_flags;
	__u8 icmp_type;
	__u8 icmp_code;
	__u8 flags; /* PWRU_L4_* */
	__u8 pad0[3];
	__u32 spi; /* host order */
};

struct pwru_tuple4 {
	__u8 saddr[4];
	__u8 daddr[4];
	struct pwru_l4 l4;
};

struct pwru_tuple6 {
	__u8 saddr[16];
	__u8 daddr[16];
	struct pwru_l4 l4;
};

/*
 * With --on: a hit that was kept in the kernel, see bpf/follow/path.bpf.h. `event` has only what
 * PWRU_PART_META, CALLER and TUPLE4 or TUPLE6 name; its `lost` is the CPU.
 */
struct pwru_hop {
	struct pwru_event event;
	union {
		struct pwru_tuple4 tuple4;
		struct pwru_tuple6 tuple6;
	};
	__u64 end_ns; /* written last: not event.ts_ns where two CPUs wrote at once */
};

/*
 * The path of the packet up to this hit. The hops that are left of it follow, at most PWRU_HOPS:
 * hop n of them at n % PWRU_HOPS.
 */
struct pwru_path {
	__u64 written; /* hops since the path began, or was sent */
};
#define PWRU_HOPS 64 /* a power of two */

/* Of the map `heads`, see bpf/follow/heads.bpf.h. */
struct pwru_head_owner {
	__u64 packet_id;
	__u64 skb;	     /* 0: an XDP program saw the packet, and no skb of it was met yet */
	__u64 redirected_by; /* the device whose XDP program redirected it, or 0 */
};

enum pwru_tunnel_kind {
	PWRU_TUNNEL_NONE,
	PWRU_TUNNEL_VXLAN,
	PWRU_TUNNEL_GENEVE,
	PWRU_TUNNEL_GRE,
	/* One IP packet in another, by the versions outside and inside. */
	PWRU_TUNNEL_IPIP,
	PWRU_TUNNEL_SIT,
	PWRU_TUNNEL_IPIP6,
	PWRU_TUNNEL_IP6IP6,
	/* One of these or GRE, right behind UDP or behind the header of GUE. */
	PWRU_TUNNEL_FOU,
	PWRU_TUNNEL_GUE,
};

enum pwru_tunnel_flag {
	PWRU_TUNNEL_HAS_ID = 1 << 0,
	PWRU_TUNNEL_HAS_MACS = 1 << 1, /* an Ethernet header follows the tunnel's */
};

/* What the outermost tunnel of a packet carries. */
struct pwru_tunnel {
	__u32 kind;	 /* enum pwru_tunnel_kind; NONE: all else is 0 */
	__u32 id;	 /* VNI or GRE key */
	__u16 proto;	 /* EtherType of the packet inside, behind its VLAN tags, host order */
	__u8 flags;	 /* PWRU_TUNNEL_HAS_* */
	__u8 ip_version; /* which tuple is valid: 4 or 6; 0: no IP packet inside, or cut off */
	__u8 dst_mac[6];
	__u8 src_mac[6];
	union {
		struct pwru_tuple4 tuple4;
		struct pwru_tuple6 tuple6;
	};
};

/* The parts of a record without map data and tuple. */
static inline __u32 pwru_fixed_bytes(const struct pwru_config *config)
{
	__u32 total = sizeof(struct pwru_event);

#define PWRU_CONFIGURED(field) config->field
#define PWRU_ADD(NAME, name, bytes)                                                                \
	if (config->parts & PWRU_PART_##NAME)                                                      \
		total += (__u32)PWRU_ROUND_UP_8(bytes);
	PWRU_FIXED_PARTS(PWRU_ADD, PWRU_CONFIGURED)
	return total;
}

/* The longest record. */
static inline __u32 pwru_record_max_bytes(const struct pwru_config *config)
{
	__u32 total = pwru_fixed_bytes(config);

	PWRU_VARIABLE_PARTS(PWRU_ADD)
#undef PWRU_ADD
#undef PWRU_CONFIGURED
	return total;
}

#define PWRU_IS_AT(type, field, offset)                                                            \
	PWRU_STATIC_ASSERT(__builtin_offsetof(struct type, field) == (offset),                     \
			   #type "." #field " is at the same place on both sides")
#define PWRU_IS_WHOLE(NAME, name, bytes)                                                           \
	PWRU_STATIC_ASSERT((bytes) % 8 == 0, #name " is followed by a part at a multiple of 8");

PWRU_FIXED_PARTS(PWRU_IS_WHOLE, PWRU_NO_CONFIG)
PWRU_VARIABLE_PARTS(PWRU_IS_WHOLE)
PWRU_STATIC_ASSERT(PWRU_PART_CALLER <= 0x8000, "the bits fit into pwru_event.parts");
PWRU_STATIC_ASSERT(sizeof(struct pwru_event) == 120, "pwru_event is the same on both sides");
PWRU_IS_AT(pwru_event, caller_ip, 32);
PWRU_IS_AT(pwru_event, parts, 40);
PWRU_IS_AT(pwru_event, bytes, 42);
PWRU_IS_AT(pwru_event, lost, 44);
PWRU_IS_AT(pwru_event, arg3, 52);
PWRU_IS_AT(pwru_event, comm, 56);
PWRU_IS_AT(pwru_event, verdict, 76);
PWRU_IS_AT(pwru_event, ifname, 80);
PWRU_IS_AT(pwru_event, netns, 96);
PWRU_IS_AT(pwru_event, proto, 116);
PWRU_STATIC_ASSERT(sizeof(struct pwru_stack) == 408, "pwru_stack is the same on both sides");
PWRU_STATIC_ASSERT(sizeof(struct pwru_cb) == 24, "pwru_cb is the same on both sides");
PWRU_STATIC_ASSERT(sizeof(struct pwru_bpfmap) == 48, "pwru_bpfmap is the same on both sides");
PWRU_IS_AT(pwru_bpfmap, name, 32);
PWRU_STATIC_ASSERT(sizeof(struct pwru_parent) == 8, "pwru_parent is the same on both sides");
PWRU_STATIC_ASSERT(sizeof(struct pwru_tuple4) == 24, "pwru_tuple4 is the same on both sides");
PWRU_STATIC_ASSERT(sizeof(struct pwru_tuple6) == 48, "pwru_tuple6 is the same on both sides");
PWRU_STATIC_ASSERT(sizeof(struct pwru_nft) == 552, "pwru_nft is the same on both sides");
PWRU_STATIC_ASSERT(sizeof(struct pwru_xt) == 112, "pwru_xt is the same on both sides");
PWRU_IS_AT(pwru_nft, kind, 12);
PWRU_IS_AT(pwru_nft, chain, 288);
PWRU_STATIC_ASSERT(sizeof(struct pwru_tunnel) == 72, "pwru_tunnel is the same on both sides");
PWRU_STATIC_ASSERT(sizeof(struct pwru_hop) == 176, "pwru_hop is the same on both sides");
PWRU_IS_AT(pwru_hop, tuple4, 120);
PWRU_IS_AT(pwru_hop, end_ns, 168);
PWRU_STATIC_ASSERT(sizeof(struct pwru_path) == 8, "pwru_path is the same on both sides");
PWRU_IS_AT(pwru_tunnel, dst_mac, 12);
PWRU_IS_AT(pwru_tunnel, tuple4, 24);
#undef PWRU_IS_AT
#undef PWRU_IS_WHOLE

#endif
