/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A packet that has no skb yet: reading it, the filters, its identity. */
#ifndef PWRU_BPF_XDP_H
#define PWRU_BPF_XDP_H

#include "bpf/follow/heads.bpf.h"
#include "bpf/read/match.bpf.h"

/*
 * The packet in the form of an skb: its address is the start of the buffer, which will be
 * skb->head. Of a packet in several buffers only the first one is seen. A function of its own for
 * the sake of the stack, too.
 */
static __noinline int xdp_read(struct skb_pos *pos, __u64 addr)
{
	struct xdp_buff *xdp = KERNEL_PTR(struct xdp_buff, addr);
	struct xdp_rxq_info *rxq =
		KERNEL_PTR(struct xdp_rxq_info, as_number(KERNEL_READ(xdp, rxq)));
	__u64 dev_addr = as_number(KERNEL_READ(rxq, dev));
	struct net_device *dev = KERNEL_PTR(struct net_device, dev_addr);
	__u16 type = KERNEL_READ(dev, type);

	__builtin_memset(pos, 0, sizeof(*pos));
	pos->head = as_number(KERNEL_READ(xdp, data_hard_start));
	pos->skb = pos->head;
	pos->data = as_number(KERNEL_READ(xdp, data));
	pos->tail = (__u32)(as_number(KERNEL_READ(xdp, data_end)) - pos->head);
	pos->mac_header = (__u16)(pos->data - pos->head);
	pos->len = pos->tail - pos->mac_header;
	pos->dev = dev_addr;
	if (is_ethernet(type)) {
		pos->network_header = pos->mac_header + ETH_HEADER_BYTES;
		if (pos->len >= ETH_HEADER_BYTES)
			bpf_probe_read_kernel(&pos->protocol, sizeof(pos->protocol),
					      (void *)(pos->data + ETH_PROTO_OFFSET));
	} else {
		pos->network_header = pos->mac_header;
		pos->mac_header = MAC_HEADER_UNSET;
	}
	skb_locate(pos);
	return 0;
}

/* A packet at XDP has no mark, which is a mark of 0. */
static __always_inline bool xdp_matches(struct skb_pos *pos, __u64 xdp)
{
	if (CFG(mark_mask) && CFG(mark))
		return false;
	if (CFG(netns) &&
	    netns_of_dev(KERNEL_PTR(struct net_device, pos->dev), pos->dev) != CFG(netns))
		return false;
	if (CFG(ifindex) && skb_ifindex(pos) != CFG(ifindex))
		return false;
	if (CFG(has_pcap) && !pcap_matches(pos))
		return false;
	if (!tunnel_matches(pos))
		return false;
	return !CFG(has_xdp_expr) || pwru_filter_xdp_expr(xdp);
}

/* Whether the entry is that of this packet, and not of an earlier one in the same memory. */
static __always_inline bool owns_head(const struct pwru_head_owner *owner,
				      const struct skb_pos *pos)
{
	struct sk_buff *skb = KERNEL_PTR(struct sk_buff, owner->skb);

	if (!owner->skb)
		/* Redirected to another device, which may have XDP programs too (veth). */
		return owner->redirected_by && owner->redirected_by != pos->dev;
	return packet_of(owner->skb) == owner->packet_id &&
	       as_number(KERNEL_READ(skb, head)) == pos->head;
}

/* The id of a packet that was met before this XDP program, or 0. */
static __always_inline __u64 packet_at_xdp(const struct skb_pos *pos)
{
	struct pwru_head_owner *owner;

	if (!CFG(follows_xdp))
		return 0;
	owner = bpf_map_lookup_elem(&heads, &pos->head);
	if (!owner)
		return 0;
	if (owns_head(owner, pos)) {
		owner->redirected_by = 0;
		return owner->packet_id;
	}
	if (!owner->skb)
		__sync_fetch_and_add(&shared.heads_taken, 1);
	bpf_map_delete_elem(&heads, &pos->head);
	return 0;
}

/* A function of its own: the entry takes stack, which the program needs for the filters. */
static __noinline __u64 track_new_xdp(const struct skb_pos *pos)
{
	struct pwru_head_owner owner = {.packet_id = new_packet_id(SLOT_OF(pos))};

	if (CFG(follows_xdp) && bpf_map_update_elem(&heads, &pos->head, &owner, BPF_ANY) == 0)
		__sync_fetch_and_add(&shared.heads_given, 1);
	return owner.packet_id;
}

/* The XDP program has returned. Its verdict decides where the kernel handles the packet next. */
static __always_inline void leave_xdp(const struct skb_pos *pos, __u64 packet_id, __s32 verdict)
{
	struct pwru_head_owner *owner;

	if (!CFG(follows_xdp) || !packet_id)
		return;
	owner = bpf_map_lookup_elem(&heads, &pos->head);
	if (!owner || owner->skb || owner->packet_id != packet_id || verdict == XDP_PASS)
		return;
	if (verdict == XDP_REDIRECT) {
		owner->redirected_by = pos->dev;
		return;
	}
	__sync_fetch_and_add(&shared.heads_taken, 1);
	bpf_map_delete_elem(&heads, &pos->head);
}

#endif
