/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How tables of iptables-legacy, arptables-legacy and ebtables-legacy lie in memory, and which of
 * their rules, or which other hook of netfilter, dropped a packet; see bpf/hooks/xtables.bpf.c.
 */
#ifndef PWRU_ABI_XTABLES_H
#define PWRU_ABI_XTABLES_H

#include <linux/types.h>

struct pwru_xt_layout {
	__u64 ip6t_ip;	      /* ip6t_do_table(); 0: there is none */
	__u64 arpt_ip;	      /* arpt_do_table(); 0: there is none */
	__u64 ebt_ip;	      /* ebt_do_table(); 0: there is none */
	__u64 run_bpf_ip;     /* nf_hook_run_bpf(); 0: there is none */
	__u64 nft_ip;	      /* nft_do_chain(), where it does not free what it drops; 0: none */
	__u64 per_cpu_offset; /* address of the variable __per_cpu_offset */
	__u16 table_private;  /* offsets of members of struct xt_table, in bytes */
	__u16 table_name;
	__u16 info_entries;    /* of struct xt_table_info */
	__u16 ebt_private;     /* of struct ebt_table */
	__u16 ebt_counters;    /* of struct ebt_table_info */
	__u8 is_table_first;   /* the arguments are (table, skb, state): since 5.16; before, (skb,
				  state, table) */
	__u8 has_several_cpus; /* then each has counters of its own */
	__u8 pad0[2];
	__u16 match_usersize; /* of struct xt_match; matchsize is in front of it */
};

/* XT_TABLE_MAXNAMELEN and XT_FUNCTION_MAXNAMELEN of include/uapi/linux/netfilter/x_tables.h */
#define PWRU_XT_TABLE_BYTES 32
#define PWRU_XT_CHAIN_BYTES 32

enum pwru_xt_kind {
	PWRU_XT_NONE = 0,   /* not known; the other fields say nothing */
	PWRU_XT_RULE = 1,   /* a rule dropped it */
	PWRU_XT_REJECT = 2, /* a rule rejected it */
	PWRU_XT_POLICY = 3, /* no rule took it, and the chain drops what no rule takes */
};

enum pwru_xt_family {
	PWRU_XT_IP4 = 0, /* iptables */
	PWRU_XT_IP6 = 1,
	PWRU_XT_ARP = 2,
	PWRU_XT_BRIDGE = 3,
};

enum pwru_ct_refusal {
	PWRU_CT_ACCEPTED = 0, /* or not known */
	PWRU_CT_FULL = 1,     /* its table has no room for one more connection */
	PWRU_CT_CLASH = 2,    /* it has another connection with the same addresses and ports */
};

#define PWRU_BPF_NAME_BYTES 16 /* BPF_OBJ_NAME_LEN */

/* What the tables, other hooks, and the tracking of connections did last to the packet. */
struct pwru_xt {
	__u32 number;	     /* of the rule in its chain, from 1 */
	__u8 kind;	     /* PWRU_XT_* */
	__u8 family;	     /* PWRU_XT_IP4 and the like: of the table */
	__u8 hook;	     /* NF_INET_*, NF_ARP_* or NF_BR_* */
	__u8 refusal;	     /* PWRU_CT_* */
	__u8 asks_conntrack; /* the rule has a match on the state of the connection */
	__u8 pad0[3];
	__u32 entry;	/* where the rule is among the entries of the table, in bytes */
	__u64 hook_ip;	/* of the hook function that was called last; 0: a table, or not known */
	__u32 bpf_id;	/* of the BPF program that it ran */
	__u32 rule_sum; /* of what the rule is, see pwru_xt_sum(); 0: not known */
	char bpf_name[PWRU_BPF_NAME_BYTES];
	char table[PWRU_XT_TABLE_BYTES];
	char chain[PWRU_XT_CHAIN_BYTES];
};

/*
 * How an entry of a table lies in memory: struct ipt_entry, ip6t_entry or arpt_entry. What it
 * compares itself, then target_offset and next_offset, comefrom, which mark_source_chains() makes,
 * the counters at a multiple of eight, the matches, the target.
 */
#define PWRU_XT_COUNTER_BYTES 16

static inline __u32 pwru_xt_offsets_at(__u8 family)
{
	return family == PWRU_XT_IP4 ? 88 : family == PWRU_XT_IP6 ? 140 : 164;
}

static inline __u32 pwru_xt_counters_at(__u8 family)
{
	return (pwru_xt_offsets_at(family) + 15) & ~7u;
}

/*
 * A rule has a sum, by which it is known again: pwru_xt_sum() adds one word of eight bytes after
 * the other. These are added, in this order:
 *   - what stands in front of target_offset; what lies behind it in the last word counts as zero;
 *   - of each match its size, the first 16 bytes of its name, its revision, and its data as a
 *     process is shown them;
 *   - the first four bytes of the target's data, which are the verdict or the kind of rejection.
 */
#define PWRU_XT_SUM_NAME_BYTES 16
#define PWRU_XT_SUM_BEGIN 1ull /* else zeros would add nothing */

static inline __u64 pwru_xt_sum(__u64 sum, __u64 word)
{
	sum = (sum ^ word) * 0x9e3779b97f4a7c15ull;
	return sum ^ sum >> 29;
}

static inline __u32 pwru_xt_fold(__u64 sum)
{
	return (__u32)(sum ^ sum >> 32);
}

#endif
