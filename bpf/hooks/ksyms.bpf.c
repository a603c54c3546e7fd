/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An iterator over the kernel's symbols (bpf_iter_ksym, Linux 6.0) that writes those whose names
 * are wanted. The kernel needs three times as long to print all of them for /proc/kallsyms, and as
 * long again for ftrace's list, which is not needed either: the code of a function says whether
 * ftrace can trace it. src/kernel/symbols/ksyms.cc loads this: one section without relocations,
 * whose only constant is the address of the query.
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

#if defined(__TARGET_ARCH_x86)

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

/* push %rbp; mov %rsp,%rbp */
static __always_inline int is_frame(const __u8 *code)
{
	return code[0] == 0x55 && code[1] == 0x48 && code[2] == 0x89 && code[3] == 0xe5;
}

/* In the place of the nop there is a jump if a trampoline with fexit programs is there (seen
 * on 7.2, which has CONFIG_DYNAMIC_FTRACE_WITH_JMP). Functions that ftrace does not know begin with
 * a jump too, if all that they do is to call another, as __bpf_trace_consume_skb() does. A
 * trampoline makes itself a frame, behind SAR_BYTES where the kernel counts the depth of calls. */
#define SAR_BYTES 10

static __always_inline int jumps_to_trampoline(const __u8 *code, __u64 addr)
{
	__u8 target[SAR_BYTES + ENDBR_BYTES] = {};
	__s32 distance;

	if (code[0] != 0xe9)
		return 0;
	__builtin_memcpy(&distance, code + 1, sizeof(distance));
	if (bpf_probe_read_kernel(target, sizeof(target), (void *)(addr + SITE_BYTES + distance)))
		return 0;
	return is_frame(target) || (is_endbr(target) && is_frame(target + ENDBR_BYTES)) ||
	       (target[0] == 0x65 && target[1] == 0x48 && target[2] == 0xc1 &&
		(is_frame(target + SAR_BYTES - 1) || is_frame(target + SAR_BYTES)));
}

static __always_inline int begins_with_site(__u64 addr)
{
	__u8 code[ENDBR_BYTES + SITE_BYTES] = {};

	if (bpf_probe_read_kernel(code, sizeof(code), (void *)addr))
		return 0;
	if (is_site(code) || jumps_to_trampoline(code, addr))
		return 1;
	return is_endbr(code) && (is_site(code + ENDBR_BYTES) ||
				  jumps_to_trampoline(code + ENDBR_BYTES, addr + ENDBR_BYTES));
}

#else

#define NOP 0xd503201f
#define BTI_C 0xd503245f
#define SAVE_LR 0xaa1e03e9 /* mov x9, x30: the first of the two, once ftrace is there */
#define IS_BL(code) (((code)&0xfc000000) == 0x94000000)
#define IS_BRK(code) (((code)&0xffe0001f) == 0xd4200000) /* a kprobe */

/* The two instructions that -fpatchable-function-entry leaves at the entry, and ftrace patches. */
static __always_inline int is_site(const __u32 *code)
{
	return (code[0] == SAVE_LR || IS_BRK(code[0])) &&
	       (code[1] == NOP || IS_BL(code[1]) || IS_BRK(code[1]));
}

static __always_inline int begins_with_site(__u64 addr)
{
	__u32 code[3] = {};

	if (bpf_probe_read_kernel(code, sizeof(code), (void *)addr))
		return 0;
	return is_site(code) || ((code[0] == BTI_C || IS_BRK(code[0])) && is_site(code + 1));
}

#endif

#define ONES 0x0101010101010101ULL

/* The highest bits of bytes that are zero, exact for the lowest of them. */
static __always_inline __u64 zero_bytes(__u64 word)
{
	return (word - ONES) & ~word & ONES << 7;
}

/* Of a name up to its end, or its first dot. */
static __always_inline __u32 slot_of(const __u64 *words)
{
	__u64 hash = 0, word, end;
	int i;

#pragma unroll
	for (i = 0; i < PWRU_KSYM_HASH_WORDS; i++) {
		word = words[i];
		end = zero_bytes(word) | zero_bytes(word ^ ONES * '.');
		if (end)
			word &= ((end & -end) >> 7) - 1;
		if (word)
			hash = pwru_ksym_hash(hash, word);
		if (end)
			break;
	}
	return pwru_ksym_slot(hash);
}

/* A third of all symbols are data, of which hardly one is wanted. */
static __always_inline int is_wanted(const struct pwru_ksym_query *query, const void *ksym,
				     char type)
{
	__u64 words[PWRU_KSYM_HASH_WORDS];
	const void *name = ksym + query->name_offset;
	char letter = 0;
	__u32 slot;

	if (!PWRU_KSYM_IS_TEXT(type)) {
		bpf_probe_read_kernel(&letter, sizeof(letter), name);
		if (!(query->data_letters & PWRU_KSYM_LETTER(letter)))
			return 0;
	}
	if (bpf_probe_read_kernel(words, sizeof(words), name))
		return 0;
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
	__u64 type_offset;
	char type;

	asm volatile("%0 = %1 ll" : "=r"(query) : "i"(PWRU_KSYM_QUERY_MARK));
	asm volatile("%0 = %1 ll" : "=r"(type_offset) : "i"(PWRU_KSYM_TYPE_MARK));
	if (!ksym)
		return 0;
	type = *(char *)(ksym + type_offset);
	if (!is_wanted(query, ksym, type))
		return 0;
	/* A reader from whom /proc/kallsyms hides addresses is shown nothing here. */
	bpf_probe_read_kernel(&shows, sizeof(shows), ksym + query->show_value_offset);
	if (!shows)
		return 0;
	__builtin_memset(&record.head, 0, sizeof(record.head));
	bpf_probe_read_kernel(&record.head.addr, sizeof(record.head.addr),
			      ksym + query->value_offset);
	record.head.type = type;
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
