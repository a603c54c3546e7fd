/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which rule of iptables-legacy, ip6tables-legacy, arptables-legacy or ebtables-legacy drops a
 * packet. A rule that matches adds to its counter of this CPU before its verdict is carried out. So
 * the counters of all rules that drop are noted when a packet enters a table; the one that has
 * moved when the packet dies is of the rule. No other packet comes in between while a packet is
 * received. Where one is sent, softirqs may run behind the table: two rules that have moved, or one
 * that has moved twice, are not told apart. Of hooks of netfilter that are no tables, the function
 * is noted that is called last. An object of its own, linked to the tracer only where there are
 * such tables or hooks.
 */
#include "bpf/hooks/ebtables_search.bpf.h"
#include "bpf/hooks/xtables_search.bpf.h"
#include "bpf/hooks/xtables_sum.bpf.h"

/* The two looks at the counters are not farther apart, nor a refusal by conntrack and the death.
 * Conntrack may write a line to a slow console in between. */
#define FRESH_NS 100000000ull

struct bpf_prog_aux {
	__u32 id;
	char name[PWRU_BPF_NAME_BYTES];
} __attribute__((preserve_access_index));

struct bpf_prog {
	struct bpf_prog_aux *aux;
} __attribute__((preserve_access_index));

/* Packets that this CPU has counted: xt_get_this_cpu_counter() */
static __always_inline __u64 packets_of(__u64 counter, __u64 cpu_offset)
{
	return read_word(counter + cpu_offset);
}

static __always_inline __u64 cpu_offset(const struct drops *drops)
{
	if (drops->family == PWRU_XT_BRIDGE)
		return ebt_cpu_offset(&drops->ebt);
	if (!CFG(xt.has_several_cpus))
		return 0;
	return read_word(CFG(xt.per_cpu_offset) + 8ull * bpf_get_smp_processor_id());
}

/* Finds the rules of a table that drop, and keeps them. */
static __always_inline void find_drops(struct xt_trail *trail, __u64 info, __u8 family)
{
	bool is_bridge = family == PWRU_XT_BRIDGE;
	int is_going_on = 1;

	if (is_bridge)
		begin_ebt_search(trail, info);
	else
		begin_xt_search(trail, info);
	trail->drops.count = 0;
	trail->drops.is_incomplete = 0;
	trail->drops.family = trail->family = family;
	trail->at = trail->chain = trail->number = 0;
	trail->hook = NO_HOOK;
	for (int i = 0; i < STEPS && is_going_on; i++)
		is_going_on = is_bridge ? pwru_ebt_step() : pwru_xt_step();
	if (is_going_on)
		trail->drops.is_incomplete = 1;
	bpf_map_update_elem(&xt_tables, &info, &trail->drops, BPF_ANY);
}

static __always_inline struct drops *drops_in(struct xt_trail *trail, __u64 info, __u8 family)
{
	struct drops *drops = drops_of(info);

	if (drops && drops->family == family &&
	    (family != PWRU_XT_BRIDGE || is_same_ebt(&drops->ebt, info)))
		return drops;
	find_drops(trail, info, family);
	return drops_of(info);
}

/*
 * struct xt_table_info *xt_replace_table(struct xt_table *table, unsigned int num_counters,
 *					  struct xt_table_info *newinfo, int *error)
 * static int do_replace_finish(struct net *net, struct ebt_replace *repl,
 *				struct ebt_table_info *newinfo)
 * A table that is put in the place of another one often lies where one before it was.
 */
SEC("kprobe")
int pwru_xt_replaced(struct pt_regs *ctx)
{
	__u64 info = REGS_ARG3(ctx);

	bpf_map_delete_elem(&xt_tables, &info);
	return 0;
}

static __always_inline struct entered *slot_for(struct xt_trail *trail, __u64 skb)
{
	__u32 slot = trail->newest + 1;

	for (int i = 0; i < ENTERED; i++)
		if (trail->entered[i].skb == skb)
			slot = i;
	trail->newest = slot;
	return &trail->entered[slot % ENTERED];
}

static __always_inline __u8 family_of(__u64 ip)
{
	if (ip - CFG(xt.ip6t_ip) < PWRU_ENTRY_BYTES)
		return PWRU_XT_IP6;
	if (ip - CFG(xt.ebt_ip) < PWRU_ENTRY_BYTES)
		return PWRU_XT_BRIDGE;
	return ip - CFG(xt.arpt_ip) < PWRU_ENTRY_BYTES ? PWRU_XT_ARP : PWRU_XT_IP4;
}

static __always_inline __u64 info_of(__u64 table, __u8 family)
{
	__u64 at = family == PWRU_XT_BRIDGE ? CFG(xt.ebt_private) : CFG(xt.table_private);

	return read_word(table + at);
}

/* A policy of bridges is noted without a counter. */
static __always_inline bool may_drop(const struct drops *drops)
{
	return drops->count || drops->family == PWRU_XT_BRIDGE;
}

/* unsigned int ipt_do_table(..), ip6t_do_table(), arpt_do_table() and ebt_do_table() */
SEC("kprobe")
int pwru_xt_passes(struct pt_regs *ctx)
{
	__u64 ip = CFG(has_func_ip) ? bpf_get_func_ip(ctx) : REGS_PROBED_IP(ctx);
	__u64 first = REGS_ARG1(ctx), second = REGS_ARG2(ctx), third = REGS_ARG3(ctx);
	__u8 family = family_of(ip);
	struct xt_trail *trail = xt_trail_of_cpu();
	__u64 table, skb, state, info, offset;
	struct entered *entered;
	struct drops *drops;

	if (!trail)
		return 0;
	/* The verifier accepts no pointer into ctx that is one of several. */
	asm volatile("" : "+r"(first), "+r"(second), "+r"(third));
	table = CFG(xt.is_table_first) ? first : third;
	skb = CFG(xt.is_table_first) ? second : first;
	state = CFG(xt.is_table_first) ? third : second;
	info = info_of(table, family);
	drops = drops_in(trail, info, family);
	entered = slot_for(trail, skb);
	entered->skb = skb;
	entered->hook_ip = entered->info = 0;
	if (!drops || !may_drop(drops))
		return 0;
	entered->table = table;
	entered->info = info;
	entered->ts_ns = bpf_ktime_get_ns();
	/* unsigned int hook on 5.10, u8 since 5.12 */
	entered->hook = (__u8)read_word(state);
	entered->family = family;
	entered->verdict = VERDICT_NONE;
	offset = cpu_offset(drops);
	for (__u32 i = 0; i < DROPS_MAX; i++) {
		if (i >= drops->count)
			break;
		entered->packets[i] = packets_of(drops->drop[i].counter, offset);
	}
	entered->count = drops->count;
	return 0;
}

/*
 * ebt_do_table(): a policy counts nothing. What is given back is for the packet that entered last.
 * A rule that sends another packet through a table of bridges leaves its own without a verdict.
 */
SEC("kretprobe")
int pwru_ebt_ends(struct pt_regs *ctx)
{
	struct xt_trail *trail = xt_trail_of_cpu();
	struct entered *entered;

	if (!trail)
		return 0;
	entered = &trail->entered[trail->newest % ENTERED];
	if (entered->info && entered->family == PWRU_XT_BRIDGE && entered->verdict == VERDICT_NONE)
		entered->verdict =
			(__u32)REGS_RESULT(ctx) == NF_DROP ? VERDICT_DROP : VERDICT_OTHER;
	return 0;
}

/* unsigned int HOOK(void *priv, struct sk_buff *skb, const struct nf_hook_state *state) */
SEC("kprobe")
int pwru_xt_hook(struct pt_regs *ctx)
{
	__u64 ip = CFG(has_func_ip) ? bpf_get_func_ip(ctx) : REGS_PROBED_IP(ctx);
	__u64 priv = REGS_ARG1(ctx), skb = REGS_ARG2(ctx), state = REGS_ARG3(ctx);
	struct xt_trail *trail = xt_trail_of_cpu();
	struct entered *entered;

	if (!trail)
		return 0;
	/* nft_do_chain(struct nft_pktinfo *pkt, void *priv): both structs begin with what is
	 * needed. */
	if (ip - CFG(xt.nft_ip) < PWRU_ENTRY_BYTES) {
		skb = read_word(priv);
		state = read_word(priv + sizeof(skb));
	}
	entered = slot_for(trail, skb);
	entered->skb = skb;
	entered->info = 0;
	entered->ts_ns = bpf_ktime_get_ns();
	entered->hook = (__u8)read_word(state);
	entered->hook_ip = ip;
	entered->prog = ip - CFG(xt.run_bpf_ip) < PWRU_ENTRY_BYTES ? priv : 0;
	return 0;
}

static __always_inline void note_refusal(__u32 refusal, __u64 skb)
{
	struct xt_trail *trail = xt_trail_of_cpu();

	if (!trail)
		return;
	trail->refusal = refusal;
	trail->refused_skb = skb;
	trail->refused_ns = bpf_ktime_get_ns();
}

/*
 * static int early_drop(struct net *net, unsigned int hash): the table is full. It returns whether
 * it found another connection to forget; if not, conntrack drops the packet, which it is not given.
 */
SEC("kretprobe")
int pwru_ct_full(struct pt_regs *ctx)
{
	if (!(REGS_RESULT(ctx) & 0xff))
		note_refusal(PWRU_CT_FULL, 0);
	return 0;
}

/* static int nf_ct_resolve_clash(struct sk_buff *skb, ..): NF_DROP, which is 0, or NF_ACCEPT */
SEC("kprobe")
int pwru_ct_clash(struct pt_regs *ctx)
{
	note_refusal(PWRU_CT_CLASH, REGS_ARG1(ctx));
	return 0;
}

SEC("kretprobe")
int pwru_ct_clash_ends(struct pt_regs *ctx)
{
	if ((__u32)REGS_RESULT(ctx))
		note_refusal(PWRU_CT_ACCEPTED, 0);
	return 0;
}

/*
 * The rule whose counter has moved, of those where packets of the hook can come: a rule that
 * rejects a packet sends another one, which has hooks of its own. Returns DROPS_MAX when no rule,
 * or more than one, may have been it.
 */
static __always_inline __u32 moved(struct xt_trail *trail, const struct entered *entered,
				   const struct drops *drops)
{
	__u64 offset = cpu_offset(drops), now;

	/* In memory: the verifier would follow each sum that they may have in registers. */
	trail->found = trail->jump = DROPS_MAX;
	trail->found_count = trail->jump_count = trail->other_count = 0;

	for (__u32 i = 0; i < DROPS_MAX; i++) {
		if (i >= entered->count || i >= drops->count)
			break;
		now = packets_of(drops->drop[i].counter, offset);
		if (now == entered->packets[i] || !(drops->drop[i].hooks >> entered->hook & 1))
			continue;
		now -= entered->packets[i];
		if (drops->drop[i].kind == EBT_JUMP) {
			trail->jump_count += now;
			trail->jump = i;
		} else if (drops->drop[i].kind == EBT_OTHER) {
			trail->other_count += now;
		} else {
			trail->found_count += now;
			trail->found = i;
		}
	}
	return trail->found_count == 1 ? trail->found : DROPS_MAX;
}

/* The same as moved(), for trail->entered[index]. Global, with a frame of its own. */
__noinline __u32 pwru_xt_moved(__u32 index)
{
	struct xt_trail *trail = xt_trail_of_cpu();
	struct entered *entered;
	struct drops *drops;

	if (!trail || index >= ENTERED)
		return DROPS_MAX;
	asm volatile("%0 &= %1" : "+r"(index) : "i"(ENTERED - 1)); /* bounds that 5.10 knows */
	entered = &trail->entered[index];
	drops = drops_of(entered->info);
	return drops ? moved(trail, entered, drops) : DROPS_MAX;
}

static __always_inline void write_chain(struct pwru_xt *xt, const struct drop *drop, __u64 entries)
{
	__u64 head = entries + drop->chain;

	if (drop->hook != NO_HOOK)
		return; /* user space knows its name by the hook */
	if (xt->family == PWRU_XT_BRIDGE)
		head += EBT_NAME_AT;
	else
		head += offsets_of(head, xt->family).target + 32;
	bpf_probe_read_kernel_str(xt->chain, sizeof(xt->chain), (void *)head);
}

static __always_inline void write_table(struct pwru_xt *xt, const struct entered *entered)
{
	__u64 at = entered->family == PWRU_XT_BRIDGE ? EBT_TABLE_NAME_AT : CFG(xt.table_name);

	xt->family = entered->family;
	xt->hook = entered->hook;
	bpf_probe_read_kernel_str(xt->table, sizeof(xt->table), (void *)(entered->table + at));
}

static __always_inline void write_rule(struct pwru_xt *xt, struct xt_trail *trail,
				       const struct drop *drop, const struct entered *entered,
				       const struct drops *drops)
{
	bool is_bridge = drops->family == PWRU_XT_BRIDGE;
	__u64 entries = is_bridge ? drops->ebt.entries : entered->info + CFG(xt.info_entries);

	write_table(xt, entered);
	if (drop->hook != NO_HOOK)
		xt->hook = drop->hook;
	xt->number = drop->number;
	write_chain(xt, drop, entries);
	if (!is_bridge) {
		xt->asks_conntrack = asks_conntrack(entries + drop->entry, entered->family);
		xt->entry = drop->entry;
		xt->rule_sum = sum_of_rule(trail, entries + drop->entry, entered->family);
	}
	xt->kind = drop->kind == EBT_JUMP ? PWRU_XT_POLICY : drop->kind;
}

/* Of the policies of bridges, the one that dropped the packet, if no other one may have: that of
 * the hook's chain is written, and that of a chain where a rule sent it is returned as the rule. */
static __always_inline __u32 find_ebt_policy(struct pwru_xt *xt, const struct xt_trail *trail,
					     const struct entered *entered)
{
	if (entered->verdict != VERDICT_DROP || trail->found_count || trail->other_count)
		return DROPS_MAX;
	if (!policy_drops(base_chain(entered->info, entered->hook)))
		return trail->jump_count == 1 ? trail->jump : DROPS_MAX;
	if (!trail->jump_count) {
		write_table(xt, entered);
		xt->kind = PWRU_XT_POLICY;
	}
	return DROPS_MAX;
}

/* The rule or the policy, unless the table has been replaced since. */
static __always_inline void write_verdict(struct xt_trail *trail, __u32 index,
					  const struct entered *entered, const struct drops *drops)
{
	struct pwru_xt *xt = &trail->answer;
	const struct drop *drop;

	if (info_of(entered->table, entered->family) != entered->info ||
	    entered->verdict == VERDICT_OTHER)
		return;
	if (index >= DROPS_MAX && entered->family == PWRU_XT_BRIDGE)
		index = find_ebt_policy(xt, trail, entered);
	if (index >= DROPS_MAX)
		return;
	/* Then kept as a pointer: the verifier of 5.10 knows no bounds of a number that was on the
	 * stack. */
	asm volatile("%0 &= %1" : "+r"(index) : "i"(DROPS_MAX - 1));
	drop = &drops->drop[index];
	asm volatile("" : "+r"(drop));
	if (drop->kind != EBT_SENDS)
		write_rule(xt, trail, drop, entered, drops);
}

static __always_inline void write_hook(struct pwru_xt *xt, const struct entered *entered)
{
	struct bpf_prog *prog = (void *)entered->prog;
	struct bpf_prog_aux *aux = NULL;

	xt->hook_ip = entered->hook_ip;
	xt->hook = entered->hook;
	if (!prog)
		return;
	bpf_probe_read_kernel(&aux, sizeof(aux), &prog->aux);
	bpf_probe_read_kernel(&xt->bpf_id, sizeof(xt->bpf_id), &aux->id);
	bpf_probe_read_kernel_str(xt->bpf_name, sizeof(xt->bpf_name), &aux->name);
}

/* Begins the answer. Which of `entered` it is about, ENTERED for none. Global: what comes back may
 * be any number, so that the verifier looks at the rest once. */
__noinline __u32 pwru_xt_begin(__u64 skb)
{
	struct xt_trail *trail = xt_trail_of_cpu();
	__u64 now_ns = bpf_ktime_get_ns();

	if (!trail)
		return ENTERED;
	__builtin_memset(&trail->answer, 0, sizeof(trail->answer));
	/* Of another packet it stays: one may die in a softirq that runs as
	 * __nf_conntrack_confirm() lets softirqs run again. */
	if (!trail->refused_skb || trail->refused_skb == skb) {
		if (now_ns - trail->refused_ns < FRESH_NS)
			trail->answer.refusal = trail->refusal;
		trail->refusal = PWRU_CT_ACCEPTED;
	}
	for (int i = ENTERED - 1; i >= 0; i--) {
		struct entered *entered = &trail->entered[i];

		if (entered->skb != skb)
			continue;
		/* Used once: another packet may get the memory of this sk_buff. */
		entered->skb = 0;
		if ((!entered->info && !entered->hook_ip) || now_ns - entered->ts_ns >= FRESH_NS)
			return ENTERED;
		return i;
	}
	return ENTERED;
}

/* Writes the answer about trail->entered[index]; `moved` is that of pwru_xt_moved(). */
__noinline int pwru_xt_answer(__u32 index, __u32 moved)
{
	struct xt_trail *trail = xt_trail_of_cpu();
	struct entered *entered;
	struct drops *drops;

	if (!trail || index >= ENTERED)
		return 0;
	asm volatile("%0 &= %1" : "+r"(index) : "i"(ENTERED - 1));
	entered = &trail->entered[index];
	if (entered->hook_ip) {
		write_hook(&trail->answer, entered);
		return 0;
	}
	drops = drops_of(entered->info);
	if (drops && !drops->is_incomplete && drops->family == entered->family)
		write_verdict(trail, moved, entered, drops);
	return 0;
}

/* For a packet that nf_hook_slow() frees, or br_handle_frame(). Of any other packet the answer says
 * nothing. */
__hidden int pwru_xt_verdict(__u64 skb, struct pwru_xt *xt)
{
	struct xt_trail *trail = xt_trail_of_cpu();
	__u32 index = pwru_xt_begin(skb);

	if (index < ENTERED)
		pwru_xt_answer(index, pwru_xt_moved(index));
	if (trail)
		*xt = trail->answer;
	else
		__builtin_memset(xt, 0, sizeof(*xt));
	return 0;
}
