/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Hits of raw tracepoints that have an skb among their arguments, which are the words of the
 * context. A part of the object in bpf/hooks/bpf_progs.bpf.c: user space loads a copy of one of
 * these programs for each tracepoint. The kernel refuses to attach a program that reads more
 * arguments than the tracepoint has (max_ctx_offset in bpf_probe_register()).
 */

/* The description of the hit takes stack: see emit_prog(). */
SUBPROGRAM int emit_tracepoint(__u64 *ctx, const struct skb_pos *pos, __u64 packet_id,
			       __u64 location, __u32 reason)
{
	struct hit hit = {.func_ip = target_ip(),
			  .caller_ip = location,
			  .arg3 = reason,
			  .type = PWRU_EVENT_TRACEPOINT};
	int result = 0;

	emit_record(ctx, &hit, pos, pos->skb, packet_id, NULL, NO_MAP);
	asm volatile("" : "+r"(result));
	return result;
}

/* The same where nothing can be read of the skb any more: `pos` has none. */
SUBPROGRAM int emit_gone(__u64 *ctx, const struct skb_pos *pos, __u64 skb, __u64 packet_id)
{
	struct hit hit = {.func_ip = target_ip(), .type = PWRU_EVENT_TRACEPOINT};
	int result = 0;

	emit_record(ctx, &hit, pos, skb, packet_id, NULL, NO_MAP);
	asm volatile("" : "+r"(result));
	return result;
}

/* Some tracepoints are passed without an skb: tcp_send_reset, qdisc_dequeue. */
static __always_inline void tp_hit(__u64 *ctx, __u32 slot, __u64 skb, __u64 location, __u32 reason)
{
	struct skb_pos pos;
	__u64 packet_id;

	SET_SLOT(&pos, slot);
	if (skb && identify_skb(&pos, skb, &packet_id))
		emit_tracepoint(ctx, &pos, packet_id, location, reason);
}

/* The last reference is gone: of a followed packet the id too. */
static __always_inline void tp_end(__u64 skb)
{
	if (CFG(tracks))
		track_release(skb, packet_of(skb));
}

/*
 * Between net_dev_start_xmit and net_dev_xmit the driver has the skb, and may free it or give it to
 * another CPU. So the latter only shows the address, of those packets that the former let pass. The
 * two run on one CPU, with softirqs off (__dev_queue_xmit()). In between they may run for the same
 * skb once more, when a tunnel hands it to the device below it.
 */
struct sending {
	__u64 packet_id;
	__u64 depth;
};

/* LRU: an skb whose end is missed must not fill it for ever. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct sending);
} sendings SEC(".maps");

/* No kernel address needs its upper 16 bits. */
static __always_inline __u64 sending_key(__u64 skb)
{
	return skb << 16 | (bpf_get_smp_processor_id() & 0xffff);
}

static __noinline int note_sending(__u64 skb, __u64 packet_id)
{
	struct sending now = {packet_id, 1}, *outer;
	__u64 key = sending_key(skb);

	outer = bpf_map_lookup_elem(&sendings, &key);
	if (outer) {
		/* The outer one may be left of an end that was missed. */
		outer->packet_id = packet_id;
		outer->depth++;
		return 0;
	}
	__sync_fetch_and_add(&shared.sends_begun, 1);
	bpf_map_update_elem(&sendings, &key, &now, BPF_ANY);
	return 0;
}

static __always_inline bool was_sending(__u64 skb, __u64 *packet_id)
{
	__u64 key = sending_key(skb);
	struct sending *now = bpf_map_lookup_elem(&sendings, &key);

	if (!now)
		return false;
	*packet_id = now->packet_id;
	if (now->depth > 1)
		now->depth--;
	else if (bpf_map_delete_elem(&sendings, &key) == 0)
		__sync_fetch_and_add(&shared.sends_ended, 1);
	return true;
}

static __always_inline void tp_start(__u64 *ctx, __u32 slot, bool is_shown)
{
	struct skb_pos pos;
	__u64 packet_id;

	SET_SLOT(&pos, slot);
	if (!identify_skb(&pos, ctx[0], &packet_id))
		return;
	note_sending(ctx[0], packet_id);
	if (is_shown)
		emit_tracepoint(ctx, &pos, packet_id, 0, 0);
}

static __always_inline void tp_1(__u64 *ctx, __u32 slot)
{
	tp_hit(ctx, slot, ctx[0], 0, 0);
}

static __always_inline void tp_2(__u64 *ctx, __u32 slot)
{
	tp_hit(ctx, slot, ctx[1], 0, 0);
}

static __always_inline void tp_3(__u64 *ctx, __u32 slot)
{
	tp_hit(ctx, slot, ctx[2], 0, 0);
}

static __always_inline void tp_4(__u64 *ctx, __u32 slot)
{
	tp_hit(ctx, slot, ctx[3], 0, 0);
}

/* kfree_skb(skb, location, reason) since 5.17 */
static __always_inline void tp_drop(__u64 *ctx, __u32 slot)
{
	tp_hit(ctx, slot, ctx[0], ctx[1], ctx[2]);
	tp_end(ctx[0]);
}

/* kfree_skb(skb, location, reason, rx_sk) since 6.11 */
static __always_inline void tp_drop_sock(__u64 *ctx, __u32 slot)
{
	if (CFG(sock_at))
		note_sock(slot, ctx[0], ctx[3]);
	tp_drop(ctx, slot);
	if (CFG(sock_at))
		note_sock(slot, 0, 0); /* the next skb there is another one */
}

/* kfree_skb(skb, location) before; consume_skb(skb, location) since 6.4 */
static __always_inline void tp_free(__u64 *ctx, __u32 slot)
{
	tp_hit(ctx, slot, ctx[0], ctx[1], 0);
	tp_end(ctx[0]);
}

/* consume_skb(skb) before */
static __always_inline void tp_consume(__u64 *ctx, __u32 slot)
{
	tp_hit(ctx, slot, ctx[0], 0, 0);
	tp_end(ctx[0]);
}

/* The two that end packets, when they are not to be shown. */
static __always_inline void tp_release(__u64 *ctx, __u32 slot __attribute__((unused)))
{
	tp_end(ctx[0]);
}

/* net_dev_start_xmit(skb, dev) */
static __always_inline void tp_send(__u64 *ctx, __u32 slot)
{
	tp_start(ctx, slot, true);
}

/* The same, when only net_dev_xmit is to be shown. */
static __always_inline void tp_note(__u64 *ctx, __u32 slot)
{
	tp_start(ctx, slot, false);
}

/* net_dev_xmit(skb, rc, dev, skb_len) */
static __always_inline void tp_sent(__u64 *ctx, __u32 slot)
{
	struct skb_pos pos = {};
	__u64 packet_id;

	SET_SLOT(&pos, slot);
	if (!was_sending(ctx[0], &packet_id))
		return;
	skb_read(&pos, 0);
	skb_locate(&pos);
	emit_gone(ctx, &pos, ctx[0], packet_id);
}

PROGRAM(tp_1)
PROGRAM(tp_2)
PROGRAM(tp_3)
PROGRAM(tp_4)
PROGRAM(tp_drop)
PROGRAM(tp_drop_sock)
PROGRAM(tp_free)
PROGRAM(tp_consume)
PROGRAM(tp_release)
PROGRAM(tp_send)
PROGRAM(tp_note)
PROGRAM(tp_sent)
