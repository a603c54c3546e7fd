/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What user space fixes before the program is loaded; see bpf/config.bpf.h. */
#ifndef PWRU_ABI_CONFIG_H
#define PWRU_ABI_CONFIG_H

#include <linux/types.h>

#include "abi/nft.h"
#include "abi/xtables.h"

/* A function whose hit sends the path of the packet. */
struct pwru_trigger {
	__u64 ip;	/* 0: none */
	__u32 harmless; /* the value of the argument with which it does not */
	__u8 arg;	/* 2 or 3, 0: in any case */
	__u8 pad0[3];
};
#define PWRU_TRIGGERS 8

struct pwru_config {
	/*
	 * Where the struct page of the first page is, and that page's bytes; 0: page fragments are
	 * not read. x86: the addresses of the kernel's variables vmemmap_base and page_offset_base.
	 * arm64: the numbers.
	 */
	__u64 vmemmap_base;
	__u64 page_offset_base;
	__u32 netns;   /* inode number, 0: any */
	__u32 ifindex; /* 0: any */
	__u32 mark;
	__u32 mark_mask; /* 0: any mark */
	__u32 parts;	 /* PWRU_PART_* wanted in an event */
	__u32 skb_bytes; /* size of struct sk_buff in this kernel, for PWRU_PART_SKB */
	/* See abi/ring.h. Powers of two, except record_max_bytes. */
	__u32 ring_bytes;
	__u32 chunk_bytes;
	__u32 chunk_shift; /* chunk_bytes is 1 << this */
	__u32 record_max_bytes;
	__u32 cpus;	       /* possible ones; each has a ring */
	__u32 nesting_rings;   /* and a second one, for programs that nest */
	__u8 has_pcap;	       /* a pcap filter is linked in */
	__u8 filter_copies;    /* pwru_filter_l2/l3 read from copy[] */
	__u8 filter_sees_vlan; /* pwru_filter_l2/l3 want an offloaded tag in the frame */
	__u8 filter_reads_len; /* pwru_filter_l2/l3 read len of their context */
	__u8 tracks;	       /* give packets an identity */
	__u8 has_func_ip;      /* bpf_get_func_ip() finds the function: kprobe-multi */
	__u8 has_skb_expr;     /* pwru_filter_skb_expr must match */
	__u8 follows_xdp;      /* tracks, and XDP programs are traced */
	__u8 has_xdp_expr;     /* pwru_filter_xdp_expr must match */
	__u8 by_skb;	    /* tracks, and a packet that is followed passes without the filters */
	__u8 by_stack;	    /* tracks, and a function that is hit while a followed packet is handled
			       passes too */
	__u8 page_shift;    /* a page has 1 << this bytes */
	__u32 expr_bytes;   /* of PWRU_PART_EXPR: what the values of an skb or XDP buffer need */
	__u32 shinfo_bytes; /* size of struct skb_shared_info, for PWRU_PART_SHINFO */
	__u8 has_tunnel_l2; /* pwru_filter_tunnel_l2 must match */
	__u8 has_tunnel_l3; /* pwru_filter_tunnel_l3 must match */
	__u8 reads_fields;  /* the filter asks for mark, netns, ifindex or len of an skb */
	__u8 has_hit;	    /* a pwru_filter_hit() that does something is linked in */
	__u8 copy_bytes;    /* of copy[] that pwru_filter_l2/l3 read: a multiple of 8 */
	__u8 shows_release; /* release_addr is among the functions to show */
	__u8 filter_ancillary; /* pwru_filter_l2/l3 ask pwru_filter_load() for fields of the skb */
	/* Where the two copies of an sk_buff begin, and how long they are; see pwru_set_copies().
	 */
	__u8 find_at;
	__u8 find_bytes;
	__u8 read_at;
	__u8 read_bytes;	    /* 0: each field is read by itself */
	__u8 has_fentry;	    /* programs of fentry-multi run beside those at kprobes */
	__u64 return_trampoline_ip; /* where kretprobes return to, with by_stack */
	__u64 htab_element_ip;	    /* __htab_map_lookup_elem(), with PWRU_PART_BPFMAP */
	__u64 release_addr;	    /* the function that ends an skb, with kprobe-multi */
	__u64 gone_addr;	    /* the one that returns its memory, with tracks */
	__u64 cached_addr;	    /* the one that keeps it for the next skb of the CPU */
	__u32 arg_multiplier;	    /* see PWRU_ARG_SLOT */
	__u32 arg_shift;
	__u32 fixed_bytes; /* of a record without map data and tuple, see pwru_fixed_bytes() */
	/* Of the rings' memory: how far into a chunk a record may begin, and a ring's chunks. */
	__u32 chunk_mask; /* chunk_bytes - 1 */
	__u32 chunk_last; /* chunk_bytes - record_max_bytes */
	__u32 ring_chunk_mask;
	__u32 ring_chunk_shift;
	__u32 plain_parts; /* of a record with metadata, a tuple4 and no more; 0: others are wanted
			    */
	__u32 never_evicted; /* so many packets are followed at once before one is evicted */
	__u32 stack_bytes;   /* of a kernel stack, which is as large as it is aligned, with by_stack
			      */
	__u8 maps_rings;   /* user space maps the rings; else each record is sent, see abi/ring.h */
	__u8 has_doorbell; /* maps_rings, and a BPF ring buffer wakes the reader up */
	__u8 pad0[6];
	struct pwru_nft_layout nft; /* with PWRU_PART_NFT */
	struct pwru_xt_layout xt;   /* with PWRU_PART_XT */
	/* With --on, see bpf/write/keep.bpf.h. */
	struct pwru_trigger on[PWRU_TRIGGERS];
	__u64 on_slow_ns;   /* since the packet's first hit; 0: no trigger */
	__u32 path_shift;   /* a CPU's packets have 1 << this paths, its children a quarter */
	__u8 keeps_paths;   /* the path of a packet is kept until a trigger fires */
	__u8 on_rst;	    /* a trigger: TCP's RST flag */
	__u8 has_on_expr;   /* a trigger: pwru_on_expr */
	__u8 shows_gone;    /* gone_addr is among the functions to show */
	__u8 on_retransmit; /* TCP's own skb is followed with its clone, see track_original() */
	__u8 tells_ends;    /* these are functions where packets end, and the rest is set: */
	__u8 pad1[2];
	/* See bpf/read/refuse.bpf.h. An address of 0: that function is not probed. */
	__u32 sock_at;	      /* where in PWRU_PART_EXPR the values of the socket are; 0: nowhere */
	__u64 sock_drop_addr; /* sk_skb_reason_drop() */
	__u64 syn_addr;	      /* tcp_conn_request(), of which only SYNs that it refuses are shown */
	__u64 echo4_addr; /* icmp_rcv() and icmpv6_rcv(), of which only pings that are not to be */
	__u64 echo6_addr; /* answered are shown */
};

/*
 * `data` has only truesize and users behind it: "must be at the end" in the kernel. `dev` is in
 * front of all fields in use, and `protocol` of those that find the packet. Arguments are offsets,
 * 0: there is none. On 5.10 a copy is 32 bytes long, or 192; on 6.1 8 more.
 */
#define PWRU_FIND_BYTES 40
#define PWRU_READ_BYTES 208
static inline void pwru_set_copies(struct pwru_config *config, __u32 dev, __u32 protocol,
				   __u32 data)
{
	__u32 end = data + sizeof(__u64), find_at = protocol & ~7u, read_at = dev & ~7u;

	if (!dev || !protocol || data < protocol || protocol < dev ||
	    end - find_at > PWRU_FIND_BYTES || end - read_at > PWRU_READ_BYTES || find_at > 0xff)
		return;
	config->find_at = (__u8)find_at;
	config->find_bytes = (__u8)(end - find_at);
	config->read_at = (__u8)read_at;
	config->read_bytes = (__u8)(end - read_at);
}

/* The number that stands for a field in the instructions of an object: its size and offset. */
#define PWRU_CONSTANT_MARK 0x7077727543460000ull
#define PWRU_CONSTANT(field)                                                                       \
	(PWRU_CONSTANT_MARK | sizeof(((struct pwru_config *)0)->field) << 12 |                     \
	 __builtin_offsetof(struct pwru_config, field))

/*
 * The slot of a function in the map arg_table. All that is near its start, where ftrace's site may
 * be, has the same one when it lies in the same 16 bytes, as functions are aligned.
 */
#define PWRU_ARG_SLOT(ip, multiplier, shift)                                                       \
	((__u32)(((__u32)(ip) >> 4) * (__u32)(multiplier)) >> (shift))

/* A probe may stand behind endbr64 and the 5 bytes of the ftrace site: offsets below this. */
#define PWRU_ENTRY_BYTES 10

#ifdef __cplusplus
#define PWRU_STATIC_ASSERT static_assert
#else
#define PWRU_STATIC_ASSERT _Static_assert
#endif
/* The number in bpf/hooks/bpf_progs.bpf.c that each copy has replaced by the address of its target.
 */
#define PWRU_TARGET_IP 0x7077727554415247
#define PWRU_TARGET_IP_TEXT "0x7077727554415247"
/* The same in bpf/hooks/fentry.bpf.c: which argument of the function is the skb, from 1 on; and
 * which others are numbers, as PWRU_TARGET_ARG*. */
#define PWRU_TARGET_SKB_ARG 0x7077727554534b42
#define PWRU_TARGET_SKB_ARG_TEXT "0x7077727554534b42"
#define PWRU_TARGET_NUMBERS 0x70777275544e554d
#define PWRU_TARGET_NUMBERS_TEXT "0x70777275544e554d"
#define PWRU_TARGET_ARG2 1
#define PWRU_TARGET_ARG3 2

PWRU_STATIC_ASSERT(sizeof(struct pwru_config) == 488, "pwru_config is the same on both sides");

#endif
