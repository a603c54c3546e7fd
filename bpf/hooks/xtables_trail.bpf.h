/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is known of the tables of iptables-legacy and the like, and of the packets that are in them.
 */
#ifndef PWRU_BPF_XTABLES_TRAIL_H
#define PWRU_BPF_XTABLES_TRAIL_H

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

/* include/uapi/linux/netfilter.h */
#define NF_INET_NUMHOOKS 5
#define NF_BR_NUMHOOKS 6
#define NF_DROP 0

#define NO_HOOK 0xff /* of a chain that is not built in */

/* The name of a target, as the first eight bytes of it. */
#define TARGET_STANDARD 0ull

/* A rule that drops. */
struct drop {
	__u64 counter; /* address of its counter, of CPU 0 where there are several */
	__u32 entry;   /* where it is among the entries, in bytes */
	__u32 chain;   /* where the head of its chain is */
	__u32 number;
	__u8 kind;  /* PWRU_XT_*, or EBT_* of a table of bridges */
	__u8 hook;  /* of a chain that is built in; NO_HOOK: of another */
	__u8 hooks; /* whose packets can come here: bit NF_INET_*, NF_ARP_* or NF_BR_* */
	__u8 pad0;
};

/* The beginning of struct xt_table_info, the same since 2.6.16. */
struct info {
	__u32 size; /* of the entries, in bytes */
	__u32 number;
	__u32 initial_entries;
	__u32 hook_entry[NF_INET_NUMHOOKS];
	__u32 underflow[NF_INET_NUMHOOKS]; /* where the policies are */
	__u32 stack_size;
};

/* The beginning of struct ebt_table_info. */
struct ebt_info {
	__u32 size;   /* of the entries, in bytes */
	__u32 number; /* of the rules of all chains */
	__u64 chain[NF_BR_NUMHOOKS];
	__u64 chainstack;
	__u64 entries;
};

struct drops {
	union {
		struct info info;
		struct ebt_info ebt; /* of a table of bridges */
	};
	__u32 count;
	__u8 is_incomplete;
	__u8 family; /* PWRU_XT_* */
	__u8 pad0[2];
	struct drop drop[DROPS_MAX];
};

/* By the address of the struct xt_table_info or ebt_table_info. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TABLES_MAX);
	__type(key, __u64);
	__type(value, struct drops);
} xt_tables SEC(".maps");

/* What a table of bridges returned. */
#define VERDICT_NONE 0 /* nothing yet, or not known */
#define VERDICT_DROP 1
#define VERDICT_OTHER 2

/* A packet in a table. */
struct entered {
	__u64 skb;
	__u64 table;
	__u64 info; /* 0: nothing drops packets in that table */
	__u64 ts_ns;
	__u64 hook_ip; /* of another hook than a table, which was called after all tables */
	__u64 prog;    /* struct bpf_prog that it runs; 0: none */
	__u32 count;
	__u8 hook;
	__u8 family;  /* PWRU_XT_* */
	__u8 verdict; /* VERDICT_* */
	__u8 pad0;
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
	__u64 counters; /* of a table of bridges, of CPU 0 */
	__u64 counter;	/* of them, that of the rule at `at` */
	__u32 at;
	__u32 chain;
	__u32 number;
	__u8 hook;
	__u8 family;
	__u8 is_policy;
	__u8 pad0;
	struct drops drops;
	/* The search for the rule whose counter has moved. */
	__u32 found;
	__u32 found_count;
	__u32 jump; /* the last EBT_JUMP that has moved */
	__u32 jump_count;
	__u32 other_count;
	__u32 pad1;
	/* The sum of that rule. */
	__u64 sum;
	__u64 sum_at;
	__u64 sum_end;
	__u64 sum_from; /* the words that are added next */
	__u32 sum_bytes;
	__u32 sum_shown;
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

static __always_inline struct drops *drops_of(__u64 info)
{
	return bpf_map_lookup_elem(&xt_tables, &info);
}

static __always_inline void begin_chain(struct xt_trail *trail, __u8 hook)
{
	trail->chain = trail->at;
	trail->hook = hook;
	trail->number = 0;
}

/* The entry at trail->at, which is rule trail->number. */
static __always_inline struct drop *note_drop(struct xt_trail *trail, __u64 counter, __u8 kind,
					      __u8 hooks)
{
	struct drops *drops = &trail->drops;
	__u32 count = drops->count;
	struct drop *drop;

	if (count >= DROPS_MAX) {
		drops->is_incomplete = 1;
		return NULL;
	}
	drop = &drops->drop[count];
	drop->counter = counter;
	drop->entry = trail->at;
	drop->chain = trail->chain;
	drop->number = trail->number;
	drop->kind = kind;
	drop->hook = trail->hook;
	drop->hooks = hooks;
	drops->count = count + 1;
	return drop;
}

#endif
