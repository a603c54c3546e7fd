/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calls of the functions of BPF maps, with their keys and values. */
#include "bpf/write/bpfmap.bpf.h"

/* long map_update_elem(struct bpf_map *map, void *key, void *value, u64 flags) */
SEC("kprobe")
int pwru_map_update(struct pt_regs *ctx)
{
	struct map_call call = {.map = hook_arg(ctx, 1),
				.key = hook_arg(ctx, 2),
				.value = hook_arg(ctx, 3),
				.op = PWRU_MAP_UPDATE};

	return trace_map_call(ctx, &call);
}

/* long map_delete_elem(struct bpf_map *map, void *key) */
SEC("kprobe")
int pwru_map_delete(struct pt_regs *ctx)
{
	struct map_call call = {
		.map = hook_arg(ctx, 1), .key = hook_arg(ctx, 2), .op = PWRU_MAP_DELETE};

	return trace_map_call(ctx, &call);
}

/* void *map_lookup_elem(struct bpf_map *map, void *key) */
SEC("kprobe")
int pwru_map_lookup(struct pt_regs *ctx)
{
	return map_lookup_begins(ctx);
}

SEC("kretprobe")
int pwru_map_lookup_return(struct pt_regs *ctx)
{
	return map_lookup_ends(ctx);
}
