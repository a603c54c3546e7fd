/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* XDP programs for the scenarios, for IPv4 packets without options. */
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define ETH_P_IP 0x0800
#define DROPPED_PORT 9
#define REWRITTEN_PORT 7
#define NEW_PORT 8

char LICENSE[] SEC("license") = "GPL";

/* The parts of Ethernet, IPv4 and UDP that the programs use. */
struct udp_frame {
	__u8 macs[12];
	__be16 proto;
	__u8 ip[20];
	__be16 sport;
	__be16 dport;
	__be16 len;
	__be16 checksum;
} __attribute__((packed));

static __always_inline struct udp_frame *udp_frame(struct xdp_md *ctx)
{
	struct udp_frame *frame = (void *)(long)ctx->data;

	if ((void *)(frame + 1) > (void *)(long)ctx->data_end)
		return 0;
	return frame->proto == bpf_htons(ETH_P_IP) && frame->ip[9] == 17 ? frame : 0;
}

SEC("xdp")
int drops_discard_port(struct xdp_md *ctx)
{
	struct udp_frame *frame = udp_frame(ctx);

	return frame && frame->dport == bpf_htons(DROPPED_PORT) ? XDP_DROP : XDP_PASS;
}

/* The packet matches another filter after the program than before it. */
SEC("xdp/rewrite")
int rewrites_port(struct xdp_md *ctx)
{
	struct udp_frame *frame = udp_frame(ctx);

	if (frame && frame->dport == bpf_htons(REWRITTEN_PORT)) {
		frame->dport = bpf_htons(NEW_PORT);
		frame->checksum = 0;
	}
	return XDP_PASS;
}
