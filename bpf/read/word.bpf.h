/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A word of kernel memory at an address that was computed, without types. */
#ifndef PWRU_BPF_WORD_H
#define PWRU_BPF_WORD_H

#include <bpf/bpf_helpers.h>
#include <linux/types.h>

/* 0 where nothing can be read. */
static __always_inline __u64 read_word(__u64 address)
{
	__u64 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), (void *)address);
	return word;
}

#endif
