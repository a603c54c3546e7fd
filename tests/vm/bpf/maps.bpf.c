/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A TC program for the scenarios that uses maps. It counts datagrams by their UDP port, for IPv4
 * packets without options, and deletes the count of one port.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define UDP_DPORT_OFFSET (14 + 20 + 2)
#define FORGOTTEN_PORT 7

char LICENSE[] SEC("license") = "GPL";

struct flow {
	__u32 port;
};

struct flow_stats {
	__u64 packets;
	__u32 last_bytes;
	__u32 magic;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, struct flow);
	__type(value, struct flow_stats);
} flows SEC(".maps");

/* A map without BTF for its key and value, whose value is larger than a small record. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16);
	__uint(key_size, 4);
	__uint(value_size, 6000);
} pages SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__uint(value_size, 6000);
} page SEC(".maps");

SEC("tc")
int counts_ports(struct __sk_buff *skb)
{
	struct flow_stats stats = {.packets = 1, .last_bytes = skb->len, .magic = 0xfeedbeef};
	struct flow_stats *known;
	struct flow flow = {};
	__u32 zero = 0;
	__be16 port = 0;
	char *bytes;

	if (bpf_skb_load_bytes(skb, UDP_DPORT_OFFSET, &port, sizeof(port)))
		return TC_ACT_OK;
	flow.port = bpf_ntohs(port);
	if (flow.port == FORGOTTEN_PORT) {
		bpf_map_delete_elem(&flows, &flow);
		return TC_ACT_OK;
	}
	known = bpf_map_lookup_elem(&flows, &flow);
	if (known)
		stats.packets += known->packets;
	bpf_map_update_elem(&flows, &flow, &stats, BPF_ANY);
	bytes = bpf_map_lookup_elem(&page, &zero);
	if (!bytes)
		return TC_ACT_OK;
	__builtin_memcpy(bytes, "page of bytes", 13);
	bpf_map_update_elem(&pages, &flow.port, bytes, BPF_ANY);
	return TC_ACT_OK;
}
