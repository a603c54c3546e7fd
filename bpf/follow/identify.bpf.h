/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether an skb is shown, and as which packet. */
#ifndef PWRU_BPF_IDENTIFY_H
#define PWRU_BPF_IDENTIFY_H

#include "bpf/follow/heads.bpf.h"
#include "bpf/read/match.bpf.h"
#include "bpf/follow/track.bpf.h"

/* Reads the skb; returns the packet that it is known as, or 0. */
static __always_inline __u64 read_known(struct skb_pos *pos, __u64 skb)
{
	__u64 packet_id = packet_of_hit(skb);

	skb_read(pos, skb);
	skb_locate(pos);
	return packet_id ? packet_id : packet_of_head(pos);
}

/* With --filter-track-skb, a packet that is known passes without the filters. */
static __always_inline bool passes(struct skb_pos *pos, __u64 packet_id)
{
	return (CFG(by_skb) && packet_id) || matches(pos);
}

/* Reads the skb. */
static __always_inline bool identify_skb(struct skb_pos *pos, __u64 skb, __u64 *packet_id)
{
	*packet_id = read_known(pos, skb);
	if (!passes(pos, *packet_id))
		return false;
	if (CFG(tracks) && !*packet_id)
		*packet_id = track_new(skb, SLOT_OF(pos));
	remember_head(pos, *packet_id);
	return true;
}

#endif
