// SPDX-License-Identifier: Apache-2.0
// Programs that interrupt each other on a CPU: bpf/nest.bpf.h and bpf/write/ring.bpf.h, compiled
// for this machine. The interrupt comes while a writer looks its chunk up: it has read the ring's
// position, and has not yet reserved anything. Compiled twice, as PWRU_CAST has another take().
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/config.h"

#define PWRU_BPF_CONFIG_H /* in the place of bpf/config.bpf.h */
static struct pwru_config config;
#define CFG(field) (config.field)

static __u32 cpu_number;
static void (*interrupt)(void);
static void* lookup(void* map, const void* key);
static __u32 current_cpu(void) { return cpu_number; }
static long ring(void* map, void* data, __u64 size, __u64 flags) {
  (void)map, (void)data, (void)size, (void)flags;
  return 0;
}
#define bpf_map_lookup_elem lookup
#define bpf_get_smp_processor_id current_cpu
static void* sent;
static __u64 sent_bytes;
static int send_result;
static long send_record(void* ctx, void* map, __u64 flags, void* data, __u64 size) {
  (void)ctx, (void)map, (void)flags;
  sent = data;
  sent_bytes = size;
  return send_result;
}
#define bpf_ringbuf_output ring
#define bpf_perf_event_output send_record

#define CONTEXT CONTEXT_ARGS
#include "bpf/follow/track.bpf.h"
#include "bpf/write/ring.bpf.h"

enum { CPUS = 2, CHUNK = 4096, RECORD = 256 };
static char memory[2 * CPUS][CHUNK];

static void* lookup(void* map, const void* key) {
  void (*now)(void) = interrupt;

  (void)map;
  interrupt = NULL;
  if (now) now();
  return memory[*(const __u32*)key];
}

static void require(int is_so, const char* what) {
  if (is_so) return;
  fprintf(stderr, "not so: %s\n", what);
  exit(1);
}
#define REQUIRE(condition) require(condition, #condition)

static struct pwru_ring* mine(void) { return ring_of(ring_number(cpu_number)); }

static void* reserve(void) { return ring_reserve(mine(), ring_number(cpu_number), RECORD); }

static void interrupting_writer(void) { REQUIRE(reserve() == NULL); }

// What comes between loses its event, and changes nothing.
static void a_writer_is_interrupted(void) {
  __u64 lost = mine()->lost;
  char *first, *second;

  interrupt = interrupting_writer;
  first = reserve();
  REQUIRE(first == memory[ring_number(cpu_number)]);
  REQUIRE(mine()->lost == lost + 1 && mine()->reserved == RECORD);
  interrupting_writer();  // while the record is being written
  ring_commit(mine());
  REQUIRE(mine()->committed == RECORD && mine()->lost == lost + 2);
  second = reserve();
  REQUIRE(second == first + RECORD);
  ring_commit(mine());
}

// A ring that is full is no ring that is being written to.
static void a_full_ring_is_left(void) {
  config.ring_bytes = 2 * RECORD;
  REQUIRE(reserve() == NULL);
  mine()->released = mine()->reserved;
  REQUIRE(reserve() != NULL);
  ring_commit(mine());
}

static struct pwru_event* take_record(void) {
  return ring_take_record(mine(), ring_number(cpu_number));
}

// Where records are sent there is room for one, and what cannot be sent is lost.
static void a_record_is_sent(void) {
  __u64 lost = mine()->lost, reserved = mine()->reserved;
  struct pwru_event* record;

  record = take_record();
  REQUIRE((char*)record == memory[ring_number(cpu_number)]);
  REQUIRE(take_record() == NULL && mine()->lost == lost + 1);
  record->bytes = 2 * RECORD;  // the verifier is shown that no record is longer
  ring_send(NULL, mine(), record);
  REQUIRE(sent == record && sent_bytes == RECORD && mine()->lost == lost + 1);
  REQUIRE(take_record() == record);
  send_result = -28;  // ENOSPC
  ring_send(NULL, mine(), record);
  REQUIRE(mine()->lost == lost + 2 && mine()->reserved == reserved);
  REQUIRE(take_record() == record);
  ring_give_back(mine());
}

static void slots_are_apart(void) {
  __u32 slots[PWRU_NEST_SLOTS];
  __u64 lost = mine()->lost, ids[PWRU_NEST_SLOTS];

  for (int i = 0; i < PWRU_NEST_SLOTS; i++) {
    slots[i] = take_slot();
    REQUIRE(slots[i] == (__u32)i + 1 && slots[i] < NEST_SLOTS);
    ids[i] = new_packet_id(slots[i]);
    for (int other = 0; other < i; other++) REQUIRE(ids[other] != ids[i]);
    REQUIRE(new_packet_id(slots[i]) == ids[i] + 1);
  }
  REQUIRE(take_slot() == 0 && mine()->lost == lost + 1);
  for (int i = PWRU_NEST_SLOTS - 1; i >= 0; i--) give_back_slot(slots[i]);
  REQUIRE(take_slot() == 1);
  give_back_slot(1);
}

int main(void) {
  config.cpus = CPUS;
  config.has_doorbell = 1;
  config.ring_bytes = config.chunk_bytes = CHUNK;
  config.chunk_shift = 12;
  config.chunk_mask = CHUNK - 1;
  config.record_max_bytes = RECORD;
  config.chunk_last = CHUNK - RECORD;
  shared.wake_bytes = PWRU_READER_IS_AWAKE;
  cpu_number = 1;
  REQUIRE(ring_number(1) == 1 + CPUS);  // never the one of programs at kprobes
  a_writer_is_interrupted();
  a_full_ring_is_left();
  a_record_is_sent();
  slots_are_apart();
  return 0;
}
