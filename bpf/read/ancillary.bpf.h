/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What an skb answers to the loads of classic BPF that are not of bytes (ifindex, inbound ...). */
#ifndef PWRU_BPF_ANCILLARY_H
#define PWRU_BPF_ANCILLARY_H

#include "abi/filter.h"
#include "bpf/read/meta.bpf.h"
#include <linux/filter.h>
#include <linux/if_packet.h>

#define ARPHRD_ETHER 1
#define ARPHRD_LOOPBACK 772
#define ARPHRD_VOID 0xffff
#define ETH_PROTO_OFFSET 12

static __always_inline bool is_ethernet(__u16 dev_type)
{
	return dev_type == ARPHRD_ETHER || dev_type == ARPHRD_LOOPBACK;
}

/*
 * Whether the packet is on its way out. Its type says so for the copies that packet sockets get
 * (dev_queue_xmit_nit()). What came in is noted by __netif_receive_skb_core(); it goes out when it
 * is given to another device. Before that, a driver's packet has no owner and no route, and
 * skb->data is behind the MAC header (eth_type_trans()).
 */
static __always_inline bool is_outgoing(const struct sk_buff *skb, __u32 ifindex)
{
	int iif = KERNEL_READ(skb, skb_iif);
	__u16 mac_header;

	if (iif)
		return ifindex && (__u32)iif != ifindex;
	if (KERNEL_READ(skb, sk) || KERNEL_READ(skb, _skb_refdst))
		return true;
	mac_header = KERNEL_READ(skb, mac_header);
	return mac_header == MAC_HEADER_UNSET ||
	       as_number(KERNEL_READ(skb, data)) <= as_number(KERNEL_READ(skb, head)) + mac_header;
}

static __always_inline __u32 packet_type(__u64 addr, __u32 ifindex)
{
	struct sk_buff___pkt_type *bits = (void *)addr;
	__u32 type = BPF_CORE_READ_BITFIELD_PROBED(bits, pkt_type);

	return is_outgoing(KERNEL_PTR(struct sk_buff, addr), ifindex) ? PACKET_OUTGOING : type;
}

static __always_inline __u32 vlan_tag_there(__u64 addr)
{
	struct sk_buff *skb = KERNEL_PTR(struct sk_buff, addr);
	struct sk_buff___vlan_bit *bit = (void *)addr;
	__be16 proto = KERNEL_READ(skb, vlan_proto);
	__u16 tci = KERNEL_READ(skb, vlan_tci);

	if (bpf_core_field_exists(struct sk_buff___vlan_bit, vlan_present) &&
	    !BPF_CORE_READ_BITFIELD_PROBED(bit, vlan_present))
		return 0;
	return vlan_tag_of(proto, tci);
}

/* There is no skb yet: what came in has no mark, no tag and no hash. */
static __always_inline __u32 ancillary_at_xdp(__u64 dev_addr, __u64 base, __u32 what)
{
	struct net_device *dev = KERNEL_PTR(struct net_device, dev_addr);
	__be16 proto = 0;

	if (what == SKF_AD_IFINDEX)
		return KERNEL_READ(dev, ifindex);
	if (what == SKF_AD_HATYPE)
		return KERNEL_READ(dev, type);
	if (what != SKF_AD_PROTOCOL || !is_ethernet(KERNEL_READ(dev, type)))
		return 0;
	bpf_probe_read_kernel(&proto, sizeof(proto), (void *)(base + ETH_PROTO_OFFSET));
	return bpf_ntohs(proto);
}

/* `what` is SKF_AD_*, one of those that ancillary_of() in src/filter/classic_flow.cc lets pass. */
static __always_inline __u32 pwru_ancillary(__u64 addr, __u64 base, __u32 what)
{
	struct sk_buff *skb = KERNEL_PTR(struct sk_buff, addr);
	__u64 dev_addr;
	struct net_device *dev;
	bool has_dev;

	if (addr & PWRU_AT_XDP)
		return ancillary_at_xdp(addr & ~1ull, base, what);
	switch (what) {
	case SKF_AD_PROTOCOL:
		return bpf_ntohs(KERNEL_READ(skb, protocol));
	case SKF_AD_MARK:
		return KERNEL_READ(skb, mark);
	case SKF_AD_QUEUE:
		return KERNEL_READ(skb, queue_mapping);
	case SKF_AD_RXHASH:
		return KERNEL_READ(skb, hash);
	case SKF_AD_VLAN_TAG:
		return (__u16)vlan_tag_there(addr);
	case SKF_AD_VLAN_TAG_PRESENT:
		return vlan_tag_there(addr) != 0;
	case SKF_AD_VLAN_TPID:
		return vlan_tag_there(addr) >> 16;
	}
	/* skb->dev is a union, see netns_of_dev(). */
	dev_addr = as_number(KERNEL_READ(skb, dev));
	dev = KERNEL_PTR(struct net_device, dev_addr);
	has_dev = netns_of_dev(dev, dev_addr);
	if (what == SKF_AD_HATYPE)
		return has_dev ? KERNEL_READ(dev, type) : ARPHRD_VOID;
	if (what == SKF_AD_IFINDEX)
		return has_dev ? KERNEL_READ(dev, ifindex) : 0;
	return packet_type(addr, has_dev ? KERNEL_READ(dev, ifindex) : 0);
}

#endif
