/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Packets that the kernel refuses and then ends as if all were well, with consume_skb(): nothing
 * but the entry of the function that refuses them tells. With --drops and --why.
 */
#ifndef PWRU_BPF_REFUSE_H
#define PWRU_BPF_REFUSE_H

#include "bpf/read/args.bpf.h"
#include "bpf/read/socket.bpf.h"
#include "bpf/read/word.bpf.h"

#if HAS_REGS

/* Whether this is a hit of the function at `addr`; 0 is none. */
static __always_inline bool is_hit_of(void *ctx, __u64 addr)
{
	return addr && hook_func_ip(ctx) - addr < PWRU_ENTRY_BYTES;
}

/* Functions that are given the socket with the packet. The barriers are those of skb_argument(). */
static __always_inline void note_given_sock(void *ctx, __u64 skb)
{
	__u64 sock = 0;

	if (is_hit_of(ctx, CFG(sock_drop_addr))) {
		sock = hook_arg(ctx, 1); /* sk_skb_reason_drop(sk, skb, reason), Linux 6.11 */
		barrier_var(sock);
	} else if (is_hit_of(ctx, CFG(syn_addr))) {
		sock = hook_arg(ctx, 3); /* tcp_conn_request(ops, af_ops, sk, skb) */
		barrier_var(sock);
	}
	note_sock(0, skb, sock);
}

/*
 * As sk_acceptq_is_full(), inet_csk_reqsk_queue_is_full() and the test for the last quarter of the
 * backlog in tcp_conn_request() say. With SYN cookies only the first one refuses. Older kernels
 * have >= in the second; what they refuse then is only counted (TcpExtTCPReqQFullDrop).
 */
static __noinline int refuses_syn(__u64 addr)
{
	struct inet_connection_sock *listener = KERNEL_PTR(struct inet_connection_sock, addr);
	struct sock *sock = KERNEL_PTR(struct sock, addr);
	struct net *net = KERNEL_READ(sock, __sk_common.skc_net.net);
	__u32 limit = KERNEL_READ(sock, sk_max_ack_backlog);
	int waiting, most;

	if (KERNEL_READ(sock, sk_ack_backlog) > limit)
		return true;
	if (KERNEL_READ(net, ipv4.sysctl_tcp_syncookies))
		return false;
	waiting = KERNEL_READ(listener, icsk_accept_queue.qlen.counter);
	most = KERNEL_READ(net, ipv4.sysctl_max_syn_backlog);
	return (__u32)waiting > limit || most - waiting < most >> 2;
}

#define ICMP_ECHO_REQUEST 8
#define ICMP6_ECHO_REQUEST 128

static __noinline int ignores_echo(__u64 addr, bool is_v6)
{
	struct sk_buff *skb = KERNEL_PTR(struct sk_buff, addr);
	struct sk_buff___pkt_type *bits = (void *)addr;
	__u64 head = as_number(KERNEL_READ(skb, head));
	__u8 type = read_word(head + KERNEL_READ(skb, transport_header));
	struct net_device *dev = KERNEL_READ(skb, dev);
	struct net *net = KERNEL_READ(dev, nd_net.net);

	/* Broadcasts have a sysctl of their own. PACKET_HOST is 0. */
	if (BPF_CORE_READ_BITFIELD_PROBED(bits, pkt_type))
		return false;
	if (is_v6)
		return type == ICMP6_ECHO_REQUEST &&
		       KERNEL_READ(net, ipv6.sysctl.icmpv6_echo_ignore_all);
	return type == ICMP_ECHO_REQUEST && KERNEL_READ(net, ipv4.sysctl_icmp_echo_ignore_all);
}

/* Of a function that refuses some packets, and this is none of them. */
static __always_inline bool is_not_refused(void *ctx, __u64 skb)
{
	if (is_hit_of(ctx, CFG(syn_addr)))
		return !refuses_syn(hook_arg(ctx, 3));
	if (is_hit_of(ctx, CFG(echo4_addr)))
		return !ignores_echo(skb, false);
	if (is_hit_of(ctx, CFG(echo6_addr)))
		return !ignores_echo(skb, true);
	return false;
}

/* With pwru_config.tells_ends. False: the packet goes on. */
static __always_inline bool looks_at_end(void *ctx, __u64 skb)
{
	if (is_not_refused(ctx, skb))
		return false;
	note_given_sock(ctx, skb);
	return true;
}

#else

static __always_inline bool looks_at_end(void *ctx __attribute__((unused)),
					 __u64 skb __attribute__((unused)))
{
	return true;
}

#endif

#endif
