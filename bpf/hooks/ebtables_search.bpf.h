/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The search for the rules that drop in a table of ebtables-legacy: chains one behind the other,
 * each a head with its rules, whose counters lie apart, in an array of each CPU. A policy has no
 * counter. That one dropped the packet is known when the table did, and no rule: of the policies
 * that may have, that of the chain of the hook, and those of the chains where a rule sent it.
 */
#ifndef PWRU_BPF_EBTABLES_SEARCH_H
#define PWRU_BPF_EBTABLES_SEARCH_H

#include "bpf/hooks/xtables_trail.bpf.h"

/* include/uapi/linux/netfilter_bridge/ebtables.h */
#define EBT_DROP (-2)
#define EBT_ENTRY_OR_ENTRIES 1

#define EBT_STANDARD 0x647261646e617473ull
#define EBT_ARPREPLY 0x796c706572707261ull

/* What else is noted of a table of bridges, besides PWRU_XT_RULE. */
#define EBT_JUMP 16  /* a rule that sends packets to a chain whose policy is to drop them */
#define EBT_OTHER 17 /* a rule with another target, which may drop packets */
#define EBT_SENDS 18 /* the same, and it may send another packet through the tables */

/* struct ebt_entries */
struct ebt_chain {
	__u32 is_entry; /* 0; struct ebt_entry has EBT_ENTRY_OR_ENTRIES there */
	char name[PWRU_XT_CHAIN_BYTES];
	__u32 counter_offset;
	__s32 policy;
	__u32 number; /* of its rules */
};
#define EBT_NAME_AT __builtin_offsetof(struct ebt_chain, name)
#define EBT_COUNTER_OFFSET_AT __builtin_offsetof(struct ebt_chain, counter_offset)
#define EBT_POLICY_AT __builtin_offsetof(struct ebt_chain, policy)

#define EBT_TABLE_NAME_AT 16 /* struct ebt_table: behind a list_head */
#define EBT_OFFSETS_AT 104   /* struct ebt_entry: target_offset and next_offset */
#define EBT_COUNTER_BYTES 16

struct ebt_offsets {
	__u32 target;
	__u32 next;
};

/* struct ebt_standard_target */
struct ebt_target {
	__u64 type; /* struct xt_target, with its name behind a list_head */
	__u64 pad0[4];
	__s32 verdict; /* where a chain begins, in bytes, or EBT_* */
	__u32 pad1;
};

/* COUNTER_BASE() of ebtables.c: SMP_CACHE_BYTES is 64 on x86-64 and arm64. */
static __always_inline __u64 ebt_cpu_offset(const struct ebt_info *info)
{
	__u64 bytes = ((__u64)info->number * EBT_COUNTER_BYTES + 63) & ~63ull;

	return bytes * bpf_get_smp_processor_id();
}

static __always_inline bool policy_drops(__u64 chain)
{
	return (__s32)read_word(chain + EBT_POLICY_AT) == EBT_DROP;
}

/* struct ebt_table_info::hook_entry[] */
static __always_inline __u64 base_chain(__u64 info, __u8 hook)
{
	return read_word(info + __builtin_offsetof(struct ebt_info, chain) + 8ull * hook);
}

static __always_inline void begin_ebt_chain(struct xt_trail *trail, __u64 head)
{
	const struct ebt_info *info = &trail->drops.ebt;

	begin_chain(trail, NO_HOOK);
	for (int i = 0; i < NF_BR_NUMHOOKS; i++)
		if (info->chain[i] == head)
			trail->hook = i;
	trail->counter = trail->counters +
			 EBT_COUNTER_BYTES * (read_word(head + EBT_COUNTER_OFFSET_AT) & 0xffffffff);
	trail->at += sizeof(struct ebt_chain);
}

static __always_inline void note_jump(struct xt_trail *trail, __u32 chain, __u8 hooks)
{
	struct drop *drop = note_drop(trail, trail->counter, EBT_JUMP, hooks);

	if (!drop)
		return;
	drop->chain = chain;
	drop->hook = NO_HOOK;
}

static __always_inline void look_at_ebt_target(struct xt_trail *trail, __u64 at)
{
	__u8 hooks = trail->hook == NO_HOOK ? 0xff : 1 << (trail->hook & 7);
	struct ebt_target target = {};
	__u64 name;

	bpf_probe_read_kernel(&target, sizeof(target), (void *)at);
	name = read_word(target.type + 16);
	if (name != EBT_STANDARD)
		note_drop(trail, trail->counter, name == EBT_ARPREPLY ? EBT_SENDS : EBT_OTHER,
			  hooks);
	else if (target.verdict == EBT_DROP)
		note_drop(trail, trail->counter, PWRU_XT_RULE, hooks);
	else if (target.verdict >= 0 && policy_drops(trail->entries + target.verdict))
		note_jump(trail, target.verdict, hooks);
}

/* Returns false behind the last one. */
static __always_inline bool look_at_ebt_entry(struct xt_trail *trail)
{
	struct ebt_offsets offsets = {};
	__u64 entry = trail->entries + trail->at;

	if (trail->at >= trail->drops.ebt.size)
		return false;
	if (!(read_word(entry) & EBT_ENTRY_OR_ENTRIES)) {
		begin_ebt_chain(trail, entry);
		return true;
	}
	bpf_probe_read_kernel(&offsets, sizeof(offsets), (void *)(entry + EBT_OFFSETS_AT));
	if (!offsets.next) {
		trail->drops.is_incomplete = 1;
		return false;
	}
	trail->number++;
	look_at_ebt_target(trail, entry + offsets.target);
	trail->counter += EBT_COUNTER_BYTES;
	trail->at += offsets.next;
	return true;
}

/* Global: the verifier looks at it once. Returns 0 behind the last entry. */
__noinline int pwru_ebt_step(void)
{
	struct xt_trail *trail = xt_trail_of_cpu();

	if (!trail)
		return 0;
	for (int i = 0; i < STEP; i++)
		if (!look_at_ebt_entry(trail))
			return 0;
	return 1;
}

static __always_inline void begin_ebt_search(struct xt_trail *trail, __u64 info)
{
	bpf_probe_read_kernel(&trail->drops.ebt, sizeof(trail->drops.ebt), (void *)info);
	trail->entries = trail->drops.ebt.entries;
	trail->counters = info + CFG(xt.ebt_counters);
}

/*
 * Whether the table at this address is the one that was searched. do_replace_finish() forgets a
 * table that is replaced. ebt_register_table(), for a new network namespace, does not call it; its
 * table has no rules, so that it differs from one that had some.
 */
static __always_inline bool is_same_ebt(const struct ebt_info *known, __u64 info)
{
	struct ebt_info now = {};

	bpf_probe_read_kernel(&now, sizeof(now), (void *)info);
	return now.size == known->size && now.number == known->number &&
	       now.entries == known->entries;
}

#endif
