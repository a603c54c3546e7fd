/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The search for the rules that drop in a table of iptables-legacy, ip6tables-legacy or
 * arptables-legacy: one array of entries, chain by chain. */
#ifndef PWRU_BPF_XTABLES_SEARCH_H
#define PWRU_BPF_XTABLES_SEARCH_H

#include "bpf/hooks/xtables_trail.bpf.h"

#define STANDARD_DROP (-1) /* -NF_DROP - 1 */

#define TARGET_ERROR 0x524f525245ull
#define TARGET_REJECT 0x5443454a4552ull

#define MATCH_CONNTRACK 0x636172746e6e6f63ull
#define MATCH_STATE 0x6574617473ull
#define MATCHES_MAX 8

/* The tables of ARP use the first three of a table's hooks, and the others are zero. */
#define NF_ARP_NUMHOOKS 3

struct offsets {
	__u16 target;
	__u16 next;
};

/* struct xt_entry_target with the data of struct xt_standard_target */
struct target {
	__u64 size;
	__u64 type; /* struct xt_target, with its name behind a list_head */
	__u64 pad0[2];
	__s32 verdict;
	__u32 pad1;
};

static __always_inline struct offsets offsets_of(__u64 entry, __u8 family)
{
	struct offsets offsets = {};

	bpf_probe_read_kernel(&offsets, sizeof(offsets),
			      (void *)(entry + pwru_xt_offsets_at(family)));
	return offsets;
}

static __always_inline __u64 counter_of(__u64 entry, __u8 family)
{
	__u64 counters = entry + pwru_xt_counters_at(family);

	return CFG(xt.has_several_cpus) ? read_word(counters) : counters;
}

static __always_inline void note_rule(struct xt_trail *trail, __u64 entry, __u8 kind)
{
	note_drop(trail, counter_of(entry, trail->family), kind,
		  read_word(entry + pwru_xt_offsets_at(trail->family) + sizeof(struct offsets)));
}

/* Returns false behind the last entry. */
static __always_inline bool look_at_entry(struct xt_trail *trail)
{
	struct info *info = &trail->drops.info;
	struct offsets offsets;
	struct target target = {};
	__u64 entry, name;

	if (trail->at >= info->size)
		return false;
	entry = trail->entries + trail->at;
	offsets = offsets_of(entry, trail->family);
	bpf_probe_read_kernel(&target, sizeof(target), (void *)(entry + offsets.target));
	name = read_word(target.type + 16);
	if (!offsets.next) {
		trail->drops.is_incomplete = 1;
		return false;
	}
	trail->is_policy = 0;
	for (int i = 0; i < NF_INET_NUMHOOKS; i++) {
		if (i >= NF_ARP_NUMHOOKS && trail->family == PWRU_XT_ARP)
			break;
		if (info->hook_entry[i] == trail->at)
			begin_chain(trail, i);
		if (info->underflow[i] == trail->at)
			trail->is_policy = 1;
	}
	if (name == TARGET_ERROR) {
		begin_chain(trail, NO_HOOK);
	} else {
		trail->number++;
		if (name == TARGET_REJECT)
			note_rule(trail, entry, PWRU_XT_REJECT);
		else if (name == TARGET_STANDARD && target.verdict == STANDARD_DROP)
			note_rule(trail, entry, trail->is_policy ? PWRU_XT_POLICY : PWRU_XT_RULE);
	}
	trail->at += offsets.next;
	return true;
}

/* Global: the verifier looks at it once. Returns 0 behind the last entry. */
__noinline int pwru_xt_step(void)
{
	struct xt_trail *trail = xt_trail_of_cpu();

	if (!trail)
		return 0;
	for (int i = 0; i < STEP; i++)
		if (!look_at_entry(trail))
			return 0;
	return 1;
}

static __always_inline void begin_xt_search(struct xt_trail *trail, __u64 info)
{
	bpf_probe_read_kernel(&trail->drops.info, sizeof(trail->drops.info), (void *)info);
	trail->entries = info + CFG(xt.info_entries);
}

/* Whether the rule has -m conntrack or -m state: struct xt_entry_match lie behind its counters. */
static __always_inline bool asks_conntrack(__u64 entry, __u8 family)
{
	__u64 at = entry + pwru_xt_counters_at(family) + PWRU_XT_COUNTER_BYTES;
	struct offsets offsets = offsets_of(entry, family);

	for (int i = 0; i < MATCHES_MAX; i++) {
		__u64 size = read_word(at) & 0xffff, name;

		if (!size || at >= entry + offsets.target)
			break;
		name = read_word(read_word(at + 8) + 16);
		if (name == MATCH_CONNTRACK || name == MATCH_STATE)
			return true;
		at += size;
	}
	return false;
}

#endif
