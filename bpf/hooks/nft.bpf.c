/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which rule of nf_tables drops a packet, without a change to the ruleset. The program notes, for
 * each packet that passes a base chain, the last expression that can end a rule.
 * pwru_nft_verdict() looks for its rule when the packet dies, and so while the kernel still holds
 * the rules. An object of its own, linked to the tracer only where nf_tables is traced. There are
 * two of it: PWRU_NFT_ARRAYS is for kernels before 5.17, whose rules lie elsewhere.
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
#define NOT_RETURNED 1 /* like NF_ACCEPT, by which no rule is named */
#define NFT_REG_VERDICT 0
#define NFT_DATA_VERDICT 0xffffff00u

/* A packet in a base chain. */
struct crumb {
	__u64 skb;
	__u64 pkt; /* address of the struct nft_pktinfo */
	__u64 base_chain;
	__u64 jumped_to; /* the chain of the last jump; 0: none */
	__u64 expr;	 /* that may have ended a rule; 0: none so far */
	__u64 regs;	/* address of the struct nft_regs, whose first word is the verdict's code */
	__s32 code;	/* of a constant verdict; NFT_CONTINUE: not constant */
	__s32 returned; /* the code when it returned, with CFG(nft.notes_returns) */
	__u64 ts_ns;	/* when the packet came; with the same */
	__u8 hook;	/* with the same */
	__u8 pad0[7];
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
	__u64 rule;  /* before 5.17 where its address is */
	__u64 handle;
	__u32 generation; /* of the rules, before 5.17 */
	__u32 pad0;
};

/* The frame of nft_do_chain() is not larger. */
#define FRAME_BYTES 2048
/* A packet that was not followed to its death leaves its crumb behind. */
#define FRESH_NS 100000000ull

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
	crumb->code = crumb->returned = NFT_CONTINUE;
	if (CFG(nft.notes_returns)) {
		crumb->ts_ns = bpf_ktime_get_ns();
		/* struct nf_hook_state: unsigned int hook, u8 since 5.12 */
		crumb->hook = (__u8)read_word(read_word(pkt + CFG(nft.pktinfo_state)));
	}
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
	crumb->code = crumb->returned = immediate.code;
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
		crumb->returned = NOT_RETURNED;
	}
	return 0;
}

/*
 * Where the frame of nft_do_chain() is gone when the packet dies, the verdict of an expression is
 * noted when it returns. A rule may have sent a packet of its own meanwhile, whose frame lies
 * lower: the crumb is the newest whose frame is still there.
 */
SEC("kretprobe")
int pwru_nft_returns(struct pt_regs *ctx)
{
	struct trail *trail = trail_of_cpu();
	__u64 sp = REGS_SP(ctx);

	if (!trail)
		return 0;
	for (__u32 i = 0; i < CRUMBS; i++) {
		struct crumb *crumb = &trail->crumbs[(trail->newest - i) % CRUMBS];

		if (crumb->regs - sp >= FRAME_BYTES)
			continue;
		bpf_probe_read_kernel(&crumb->returned, sizeof(crumb->returned),
				      (void *)crumb->regs);
		return 0;
	}
	return 0;
}

#ifdef PWRU_NFT_ARRAYS
#include "bpf/hooks/nft_arrays.bpf.h"
#else
#include "bpf/hooks/nft_blobs.bpf.h"
#endif

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
	if (CFG(nft.notes_returns))
		return true;
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

/* The verdict with which the chain ended; NOT_RETURNED: not known. */
static __always_inline __s32 last_code(const struct crumb *crumb)
{
	__s32 code = NFT_CONTINUE;

	if (CFG(nft.notes_returns)) {
		if (bpf_ktime_get_ns() - crumb->ts_ns >= FRESH_NS)
			return NOT_RETURNED;
		return crumb->returned;
	}
	if (!crumb->regs)
		return code;
	bpf_probe_read_kernel(&code, sizeof(code), (void *)crumb->regs);
	return code;
}

/* Behind a jump without a verdict the chain that was jumped to has come to its end. */
static __always_inline bool is_end_of_chain(__s32 code)
{
	return code == NFT_CONTINUE || code == NFT_BREAK || code == NFT_RETURN ||
	       (CFG(nft.notes_returns) && (code == NFT_JUMP || code == NFT_GOTO));
}

/*
 * For a packet that nft_do_chain() frees, whose frame with `regs` is alive then, or nf_hook_slow()
 * behind it (before 6.7, without a change that stable kernels have). Of any other packet the
 * answer says nothing.
 */
__hidden int pwru_nft_verdict(__u64 skb, struct pwru_nft *nft)
{
	struct trail *trail = trail_of_cpu();
	struct crumb crumb;
	__u64 table;
	__s32 code;
	__u8 policy = 0xff;

	nft->handle = 0;
	nft->position = 0;
	nft->table_handle = 0;
	nft->kind = PWRU_NFT_NONE;
	nft->family = 0;
	nft->is_noted = CFG(nft.notes_returns);
	nft->hook = 0;
	nft->expr[0] = nft->table[0] = nft->chain[0] = 0;
	if (!trail || !take_crumb(trail, skb, &crumb))
		return 0;
	nft->hook = crumb.hook;
	table = read_word(crumb.base_chain + CFG(nft.chain_table));
	code = last_code(&crumb);
	if (code == NOT_RETURNED)
		return 0;
	if (is_end_of_chain(code)) {
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
