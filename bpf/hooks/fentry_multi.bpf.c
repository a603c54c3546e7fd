/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Hits of kernel functions, at trampolines of many functions (BPF_TRACE_FENTRY_MULTI, Linux 7.2).
 * They share maps and counters with the tracer's object, whose programs are at all other functions.
 */
#define CONTEXT CONTEXT_ARGS
#define MASKS_IRQS 1
#define ENTRY_SECTION "multi"
#include "bpf/hooks/entries.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
