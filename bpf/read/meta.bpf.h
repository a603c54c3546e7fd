/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The device, namespace and route that an skb belongs to. */
#ifndef PWRU_BPF_META_H
#define PWRU_BPF_META_H

#include "abi/event.h"
#include "bpf/nest.bpf.h"
#include "bpf/read/skb.bpf.h"
#include "bpf/read/socket.bpf.h"

/*
 * Namespace inode numbers start at PROC_DYNAMIC_FIRST (0xF0000000); since 6.18 the initial
 * namespaces have fixed ones a little below. Anything smaller is not a struct net: skb->dev is a
 * union with the links of TCP's queues, and then points to something else.
 */
#define MIN_NETNS_INODE 0xEFFFFF00u
#define KERNEL_ADDRESS_MIN 0xff00000000000000ull
#define DST_PTRMASK (~1ull)	    /* SKB_DST_NOREF */
#define DST_METRICS_PTRMASK (~3ull) /* DST_METRICS_FLAGS */
#define RTAX_MTU_INDEX 1	    /* RTAX_MTU - 1 */

static __always_inline __u32 netns_of(struct net *net)
{
	__u32 inode = (__u64)net >= KERNEL_ADDRESS_MIN ? KERNEL_READ(net, ns.inum) : 0;

	return inode >= MIN_NETNS_INODE ? inode : 0;
}

/* 0 when the pointer does not lead to a device. */
static __always_inline __u32 netns_of_dev(struct net_device *dev, __u64 addr)
{
	if (addr < KERNEL_ADDRESS_MIN)
		return 0;
	return netns_of(KERNEL_PTR(struct net, (__u64)KERNEL_READ(dev, nd_net.net)));
}

static __always_inline __u32 netns_of_sk(__u64 addr)
{
	struct sock *sk = KERNEL_PTR(struct sock, addr);

	if (addr < KERNEL_ADDRESS_MIN)
		return 0;
	return netns_of(KERNEL_PTR(struct net, (__u64)KERNEL_READ(sk, __sk_common.skc_net.net)));
}

/* A call: its caller has no stack left. */
static __noinline __u32 netns_of_given(__u64 sock)
{
	return netns_of_sk(sock);
}

/* The namespace of the device, else of the socket; 0 when the skb has neither. */
static __always_inline __u32 skb_netns(const struct skb_pos *pos)
{
	__u64 dev = SKB_ADDRESS(pos, dev);
	__u32 netns = netns_of_dev(KERNEL_PTR(struct net_device, dev), dev);

	if (!netns)
		netns = netns_of_sk(SKB_ADDRESS(pos, sk));
	return netns || !CFG(sock_at) ? netns : netns_of_given(given_sock(pos));
}

static __always_inline __u32 skb_ifindex(const struct skb_pos *pos)
{
	__u64 addr = SKB_ADDRESS(pos, dev);
	struct net_device *dev = KERNEL_PTR(struct net_device, addr);

	return netns_of_dev(dev, addr) ? KERNEL_READ(dev, ifindex) : 0;
}

#ifndef PWRU_CAST
#define DST_METRICS_NONE 1ull /* DST_METRICS_READ_ONLY without DST_METRICS_REFCOUNTED */

/* The device of a route, and its metrics with the flags of dst_entry._metrics. */
static __always_inline __u64 read_dst(struct dst_entry *dst, __u64 *metrics)
{
	const __u64 at = bpf_core_field_offset(struct dst_entry, dev);
	const __u64 metrics_at = bpf_core_field_offset(struct dst_entry, _metrics);
	__u64 both[3]; /* one copy for both, and for the ops between them */

	if (metrics_at - at != 2 * sizeof(__u64)) {
		*metrics = BPF_CORE_READ(dst, _metrics);
		return (__u64)BPF_CORE_READ(dst, dev);
	}
	bpf_probe_read_kernel(both, sizeof(both), (void *)dst + at);
	*metrics = both[2];
	return both[0];
}
#endif

/*
 * dst_mtu() without the call into the route's own code: the metric, else the device's MTU. `known`
 * is a device that was found to be one.
 */
static __always_inline __u32 dst_mtu(__u64 refdst, __u64 known)
{
	struct dst_entry *dst = KERNEL_PTR(struct dst_entry, refdst & DST_PTRMASK);
	struct dst_metrics *metrics;
	struct net_device *dev;
	__u64 dev_addr, metrics_addr;
	__u32 mtu = 0;

	if (refdst < KERNEL_ADDRESS_MIN)
		return 0;
#ifdef PWRU_CAST
	dev_addr = (__u64)KERNEL_READ(dst, dev);
#else
	dev_addr = read_dst(dst, &metrics_addr);
#endif
	dev = KERNEL_PTR(struct net_device, dev_addr);
	/* _skb_refdst is a union with TCP's list of sent segments. */
	if (dev_addr != known && !netns_of_dev(dev, dev_addr))
		return 0;
#ifdef PWRU_CAST
	metrics_addr = KERNEL_READ(dst, _metrics) & DST_METRICS_PTRMASK;
#else
	/*
	 * Most routes have dst_default_metrics, which are zero (ip_dst_init_metrics()). The metrics
	 * of a bridge's fake route have these flags too; its dst_mtu() is the device's MTU
	 * (fake_mtu()).
	 */
	if ((metrics_addr & ~DST_METRICS_PTRMASK) == DST_METRICS_NONE)
		return KERNEL_READ(dev, mtu);
	metrics_addr &= DST_METRICS_PTRMASK;
#endif
	metrics = KERNEL_PTR(struct dst_metrics, metrics_addr);
	if (metrics_addr >= KERNEL_ADDRESS_MIN)
		mtu = KERNEL_READ(metrics, metrics[RTAX_MTU_INDEX]);
	return mtu ? mtu : KERNEL_READ(dev, mtu);
}

#ifdef PWRU_CAST

/* `proto` is skb->protocol in host order, which the caller may know. */
static __always_inline void fill_meta(struct pwru_event *event, const struct skb_pos *pos,
				      __u16 proto)
{
	__u64 dev_addr = SKB_ADDRESS(pos, dev);
	struct net_device *dev = KERNEL_PTR(struct net_device, dev_addr);
	__u32 netns = netns_of_dev(dev, dev_addr), mtu;

	event->mark = SKB_FIELD(pos, mark);
	event->len_bytes = SKB_FIELD(pos, len);
	event->proto = proto;
	if (netns) {
		event->netns = netns;
		event->ifindex = KERNEL_READ(dev, ifindex);
		*(__u64 *)event->ifname = *(__u64 *)dev->name;
		*(__u64 *)(event->ifname + 8) = *(__u64 *)(dev->name + 8);
		mtu = dst_mtu(SKB_FIELD(pos, _skb_refdst), dev_addr);
		event->mtu = mtu ? mtu : KERNEL_READ(dev, mtu);
	} else {
		event->netns = netns_of_sk(SKB_ADDRESS(pos, sk));
		event->ifindex = 0;
		__builtin_memset(event->ifname, 0, PWRU_IFNAME_BYTES);
		event->mtu = dst_mtu(SKB_FIELD(pos, _skb_refdst), 0);
	}
}

#else

/*
 * What the metadata of this CPU's last event was read from, and what it was. Each pointer that is
 * followed costs a call here, and a packet passes many functions in a row. So a note is used again
 * for the same skb with the same pointers, within so short a time that whoever changes the device
 * meanwhile does so at the same time as the packet passes.
 */
#define NOTE_NS 100000
struct meta_note {
	__u64 skb, dev, sk, refdst;
	__u64 at_ns;
	__u32 netns, ifindex, mtu, pad0;
	__u64 ifname[PWRU_IFNAME_BYTES / 8];
};

/* By the slot of the program, see bpf/nest.bpf.h. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NEST_SLOTS);
	__type(key, __u32);
	__type(value, struct meta_note);
} meta_notes SEC(".maps");

/* skb->dev is followed only as far as it leads to a device: see MIN_NETNS_INODE. A global function
 * of numbers: the verifier looks at its many ways once. */
__noinline int pwru_read_meta(__u64 skb, __u64 dev_addr, __u64 sk, __u64 refdst, __u32 slot)
{
	struct meta_note *note = bpf_map_lookup_elem(&meta_notes, &slot);
	struct net_device *dev = (void *)dev_addr;
	__u32 mtu;

	if (!note)
		return 0;
	note->skb = skb;
	note->dev = dev_addr;
	note->sk = sk;
	note->refdst = refdst;
	note->netns = netns_of_dev(dev, dev_addr);
	if (note->netns) {
		note->ifindex = KERNEL_READ(dev, ifindex);
		bpf_core_read(note->ifname, PWRU_IFNAME_BYTES, &dev->name);
		mtu = dst_mtu(refdst, dev_addr);
		note->mtu = mtu ? mtu : KERNEL_READ(dev, mtu);
	} else {
		note->netns = netns_of_sk(sk);
		note->ifindex = 0;
		note->ifname[0] = note->ifname[1] = 0;
		note->mtu = dst_mtu(refdst, 0);
	}
	return 0;
}

/* `proto` is skb->protocol in host order, which the caller may know. */
static __always_inline void fill_meta(struct pwru_event *event, const struct skb_pos *pos,
				      __u16 proto)
{
	__u32 slot = SLOT_OF(pos);
	struct meta_note *note = bpf_map_lookup_elem(&meta_notes, &slot);

	event->mark = pos->mark;
	event->len_bytes = pos->len;
	event->proto = proto;
	if (!note)
		return;
	if (note->skb != pos->skb || note->dev != pos->dev || note->sk != pos->sk ||
	    note->refdst != pos->_skb_refdst || event->ts_ns - note->at_ns >= NOTE_NS) {
		pwru_read_meta(pos->skb, pos->dev, pos->sk, pos->_skb_refdst, slot);
		note->at_ns = event->ts_ns;
	}
	event->netns = note->netns;
	event->ifindex = note->ifindex;
	event->mtu = note->mtu;
	*(__u64 *)event->ifname = note->ifname[0];
	*(__u64 *)(event->ifname + 8) = note->ifname[1];
}

#endif

#endif
