/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the functions of BPF maps are called with, for the packet whose stack they run on. What a
 * look-up found is known only when it returns. Until then its arguments wait in a map, by a
 * number that no other call has at that time.
 */
#ifndef PWRU_BPF_BPFMAP_H
#define PWRU_BPF_BPFMAP_H

#include "bpf/write/emit.bpf.h"
#include "bpf/follow/stack.bpf.h"

struct map_lookup {
	__u64 map;
	__u64 key;
	struct hit hit;
	struct stack_entry handled;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1); /* set before loading */
	__type(key, __u64);
	__type(value, struct map_lookup);
} map_lookups SEC(".maps");

/* Two sizes of record are enough: a small one for most maps, and one for the others. */
static __noinline int emit_map(void *ctx, const struct hit *hit, const struct skb_pos *pos,
			       __u64 packet_id, const struct map_call *call)
{
	const struct map_room small = {PWRU_MAP_SMALL_KEY, PWRU_MAP_SMALL_VALUE};
	const struct map_room large = {PWRU_MAP_LARGE_KEY, PWRU_MAP_LARGE_VALUE};
	int result = 0;

	if (MAP_FIELD(call->map, key_size) <= small.key &&
	    MAP_FIELD(call->map, value_size) <= small.value)
		emit_record(ctx, hit, pos, call->skb, packet_id, call, small);
	else
		emit_record(ctx, hit, pos, call->skb, packet_id, call, large);
	/* A constant would be left out, and 5.10 refuses a pointer that is left in r0. */
	asm volatile("" : "+r"(result));
	return result;
}

/* An update or a delete: all is known when it is called. */
static __always_inline int trace_map_call(void *ctx, struct map_call *call)
{
	struct stack_entry *handled = stack_find(ctx);
	struct skb_pos pos;
	struct hit hit;

	if (!handled)
		return 0;
	call->skb = handled->skb;
	read_func_hit(&hit, ctx);
	read_stack_packet(&pos, handled);
	return emit_map(ctx, &hit, &pos, handled->packet_id, call);
}

static __always_inline int map_lookup_begins(void *ctx)
{
	struct map_lookup lookup = {.map = hook_arg(ctx, 1), .key = hook_arg(ctx, 2)};
	struct stack_entry *handled = stack_find(ctx);
	__u64 id = hook_call_at_entry(ctx);

	if (!handled) {
		/* Of a call whose return was missed. */
		bpf_map_delete_elem(&map_lookups, &id);
		return 0;
	}
	lookup.handled = *handled;
	read_func_hit(&lookup.hit, ctx);
	if (bpf_map_update_elem(&map_lookups, &id, &lookup, BPF_ANY) == 0)
		__sync_fetch_and_add(&shared.lookups_begun, 1);
	return 0;
}

/* A look-up in these finds a socket or another map, and no value. */
static __always_inline bool has_no_value(__u32 type)
{
	return type == BPF_MAP_TYPE_ARRAY_OF_MAPS || type == BPF_MAP_TYPE_HASH_OF_MAPS ||
	       type == BPF_MAP_TYPE_SOCKMAP || type == BPF_MAP_TYPE_SOCKHASH ||
	       type == BPF_MAP_TYPE_XSKMAP || type == BPF_MAP_TYPE_REUSEPORT_SOCKARRAY;
}

static __always_inline bool returns_element(__u64 ip)
{
	return ip - CFG(htab_element_ip) < PWRU_ENTRY_BYTES;
}

/*
 * The address of the value that a look-up found, 0 for none. __htab_map_lookup_elem() returns the
 * element: its value is behind the key, and is a per-CPU pointer in maps that have one value for
 * each CPU. A global function: the verifier looks at the record once, not for each kind of map.
 */
__noinline __u64 pwru_value_found(__u64 map, __u64 result, __u64 func_ip)
{
	__u32 type = MAP_FIELD(map, map_type);

	if (!result || has_no_value(type))
		return 0;
	if (!returns_element(func_ip))
		return result;
	if (type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH)
		return 0;
	return result + bpf_core_field_offset(struct htab_elem, key) +
	       ((MAP_FIELD(map, key_size) + 7) & ~7u);
}

static __always_inline int map_lookup_ends(void *ctx)
{
	__u64 id = hook_call_at_return(ctx);
	struct map_lookup *lookup = bpf_map_lookup_elem(&map_lookups, &id);
	struct map_call call = {};
	struct stack_entry handled;
	struct skb_pos pos;
	struct hit hit;
	__u64 result;

	if (!lookup)
		return 0;
	call.map = lookup->map;
	call.key = lookup->key;
	result = hook_result(ctx);
	hit = lookup->hit;
	handled = lookup->handled;
	call.skb = handled.skb;
	bpf_map_delete_elem(&map_lookups, &id);
	__sync_fetch_and_add(&shared.lookups_ended, 1);
	call.op = result ? PWRU_MAP_LOOKUP : PWRU_MAP_LOOKUP_FAILED;
	call.value = pwru_value_found(call.map, result, hit.func_ip);
	read_stack_packet(&pos, &handled);
	return emit_map(ctx, &hit, &pos, handled.packet_id, &call);
}

#endif
