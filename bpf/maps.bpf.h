/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Everything that the programs share with each other and with user space. */
#ifndef PWRU_BPF_MAPS_H
#define PWRU_BPF_MAPS_H

#include "abi/event.h"
#include "bpf/kernel_types.h"
#include <bpf/bpf_helpers.h>

extern const volatile struct pwru_config cfg;

struct ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096); /* of the pattern; since 5.10 the real ones may differ in size */
};

/* One ring a CPU: with one for all, 24 producers fall from 11 to 2 million events a second. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1); /* set before loading: the CPUs */
	__type(key, __u32);
	__array(values, struct ring);
} rings SEC(".maps");

/* struct sk_buff address to packet id. LRU: an skb whose end we miss must not fill it for ever. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1); /* set before loading */
	__type(key, __u64);
	__type(value, __u64);
} tracked SEC(".maps");

/* Where an id goes while the functions that free its skb still run. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1); /* set before loading */
	__type(key, __u64);
	__type(value, __u64);
} dying SEC(".maps");

struct pwru_counters counters;

/* Never out of bounds; CPUs past the last counter share it. */
static __always_inline struct pwru_cpu_counters *my_counters(__u32 cpu)
{
	return &counters.cpu[cpu & (PWRU_MAX_CPUS - 1)];
}

#endif
