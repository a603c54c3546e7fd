/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* TC programs for the scenarios. The UDP port of an IPv4 packet without options decides the
 * verdict. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define UDP_DPORT_OFFSET (14 + 20 + 2)
#define DROPPED_PORT 9

char LICENSE[] SEC("license") = "GPL";

SEC("tc")
int drops_discard_port(struct __sk_buff *skb)
{
	__be16 port = 0;

	if (bpf_skb_load_bytes(skb, UDP_DPORT_OFFSET, &port, sizeof(port)))
		return TC_ACT_OK;
	return port == bpf_htons(DROPPED_PORT) ? TC_ACT_SHOT : TC_ACT_OK;
}

/* A second program, which is loaded later. */
SEC("tc/late")
int passes_all(struct __sk_buff *skb)
{
	return skb->len ? TC_ACT_UNSPEC : TC_ACT_SHOT;
}

/* There is no device with that number. */
SEC("tc/nowhere")
int redirects_nowhere(struct __sk_buff *skb)
{
	return bpf_redirect(999999, 0);
}

/* Of a route. */
SEC("lwt_in")
int route_drops(struct __sk_buff *skb)
{
	return BPF_DROP;
}
