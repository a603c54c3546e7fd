/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's types, as far as they are used here: only the fields in use, which libbpf relocates
 * to the running kernel (CO-RE). A name with ___ is a variant of the type before it, for kernels
 * that spell a field differently.
 */
#ifndef PWRU_BPF_KERNEL_TYPES_H
#define PWRU_BPF_KERNEL_TYPES_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct netns_ipv4 {
	__u8 sysctl_icmp_echo_ignore_all; /* of an int, before 5.15, the lowest byte */
	__u8 sysctl_tcp_syncookies;
	int sysctl_max_syn_backlog;
};

struct netns_sysctl_ipv6 {
	__u8 icmpv6_echo_ignore_all;
};

struct netns_ipv6 {
	struct netns_sysctl_ipv6 sysctl;
};

struct net {
	struct ns_common ns;
	struct netns_ipv4 ipv4;
	struct netns_ipv6 ipv6;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct net_device {
	char name[16];
	unsigned int mtu;
	unsigned short type; /* ARPHRD_* */
	int ifindex;
	possible_net_t nd_net;
};

struct dst_entry {
	struct net_device *dev;
	unsigned long _metrics;
};

struct sock_common {
	possible_net_t skc_net;
};

struct sock {
	struct sock_common __sk_common;
	__u32 sk_ack_backlog;
	__u32 sk_max_ack_backlog;
};

typedef struct {
	int counter;
} atomic_t;

struct request_sock_queue {
	atomic_t qlen;
};

struct inet_connection_sock {
	struct request_sock_queue icsk_accept_queue;
};

struct sk_buff {
	struct sk_buff *next;
	struct net_device *dev;
	struct sock *sk;
	unsigned long _skb_refdst;
	unsigned int len;
	unsigned int data_len;
	__u32 mark;
	__u16 queue_mapping;
	int skb_iif;
	__u32 hash;
	__be16 protocol;
	__u16 transport_header;
	__u16 network_header;
	__u16 mac_header;
	__u16 inner_network_header;
	__u16 inner_mac_header;
	__be16 inner_protocol;
	__be16 vlan_proto;
	__u16 vlan_tci;
	unsigned int tail; /* from head, as is end: NET_SKBUFF_DATA_USES_OFFSET */
	unsigned int end;
	unsigned char *head;
	unsigned char *data;
	char cb[48];
};

struct rb_node {
	struct rb_node *rb_left;
};

struct rb_root {
	struct rb_node *rb_node;
};

struct inet_frag_queue {
	struct rb_root rb_fragments;
};

struct qdisc_skb_cb {
	unsigned char data[20];
};

/* The other fields of sk_buff stand in no bits. */
struct sk_buff___pkt_type {
	__u8 pkt_type : 3;
};
struct sk_buff___fclone {
	__u8 fclone : 2;
};

/* Until 6.1 a bit of its own says that vlan_tci is valid; since 6.2 vlan_all != 0 does. */
struct sk_buff___vlan_bit {
	__u8 vlan_present : 1;
};

struct dst_metrics {
	unsigned int metrics[17];
};

struct xdp_rxq_info {
	struct net_device *dev;
};

struct xdp_buff {
	void *data;
	void *data_end;
	void *data_hard_start;
	struct xdp_rxq_info *rxq;
};

struct bpf_map {
	enum bpf_map_type map_type;
	__u32 key_size;
	__u32 value_size;
	__u32 id;
	char name[16];
};

struct htab_elem {
	char key[0];
};

struct page {
	unsigned long flags;
};

/* Any struct with one long byte array would do: it is the window to packet bytes, see HEADER(). */
struct __kernel_sockaddr_storage {
	union {
		struct {
			unsigned short ss_family;
			char __data[126];
		};
		void *__align;
	};
};

struct task_struct {
	char comm[16]; /* first, or the compiler takes it for unaligned */
	int tgid;
} __attribute__((aligned(8)));

#pragma clang attribute pop

/*
 * struct bio_vec up to 6.8, struct skb_frag since: the same layout under other names. The lowest
 * bit of page says that it is a net_iov (6.9), device memory that cannot be read.
 */
struct any_skb_frag {
	__u64 page;
	__u32 len;
	__u32 offset;
};

struct skb_shared_info {
	__u8 nr_frags;
	struct sk_buff *frag_list;
	struct any_skb_frag frags[1];
} __attribute__((preserve_access_index));

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di;
	unsigned long orig_ax, ip, cs, flags, sp, ss;
};
#define REGS_ARG1(regs) ((regs)->di)
#define REGS_ARG2(regs) ((regs)->si)
#define REGS_ARG3(regs) ((regs)->dx)
#define REGS_ARG4(regs) ((regs)->cx)
#define REGS_ARG5(regs) ((regs)->r8)
/* Where the probed instruction is: the int3 in its place leaves the pointer behind itself. */
#define REGS_PROBED_IP(regs) ((regs)->ip - 1)
#define REGS_SP(regs) ((regs)->sp)
#define REGS_RESULT(regs) ((regs)->ax)
/* At the entry of a function the return address is on top of the stack. */
#define READ_CALLER(regs, dst) bpf_probe_read_kernel(dst, sizeof(*(dst)), (void *)(regs)->sp)
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs {
	__u64 regs[31];
	__u64 sp, pc, pstate;
};
#define REGS_ARG1(r) ((r)->regs[0])
#define REGS_ARG2(r) ((r)->regs[1])
#define REGS_ARG3(r) ((r)->regs[2])
#define REGS_ARG4(r) ((r)->regs[3])
#define REGS_ARG5(r) ((r)->regs[4])
#define REGS_PROBED_IP(r) ((r)->pc)
#define REGS_FP(r) ((r)->regs[29])
#define REGS_SP(r) ((r)->sp)
#define REGS_RESULT(r) ((r)->regs[0])
/* At the entry of a function the return address is in the link register only. */
#define READ_CALLER(r, dst) (*(dst) = (r)->regs[30])
#else
#error "no register names for this architecture"
#endif

/*
 * The context of a kprobe program as an argument of a global function: the verifier knows it by
 * this name, up to 6.2 only if it is a struct's.
 */
struct bpf_user_pt_regs_t {
};

#endif
