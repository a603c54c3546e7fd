// SPDX-License-Identifier: Apache-2.0
#include "program/share_maps.h"

#include <fmt/core.h>

#include <string_view>

namespace pwru::program {
namespace {

// What a kernel lacks, or what is not used in its place: see size_maps().
bool may_be_missing(std::string_view name) { return name == "doorbell" || name == "records"; }

// What not every object has: where rules of netfilter are watched, and where paths are kept
// (HAS_PATHS of bpf/hook.bpf.h).
bool is_of_some(std::string_view name) {
  return name == "nft_trail" || name == "xt_trail" || name == "xt_tables" || name == "paths";
}

}  // namespace

// What they define in bpf/write/ring.bpf.h and in track, heads and parents of bpf/follow/;
// .bss are the counters.
Result<> share_maps(bpf_object* object, const std::function<int(const char*)>& map_fd) {
  for (const char* name : {"ring_memory", "doorbell", "records", "tracked", "dying", "heads",
                           "parents", ".bss", "nft_trail", "xt_trail", "xt_tables", "paths"}) {
    bpf_map* const map = bpf_object__find_map_by_name(object, name);
    const int fd = map_fd(name);
    if ((!map || fd < 0) && is_of_some(name)) continue;
    if (map && fd < 0 && may_be_missing(name)) {
      bpf_map__set_autocreate(map, false);
      continue;
    }
    if (!map || fd < 0)
      return fail(
          fmt::format("the built-in BPF objects share no map {}: this build is broken", name));
    if (const int error = bpf_map__reuse_fd(map, fd); error)
      return sys_fail(fmt::format("share the map {} of the tracer", name), -error);
  }
  return {};
}

}  // namespace pwru::program
