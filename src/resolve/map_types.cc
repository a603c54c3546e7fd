// SPDX-License-Identifier: Apache-2.0
#include "resolve/map_types.h"

#include <bpf/bpf.h>

#include <memory>

#include "base/handle.h"
#include "kernel/btf/btf.h"

namespace pwru::resolve {
namespace {

// Null when there is no such BTF any more.
std::unique_ptr<kernel::Btf> load_btf(uint32_t id) {
  const UniqueFd fd(bpf_btf_get_fd_by_id(id));
  bpf_btf_info info = {};
  uint32_t size = sizeof(info);
  if (!fd || bpf_obj_get_info_by_fd(fd.get(), &info, &size) != 0) return nullptr;
  std::string bytes(info.btf_size, '\0');
  info = {};
  info.btf = reinterpret_cast<uintptr_t>(bytes.data());
  info.btf_size = static_cast<uint32_t>(bytes.size());
  size = sizeof(info);
  if (bpf_obj_get_info_by_fd(fd.get(), &info, &size) != 0) return nullptr;
  // The kernel has checked the BTF. Its strings may also be lines of source text.
  auto btf = kernel::Btf::parse(std::move(bytes), nullptr, kernel::Btf::Origin::Kernel);
  return btf ? std::move(*btf) : nullptr;
}

std::optional<StructText> type_of(const kernel::Btf& btf, uint32_t id) {
  if (id == 0 || id >= btf.end_id()) return std::nullopt;
  auto text = StructText::create(btf, id);
  return text ? std::optional<StructText>(std::move(*text)) : std::nullopt;
}

}  // namespace

MapTypes::OfMap MapTypes::load(uint32_t map_id) {
  OfMap types;
  const UniqueFd map(bpf_map_get_fd_by_id(map_id));
  bpf_map_info info = {};
  uint32_t size = sizeof(info);
  if (!map || bpf_obj_get_info_by_fd(map.get(), &info, &size) != 0 || info.btf_id == 0)
    return types;
  const auto btf = load_btf(info.btf_id);
  if (!btf) return types;
  types.key = type_of(*btf, info.btf_key_type_id);
  types.value = type_of(*btf, info.btf_value_type_id);
  return types;
}

MapTypes::OfMap& MapTypes::of(uint32_t map_id) {
  const auto known = types_.find(map_id);
  if (known != types_.end()) return known->second;
  return types_.emplace(map_id, load_(map_id)).first->second;
}

}  // namespace pwru::resolve
