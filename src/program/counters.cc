// SPDX-License-Identifier: Apache-2.0
#include "program/counters.h"

#include <bpf/bpf.h>

#include "abi/event.h"

namespace pwru::program {
namespace {

// Calls visit(fd, key) for each entry of a map with keys of 8 bytes. After an urgent stop the
// programs still run, and the walk begins anew at each key that goes away; so it ends after as many
// entries as the map has room for.
template <class Visit>
void for_each_key(const bpf_object& object, const char* name, Visit visit) {
  const bpf_map* const map = bpf_object__find_map_by_name(&object, name);
  if (!map) return;
  const int fd = bpf_map__fd(map);
  uint64_t left = bpf_map__max_entries(map), key = 0, next = 0;
  for (void* from = nullptr; left && bpf_map_get_next_key(fd, from, &next) == 0; from = &key) {
    left--;
    key = next;
    visit(fd, key);
  }
}

uint64_t entries_in(const bpf_object& object, const char* map) {
  uint64_t live = 0;
  for_each_key(object, map, [&](int, uint64_t) { live++; });
  return live;
}

// Identities that the LRU map threw out to make room.
uint64_t tracked_evicted(const bpf_object& object, const pwru_shared& shared) {
  const uint64_t left_in = shared.track_inserted - shared.track_removed;
  const uint64_t live = entries_in(object, "tracked");
  return left_in > live ? left_in - live : 0;
}

// The same of packets between XDP and their skb.
uint64_t heads_evicted(const bpf_object& object, const pwru_shared& shared) {
  uint64_t waiting = 0;
  for_each_key(object, "heads", [&](int fd, uint64_t key) {
    pwru_head_owner owner = {};
    if (bpf_map_lookup_elem(fd, &key, &owner) == 0 && owner.skb == 0) waiting++;
  });
  const uint64_t left_in = shared.heads_given - shared.heads_taken;
  return left_in > waiting ? left_in - waiting : 0;
}

// Call stacks that their map threw out, and entries of those that were too many for one stack.
uint64_t stacks_forgotten(const bpf_object& object, const pwru_shared& shared) {
  const uint64_t live = entries_in(object, "stacks");
  const uint64_t inserted = shared.stacks_inserted;
  return (inserted > live ? inserted - live : 0) + shared.stack_entries_lost;
}

// Packets in a driver's hands that their map threw out, or had no room for.
uint64_t sends_forgotten(const bpf_object& object, const pwru_shared& shared) {
  const uint64_t left_in = shared.sends_begun - shared.sends_ended;
  const uint64_t live = entries_in(object, "sendings");
  return left_in > live ? left_in - live : 0;
}

}  // namespace

void add_misses(int program_fd, std::string_view name, MissCounts& counts) {
  bpf_prog_info info = {};
  uint32_t size = sizeof(info);
  if (bpf_obj_get_info_by_fd(program_fd, &info, &size) == 0 && info.recursion_misses)
    counts.push_back({std::string(name), 0, info.recursion_misses});
}

MissCounts missed_hits(bpf_object* object) {
  MissCounts counts;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) {
    const int fd = bpf_program__fd(program);
    if (fd >= 0) add_misses(fd, bpf_program__name(program), counts);
  }
  return counts;
}

void add_losses(const bpf_object& object, const pwru_shared& shared, event::Counters& counters) {
  using event::Counter;
  counters[Counter::Evicted] += tracked_evicted(object, shared);
  counters[Counter::HeadsEvicted] += heads_evicted(object, shared);
  counters[Counter::ListsCut] += shared.lists_cut;
  counters[Counter::ListsNotShown] += shared.lists_not_shown;
  counters[Counter::ChildrenLost] += shared.children_lost;
  // Some may still be under way.
  counters[Counter::LookupsLost] += shared.lookups_begun - shared.lookups_ended;
  counters[Counter::StacksForgotten] += stacks_forgotten(object, shared);
  counters[Counter::PathsEvicted] += shared.paths_evicted;
  counters[Counter::SendsForgotten] += sends_forgotten(object, shared);
}

}  // namespace pwru::program
