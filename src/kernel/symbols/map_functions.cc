// SPDX-License-Identifier: Apache-2.0
#include "kernel/symbols/map_functions.h"

namespace pwru::kernel {
namespace {

MapOp op_by_name(std::string_view name) {
  if (name.ends_with("_lookup_elem")) return MapOp::Lookup;
  if (name.ends_with("_update_elem")) return MapOp::Update;
  if (name.ends_with("_delete_elem")) return MapOp::Delete;
  return MapOp::None;
}

// All arguments of a helper are u64, as BPF_CALL_2() and the like declare them.
bool is_helper(std::string_view name) {
  return name == "bpf_map_lookup_elem" || name == "bpf_map_update_elem" ||
         name == "bpf_map_delete_elem";
}

bool takes_map_and_key(const Btf& btf, uint32_t func_id) {
  const auto params = btf.params(btf.type(func_id).type);
  if (params.size() < 2) return false;
  const uint32_t map = btf.resolve(params[0].type);
  if (btf.kind(map) != BTF_KIND_PTR || btf.kind(btf.resolve(params[1].type)) != BTF_KIND_PTR)
    return false;
  return btf.name(btf.resolve(btf.type(map).type)) == "bpf_map";
}

}  // namespace

std::vector<std::string> map_functions(const Btf& vmlinux) {
  std::vector<std::string> names;
  for (uint32_t id = vmlinux.first_id(); id < vmlinux.end_id(); id++) {
    if (vmlinux.kind(id) != BTF_KIND_FUNC) continue;
    const std::string_view name = vmlinux.name(id);
    if (op_by_name(name) != MapOp::None && takes_map_and_key(vmlinux, id)) names.emplace_back(name);
  }
  return names;
}

MapOp map_op_of(const Btf& vmlinux, std::string_view name) {
  const MapOp op = op_by_name(name);
  if (op == MapOp::None || is_helper(name)) return op;
  const uint32_t id = vmlinux.find(name, BTF_KIND_FUNC);
  return id && takes_map_and_key(vmlinux, id) ? op : MapOp::None;
}

}  // namespace pwru::kernel
