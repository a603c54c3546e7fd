/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The programs that are attached. One for each argument position that an skb can have, and a few
 * for the ends of its life. kprobe and kprobe.multi run the same ones.
 */
#include "abi/event.h"
#include "bpf/bpfmap.bpf.h"
#include "bpf/emit.bpf.h"
#include "bpf/maps.bpf.h"
#include "bpf/stack.bpf.h"
#include "bpf/match.bpf.h"
#include "bpf/track.bpf.h"

const volatile struct pwru_config cfg = {};

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/*
 * Whether a hit is shown, and as which packet: `packet_id` comes with what is known of the skb.
 * Once known, a packet passes without the filters.
 */
static __always_inline bool is_shown(struct pt_regs *ctx, struct skb_pos *pos, __u64 *packet_id)
{
	struct stack_entry outer;

	if ((cfg.by_skb && *packet_id) || matches(pos))
		return true;
	if (!cfg.by_stack || !stack_find(ctx, &outer))
		return false;
	if (!*packet_id)
		*packet_id = outer.packet_id;
	return true;
}

/* What one hit of a probed function does. */
static __always_inline int trace_skb(struct pt_regs *ctx, __u64 skb)
{
	__u64 known_id, packet_id;
	struct skb_pos pos;

	if (!skb) { /* ip_route_output_key_hash() and others may be called without one */
		if (cfg.by_stack)
			stack_pass(ctx);
		return 0;
	}
	packet_id = known_id = packet_of(skb);
	skb_read(&pos, skb);
	skb_locate(&pos);
	if (!is_shown(ctx, &pos, &packet_id))
		return 0;
	if (cfg.tracks && !packet_id)
		packet_id = track_new(skb);
	else if (cfg.by_stack && !known_id)
		track_as(skb, packet_id);
	if (cfg.by_stack)
		stack_push(ctx, skb, packet_id);
	emit_func(ctx, &pos, skb, packet_id);
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
	if (is_shown(ctx, &pos, &packet_id)) {
		emit_func(ctx, &pos, skb, packet_id);
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
	if (!is_shown(ctx, &pos, &packet_id))
		return 0;
	emit_func(ctx, &pos, skb, packet_id);
	return 0;
}

/* Functions without an skb, on behalf of the packet that is being handled. */
SEC("kprobe")
int pwru_trace_stack(struct pt_regs *ctx)
{
	struct stack_entry handled;
	struct skb_pos pos;

	if (!stack_find(ctx, &handled))
		return 0;
	read_stack_packet(&pos, &handled);
	emit_func(ctx, &pos, handled.skb, handled.packet_id);
	return 0;
}

/* long map_update_elem(struct bpf_map *map, void *key, void *value, u64 flags) */
SEC("kprobe")
int pwru_map_update(struct pt_regs *ctx)
{
	struct map_call call = {.map = REGS_ARG1(ctx),
				.key = REGS_ARG2(ctx),
				.value = REGS_ARG3(ctx),
				.op = PWRU_MAP_UPDATE};

	return trace_map_call(ctx, &call);
}

/* long map_delete_elem(struct bpf_map *map, void *key) */
SEC("kprobe")
int pwru_map_delete(struct pt_regs *ctx)
{
	struct map_call call = {
		.map = REGS_ARG1(ctx), .key = REGS_ARG2(ctx), .op = PWRU_MAP_DELETE};

	return trace_map_call(ctx, &call);
}

/* void *map_lookup_elem(struct bpf_map *map, void *key) */
SEC("kprobe")
int pwru_map_lookup(struct pt_regs *ctx)
{
	return map_lookup_begins(ctx);
}

SEC("kretprobe")
int pwru_map_lookup_return(struct pt_regs *ctx)
{
	return map_lookup_ends(ctx);
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
