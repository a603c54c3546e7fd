/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What sees packets being made of packets: cut into pieces, or put together. */
#include "bpf/follow/children.bpf.h"

/* struct sk_buff *skb_segment(struct sk_buff *head_skb, netdev_features_t features) */
SEC("fexit/skb_segment")
int pwru_segment(__u64 *ctx)
{
	__u64 parent = packet_of(as_number((void *)ctx[0])), list = as_number((void *)ctx[2]);

	if (parent && !IS_ERROR(list))
		add_children(parent, list);
	return 0;
}

/* int ip_do_fragment(struct net *net, struct sock *sk, struct sk_buff *skb, output) */
SEC("fentry/ip_do_fragment")
int pwru_fragment4(__u64 *ctx)
{
	return add_frag_list(as_number((void *)ctx[2]));
}

/* int ip6_fragment(struct net *net, struct sock *sk, struct sk_buff *skb, output) */
SEC("fentry/ip6_fragment")
int pwru_fragment6(__u64 *ctx)
{
	return add_frag_list(as_number((void *)ctx[2]));
}

/* struct sk_buff *ip_frag_next(struct sk_buff *skb, struct ip_frag_state *state) */
SEC("fexit/ip_frag_next")
int pwru_next_fragment4(__u64 *ctx)
{
	return add_fragment(as_number((void *)ctx[0]), as_number((void *)ctx[2]));
}

/* struct sk_buff *ip6_frag_next(struct sk_buff *skb, struct ip6_frag_state *state) */
SEC("fexit/ip6_frag_next")
int pwru_next_fragment6(__u64 *ctx)
{
	return add_fragment(as_number((void *)ctx[0]), as_number((void *)ctx[2]));
}

/* int skb_gro_receive(struct sk_buff *p, struct sk_buff *skb) */
SEC("fexit/skb_gro_receive")
int pwru_gro(__u64 *ctx)
{
	return (int)ctx[2] ? 0 : merge(as_number((void *)ctx[0]), as_number((void *)ctx[1]));
}

/* int skb_gro_receive_list(struct sk_buff *p, struct sk_buff *skb) */
SEC("fexit/skb_gro_receive_list")
int pwru_gro_list(__u64 *ctx)
{
	return (int)ctx[2] ? 0 : merge(as_number((void *)ctx[0]), as_number((void *)ctx[1]));
}

/* void napi_skb_free_stolen_head(struct sk_buff *skb): GRO's own way past skb_release_head_state()
 */
SEC("fentry/napi_skb_free_stolen_head")
int pwru_gro_free(__u64 *ctx)
{
	__u64 skb = as_number((void *)ctx[0]);

	track_release(skb, packet_of(skb));
	return 0;
}

/*
 * void *inet_frag_reasm_prepare(struct inet_frag_queue *q, struct sk_buff *skb, struct sk_buff
 * *parent): skb, the last to arrive, is released and becomes the first fragment (skb_morph).
 */
SEC("fentry/inet_frag_reasm_prepare")
int pwru_reassembly_begins(__u64 *ctx)
{
	__u64 queue = as_number((void *)ctx[0]);
	__u64 packet_id = packet_of(first_fragment((void *)queue));

	if (!packet_id)
		packet_id = packet_of(as_number((void *)ctx[1]));
	if (packet_id)
		bpf_map_update_elem(&dying, &queue, &packet_id, BPF_ANY);
	return 0;
}

SEC("fexit/inet_frag_reasm_prepare")
int pwru_reassembly_ends(__u64 *ctx)
{
	__u64 queue = as_number((void *)ctx[0]);
	__u64 packet_id = packet_of_dying(queue);

	if (!packet_id)
		return 0;
	bpf_map_delete_elem(&dying, &queue);
	if (ctx[3])
		track_as(as_number((void *)ctx[1]), packet_id);
	return 0;
}
