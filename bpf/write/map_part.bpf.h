/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The part of a record that describes one call of a function of a BPF map. */
#ifndef PWRU_BPF_MAP_PART_H
#define PWRU_BPF_MAP_PART_H

#include "abi/event.h"
#include "bpf/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

/* The value is where it lies, 0: there is none. */
struct map_call {
	__u64 map;
	__u64 key;
	__u64 value;
	__u64 skb; /* that is being handled */
	__u32 op;  /* PWRU_MAP_* */
};

/* How many bytes the part has room for. These are constants, because the verifier must know them.
 */
struct map_room {
	__u32 key;
	__u32 value;
};
#define MAP_ROOM_BYTES(room) (sizeof(struct pwru_bpfmap) + (room).key + (room).value)

/* A variable of its own: all that the argument of BPF_CORE_READ() passes through is relocated. */
#define MAP_FIELD(addr, field)                                                                     \
	({                                                                                         \
		struct bpf_map *map_ = (void *)(addr);                                             \
		BPF_CORE_READ(map_, field);                                                        \
	})

/* Copies at most `room` of `size` bytes; returns how many. */
static __always_inline __u32 read_bytes(void *to, __u64 from, __u32 size, __u32 room)
{
	if (size > room)
		size = room;
	asm volatile("" : "+r"(size)); /* the register that is checked is the one that is used */
	if (!from || !size || size > room)
		return 0;
	return bpf_probe_read_kernel(to, size, (void *)from) ? 0 : size;
}

static __always_inline void fill_map_part(struct pwru_bpfmap *part, const struct map_call *call,
					  struct map_room room)
{
	struct bpf_map *map = (void *)call->map;
	void *data = part + 1;

	part->id = MAP_FIELD(map, id);
	part->op = call->op;
	part->key_size = MAP_FIELD(map, key_size);
	part->value_size = MAP_FIELD(map, value_size);
	part->room = room.key + room.value;
	part->value_offset = room.key;
	bpf_core_read(part->name, sizeof(part->name), &map->name);
	part->key_bytes = read_bytes(data, call->key, part->key_size, room.key);
	part->value_bytes = read_bytes(data + room.key, call->value, part->value_size, room.value);
}

#endif
