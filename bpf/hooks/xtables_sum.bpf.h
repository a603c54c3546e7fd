/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The sum of what a rule is, by which user space knows it again: pwru_xt_sum(). Pointers of the
 * kernel, counters, and data of matches that a process is not shown are no part of it. */
#ifndef PWRU_BPF_XTABLES_SUM_H
#define PWRU_BPF_XTABLES_SUM_H

#include "bpf/hooks/xtables_search.bpf.h"

/* Of the data of a match: 320 bytes, as hashlimit has. */
#define SUM_WORDS_MAX 40

/* struct xt_entry_match: its size, then the address of its struct xt_match. */
#define MATCH_HEAD_BYTES 32
#define MATCH_AT 8
/* struct xt_match, behind a list_head */
#define MATCH_NAME_AT 16
#define MATCH_REVISION_AT 45

static __always_inline void add_word(struct xt_trail *trail, __u64 word)
{
	trail->sum = pwru_xt_sum(trail->sum, word);
}

static __always_inline __u64 first_bytes(__u64 word, __u32 bytes)
{
	return bytes < 8 ? word & ((1ull << (8 * (bytes & 7))) - 1) : word;
}

static __always_inline __u32 without_word(__u32 bytes)
{
	return bytes > 8 ? bytes - 8 : 0;
}

/* Returns false behind the last one. All numbers are in memory: the verifier would follow each that
 * they may have in registers. */
static __always_inline bool add_next_word(struct xt_trail *trail)
{
	__u32 shown = trail->sum_shown;

	if (!trail->sum_bytes)
		return false;
	add_word(trail, shown ? first_bytes(read_word(trail->sum_from), shown) : 0);
	trail->sum_from += 8;
	trail->sum_bytes = without_word(trail->sum_bytes);
	trail->sum_shown = without_word(shown);
	asm volatile("" ::: "memory");
	return true;
}

/* Global: the verifier looks at it once. */
__noinline int pwru_xt_sum_words(void)
{
	struct xt_trail *trail = xt_trail_of_cpu();

	if (!trail)
		return 0;
	for (int i = 0; i < SUM_WORDS_MAX; i++)
		if (!add_next_word(trail))
			break;
	return 0;
}

/* What pwru_xt_sum_words() adds: the first bytes, which a process is shown, and zeros for the rest.
 */
static __always_inline void set_words(struct xt_trail *trail, __u64 from, __u32 bytes, __u32 shown)
{
	trail->sum_from = from;
	trail->sum_bytes = bytes;
	trail->sum_shown = shown;
}

/* xt_data_to_user(): usersize says how much of the data is shown; 0: all of it. */
static __always_inline __u32 shown_of(__u64 match)
{
	__u64 sizes = read_word(match + CFG(xt.match_usersize) - 4);
	__u32 usersize = sizes >> 32;

	return usersize ? usersize : (__u32)sizes;
}

/* Global: the verifier looks at it once. Adds the head of a match, and returns 0 behind the last
 * one. It does not call pwru_xt_sum_words() itself: no more than eight calls may be in each other.
 */
__noinline int pwru_xt_sum_match(void)
{
	struct xt_trail *trail = xt_trail_of_cpu();
	__u64 at, match;
	__u32 size;

	if (!trail)
		return 0;
	at = trail->sum_at;
	if (at >= trail->sum_end)
		return 0;
	size = read_word(at) & 0xffff;
	if (size < MATCH_HEAD_BYTES || size > MATCH_HEAD_BYTES + 8 * SUM_WORDS_MAX)
		return 0;
	match = read_word(at + MATCH_AT);
	add_word(trail, size);
	add_word(trail, read_word(match + MATCH_NAME_AT));
	add_word(trail, read_word(match + MATCH_NAME_AT + 8));
	add_word(trail, read_word(match + MATCH_REVISION_AT) & 0xff);
	set_words(trail, at + MATCH_HEAD_BYTES, size - MATCH_HEAD_BYTES, shown_of(match));
	trail->sum_at = at + size;
	return 1;
}

/* 0 when the rule has more than is looked at. */
static __always_inline __u32 sum_of_rule(struct xt_trail *trail, __u64 entry, __u8 family)
{
	__u32 head = pwru_xt_offsets_at(family);
	int is_going_on = 1;

	trail->sum = PWRU_XT_SUM_BEGIN;
	trail->sum_at = entry + pwru_xt_counters_at(family) + PWRU_XT_COUNTER_BYTES;
	trail->sum_end = entry + offsets_of(entry, family).target;
	set_words(trail, entry, head, head);
	pwru_xt_sum_words();
	for (int i = 0; i < MATCHES_MAX && is_going_on; i++) {
		is_going_on = pwru_xt_sum_match();
		if (is_going_on)
			pwru_xt_sum_words();
	}
	if (trail->sum_at != trail->sum_end)
		return 0;
	add_word(trail, read_word(trail->sum_end + MATCH_HEAD_BYTES) & 0xffffffff);
	return pwru_xt_fold(trail->sum);
}

#endif
