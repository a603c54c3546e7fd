/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which rule of iptables-legacy drops a packet. A rule that matches adds to its counter of this CPU
 * before its verdict is carried out. So the counters of all rules that drop are noted when a packet
 * enters a table; the one that has moved when the packet dies is of the rule. No other packet
 * comes in between while a packet is received. Where one is sent, softirqs may run behind the
 * table: two rules that have moved, or one that has moved twice, are not told apart. Of hooks of
 * netfilter that are no tables, the function is noted that is called last. An object of its own,
 * linked to the tracer only where there are such tables or hooks.
 */
#include "abi/xtables.h"
#include "bpf/config.bpf.h"
#include "bpf/kernel_types.h"
#include "bpf/read/word.bpf.h"
#include <bpf/bpf_helpers.h>

/* Rules that drop, of one table. Of a table with more of them none is named. */
#define DROPS_MAX 128
#define TABLES_MAX 512
/* Rules of one table that are looked at, in steps of STEP. */
#define STEP 64
#define STEPS 256

/* include/uapi/linux/netfilter.h and x_tables.h */
#define NF_INET_NUMHOOKS 5
#define STANDARD_DROP (-1) /* -NF_DROP - 1 */

/* The names of targets and matches, as the first eight bytes of them. */
#define TARGET_STANDARD 0ull
#define TARGET_ERROR 0x524f525245ull
#define TARGET_REJECT 0x5443454a4552ull

#define MATCH_CONNTRACK 0x636172746e6e6f63ull
#define MATCH_STATE 0x6574617473ull
#define MATCHES_MAX 8

/* The two looks at the counters are not farther apart, nor a refusal by conntrack and the death.
 * Conntrack may write a line to a slow console in between. */
#define FRESH_NS 100000000ull

/* A rule that drops. */
struct drop {
	__u64 counter; /* address of its counter, of CPU 0 where there are several */
	__u32 entry;   /* where it is among the entries, in bytes */
	__u32 chain;   /* where the head of its chain is */
	__u32 number;
	__u8 kind;  /* PWRU_XT_* */
	__u8 hook;  /* of a chain that is built in, which has no head; NF_INET_NUMHOOKS: of another
		     */
	__u8 hooks; /* whose packets can come here: bit NF_INET_* */
	__u8 pad0;
};

struct bpf_prog_aux {
	__u32 id;
	char name[PWRU_BPF_NAME_BYTES];
} __attribute__((preserve_access_index));

struct bpf_prog {
	struct bpf_prog_aux *aux;
} __attribute__((preserve_access_index));

/* The beginning of struct xt_table_info, the same since 2.6.16. */
struct info {
	__u32 size; /* of the entries, in bytes */
	__u32 number;
	__u32 initial_entries;
	__u32 hook_entry[NF_INET_NUMHOOKS];
	__u32 underflow[NF_INET_NUMHOOKS]; /* where the policies are */
	__u32 stack_size;
};

struct drops {
	struct info info;
	__u32 count;
	__u32 is_incomplete;
	struct drop drop[DROPS_MAX];
};

/* By the address of the struct xt_table_info. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TABLES_MAX);
	__type(key, __u64);
	__type(value, struct drops);
} xt_tables SEC(".maps");

/* A packet in a table. */
struct entered {
	__u64 skb;
	__u64 table;
	__u64 info;
	__u64 ts_ns;
	__u64 hook_ip; /* of another hook than a table, which was called after all tables */
	__u64 prog;    /* struct bpf_prog that it runs; 0: none */
	__u32 count;
	__u8 hook;
	__u8 is_v6;
	__u8 pad0[2];
	__u64 packets[DROPS_MAX]; /* the counter of each rule that drops */
};

/* A rule that rejects a packet sends another one through the tables, on the same CPU. */
#define ENTERED 4

struct xt_trail {
	__u32 newest;
	__u32 refusal;	   /* PWRU_CT_* of the last packet that conntrack refused */
	__u64 refused_skb; /* 0: not known */
	__u64 refused_ns;
	struct entered entered[ENTERED];
	/* The search for the rules that drop, while it lasts. */
	__u64 entries;
	__u32 at;
	__u32 chain;
	__u32 number;
	__u8 hook;
	__u8 is_v6;
	__u8 is_policy;
	__u8 pad0;
	struct drops drops;
	/* The search for the rule whose counter has moved. */
	__u32 found;
	__u32 found_count;
	struct pwru_xt answer;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xt_trail);
} xt_trail SEC(".maps");

static __always_inline struct xt_trail *xt_trail_of_cpu(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&xt_trail, &zero);
}

/* struct ipt_entry and struct ip6t_entry: target_offset and next_offset, then the counters. */
#define OFFSETS_AT(is_v6) ((is_v6) ? 140 : 88)
#define COMEFROM_AT(is_v6) ((is_v6) ? 144 : 92) /* made by mark_source_chains() */
#define COUNTERS_AT(is_v6) ((is_v6) ? 152 : 96)

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

/* Packets that this CPU has counted: xt_get_this_cpu_counter() */
static __always_inline __u64 packets_of(__u64 counter, __u64 cpu_offset)
{
	return read_word(counter + cpu_offset);
}

static __always_inline __u64 cpu_offset(void)
{
	if (!CFG(xt.has_several_cpus))
		return 0;
	return read_word(CFG(xt.per_cpu_offset) + 8ull * bpf_get_smp_processor_id());
}

static __always_inline __u64 counter_of(__u64 entry, bool is_v6)
{
	__u64 counters = entry + COUNTERS_AT(is_v6);

	return CFG(xt.has_several_cpus) ? read_word(counters) : counters;
}

static __always_inline void begin_chain(struct xt_trail *trail, __u8 hook)
{
	trail->chain = trail->at;
	trail->hook = hook;
	trail->number = 0;
}

static __always_inline void note_drop(struct xt_trail *trail, __u64 entry, __u8 kind)
{
	struct drops *drops = &trail->drops;
	__u32 count = drops->count;
	struct drop *drop;

	if (count >= DROPS_MAX) {
		drops->is_incomplete = 1;
		return;
	}
	drop = &drops->drop[count];
	drop->counter = counter_of(entry, trail->is_v6);
	drop->entry = trail->at;
	drop->chain = trail->chain;
	drop->number = trail->number;
	drop->kind = kind;
	drop->hook = trail->hook;
	drop->hooks = read_word(entry + COMEFROM_AT(trail->is_v6));
	drops->count = count + 1;
}

/* Returns false behind the last entry. */
static __always_inline bool look_at_entry(struct xt_trail *trail)
{
	struct info *info = &trail->drops.info;
	struct offsets offsets = {};
	struct target target = {};
	__u64 entry, name;

	if (trail->at >= info->size)
		return false;
	entry = trail->entries + trail->at;
	bpf_probe_read_kernel(&offsets, sizeof(offsets),
			      (void *)(entry + OFFSETS_AT(trail->is_v6)));
	bpf_probe_read_kernel(&target, sizeof(target), (void *)(entry + offsets.target));
	name = read_word(target.type + 16);
	if (!offsets.next) {
		trail->drops.is_incomplete = 1;
		return false;
	}
	trail->is_policy = 0;
	for (int i = 0; i < NF_INET_NUMHOOKS; i++) {
		if (info->hook_entry[i] == trail->at)
			begin_chain(trail, i);
		if (info->underflow[i] == trail->at)
			trail->is_policy = 1;
	}
	if (name == TARGET_ERROR) {
		begin_chain(trail, NF_INET_NUMHOOKS);
	} else {
		trail->number++;
		if (name == TARGET_REJECT)
			note_drop(trail, entry, PWRU_XT_REJECT);
		else if (name == TARGET_STANDARD && target.verdict == STANDARD_DROP)
			note_drop(trail, entry, trail->is_policy ? PWRU_XT_POLICY : PWRU_XT_RULE);
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

/* Finds the rules of a table that drop, and keeps them. */
static __always_inline void find_drops(struct xt_trail *trail, __u64 info, bool is_v6)
{
	int is_going_on = 1;

	bpf_probe_read_kernel(&trail->drops.info, sizeof(trail->drops.info), (void *)info);
	trail->drops.count = 0;
	trail->drops.is_incomplete = 0;
	trail->entries = info + CFG(xt.info_entries);
	trail->is_v6 = is_v6;
	trail->at = trail->chain = trail->number = 0;
	trail->hook = NF_INET_NUMHOOKS;
	for (int i = 0; i < STEPS && is_going_on; i++)
		is_going_on = pwru_xt_step();
	if (is_going_on)
		trail->drops.is_incomplete = 1;
	bpf_map_update_elem(&xt_tables, &info, &trail->drops, BPF_ANY);
}

static __always_inline struct drops *drops_of(__u64 info)
{
	return bpf_map_lookup_elem(&xt_tables, &info);
}

/*
 * struct xt_table_info *xt_replace_table(struct xt_table *table, unsigned int num_counters,
 *					  struct xt_table_info *newinfo, int *error)
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

/* unsigned int ipt_do_table(..), and ip6t_do_table() */
SEC("kprobe")
int pwru_xt_passes(struct pt_regs *ctx)
{
	__u64 ip = CFG(has_func_ip) ? bpf_get_func_ip(ctx) : REGS_PROBED_IP(ctx);
	__u64 first = REGS_ARG1(ctx), second = REGS_ARG2(ctx), third = REGS_ARG3(ctx);
	bool is_v6 = ip - CFG(xt.ip6t_ip) < PWRU_ENTRY_BYTES;
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
	info = read_word(table + CFG(xt.table_private));
	drops = drops_of(info);
	if (!drops) {
		find_drops(trail, info, is_v6);
		drops = drops_of(info);
	}
	entered = slot_for(trail, skb);
	entered->skb = skb;
	entered->hook_ip = entered->count = 0;
	if (!drops || !drops->count)
		return 0;
	entered->table = table;
	entered->info = info;
	entered->ts_ns = bpf_ktime_get_ns();
	/* unsigned int hook on 5.10, u8 since 5.12 */
	entered->hook = (__u8)read_word(state);
	entered->is_v6 = is_v6;
	offset = cpu_offset();
	for (__u32 i = 0; i < DROPS_MAX; i++) {
		if (i >= drops->count)
			break;
		entered->packets[i] = packets_of(drops->drop[i].counter, offset);
	}
	entered->count = drops->count;
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
	entered->count = 0;
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
	__u64 offset = cpu_offset(), now;

	/* In memory: the verifier would follow each sum that they may have in registers. */
	trail->found = DROPS_MAX;
	trail->found_count = 0;

	for (__u32 i = 0; i < DROPS_MAX; i++) {
		if (i >= entered->count || i >= drops->count)
			break;
		now = packets_of(drops->drop[i].counter, offset);
		if (now == entered->packets[i] || !(drops->drop[i].hooks >> entered->hook & 1))
			continue;
		trail->found_count += now - entered->packets[i];
		trail->found = i;
	}
	return trail->found_count == 1 ? trail->found : DROPS_MAX;
}

static __always_inline void write_chain(struct pwru_xt *xt, const struct drop *drop, __u64 entries)
{
	struct offsets offsets = {};
	__u64 head = entries + drop->chain;

	if (drop->hook < NF_INET_NUMHOOKS)
		return; /* user space knows its name by the hook */
	bpf_probe_read_kernel(&offsets, sizeof(offsets), (void *)(head + OFFSETS_AT(xt->is_v6)));
	bpf_probe_read_kernel_str(xt->chain, sizeof(xt->chain),
				  (void *)(head + offsets.target + 32));
}

/* Whether the rule has -m conntrack or -m state: struct xt_entry_match lie behind its counters. */
static __always_inline bool asks_conntrack(__u64 entry, bool is_v6)
{
	__u64 at = entry + COUNTERS_AT(is_v6) + 16;
	struct offsets offsets = {};

	bpf_probe_read_kernel(&offsets, sizeof(offsets), (void *)(entry + OFFSETS_AT(is_v6)));
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

/* The rule, unless the table has been replaced since. */
static __always_inline void write_rule(struct pwru_xt *xt, struct xt_trail *trail,
				       const struct entered *entered, const struct drops *drops)
{
	__u32 index = moved(trail, entered, drops);
	__u64 entries = entered->info + CFG(xt.info_entries);
	const struct drop *drop;

	if (index >= DROPS_MAX)
		return;
	drop = &drops->drop[index];
	if (read_word(entered->table + CFG(xt.table_private)) != entered->info)
		return;
	xt->is_v6 = entered->is_v6;
	xt->hook = drop->hook < NF_INET_NUMHOOKS ? drop->hook : entered->hook;
	xt->number = drop->number;
	bpf_probe_read_kernel_str(xt->table, sizeof(xt->table),
				  (void *)(entered->table + CFG(xt.table_name)));
	write_chain(xt, drop, entries);
	xt->asks_conntrack = asks_conntrack(entries + drop->entry, entered->is_v6);
	xt->kind = drop->kind;
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

/* Global: the verifier looks at it once, and not for each record. The answer is in the trail. */
__noinline int pwru_xt_answer(__u64 skb)
{
	struct xt_trail *trail = xt_trail_of_cpu();
	struct entered *entered = NULL;
	struct drops *drops;
	struct pwru_xt *xt;
	__u64 now_ns;

	if (!trail)
		return 0;
	xt = &trail->answer;
	__builtin_memset(xt, 0, sizeof(*xt));
	now_ns = bpf_ktime_get_ns();
	if ((!trail->refused_skb || trail->refused_skb == skb) &&
	    now_ns - trail->refused_ns < FRESH_NS)
		xt->refusal = trail->refusal;
	trail->refusal = PWRU_CT_ACCEPTED;
	for (int i = 0; i < ENTERED; i++)
		if (trail->entered[i].skb == skb)
			entered = &trail->entered[i];
	if (!entered)
		return 0;
	/* Used once: another packet may get the memory of this sk_buff. */
	entered->skb = 0;
	if ((!entered->count && !entered->hook_ip) || now_ns - entered->ts_ns >= FRESH_NS)
		return 0;
	if (entered->hook_ip) {
		write_hook(xt, entered);
		return 0;
	}
	drops = drops_of(entered->info);
	if (drops && !drops->is_incomplete)
		write_rule(xt, trail, entered, drops);
	return 0;
}

/* For a packet that nf_hook_slow() frees. Of any other packet the answer says nothing. */
__hidden int pwru_xt_verdict(__u64 skb, struct pwru_xt *xt)
{
	struct xt_trail *trail = xt_trail_of_cpu();

	pwru_xt_answer(skb);
	if (trail)
		*xt = trail->answer;
	else
		__builtin_memset(xt, 0, sizeof(*xt));
	return 0;
}
