/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the iterator over the kernel's symbols (bpf/hooks/ksyms.bpf.c) is asked, and its answer.
 */
#ifndef PWRU_ABI_KSYMS_H
#define PWRU_ABI_KSYMS_H

#include <linux/types.h>

/* Of a name only this many words are looked at. */
#define PWRU_KSYM_HASH_WORDS 4
#define PWRU_KSYM_SLOT_BITS 16
#define PWRU_KSYM_NAME_BYTES 256 /* KSYM_NAME_LEN is 512 since 6.1, for Rust */
#define PWRU_KSYM_MODULE_BYTES 64

/*
 * The numbers in the program that stand for the address of the struct pwru_ksym_query, and for
 * where the field `type` of the kernel's struct kallsym_iter is.
 */
#define PWRU_KSYM_QUERY_MARK 0x707772754b530001ULL
#define PWRU_KSYM_TYPE_MARK 0x707772754b530002ULL

struct pwru_ksym_query {
	/* Where the fields of the kernel's struct kallsym_iter are. */
	__u32 name_offset;
	__u32 module_offset;
	__u32 value_offset;
	__u32 show_value_offset;
	/* The letters, as bits of PWRU_KSYM_LETTER(), that wanted names of data begin with. */
	__u32 data_letters;
	__u32 pad;
	/* A bit for each slot: whether a name with that hash is wanted. */
	__u64 wanted[(1 << PWRU_KSYM_SLOT_BITS) / 64];
};

/* In front of the name and, behind it, the module's name; neither ends with a zero. */
struct pwru_ksym {
	__u64 addr;
	__u16 name_bytes;
	__u16 module_bytes; /* 0: vmlinux */
	__u8 type;	    /* as in /proc/kallsyms */
	__u8 is_site;	    /* the function begins with what ftrace patches */
	__u16 pad;
};

#define PWRU_KSYM_LETTER(c) (1u << ((c)&31))
#define PWRU_KSYM_IS_TEXT(type) ((type) == 't' || (type) == 'T' || (type) == 'w' || (type) == 'W')

/* The next word of a name into its hash; the bytes behind the name's end, or its first dot, are 0.
 */
static inline __u64 pwru_ksym_hash(__u64 hash, __u64 word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL; /* 2^64 / the golden ratio */
	return hash ^ hash >> 32;
}

static inline __u32 pwru_ksym_slot(__u64 hash)
{
	return (__u32)hash & ((1 << PWRU_KSYM_SLOT_BITS) - 1);
}

#endif
