/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A TC program that makes a tail call to another one. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

int tail_target(struct __sk_buff *skb);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, int(void *));
} jumps SEC(".maps") = {
	.values = {[1] = (void *)&tail_target},
};

SEC("tc")
int tail_target(struct __sk_buff *skb)
{
	return skb->len ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("tc")
int tail_caller(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &jumps, 1);
	return TC_ACT_OK;
}
