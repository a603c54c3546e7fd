/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is attached to the machine's own BPF programs: fentry and fexit. User space takes the
 * instructions of these four after libbpf has relocated them, and loads a copy for each target.
 */
#include "bpf/write/emit.bpf.h"
#include "bpf/follow/heads.bpf.h"
#include "bpf/follow/identify.bpf.h"
#ifndef PWRU_CAST
#include "bpf/follow/xdp.bpf.h"
#endif

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/*
 * Packets whose entry was shown, by the address of the program's context: the exit is shown too,
 * whatever the program made of them.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096); /* of exits that were missed, too */
	__type(key, __u64);
	__type(value, __u64);
} running SEC(".maps");

/* The address of the traced program, put in here when a copy is loaded: PWRU_TARGET_IP. */
static __always_inline __u64 target_ip(void)
{
	__u64 ip;

	asm("%0 = " PWRU_TARGET_IP_TEXT " ll" : "=r"(ip));
	return ip;
}

static __always_inline void emit_prog(__u64 *ctx, __u16 type, __s32 verdict,
				      const struct skb_pos *pos, __u64 packet_id)
{
	struct hit hit = {.func_ip = target_ip(), .verdict = verdict, .type = type};

	if (type == PWRU_EVENT_XDP_ENTRY || type == PWRU_EVENT_XDP_EXIT)
		hit.xdp = as_number((void *)ctx[0]);

	emit(ctx, &hit, pos, pos->skb, packet_id);
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

SEC("progs/tc_entry")
int pwru_tc_entry(__u64 *ctx)
{
	__u64 skb = as_number((void *)ctx[0]), packet_id;
	struct skb_pos pos;

	if (!identify_skb(&pos, skb, &packet_id))
		return 0;
	note_entry(skb, packet_id);
	emit_prog(ctx, PWRU_EVENT_TC_ENTRY, 0, &pos, packet_id);
	return 0;
}

SEC("progs/tc_exit")
int pwru_tc_exit(__u64 *ctx)
{
	__u64 skb = as_number((void *)ctx[0]), packet_id;
	struct skb_pos pos;

	if (was_entered(skb, &packet_id)) {
		skb_read(&pos, skb);
		skb_locate(&pos);
	} else if (!identify_skb(&pos, skb, &packet_id)) {
		return 0;
	}
	emit_prog(ctx, PWRU_EVENT_TC_EXIT, (__s32)ctx[1], &pos, packet_id);
	return 0;
}

#ifndef PWRU_CAST /* without an skb there is nothing to read fields from when they are asked for   \
		   */

SEC("progs/xdp_entry")
int pwru_xdp_entry(__u64 *ctx)
{
	__u64 xdp = as_number((void *)ctx[0]), packet_id;
	struct skb_pos pos;

	xdp_read(&pos, xdp);
	packet_id = packet_at_xdp(&pos);
	if (!packet_id) {
		if (!xdp_matches(&pos, xdp))
			return 0;
		if (CFG(tracks))
			packet_id = track_new_xdp(&pos);
	}
	note_entry(xdp, packet_id);
	emit_prog(ctx, PWRU_EVENT_XDP_ENTRY, 0, &pos, packet_id);
	return 0;
}

SEC("progs/xdp_exit")
int pwru_xdp_exit(__u64 *ctx)
{
	__u64 xdp = as_number((void *)ctx[0]), packet_id = 0;
	__s32 verdict = (__s32)ctx[1];
	struct skb_pos pos;

	xdp_read(&pos, xdp);
	if (!was_entered(xdp, &packet_id)) {
		if (!xdp_matches(&pos, xdp))
			return 0;
		if (CFG(tracks))
			packet_id = track_new_xdp(&pos);
	}
	leave_xdp(&pos, packet_id, verdict);
	emit_prog(ctx, PWRU_EVENT_XDP_EXIT, verdict, &pos, packet_id);
	return 0;
}

#endif
