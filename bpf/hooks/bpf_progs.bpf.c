/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is attached to the machine's own BPF programs, fentry and fexit, to tracepoints, and to
 * single functions. User space takes the instructions of these after libbpf has relocated them, and
 * loads a copy for each target.
 */
#define CONTEXT CONTEXT_ARGS
#define DESCRIBES_HITS 1
#ifndef PWRU_CAST
#define MAY_BE_XDP 1
#endif
#include "bpf/follow/heads.bpf.h"
#include "bpf/follow/identify.bpf.h"
#include "bpf/nest.bpf.h"
#include "bpf/write/emit.bpf.h"
#ifndef PWRU_CAST
#include "bpf/read/plain.bpf.h"
#endif
#if MAY_BE_XDP /* only where the fields of an skb are copied, and not read on demand */
#include "bpf/follow/xdp.bpf.h"
#endif

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/*
 * Packets whose entry was shown, by the address of the program's context. Their exit is shown too,
 * whatever the program changed in them.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096); /* of exits that were missed, too */
	__type(key, __u64);
	__type(value, __u64);
} running SEC(".maps");

/* The description of the hit takes stack: not in the frame of the program, which calls filters. */
SUBPROGRAM int emit_prog(__u64 *ctx, const struct skb_pos *pos, __u64 packet_id, __u16 type,
			 __s32 verdict)
{
	struct hit hit = {.func_ip = target_ip(), .verdict = verdict, .type = type};
	int result = 0;

	if (type == PWRU_EVENT_XDP_ENTRY || type == PWRU_EVENT_XDP_EXIT)
		hit.xdp = as_number((void *)ctx[0]);
	emit_record(ctx, &hit, pos, pos->skb, packet_id, NULL, NO_MAP);
	/* A constant would be left out, and 5.10 refuses a pointer that is left in r0. */
	asm volatile("" : "+r"(result));
	return result;
}

/* Key and value are on this stack; the context's address is not the packet's for XDP. */
static __always_inline void note_entry(__u64 context, __u64 packet_id)
{
	bpf_map_update_elem(&running, &context, &packet_id, BPF_ANY);
}

/* True if the entry was shown. */
static __always_inline bool was_entered(__u64 context, __u64 *packet_id)
{
	__u64 *id = bpf_map_lookup_elem(&running, &context);

	if (!id)
		return false;
	*packet_id = *id;
	bpf_map_delete_elem(&running, &context);
	return true;
}

static __always_inline void tc_entry(__u64 *ctx, __u32 slot)
{
	__u64 skb = as_number((void *)ctx[0]), packet_id;
	struct skb_pos pos;

	SET_SLOT(&pos, slot);
	if (!identify_skb(&pos, skb, &packet_id))
		return;
	note_entry(skb, packet_id);
	emit_prog(ctx, &pos, packet_id, PWRU_EVENT_TC_ENTRY, 0);
}

static __always_inline void tc_exit(__u64 *ctx, __u32 slot)
{
	__u64 skb = as_number((void *)ctx[0]), packet_id;
	struct skb_pos pos;

	SET_SLOT(&pos, slot);
	if (was_entered(skb, &packet_id)) {
		skb_read(&pos, skb);
		skb_locate(&pos);
	} else if (!identify_skb(&pos, skb, &packet_id)) {
		return;
	}
	emit_prog(ctx, &pos, packet_id, PWRU_EVENT_TC_EXIT, (__s32)ctx[1]);
}

/* A program is one of these bodies, with a slot taken around it. */
#define PROGRAM(body)                                                                              \
	SEC("progs/" #body) int pwru_##body(__u64 *ctx)                                            \
	{                                                                                          \
		__u32 slot = take_slot();                                                          \
                                                                                                   \
		if (!slot)                                                                         \
			return 0;                                                                  \
		body(ctx, slot);                                                                   \
		give_back_slot(slot);                                                              \
		return 0;                                                                          \
	}

PROGRAM(tc_entry)
PROGRAM(tc_exit)

#if MAY_BE_XDP

/* A packet that no program has met before: whether it is shown, and its id. */
static __always_inline bool identify_xdp(struct skb_pos *pos, __u64 xdp, __u64 *packet_id)
{
	if (!xdp_matches(pos, xdp))
		return false;
	if (CFG(tracks))
		*packet_id = track_new_xdp(pos);
	return true;
}

static __always_inline void xdp_entry(__u64 *ctx, __u32 slot)
{
	__u64 xdp = as_number((void *)ctx[0]), packet_id;
	struct skb_pos pos;

	xdp_read(&pos, xdp);
	SET_SLOT(&pos, slot);
	packet_id = packet_at_xdp(&pos);
	if (!packet_id && !identify_xdp(&pos, xdp, &packet_id))
		return;
	note_entry(xdp, packet_id);
	emit_prog(ctx, &pos, packet_id, PWRU_EVENT_XDP_ENTRY, 0);
}

static __always_inline void xdp_exit(__u64 *ctx, __u32 slot)
{
	__u64 xdp = as_number((void *)ctx[0]), packet_id = 0;
	__s32 verdict = (__s32)ctx[1];
	struct skb_pos pos;

	xdp_read(&pos, xdp);
	SET_SLOT(&pos, slot);
	if (!was_entered(xdp, &packet_id) && !identify_xdp(&pos, xdp, &packet_id))
		return;
	leave_xdp(&pos, packet_id, verdict);
	emit_prog(ctx, &pos, packet_id, PWRU_EVENT_XDP_EXIT, verdict);
}

PROGRAM(xdp_entry)
PROGRAM(xdp_exit)

#endif

#include "bpf/hooks/tracepoints.bpf.c"

#include "bpf/hooks/fentry.bpf.c"
