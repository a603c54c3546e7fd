/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The socket that a packet was given to. The sk_buff itself does not name it on its way in. TCP
 * also takes the device out of what it keeps, so that the socket is all that knows the namespace.
 */
#ifndef PWRU_BPF_SOCKET_H
#define PWRU_BPF_SOCKET_H

#include "bpf/config.bpf.h"
#include "bpf/nest.bpf.h"
#include "bpf/read/skb.bpf.h"

struct given {
	__u64 skb;
	__u64 sock; /* address of a struct sock */
};

/* What the program that runs was told, by its slot: see bpf/nest.bpf.h. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NEST_SLOTS);
	__type(key, __u32);
	__type(value, struct given);
} sockets SEC(".maps");

/* Calls, as the keys take stack where there is none left. */
static __noinline __attribute__((unused)) int note_sock(__u32 slot, __u64 skb, __u64 sock)
{
	struct given *given = bpf_map_lookup_elem(&sockets, &slot);

	if (!given)
		return 0;
	given->skb = skb;
	given->sock = sock;
	return 0;
}

static __noinline __u64 find_sock(__u32 slot, __u64 skb)
{
	struct given *given = bpf_map_lookup_elem(&sockets, &slot);

	return given && given->skb == skb ? given->sock : 0;
}

/* 0: none is known. */
static __always_inline __u64 given_sock(const struct skb_pos *pos)
{
	return CFG(sock_at) ? find_sock(SLOT_OF(pos), pos->skb) : 0;
}

#endif
