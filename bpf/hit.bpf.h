/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is done about a hit, whatever kind of hook it is of: bodies for the programs in hooks/.
 * `ctx` is the program's own context, and bpf/read/args.bpf.h the only one to look into it. `slot`
 * is that of bpf/nest.bpf.h.
 */
#ifndef PWRU_BPF_HIT_H
#define PWRU_BPF_HIT_H

#include "bpf/follow/identify_call.bpf.h"
#include "bpf/nest.bpf.h"
#include "bpf/read/args.bpf.h"
#include "bpf/write/emit.bpf.h"

#ifndef PWRU_CAST
#include "bpf/read/plain.bpf.h"
#endif

/* Whether the generated function that finds a packet and filters it can be linked in. */
#if defined(PWRU_CAST) && !MAY_NEST
#define HAS_FILTER_HIT 1
#else
#define HAS_FILTER_HIT 0
#endif

#ifdef PWRU_CAST
/*
 * A hit without pwru_filter_hit(), so that the packet is found here. The verifier adds up the stack
 * of every call that is written down, also of calls that are never made. The frame of
 * pwru_filter_hit() depends on the filter. So whatever else needs stack beside it has a frame of
 * its own.
 */
static __noinline int trace_located(void *ctx, __u64 skb, __u64 packet_id, __u32 slot)
{
	struct skb_pos pos;

	SET_SLOT(&pos, slot);
	skb_find(&pos, skb);
	skb_locate(&pos);
	if (!packet_id) {
		if (!plain_matches(&pos))
			return 0;
		if (CFG(tracks))
			packet_id = track_new(skb, slot);
	}
	emit_func(ctx, &pos, skb, packet_id);
	return 0;
}
#else
/* The same as matches() where no other option decides. */
static __always_inline bool plain_matches(__u64 skb)
{
	int verdict = -1;

	if (!CFG(reads_fields)) {
		if (!CFG(has_pcap))
			return true;
		verdict = pcap_matches_plain(skb);
	}
	return verdict < 0 ? fields_and_pcap_match(skb) : verdict;
}
/*
 * Shows a hit; `skb` is read for it, 0 if nothing is there any more, and `address` is shown. It is
 * read again, all of it this time: what decides and what shows each need the stack. These are
 * global functions of numbers. The verifier looks at their many ways once, and not for each of the
 * ways that lead here: on 5.10 a program with all options came near to its limit of a million
 * instructions.
 */
WITH_CONTEXT int pwru_show(hook_ctx *ctx CONTEXT_TAG, __u64 skb, __u64 address, __u64 packet_id)
{
	struct skb_pos pos;

	SET_SLOT(&pos, 0);
	skb_read(&pos, skb);
	skb_locate(&pos);
	emit_func(ctx, &pos, address, packet_id);
	return 0;
}

/* Of a hit that is to be shown; its packet may have no id. The number of a CPU never comes up to
 * this bit, see PWRU_ID_CPU_SHIFT. */
#define IS_SHOWN (1ull << 63)

/* Whether a hit is to be shown, and as which packet: its id with IS_SHOWN. */
WITH_CONTEXT __u64 pwru_identify(hook_ctx *ctx CONTEXT_TAG, __u64 skb)
{
	struct skb_pos pos;
	__u64 packet_id;

	SET_SLOT(&pos, 0);
	return identify_call(ctx, &pos, skb, &packet_id) ? packet_id | IS_SHOWN : 0;
}

/* The same where an skb ends, which gets no id any more. */
WITH_CONTEXT __u64 pwru_identify_end(hook_ctx *ctx CONTEXT_TAG, __u64 skb, __u64 packet_id)
{
	struct skb_pos pos;

	SET_SLOT(&pos, 0);
	skb_read(&pos, skb);
	skb_locate(&pos);
	return is_shown(ctx, &pos, &packet_id) ? packet_id | IS_SHOWN : 0;
}

static __always_inline void show_identified(void *ctx, __u64 skb, __u64 identified)
{
	if (identified & IS_SHOWN)
		pwru_show(ctx, skb, skb, identified & ~IS_SHOWN);
}

static __always_inline int trace_located(void *ctx, __u64 skb, __u64 packet_id,
					 __u32 slot __attribute__((unused)))
{
	if (!packet_id) {
		if (!plain_matches(skb))
			return 0;
		if (CFG(tracks))
			packet_id = track_new(skb, slot);
	}
	return pwru_show(ctx, skb, skb, packet_id);
}
#endif

#if HAS_FILTER_HIT

extern __hidden int pwru_filter_hit(void *ctx, __u64 skb, __u64 packet_id);

/* A call, so that the keys and values of maps are in no frame on the way to pwru_emit_other(). */
static __noinline __u64 track_matched(__u64 skb)
{
	return track_new(skb, 0);
}

__noinline int pwru_filter_matched(hook_ctx *ctx CONTEXT_TAG, __u64 skb, __u64 base, __u64 where,
				   __u64 packet_id)
{
	bool is_done;

	MASK_IRQS(flags);
	if (CFG(tracks) && !packet_id)
		packet_id = track_matched(skb);
#if HAS_PATHS
	if (CFG(keeps_paths) && !pwru_is_to_send(ctx, skb, base, where, packet_id))
		return 0;
#endif
	/* What tracking calls takes stack too. So with it this is a call, whose frame is gone
	 * before the next one. */
	if (CFG(tracks))
		is_done = pwru_try_plain(ctx, skb, base, where, packet_id);
	else
		is_done = emit_plain_at(ctx, skb, base, where, packet_id);
	if (!is_done)
		pwru_emit_other(ctx, skb, base, where, packet_id);
	UNMASK_IRQS(flags);
	return 0;
}

static __always_inline bool skb_fields_match(__u64 skb)
{
	struct skb_pos pos = {.skb = skb};

	return read_fields_match(&pos);
}

/* Where pwru_filter_hit() is all that decides. */
static __always_inline int hit_skb(void *ctx, __u64 skb, __u32 slot __attribute__((unused)))
{
	pwru_filter_hit(ctx, skb, 0);
	return 0;
}

/* Where only pwru_filter_hit() and tracking decide. */
static __always_inline int tracked_skb(void *ctx, __u64 skb, __u32 slot __attribute__((unused)))
{
	if (skb) /* ip_route_output_key_hash() and others may be called without one */
		pwru_filter_hit(ctx, skb, packet_of_hit(skb));
	return 0;
}
#endif

/* Where only the pcap filter, the fields of an skb and tracking decide: with as little as possible
 * on the way. */
static __always_inline int plain_skb(void *ctx, __u64 skb, __u32 slot)
{
	__u64 packet_id;

	if (!skb)
		return 0;
	packet_id = packet_of_hit(skb);
#if HAS_FILTER_HIT
	if (CFG(has_hit)) {
		if (!CFG(reads_fields) || packet_id || skb_fields_match(skb))
			pwru_filter_hit(ctx, skb, packet_id);
		return 0;
	}
#endif
	MASK_IRQS(flags);
	trace_located(ctx, skb, packet_id, slot);
	UNMASK_IRQS(flags);
	return 0;
}

static __always_inline int trace_any(void *ctx, __u64 skb, __u32 slot __attribute__((unused)))
{
	if (!skb) {
		if (BY_STACK)
			pwru_stack_pass(hook_sp(ctx));
		return 0;
	}
#ifdef PWRU_CAST
	struct skb_pos pos;
	__u64 packet_id;

	SET_SLOT(&pos, slot);
	if (identify_call(ctx, &pos, skb, &packet_id))
		emit_func(ctx, &pos, skb, packet_id);
#else
	show_identified(ctx, skb, pwru_identify(ctx, skb));
#endif
	return 0;
}

/* Where any other option decides. */
static __always_inline int trace_skb(void *ctx, __u64 skb, __u32 slot)
{
	MASK_IRQS(flags);
	trace_any(ctx, skb, slot);
	UNMASK_IRQS(flags);
	return 0;
}

/* Shows the hit of a function at the end of an skb's life, if it is to be shown. */
static __always_inline void show_end(void *ctx, __u64 skb, __u64 *packet_id,
				     __u32 slot __attribute__((unused)))
{
#ifdef PWRU_CAST
	struct skb_pos pos;

	SET_SLOT(&pos, slot);
	skb_read(&pos, skb);
	skb_locate(&pos);
	if (is_shown(ctx, &pos, packet_id))
		emit_func(ctx, &pos, skb, *packet_id);
#else
	__u64 identified = pwru_identify_end(ctx, skb, *packet_id);

	if (identified & IS_SHOWN)
		*packet_id = identified & ~IS_SHOWN;
	show_identified(ctx, skb, identified);
#endif
}

static __always_inline int end_skb(void *ctx, bool is_release, bool is_to_show, __u32 slot)
{
	__u64 skb = hook_arg(ctx, 1), packet_id = packet_of_hit(skb);
	bool is_gone = hook_func_ip(ctx) - CFG(gone_addr) < PWRU_ENTRY_BYTES;
	bool is_cached = hook_func_ip(ctx) - CFG(cached_addr) < PWRU_ENTRY_BYTES;
	/* __consume_stateless_skb(), as for most UDP, does not call skb_release_head_state(). */
	bool is_end = is_release || (is_gone && packet_id);

	if (!is_end && !packet_id)
		packet_id = packet_of_dying(skb);
	if (is_to_show)
		show_end(ctx, skb, &packet_id, slot);
#if HAS_PATHS
	if (CFG(keeps_paths) && is_end)
		path_ends(packet_id);
#endif
	if (is_end)
		track_release(skb, packet_id);
	if ((is_gone || is_cached) && packet_id)
		track_gone(skb);
	return 0;
}

/*
 * A hit of skb_release_head_state(), which ends an skb, or of a function that runs after it on an
 * skb that is about to be gone. `is_to_show` says whether the function is to be shown.
 */
static __always_inline int skb_ends(void *ctx, bool is_release, bool is_to_show, __u32 slot)
{
	MASK_IRQS(flags);
	end_skb(ctx, is_release, is_to_show, slot);
	UNMASK_IRQS(flags);
	return 0;
}

#endif
