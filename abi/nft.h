/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How nf_tables lies in memory, and which of its rules dropped a packet; see bpf/hooks/nft.bpf.c.
 */
#ifndef PWRU_ABI_NFT_H
#define PWRU_ABI_NFT_H

#include <linux/types.h>

/* Offsets of members, in bytes. Their types are in the BTF of a module, which CO-RE does not read
 * here. */
struct pwru_nft_layout {
	__u64 do_chain_ip;  /* nft_do_chain(), which runs a base chain; 0: there is no nf_tables */
	__u64 immediate_ip; /* nft_immediate_eval(), which gives a constant verdict */
	__u16 pktinfo_skb;
	__u16 pktinfo_state; /* with notes_returns */
	__u16 chain_list;
	__u16 chain_table;
	__u16 chain_name;
	__u16 chain_blob0; /* the rules, of one generation and of the other */
	__u16 chain_blob1;
	__u16 blob_data;   /* of struct nft_rule_blob */
	__u16 rule_header; /* of struct nft_rule, before 5.17, where the two above are arrays of
			    * pointers to them */
	__u16 rule_data;
	__u16 base_chain;
	__u16 base_policy;
	__u16 table_chains;
	__u16 table_family; /* the lowest 6 bits there */
	__u16 table_name;
	__u16 ops_type; /* of struct nft_expr_ops */
	__u16 type_name;
	__u16 set_dtype; /* of struct nft_set */
	__u16 table_handle;
	__u8 has_arrays;    /* before 5.17 */
	__u8 notes_returns; /* nft_do_chain() may leave the packet to its caller: before 6.11 */
};

/* NFT_NAME_MAXLEN of include/uapi/linux/netfilter/nf_tables.h */
#define PWRU_NFT_NAME_BYTES 256
#define PWRU_NFT_EXPR_BYTES 16

enum pwru_nft_kind {
	PWRU_NFT_NONE = 0,   /* not known; the other fields say nothing */
	PWRU_NFT_RULE = 1,   /* a rule dropped it */
	PWRU_NFT_POLICY = 2, /* no rule took it, and the base chain drops what no rule takes */
	PWRU_NFT_LIKELY_POLICY = 3, /* the same, if no expression that drops went unseen */
};

/* What nf_tables did last to the packet. */
struct pwru_nft {
	__u64 handle;	/* of the rule, as nft -a shows it */
	__u32 position; /* of the rule in its chain, from 1 */
	__u8 kind;	/* PWRU_NFT_* */
	__u8 family;	/* NFPROTO_* */
	__u8 is_noted;	/* the verdict was noted when it returned: nf_hook_slow() may have freed */
	__u8 hook;	/* with is_noted: NF_INET_*, or that of another family */
	char expr[PWRU_NFT_EXPR_BYTES]; /* the part of the rule that gave the verdict, as "reject"
					 */
	char table[PWRU_NFT_NAME_BYTES];
	char chain[PWRU_NFT_NAME_BYTES];
	__u64 table_handle; /* no other table of the network namespace ever has it */
};

#endif
