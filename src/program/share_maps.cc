// SPDX-License-Identifier: Apache-2.0
#include "program/share_maps.h"

#include <fmt/core.h>

namespace pwru::program {

// What they define in bpf/write/ring.bpf.h and in track, heads and parents of bpf/follow/;
// .bss are the counters.
Result<> share_maps(bpf_object* object, const std::function<int(const char*)>& map_fd) {
  for (const char* name :
       {"ring_memory", "doorbell", "tracked", "dying", "heads", "parents", ".bss"}) {
    bpf_map* const map = bpf_object__find_map_by_name(object, name);
    const int fd = map_fd(name);
    if (!map || fd < 0)
      return fail(
          fmt::format("the built-in BPF objects share no map {}: this build is broken", name));
    if (const int error = bpf_map__reuse_fd(map, fd); error)
      return sys_fail(fmt::format("share the map {} of the tracer", name), -error);
  }
  return {};
}

}  // namespace pwru::program
