/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Drops every packet of the sockets of a cgroup, on its way in or out. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("cgroup/skb")
int drops_all(struct __sk_buff *skb)
{
	return 0;
}
