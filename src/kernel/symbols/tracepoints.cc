// SPDX-License-Identifier: Apache-2.0
#include "kernel/symbols/tracepoints.h"

#include <algorithm>
#include <string_view>

#include "kernel/symbols/signature.h"

namespace pwru::kernel {
namespace {

// For each tracepoint the kernel has a typedef of a pointer to a function that is given some data
// of the probe, then the arguments (include/trace/bpf_probe.h).
constexpr std::string_view kPrefix = "btf_trace_";
constexpr const char* kOutOfReach = "skb is not among the first four arguments";

// 0 when the typedef is none of a tracepoint.
uint32_t prototype_of(const Btf& btf, uint32_t id) {
  if (btf.kind(id) != BTF_KIND_TYPEDEF || !btf.name(id).starts_with(kPrefix)) return 0;
  const uint32_t pointer = btf.resolve(id);
  if (btf.kind(pointer) != BTF_KIND_PTR) return 0;
  const uint32_t proto = btf.resolve(btf.type(pointer).type);
  return btf.kind(proto) == BTF_KIND_FUNC_PROTO ? proto : 0;
}

// Since 6.4 consume_skb has one too.
bool has_location(const Btf& btf, uint32_t proto, std::string_view name) {
  const auto params = btf.params(proto);
  return (name == "kfree_skb" || name == "consume_skb") && params.size() > 2 &&
         btf.kind(btf.resolve(params[2].type)) == BTF_KIND_PTR;
}

bool has_socket(const Btf& btf, uint32_t proto, std::string_view name) {
  const auto params = btf.params(proto);
  return name == "kfree_skb" && params.size() > 4 &&
         btf.kind(btf.resolve(params[4].type)) == BTF_KIND_PTR;
}

uint8_t without_data(uint8_t argument) { return argument ? argument - 1 : 0; }

void add_tracepoints(const Btf& btf, const std::string& module, const NameTest& is_wanted,
                     Tracepoints& tracepoints) {
  for (uint32_t id = btf.first_id(); id < btf.end_id(); ++id) {
    const uint32_t proto = prototype_of(btf, id);
    if (!proto) continue;
    const Signature signature = signature_of(btf, proto);
    const std::string_view name = btf.name(id).substr(kPrefix.size());
    if (!signature.has_skb || (is_wanted && !is_wanted(name))) continue;
    if (!signature.skb_arg) {
      tracepoints.left_out[kOutOfReach]++;
      continue;
    }
    // The types of a module may be there once more than its tracepoint.
    const bool is_known = std::ranges::any_of(
        tracepoints.found, [&](const Tracepoint& other) { return other.name == name; });
    if (is_known) continue;
    tracepoints.found.push_back({std::string(name), module, without_data(signature.skb_arg),
                                 without_data(signature.reason_arg), has_location(btf, proto, name),
                                 has_socket(btf, proto, name)});
  }
}

}  // namespace

Tracepoints find_tracepoints(const Btf& vmlinux, const std::vector<ModuleBtf>& modules,
                             const NameTest& is_wanted) {
  Tracepoints tracepoints;
  add_tracepoints(vmlinux, "", is_wanted, tracepoints);
  for (const ModuleBtf& module : modules)
    add_tracepoints(*module.btf, module.module, is_wanted, tracepoints);
  return tracepoints;
}

}  // namespace pwru::kernel
