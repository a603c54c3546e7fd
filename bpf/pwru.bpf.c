/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The programs that are attached. One for each argument position that an skb can have, and a few
 * for the ends of its life. kprobe and kprobe.multi run the same ones.
 */
#include "abi/event.h"
#include "bpf/emit.bpf.h"
#include "bpf/maps.bpf.h"
#include "bpf/match.bpf.h"
#include "bpf/track.bpf.h"

const volatile struct pwru_config cfg = {};

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* What one hit of a probed function does. Once known, a packet passes without the filters. */
static __always_inline int trace_skb(struct pt_regs *ctx, __u64 skb)
{
	__u64 packet_id;
	struct skb_pos pos;

	if (!skb) /* ip_route_output_key_hash() and others may be called without one */
		return 0;
	packet_id = packet_of(skb);
	skb_read(&pos, skb);
	skb_locate(&pos);
	if (!packet_id) {
		if (!matches(&pos))
			return 0;
		if (cfg.tracks)
			packet_id = track_new(skb);
	}
	emit_func(ctx, &pos, packet_id);
	return 0;
}

#define TRACE_PROGRAM(n)                                                                           \
	SEC("kprobe")                                                                              \
	int pwru_trace_##n(struct pt_regs *ctx)                                                    \
	{                                                                                          \
		return trace_skb(ctx, REGS_ARG##n(ctx));                                           \
	}

TRACE_PROGRAM(1)
TRACE_PROGRAM(2)
TRACE_PROGRAM(3)
TRACE_PROGRAM(4)
TRACE_PROGRAM(5)

/* skb_release_head_state(), when it is among the functions to show. */
SEC("kprobe")
int pwru_trace_release(struct pt_regs *ctx)
{
	__u64 skb = REGS_ARG1(ctx), packet_id = packet_of(skb);
	struct skb_pos pos;

	skb_read(&pos, skb);
	skb_locate(&pos);
	if (packet_id || matches(&pos)) {
		emit_func(ctx, &pos, packet_id);
	}
	track_release(skb, packet_id);
	return 0;
}

/* The same when it is not to be shown. */
SEC("kprobe")
int pwru_release(struct pt_regs *ctx)
{
	__u64 skb = REGS_ARG1(ctx);

	track_release(skb, packet_of(skb));
	return 0;
}

/* Functions that run after skb_release_head_state() on an skb that is about to be gone. */
SEC("kprobe")
int pwru_trace_dying(struct pt_regs *ctx)
{
	__u64 skb = REGS_ARG1(ctx), packet_id = packet_of(skb);
	struct skb_pos pos;

	if (!packet_id)
		packet_id = packet_of_dying(skb);
	skb_read(&pos, skb);
	skb_locate(&pos);
	if (!packet_id && !matches(&pos))
		return 0;
	emit_func(ctx, &pos, packet_id);
	return 0;
}

/* struct sk_buff *skb_clone(struct sk_buff *skb, gfp_t) */
SEC("fexit/skb_clone")
int pwru_skb_clone(__u64 *ctx)
{
	track_copy(ctx[0], ctx[2]);
	return 0;
}

/* struct sk_buff *skb_copy(const struct sk_buff *skb, gfp_t) */
SEC("fexit/skb_copy")
int pwru_skb_copy(__u64 *ctx)
{
	track_copy(ctx[0], ctx[2]);
	return 0;
}

/* struct sk_buff *__pskb_copy_fclone(struct sk_buff *skb, int headroom, gfp_t, bool fclone) */
SEC("fexit/__pskb_copy_fclone")
int pwru_pskb_copy(__u64 *ctx)
{
	track_copy(ctx[0], ctx[4]);
	return 0;
}

/* struct sk_buff *skb_copy_expand(const struct sk_buff *skb, int headroom, int tailroom, gfp_t) */
SEC("fexit/skb_copy_expand")
int pwru_skb_copy_expand(__u64 *ctx)
{
	track_copy(ctx[0], ctx[4]);
	return 0;
}
