// SPDX-License-Identifier: Apache-2.0
#include "program/maps.h"

#include <bpf/bpf.h>
#include <fmt/core.h>
#include <sys/mman.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <memory>
#include <utility>

namespace pwru::program {
namespace {

Result<bpf_map*> find_map(bpf_object* object, const char* name) {
  bpf_map* map = bpf_object__find_map_by_name(object, name);
  if (!map)
    return fail(fmt::format("the built-in BPF object has no map {}: this build is broken", name));
  return map;
}

// How records get to user space, and how it is woken up.
Result<> choose_ways(bpf_object* object, const pwru_config& config) {
  PWRU_ASSIGN(bpf_map* const doorbell, find_map(object, "doorbell"));
  bpf_map__set_autocreate(doorbell, config.has_doorbell);
  PWRU_ASSIGN(bpf_map* const records, find_map(object, "records"));
  bpf_map__set_autocreate(records, !config.maps_rings);
  if (config.maps_rings) return {};
  for (const char* name : {"ring_memory", ".bss"}) {
    PWRU_ASSIGN(bpf_map* const map, find_map(object, name));
    bpf_map__set_map_flags(map, bpf_map__map_flags(map) & ~uint32_t{BPF_F_MMAPABLE});
  }
  return {};
}

// Only programs that are not loaded use it, or branches that the verifier deletes.
Result<> leave_out(bpf_object* object, const char* name) {
  PWRU_ASSIGN(bpf_map* const map, find_map(object, name));
  bpf_map__set_autocreate(map, false);
  return {};
}

}  // namespace

Result<> size_maps(bpf_object* object, const plan::Plan& plan) {
  if (plan.arg_table) {
    PWRU_ASSIGN(bpf_map* const arg_table, find_map(object, "arg_table"));
    bpf_map__set_value_size(arg_table, static_cast<uint32_t>(plan.arg_table->positions.size()));
  }
  PWRU_ASSIGN(bpf_map* const rings, find_map(object, "ring_memory"));
  const pwru_config& config = plan.config;
  bpf_map__set_value_size(rings, config.maps_rings ? config.chunk_bytes : config.record_max_bytes);
  PWRU_TRY(choose_ways(object, config));
  if (!config.keeps_paths) PWRU_TRY(leave_out(object, "paths"));
  const plan::MapEntries& entries = plan.entries;
  const std::array<std::pair<const char*, uint32_t>, 8> sizes = {{
      {"ring_memory", entries.rings},
      {"tracked", entries.tracked},
      {"dying", entries.dying},
      {"parents", entries.parents},
      {"heads", entries.heads},
      {"stacks", entries.stacks},
      {"paths", entries.paths},
      {"map_lookups", entries.lookups},
  }};
  for (const auto& [name, count] : sizes) {
    PWRU_ASSIGN(bpf_map* const map, find_map(object, name));
    bpf_map__set_max_entries(map, count);
  }
  return {};
}

Result<Mapping> map_rings(bpf_object* object, const pwru_config& config) {
  const size_t rings = size_t{config.cpus} * (config.nesting_rings ? 2 : 1);
  const size_t size = rings * config.ring_bytes;
  if (!config.maps_rings) return Mapping::anonymous(size, "memory for events");
  PWRU_ASSIGN(bpf_map* const map, find_map(object, "ring_memory"));
  return Mapping::read_only(bpf_map__fd(map), size, "the ring buffers");
}

Result<pwru_shared*> map_shared(bpf_object* object, const pwru_config& config) {
  PWRU_ASSIGN(bpf_map* const bss, find_map(object, ".bss"));
  size_t size = 0;
  void* const memory = const_cast<void*>(bpf_map__initial_value(bss, &size));
  if (!memory || size != sizeof(pwru_shared))
    return fail("the tracer's .bss is not one pwru_shared: this build is broken");
  if (!config.maps_rings) return static_cast<pwru_shared*>(memory);
  // Only bpf_object__load_skeleton() puts the map in the place of the initial value, as done here;
  // bpf_object__close() unmaps it.
  if (::mmap(memory, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, bpf_map__fd(bss), 0) ==
      MAP_FAILED)
    return sys_fail("map the tracer's counters");
  return static_cast<pwru_shared*>(memory);
}

Result<> read_counters(int bss_fd, pwru_shared& shared) {
  const auto now = std::make_unique<pwru_shared>();
  const uint32_t zero = 0;
  if (bpf_map_lookup_elem(bss_fd, &zero, now.get()) != 0)
    return sys_fail("read what the tracer has counted");
  // In front of the rings all but these two is the programs'. Of a ring only what they count: its
  // positions are those of records that were carried over.
  now->wake_bytes = shared.wake_bytes;
  now->is_over = shared.is_over;
  std::memcpy(&shared, now.get(), offsetof(pwru_shared, ring));
  for (size_t i = 0; i < std::size(shared.ring); i++) {
    shared.ring[i].lost = now->ring[i].lost;
    shared.ring[i].packets = now->ring[i].packets;
    shared.ring[i].children = now->ring[i].children;
  }
  return {};
}

}  // namespace pwru::program
