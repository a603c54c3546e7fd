/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A chain has an array of pointers to its rules for each generation; NULL ends it (before 5.17). A
 * part of nft.bpf.c. There is no bpf_loop() yet. */

/* Rules that are looked at for one packet, in steps of STEP. */
#define STEP 64
#define STEPS 256

static __always_inline void begin_array(struct trail *trail, __u32 generation)
{
	__u64 offset = generation ? CFG(nft.chain_blob1) : CFG(nft.chain_blob0);

	trail->generation = generation;
	trail->position = 0;
	trail->rule = read_word(trail->chain + offset);
}

/* Returns 0 behind the last chain. */
static __always_inline int begin_next_chain(struct trail *trail)
{
	trail->chain = 0;
	if (trail->node == trail->head || !trail->node)
		return 0;
	trail->chain = trail->node - CFG(nft.chain_list);
	trail->node = read_word(trail->node);
	begin_array(trail, 0);
	return 1;
}

/* struct nft_rule: handle of 42 bits, genmask of 2, dlen of 12; dlen bytes follow. Returns 0 at the
 * end of the search. */
static __always_inline int look_at_rule(struct trail *trail)
{
	__u64 rule = trail->rule ? read_word(trail->rule) : 0;
	__u64 header, begin;

	if (!rule) {
		if (trail->generation)
			return begin_next_chain(trail);
		begin_array(trail, 1);
		return 1;
	}
	header = read_word(rule + CFG(nft.rule_header));
	begin = rule + CFG(nft.rule_data);
	trail->rule += sizeof(rule);
	trail->position++;
	if (trail->expr - begin >= (header >> 44 & 0xfff))
		return 1;
	trail->handle = header & ((1ull << 42) - 1);
	return 0;
}

/* Global: the verifier looks at it once. Returns 0 at the end of the search. */
__noinline int pwru_nft_step(void)
{
	struct trail *trail = trail_of_cpu();

	if (!trail)
		return 0;
	for (int i = 0; i < STEP; i++)
		if (!look_at_rule(trail))
			return 0;
	return 1;
}

__noinline int pwru_nft_search(void)
{
	for (int i = 0; i < STEPS; i++)
		if (!pwru_nft_step())
			return 0;
	return 1;
}

/* Begins with the chain that was jumped to last, or else the base chain. Jumps stay in one table.
 */
static __always_inline void find_rule(struct trail *trail, const struct crumb *crumb, __u64 table)
{
	trail->expr = crumb->expr;
	trail->handle = 0;
	trail->head = table + CFG(nft.table_chains);
	trail->node = read_word(trail->head);
	trail->chain = crumb->jumped_to ? crumb->jumped_to : crumb->base_chain;
	begin_array(trail, 0);
	pwru_nft_search();
}
