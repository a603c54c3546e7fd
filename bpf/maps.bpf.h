/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Everything that the programs share with each other and with user space. */
#ifndef PWRU_BPF_MAPS_H
#define PWRU_BPF_MAPS_H

#include "abi/event.h"
#include "abi/ring.h"
#include "bpf/config.bpf.h"
#include "bpf/kernel_types.h"
#include <bpf/bpf_helpers.h>

/* The memory of all rings: each a run of chunks, in the order of the CPUs. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set before loading, like the size of the value */
	__type(key, __u32);
	__type(value, __u64);
} ring_memory SEC(".maps");

/* Wakes the reader up; what is in it means nothing. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} doorbell SEC(".maps");

/* struct sk_buff address to packet id. LRU: an skb whose end we miss must not fill it for ever. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1); /* set before loading */
	__type(key, __u64);
	__type(value, __u64);
} tracked SEC(".maps");

/*
 * Where an id goes while the functions that free its skb still run; and, by the place of the
 * pointer to the skb, while skb_pp_cow_data() replaces it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1); /* set before loading */
	__type(key, __u64);
	__type(value, __u64);
} dying SEC(".maps");

struct pwru_shared shared;

#endif
