// SPDX-License-Identifier: Apache-2.0
#include "program/maps.h"

#include <fmt/core.h>
#include <sys/mman.h>

#include <array>
#include <utility>

namespace pwru::program {
namespace {

Result<bpf_map*> find_map(bpf_object* object, const char* name) {
  bpf_map* map = bpf_object__find_map_by_name(object, name);
  if (!map)
    return fail(fmt::format("the built-in BPF object has no map {}: this build is broken", name));
  return map;
}

}  // namespace

Result<> size_maps(bpf_object* object, const plan::Plan& plan) {
  if (plan.arg_table) {
    PWRU_ASSIGN(bpf_map* const arg_table, find_map(object, "arg_table"));
    bpf_map__set_value_size(arg_table, static_cast<uint32_t>(plan.arg_table->positions.size()));
  }
  PWRU_ASSIGN(bpf_map* const rings, find_map(object, "ring_memory"));
  bpf_map__set_value_size(rings, plan.config.chunk_bytes);
  const plan::MapEntries& entries = plan.entries;
  const std::array<std::pair<const char*, uint32_t>, 7> sizes = {{
      {"ring_memory", entries.rings},
      {"tracked", entries.tracked},
      {"dying", entries.dying},
      {"parents", entries.parents},
      {"heads", entries.heads},
      {"stacks", entries.stacks},
      {"map_lookups", entries.lookups},
  }};
  for (const auto& [name, count] : sizes) {
    PWRU_ASSIGN(bpf_map* const map, find_map(object, name));
    bpf_map__set_max_entries(map, count);
  }
  return {};
}

Result<Mapping> map_rings(bpf_object* object) {
  PWRU_ASSIGN(bpf_map* const map, find_map(object, "ring_memory"));
  const size_t size = size_t{bpf_map__max_entries(map)} * bpf_map__value_size(map);
  return Mapping::read_only(bpf_map__fd(map), size, "the ring buffers");
}

Result<pwru_shared*> map_shared(bpf_object* object) {
  PWRU_ASSIGN(bpf_map* const bss, find_map(object, ".bss"));
  size_t size = 0;
  void* const memory = const_cast<void*>(bpf_map__initial_value(bss, &size));
  if (!memory || size != sizeof(pwru_shared))
    return fail("the tracer's .bss is not one pwru_shared: this build is broken");
  // Only bpf_object__load_skeleton() puts the map in the place of the initial value, as done here;
  // bpf_object__close() unmaps it.
  if (::mmap(memory, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, bpf_map__fd(bss), 0) ==
      MAP_FAILED)
    return sys_fail("map the tracer's counters");
  return static_cast<pwru_shared*>(memory);
}

}  // namespace pwru::program
