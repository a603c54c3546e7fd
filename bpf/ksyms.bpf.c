/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An iterator over the kernel's symbols (bpf_iter_ksym, Linux 6.0) that writes those whose names
 * are wanted. The kernel needs three times as long to print all of them for /proc/kallsyms, and as
 * long again for ftrace's list, which is not needed either: the code of a function says whether
 * ftrace can trace it. src/kernel/ksyms.cc loads this: one section without relocations, whose only
 * constant is the address of the query.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "abi/ksyms.h"

/* What the kernel's struct bpf_iter__ksym and struct bpf_iter_meta begin with. */
struct meta {
	struct seq_file *seq;
};
struct iter_ctx {
	struct meta *meta;
	void *ksym; /* struct kallsym_iter; null at the end */
};

struct record {
	struct pwru_ksym head;
	char name[PWRU_KSYM_NAME_BYTES];
};

#define SITE_BYTES 5
#define ENDBR_BYTES 4

/* A nop of five bytes, a call in its place, or the breakpoint that is there while one replaces the
 * other. */
static __always_inline int is_site(const __u8 *code)
{
	return code[0] == 0xe8 || code[0] == 0xcc ||
	       (code[0] == 0x0f && code[1] == 0x1f && code[2] == 0x44 && !code[3] && !code[4]);
}

/* endbr64, or what FineIBT writes over it (gen_endbr_poison() in arch/x86/include/asm/ibt.h). */
static __always_inline int is_endbr(const __u8 *code)
{
	return (code[0] == 0xf3 && code[1] == 0x0f && code[2] == 0x1e && code[3] == 0xfa) ||
	       (code[0] == 0x66 && code[1] == 0x0f && code[2] == 0x1f && !code[3]) ||
	       (code[0] == 0x0f && code[1] == 0x1f && code[2] == 0x40);
}

static __always_inline int begins_with_site(__u64 addr)
{
	__u8 code[ENDBR_BYTES + SITE_BYTES] = {};

	if (bpf_probe_read_kernel(code, sizeof(code), (void *)addr))
		return 0;
	return is_site(code) || (is_endbr(code) && is_site(code + ENDBR_BYTES));
}

/* The bit of the first dot, if there is one: the lowest bit of bytes that are zero in `word ^
 * dots`. */
static __always_inline __u64 first_dot(__u64 word)
{
	const __u64 ones = 0x0101010101010101ULL;
	const __u64 bytes = word ^ ones * '.';
	const __u64 zero = (bytes - ones) & ~bytes & ones << 7;

	return zero & -zero;
}

/* Of a name that is followed by zeros. */
static __always_inline __u32 slot_of(const __u64 *words)
{
	__u64 hash = 0, word, dot;
	int i;

#pragma unroll
	for (i = 0; i < PWRU_KSYM_HASH_WORDS; i++) {
		word = words[i];
		if (!word)
			break;
		dot = first_dot(word);
		if (dot)
			word &= (dot >> 7) - 1;
		if (word)
			hash = pwru_ksym_hash(hash, word);
		if (dot)
			break;
	}
	return pwru_ksym_slot(hash);
}

static __always_inline int is_wanted(const struct pwru_ksym_query *query, const void *ksym)
{
	__u64 words[PWRU_KSYM_HASH_WORDS + 1] = {};
	__u32 slot;

	/* A name that is longer is cut off before the last byte, which is zero. */
	bpf_probe_read_kernel_str(words, PWRU_KSYM_HASH_WORDS * 8 + 1, ksym + query->name_offset);
	slot = slot_of(words);
	return query->wanted[slot / 64] >> slot % 64 & 1;
}

SEC("iter/ksym") int pwru_ksyms(struct iter_ctx *ctx)
{
	const struct pwru_ksym_query *query;
	void *ksym = ctx->ksym;
	struct record record;
	__u8 shows = 0;
	char module[PWRU_KSYM_MODULE_BYTES];
	long name_bytes, module_bytes;

	asm volatile("%0 = %1 ll" : "=r"(query) : "i"(PWRU_KSYM_QUERY_MARK));
	if (!ksym || !is_wanted(query, ksym))
		return 0;
	/* To whom /proc/kallsyms hides the addresses, nothing is shown here. */
	bpf_probe_read_kernel(&shows, sizeof(shows), ksym + query->show_value_offset);
	if (!shows)
		return 0;
	__builtin_memset(&record.head, 0, sizeof(record.head));
	bpf_probe_read_kernel(&record.head.addr, sizeof(record.head.addr),
			      ksym + query->value_offset);
	bpf_probe_read_kernel(&record.head.type, sizeof(record.head.type),
			      ksym + query->type_offset);
	record.head.is_site = begins_with_site(record.head.addr);
	name_bytes = bpf_probe_read_kernel_str(record.name, sizeof(record.name),
					       ksym + query->name_offset);
	module_bytes =
		bpf_probe_read_kernel_str(module, sizeof(module), ksym + query->module_offset);
	if (name_bytes < 1 || name_bytes > (long)sizeof(record.name) || module_bytes < 1 ||
	    module_bytes > (long)sizeof(module))
		return 0;
	record.head.name_bytes = name_bytes - 1;
	record.head.module_bytes = module_bytes - 1;
	bpf_seq_write(ctx->meta->seq, &record, sizeof(record.head) + name_bytes - 1);
	if (module_bytes > 1)
		bpf_seq_write(ctx->meta->seq, module, module_bytes - 1);
	return 0;
}

char _license[] SEC("license") = "GPL";
