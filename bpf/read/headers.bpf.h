/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Headers that lie in page fragments, as in a packet that napi_gro_frags() has made: they are
 * copied to where they can be read like any others. Rare, so this may cost.
 */
#ifndef PWRU_BPF_HEADERS_H
#define PWRU_BPF_HEADERS_H

#include "bpf/nest.bpf.h"
#include "bpf/read/filter.bpf.h"

#define HEADERS_BYTES 256

/* Twice, as the last fragment may begin anywhere in the first half. */
struct header_copy {
	struct any_skb_frag frag; /* here to spare the stack */
	__u8 bytes[2 * HEADERS_BYTES];
};

/* By the slot of the program, see bpf/nest.bpf.h. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NEST_SLOTS);
	__type(key, __u32);
	__type(value, struct header_copy);
} header_copies SEC(".maps");

/* The IP header and how many bytes can be read there; version 0: no IP packet. */
struct ip_pos {
	__u64 addr;
	__u32 linear_len;
	__u32 paged_len; /* bytes of the packet behind these, if tunnels are entered */
	__u16 version;
	__u16 is_copy; /* not in the skb's linear part */
};

/*
 * Copies the first bytes of a packet; returns how many, 0 when these are no more than the linear
 * part has. A global function of scalars: the verifier checks it once.
 */
__noinline __u64 pwru_copy_headers(__u64 skb, __u64 base, __u32 linear_len, __u32 slot)
{
	__u32 copied = linear_len, nr_frags, bytes;
	struct header_copy *copy = bpf_map_lookup_elem(&header_copies, &slot);
	struct skb_shared_info *shinfo;
	__u64 addr;

	if (!copy || copied >= HEADERS_BYTES || !CFG(vmemmap_base))
		return 0;
	bpf_probe_read_kernel(copy->bytes, copied, (void *)base);
	shinfo = shinfo_of(skb);
	nr_frags = BPF_CORE_READ(shinfo, nr_frags);
	for (__u32 i = 0; i < MAX_FRAGS; i++) {
		if (i >= nr_frags || copied >= HEADERS_BYTES)
			break;
		bpf_probe_read_kernel(&copy->frag, sizeof(copy->frag), &shinfo->frags[i]);
		addr = frag_addr(&copy->frag);
		bytes = copy->frag.len;
		if (bytes > HEADERS_BYTES)
			bytes = HEADERS_BYTES;
		if (!addr || bpf_probe_read_kernel(copy->bytes + copied, bytes, (void *)addr))
			break;
		copied += bytes;
	}
	return copied > linear_len ? copied : 0;
}

/* Sets `at` to the first byte of the packet in such a copy, if there is one. */
static __always_inline bool enter_header_copy(const struct skb_pos *pos, struct ip_pos *at)
{
	__u32 slot = SLOT_OF(pos),
	      copied = pwru_copy_headers(pos->skb, pos->base, pos->linear_len, slot);
	struct header_copy *copy = bpf_map_lookup_elem(&header_copies, &slot);

	if (!copied || !copy)
		return false;
	at->addr = as_number(copy->bytes);
	at->linear_len = copied;
	at->paged_len = pos->linear_len + SKB_FIELD(pos, data_len) - copied;
	at->is_copy = 1;
	return true;
}

#endif
