/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What follows a packet to the copies of its skb, and to an skb that takes its place. */
#include "bpf/follow/heads.bpf.h"
#include "bpf/follow/track.bpf.h"

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

/* void skb_copy_header(struct sk_buff *new, const struct sk_buff *old): veth for XDP, up to 6.5 */
SEC("fexit/skb_copy_header")
int pwru_skb_copy_header(__u64 *ctx)
{
	track_rebuilt(as_number((void *)ctx[0]), packet_of(as_number((void *)ctx[1])));
	return 0;
}

/*
 * int skb_pp_cow_data(struct page_pool *pool, struct sk_buff **pskb, unsigned int headroom): the
 * skb is replaced by a copy that XDP may write to (veth since 6.6, generic XDP since 6.9).
 */
SEC("fentry/skb_pp_cow_data")
int pwru_cow_begins(__u64 *ctx)
{
	__u64 place = 0, skb = 0, packet_id;

	bpf_get_func_arg(ctx, 1, &place);
	bpf_probe_read_kernel(&skb, sizeof(skb), (void *)place);
	packet_id = packet_of(skb);
	if (packet_id)
		bpf_map_update_elem(&dying, &place, &packet_id, BPF_ANY);
	return 0;
}

SEC("fexit/skb_pp_cow_data")
int pwru_cow_ends(__u64 *ctx)
{
	__u64 place = 0, packet_id, skb = 0;

	bpf_get_func_arg(ctx, 1, &place);
	packet_id = packet_of_dying(place);
	if (!packet_id)
		return 0;
	bpf_map_delete_elem(&dying, &place);
	bpf_probe_read_kernel(&skb, sizeof(skb), (void *)place);
	track_rebuilt(skb, packet_id);
	return 0;
}

/* int pskb_expand_head(struct sk_buff *skb, int nhead, int ntail, gfp_t): for XDP that comes next
 */
SEC("fexit/pskb_expand_head")
int pwru_expand_head(__u64 *ctx)
{
	__u64 skb = as_number((void *)ctx[0]), packet_id = packet_of(skb);

	if (packet_id)
		remember_new_head(skb, packet_id);
	return 0;
}

/* void skb_release_head_state(struct sk_buff *skb): only beside tracepoints, which miss it. */
SEC("fentry/skb_release_head_state")
int pwru_release_seen(__u64 *ctx)
{
	__u64 skb = as_number((void *)ctx[0]);

	track_release(skb, packet_of(skb));
	return 0;
}
