// SPDX-License-Identifier: Apache-2.0
#include "probe/tail_calls.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/handle.h"
#include "base/log.h"
#include "base/strings.h"
#include "probe/bpf_progs.h"

namespace pwru::probe {
namespace {

// Nothing for a map that vanished meanwhile or is of another type.
std::optional<uint32_t> entries_of_prog_array(const UniqueFd& map) {
  bpf_map_info info = {};
  uint32_t size = sizeof(info);
  if (!map || bpf_obj_get_info_by_fd(map.get(), &info, &size) != 0) return std::nullopt;
  if (info.type != BPF_MAP_TYPE_PROG_ARRAY) return std::nullopt;
  return info.max_entries;
}

// In a map of programs, user space reads their ids.
std::set<uint32_t> ids_in_prog_arrays() {
  std::set<uint32_t> ids;
  for (uint32_t map_id = 0; bpf_map_get_next_id(map_id, &map_id) == 0;) {
    const UniqueFd map(bpf_map_get_fd_by_id(map_id));
    const auto entries = entries_of_prog_array(map);
    for (uint32_t key = 0; key < entries.value_or(0); key++) {
      uint32_t prog_id = 0;
      if (bpf_map_lookup_elem(map.get(), &key, &prog_id) == 0) ids.insert(prog_id);
    }
  }
  return ids;
}

// The names (15 characters at most), each program once.
std::vector<std::string> tail_called_progs(
    const std::function<bool(program::ProgKind)>& is_wanted) {
  std::vector<std::string> names;
  for (const uint32_t id : ids_in_prog_arrays()) {
    const UniqueFd prog(bpf_prog_get_fd_by_id(id));
    bpf_prog_info info = {};
    uint32_t size = sizeof(info);
    if (!prog || bpf_obj_get_info_by_fd(prog.get(), &info, &size) != 0) continue;
    const auto kind = kind_of(info.type);
    if (kind && is_wanted(*kind)) names.emplace_back(info.name);
  }
  return names;
}

}  // namespace

void warn_about_tail_calls(const std::function<bool(program::ProgKind)>& is_wanted) {
  constexpr size_t kNamed = 3;
  const std::vector<std::string> names = tail_called_progs(is_wanted);
  if (names.empty()) return;
  log_info(
      "{} BPF programs are in maps for tail calls ({}): reached by one they cannot be traced, and "
      "the verdict at the caller's exit is theirs",
      names.size(), join(names, ", ", kNamed));
}

}  // namespace pwru::probe
