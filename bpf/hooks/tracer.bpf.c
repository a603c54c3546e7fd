/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The tracer's object. Its hook files are compiled together: they share maps and global functions,
 * which libbpf's linker takes from one object only.
 */
#include "bpf/hooks/children.bpf.c"
#include "bpf/hooks/functions.bpf.c"
#include "bpf/hooks/map_calls.bpf.c"
#include "bpf/hooks/copies.bpf.c"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
