/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The same as bpf/follow/identify.bpf.h for kernel functions, whose call stack may say which packet
 * it is.
 */
#ifndef PWRU_BPF_IDENTIFY_CALL_H
#define PWRU_BPF_IDENTIFY_CALL_H

#include "bpf/follow/identify.bpf.h"
#include "bpf/follow/stack.bpf.h"

/* Whether a hit is shown, and as which packet. On entry `packet_id` is the id of the skb, or 0. */
static __always_inline bool is_shown(void *ctx, struct skb_pos *pos, __u64 *packet_id)
{
	struct stack_entry *outer;

	if (passes(pos, *packet_id))
		return true;
	outer = BY_STACK ? stack_find(ctx) : NULL;
	if (!outer)
		return false;
	if (!*packet_id)
		*packet_id = outer->packet_id;
	return true;
}

/* Reads the skb. */
static __always_inline bool identify_call(void *ctx, struct skb_pos *pos, __u64 skb,
					  __u64 *packet_id)
{
	__u64 known_id;

	*packet_id = known_id = read_known(pos, skb);
	if (!is_shown(ctx, pos, packet_id))
		return false;
	if (CFG(tracks) && !*packet_id)
		*packet_id = track_new(skb, SLOT_OF(pos));
	else if (BY_STACK && !known_id)
		track_as(skb, *packet_id);
	if (BY_STACK)
		pwru_stack_push(ctx, skb, *packet_id);
	remember_head(pos, *packet_id);
	return true;
}

#endif
