/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which rule of nf_tables drops a packet, without a change to the ruleset. The program notes, for
 * each packet that passes a base chain, the last expression that can end a rule.
 * pwru_nft_verdict() looks for its rule when the packet dies, and so while the kernel still holds
 * the rules. An object of its own, linked to the tracer only where nf_tables is traced.
 */
#include "abi/nft.h"
#include "bpf/config.bpf.h"
#include "bpf/kernel_types.h"
#include "bpf/read/word.bpf.h"
#include <bpf/bpf_helpers.h>

/* include/uapi/linux/netfilter.h and nf_tables.h */
#define NF_DROP 0
#define NF_VERDICT_MASK 0xff
#define NFT_CONTINUE (-1)
#define NFT_BREAK (-2)
#define NFT_JUMP (-3)
#define NFT_GOTO (-4)
#define NFT_RETURN (-5)
#define NFT_REG_VERDICT 0
#define NFT_DATA_VERDICT 0xffffff00u

/* Chains of a table, and rules of a chain, that are looked at for one packet. Only a chain that a
 * map of verdicts jumped to is looked for among all. */
#define CHAINS_MAX (1 << 12)
#define RULES_MAX (1 << 16)

/* A packet in a base chain. */
struct crumb {
	__u64 skb;
	__u64 pkt; /* address of the struct nft_pktinfo */
	__u64 base_chain;
	__u64 jumped_to; /* the chain of the last jump; 0: none */
	__u64 expr;	 /* that may have ended a rule; 0: none so far */
	__u64 regs; /* address of the struct nft_regs, whose first word is the verdict's code */
	__s32 code; /* of a constant verdict; NFT_CONTINUE: not constant */
	__u32 pad0;
};

/*
 * A rule that rejects a packet sends another one, which passes base chains itself on the same CPU.
 * So a CPU has several crumbs, and each is found by its packet.
 */
#define CRUMBS 8

struct trail {
	__u32 newest;
	__u32 position; /* from here on: the search for a rule, while it lasts */
	struct crumb crumbs[CRUMBS];
	__u64 expr;
	__u64 node; /* of the list of chains; the list ends where it began */
	__u64 head;
	__u64 chain; /* that has the rule; 0: not found yet */
	__u64 rule;
	__u64 handle;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct trail);
} nft_trail SEC(".maps");

static __always_inline struct trail *trail_of_cpu(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&nft_trail, &zero);
}

/* int nft_do_chain(struct nft_pktinfo *pkt, void *priv): priv is the base chain's nft_chain. */
static __always_inline void begin_chain(struct trail *trail, __u64 pkt, __u64 chain)
{
	__u64 skb = read_word(pkt + CFG(nft.pktinfo_skb));
	__u32 slot = trail->newest + 1;
	struct crumb *crumb;

	/* What has the same `pkt` has ended, as its stack is in use again. One crumb a packet. */
	for (int i = 0; i < CRUMBS; i++) {
		if (trail->crumbs[i].pkt == pkt)
			slot = i;
		if (trail->crumbs[i].skb == skb)
			trail->crumbs[i].skb = 0;
	}
	trail->newest = slot;
	crumb = &trail->crumbs[slot % CRUMBS];
	crumb->skb = skb;
	crumb->pkt = pkt;
	crumb->base_chain = chain;
	crumb->jumped_to = 0;
	crumb->expr = 0;
	crumb->regs = 0;
}

/* struct nft_expr with the data of struct nft_immediate_expr, the same since 4.2. */
struct immediate {
	__u64 ops;
	__s32 code;
	__u32 pad0;
	__u64 chain;
	__u8 dreg;
	__u8 pad1[7];
};

/* void nft_immediate_eval(const struct nft_expr *expr, struct nft_regs *regs, ..) */
static __always_inline void note_immediate(struct crumb *crumb, __u64 expr, __u64 regs)
{
	struct immediate immediate = {};

	bpf_probe_read_kernel(&immediate, sizeof(immediate), (void *)expr);
	if (immediate.dreg != NFT_REG_VERDICT)
		return;
	crumb->expr = expr;
	crumb->regs = regs;
	crumb->code = immediate.code;
	if (immediate.code == NFT_JUMP || immediate.code == NFT_GOTO)
		crumb->jumped_to = immediate.chain;
}

/* At all functions of nf_tables that are of interest: one program is taken off sooner than three.
 */
SEC("kprobe")
int pwru_nft_passes(struct pt_regs *ctx)
{
	__u64 ip = CFG(has_func_ip) ? bpf_get_func_ip(ctx) : REGS_PROBED_IP(ctx);
	__u64 first = REGS_ARG1(ctx), second = REGS_ARG2(ctx), pkt = REGS_ARG3(ctx);
	struct trail *trail = trail_of_cpu();
	struct crumb *crumb = NULL;

	if (!trail)
		return 0;
	if (ip - CFG(nft.do_chain_ip) < PWRU_ENTRY_BYTES) {
		begin_chain(trail, first, second);
		return 0;
	}
	crumb = &trail->crumbs[trail->newest % CRUMBS];
	for (int i = 0; crumb->pkt != pkt && i < CRUMBS; i++)
		crumb = &trail->crumbs[i];
	if (crumb->pkt != pkt)
		return 0;
	if (ip - CFG(nft.immediate_ip) < PWRU_ENTRY_BYTES) {
		note_immediate(crumb, first, second);
	} else {
		crumb->expr = first;
		crumb->regs = second;
		crumb->code = NFT_CONTINUE;
	}
	return 0;
}

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

static __always_inline void write_names(struct pwru_nft *nft, __u64 table, __u64 chain)
{
	__u16 family = 0;

	bpf_probe_read_kernel(&family, sizeof(family), (void *)(table + CFG(nft.table_family)));
	nft->family = family & 0x3f;
	bpf_probe_read_kernel_str(nft->table, sizeof(nft->table),
				  (void *)read_word(table + CFG(nft.table_name)));
	bpf_probe_read_kernel_str(nft->chain, sizeof(nft->chain),
				  (void *)read_word(chain + CFG(nft.chain_name)));
	nft->table_handle = read_word(table + CFG(nft.table_handle));
}

static __always_inline void write_expr(struct pwru_nft *nft, __u64 expr)
{
	__u64 type = read_word(read_word(expr) + CFG(nft.ops_type));

	bpf_probe_read_kernel_str(nft->expr, sizeof(nft->expr),
				  (void *)read_word(type + CFG(nft.type_name)));
}

/*
 * Whether the expression can have given this verdict. One that is not watched may have come after
 * it: of a module that was just loaded.
 */
static __always_inline bool may_have_dropped(const struct crumb *crumb, const struct pwru_nft *nft,
					     __s32 code)
{
	__u32 dtype = 0;
	__u64 set;

	if (crumb->code != NFT_CONTINUE)
		return crumb->code == code;
	if (nft->expr[0] != 'l' || nft->expr[1] != 'o' || nft->expr[2] != 'o')
		return true;
	/* "lookup": struct nft_lookup begins with the set. Only a map of verdicts gives one. */
	set = read_word(crumb->expr + sizeof(__u64));
	bpf_probe_read_kernel(&dtype, sizeof(dtype), (void *)(set + CFG(nft.set_dtype)));
	return dtype == NFT_DATA_VERDICT;
}

/* The crumb of a packet is used once: another packet may get the memory of its sk_buff. */
static __always_inline bool take_crumb(struct trail *trail, __u64 skb, struct crumb *crumb)
{
	for (int i = 0; i < CRUMBS; i++) {
		if (trail->crumbs[i].skb != skb)
			continue;
		*crumb = trail->crumbs[i];
		trail->crumbs[i].skb = 0;
		return true;
	}
	return false;
}

/*
 * For a packet that nft_do_chain() frees, whose frame with `regs` is alive then (since 6.1, which
 * is the first Debian kernel to free there). Of any other packet the answer says nothing.
 */
__hidden int pwru_nft_verdict(__u64 skb, struct pwru_nft *nft)
{
	struct trail *trail = trail_of_cpu();
	struct crumb crumb;
	__u64 table;
	__s32 code = NFT_CONTINUE;
	__u8 policy = 0xff;

	nft->handle = 0;
	nft->position = 0;
	nft->table_handle = 0;
	nft->kind = PWRU_NFT_NONE;
	nft->family = 0;
	nft->expr[0] = nft->table[0] = nft->chain[0] = 0;
	if (!trail || !take_crumb(trail, skb, &crumb))
		return 0;
	table = read_word(crumb.base_chain + CFG(nft.chain_table));
	if (crumb.regs)
		bpf_probe_read_kernel(&code, sizeof(code), (void *)crumb.regs);
	if (code == NFT_CONTINUE || code == NFT_BREAK || code == NFT_RETURN) {
		bpf_probe_read_kernel(
			&policy, sizeof(policy),
			(void *)(crumb.base_chain - CFG(nft.base_chain) + CFG(nft.base_policy)));
		if (policy != NF_DROP)
			return 0;
		nft->kind = crumb.regs ? PWRU_NFT_POLICY : PWRU_NFT_LIKELY_POLICY;
		write_names(nft, table, crumb.base_chain);
	} else if ((code & NF_VERDICT_MASK) == NF_DROP) {
		write_expr(nft, crumb.expr);
		if (!may_have_dropped(&crumb, nft, code))
			return 0;
		find_rule(trail, &crumb, table);
		if (!trail->handle)
			return 0;
		nft->kind = PWRU_NFT_RULE;
		nft->handle = trail->handle;
		nft->position = trail->position;
		write_names(nft, table, trail->chain);
	}
	return 0;
}
