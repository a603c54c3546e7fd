/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rules of a chain lie one behind the other (5.17), once for each generation. A part of
 * nft.bpf.c. */

/* Chains of a table, and rules of a chain, that are looked at for one packet. Only a chain that a
 * map of verdicts jumped to is looked for among all. */
#define CHAINS_MAX (1 << 12)
#define RULES_MAX (1 << 16)

/* Whether the chain's rules hold the expression; then the search goes on at the first of them. */
static __always_inline bool takes_chain(struct trail *trail, __u64 chain)
{
	const __u64 offsets[] = {CFG(nft.chain_blob0), CFG(nft.chain_blob1)};

	for (int i = 0; i < 2; i++) {
		__u64 blob = read_word(chain + offsets[i]);
		__u64 rules = blob + CFG(nft.blob_data);

		if (!blob || trail->expr - rules >= read_word(blob)) /* its size */
			continue;
		trail->chain = chain;
		trail->rule = rules;
		return true;
	}
	return false;
}

static long look_at_chain(__u32 index __attribute__((unused)),
			  void *context __attribute__((unused)))
{
	struct trail *trail = trail_of_cpu();

	if (!trail || trail->node == trail->head || !trail->node)
		return 1;
	if (takes_chain(trail, trail->node - CFG(nft.chain_list)))
		return 1;
	trail->node = read_word(trail->node);
	return 0;
}

/* struct nft_rule_dp: is_last of 1 bit, dlen of 12, handle of 42; dlen bytes follow (5.17). */
static long look_at_rule(__u32 index __attribute__((unused)), void *context __attribute__((unused)))
{
	struct trail *trail = trail_of_cpu();
	__u64 header, next;

	if (!trail)
		return 1;
	header = read_word(trail->rule);
	if (header & 1)
		return 1;
	next = trail->rule + sizeof(header) + (header >> 1 & 0xfff);
	trail->position++;
	if (trail->expr < next) {
		trail->handle = header >> 13 & ((1ull << 42) - 1);
		return 1;
	}
	trail->rule = next;
	return 0;
}

static __always_inline void find_rule(struct trail *trail, const struct crumb *crumb, __u64 table)
{
	trail->expr = crumb->expr;
	trail->chain = 0;
	trail->handle = 0;
	trail->position = 0;
	if (!takes_chain(trail, crumb->base_chain) &&
	    !(crumb->jumped_to && takes_chain(trail, crumb->jumped_to))) {
		/* Jumps stay in one table. */
		trail->head = table + CFG(nft.table_chains);
		trail->node = read_word(trail->head);
		bpf_loop(CHAINS_MAX, look_at_chain, NULL, 0);
	}
	if (trail->chain)
		bpf_loop(RULES_MAX, look_at_rule, NULL, 0);
}
