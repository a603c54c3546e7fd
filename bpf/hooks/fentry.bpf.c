/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Hits of kernel functions, each at a trampoline of its own. A part of the object in
 * bpf/hooks/bpf_progs.bpf.c: user space loads a copy of one of these programs for each function, in
 * which it says where the function has its skb. So the skb comes with its type: fields of it are
 * plain loads, on 5.10 too, and a bad address reads as 0.
 */

/* The skb. All cases but one are dead code; the barriers keep the compiler from one load at a
 * computed offset, which the verifier refuses. */
static __always_inline struct sk_buff *target_skb(__u64 *ctx)
{
	void *skb = NULL;

	switch (TARGET_NUMBER(PWRU_TARGET_SKB_ARG_TEXT)) {
	case 1:
		skb = (void *)ctx[0];
		barrier_var(skb);
		break;
	case 2:
		skb = (void *)ctx[1];
		barrier_var(skb);
		break;
	case 3:
		skb = (void *)ctx[2];
		barrier_var(skb);
		break;
	case 4:
		skb = (void *)ctx[3];
		barrier_var(skb);
		break;
	case 5:
		skb = (void *)ctx[4];
		barrier_var(skb);
		break;
	}
	return skb;
}

/* The description of the hit takes stack: see emit_prog(). A drop reason is the 2nd or 3rd
 * argument, and a number; 5.10 lets programs read none that are pointers to anything but a struct.
 */
static __noinline int emit_fentry(__u64 *ctx, const struct skb_pos *pos, __u64 packet_id)
{
	struct hit hit = {.func_ip = target_ip(), .type = PWRU_EVENT_FUNC};
	int result = 0;

	if (TARGET_NUMBER(PWRU_TARGET_NUMBERS_TEXT) & PWRU_TARGET_ARG2)
		hit.arg2 = ctx[1];
	if (TARGET_NUMBER(PWRU_TARGET_NUMBERS_TEXT) & PWRU_TARGET_ARG3)
		hit.arg3 = ctx[2];
	emit_record(ctx, &hit, pos, pos->skb, packet_id, NULL, NO_MAP);
	asm volatile("" : "+r"(result));
	return result;
}

#ifdef PWRU_CAST
static __noinline int fentry_matches(struct sk_buff *skb)
{
	struct skb_pos pos;

	skb_find(&pos, as_number(skb));
	skb_locate(&pos);
	return plain_matches(&pos);
}

static __always_inline void read_target(struct skb_pos *pos, struct sk_buff *skb)
{
	skb_read(pos, as_number(skb));
}
#else
static __always_inline int fentry_matches(struct sk_buff *skb)
{
	int verdict = -1;

	if (!CFG(reads_fields)) {
		if (!CFG(has_pcap))
			return true;
		verdict = pcap_matches_typed(skb);
	}
	return verdict < 0 ? fields_and_pcap_match(as_number(skb)) : verdict;
}

static __always_inline void read_target(struct skb_pos *pos, struct sk_buff *skb)
{
	skb_load(pos, skb);
}
#endif

/* Most hits are not shown. So only a hit that is takes a slot. */
static __noinline int fentry_show(__u64 *ctx, struct sk_buff *skb, __u64 packet_id)
{
	__u32 slot = take_slot();
	struct skb_pos pos;

	if (!slot)
		return 0;
	SET_SLOT(&pos, slot);
	if (CFG(tracks) && !packet_id)
		packet_id = track_new(as_number(skb), slot);
	read_target(&pos, skb);
	skb_locate(&pos);
	emit_fentry(ctx, &pos, packet_id);
	give_back_slot(slot);
	return 0;
}

/* Where only the pcap filter, the fields of an skb and tracking decide. */
SEC("progs/fn_plain")
int pwru_fn_plain(__u64 *ctx)
{
	struct sk_buff *skb = target_skb(ctx);
	__u64 packet_id;

	if (!skb)
		return 0;
	packet_id = packet_of(as_number(skb));
	if (packet_id || fentry_matches(skb))
		fentry_show(ctx, skb, packet_id);
	return 0;
}

/* Where any other option decides. */
static __always_inline void fn_trace(__u64 *ctx, __u32 slot)
{
	struct sk_buff *skb = target_skb(ctx);
	struct skb_pos pos;
	__u64 packet_id;

	SET_SLOT(&pos, slot);
	if (skb && identify_skb(&pos, as_number(skb), &packet_id))
		emit_fentry(ctx, &pos, packet_id);
}

/* Each with a frame of its own: filters need the stack. */
static __noinline __u64 id_at_end(__u64 skb, bool is_release)
{
	__u64 packet_id = packet_of(skb);

	return packet_id || is_release ? packet_id : packet_of_dying(skb);
}

static __noinline int show_end(__u64 *ctx, __u64 skb, __u64 packet_id, __u32 slot)
{
	struct skb_pos pos;

	SET_SLOT(&pos, slot);
	skb_read(&pos, skb);
	skb_locate(&pos);
	if (passes(&pos, packet_id))
		emit_fentry(ctx, &pos, packet_id);
	return 0;
}

static __noinline int release(__u64 skb, __u64 packet_id)
{
	track_release(skb, packet_id);
	return 0;
}

/* The same as end_skb() of bpf/hit.bpf.h. */
static __always_inline void fn_end(__u64 *ctx, __u32 slot, bool is_release)
{
	__u64 skb = as_number((void *)ctx[0]), packet_id = id_at_end(skb, is_release);

	show_end(ctx, skb, packet_id, slot);
	if (is_release)
		release(skb, packet_id);
}

static __always_inline void fn_trace_release(__u64 *ctx, __u32 slot)
{
	fn_end(ctx, slot, true);
}

static __always_inline void fn_dying(__u64 *ctx, __u32 slot)
{
	fn_end(ctx, slot, false);
}

PROGRAM(fn_trace)
PROGRAM(fn_trace_release)
PROGRAM(fn_dying)

/* Where packets end, if that is not to be shown. */
SEC("progs/fn_release")
int pwru_fn_release(__u64 *ctx)
{
	__u64 skb = as_number((void *)ctx[0]);

	track_release(skb, packet_of(skb));
	return 0;
}
