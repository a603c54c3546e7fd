// SPDX-License-Identifier: Apache-2.0
#include "kernel/drop_reasons.h"

namespace pwru::kernel {
namespace {

using Names = std::unordered_map<uint32_t, std::string>;

// Enumerators that are no reasons: "SKB_DROP_REASON_MAX", "__OVS_DROP_MAX",
// "SKB_DROP_REASON_SUBSYS_MASK".
bool is_marker(std::string_view name) {
  return name.starts_with("__") || name.ends_with("_MAX") || name.ends_with("_MASK");
}

// The high 16 bits name the subsystem, the low 16 are its own (include/net/dropreason.h).
bool has_subsystem(uint32_t value) { return value >> 16 != 0; }

void collect_from(const Btf& btf, Names& names) {
  for (uint32_t id = btf.first_id(); id < btf.end_id(); ++id) {
    const uint32_t kind = btf.kind(id);
    if (kind != BTF_KIND_ENUM && kind != BTF_KIND_ENUM64) continue;
    if (!btf.name(id).ends_with("drop_reason")) continue;
    // The enum of mac80211 has 0 and 1 of the core too, under other names.
    const bool is_core = btf.name(id) == "skb_drop_reason";
    const auto add = [&](uint32_t name_offset, uint32_t value) {
      const std::string_view name = btf.string_at(name_offset);
      if (!is_marker(name) && (is_core || has_subsystem(value))) names.try_emplace(value, name);
    };
    for (const btf_enum& e : btf.enumerators(id)) add(e.name_off, static_cast<uint32_t>(e.val));
    for (const btf_enum64& e : btf.enumerators64(id))
      if (e.val_hi32 == 0) add(e.name_off, e.val_lo32);
  }
}

std::optional<uint32_t> find_consumed_free_reason(const Btf& vmlinux) {
  for (const btf_enum& e : vmlinux.enumerators(vmlinux.find("skb_free_reason", BTF_KIND_ENUM)))
    if (vmlinux.string_at(e.name_off) == "SKB_REASON_CONSUMED") return static_cast<uint32_t>(e.val);
  return std::nullopt;
}

}  // namespace

DropReasons DropReasons::collect(const Btf& vmlinux, const std::vector<ModuleBtf>& modules) {
  DropReasons reasons;
  collect_from(vmlinux, reasons.names_);
  reasons.consumed_free_reason_ = find_consumed_free_reason(vmlinux);
  for (const ModuleBtf& module : modules) collect_from(*module.btf, reasons.names_);
  return reasons;
}

void DropReasons::add(const Btf& module) { collect_from(module, names_); }

std::optional<std::string_view> DropReasons::name(uint32_t value) const {
  const auto it = names_.find(value);
  if (it == names_.end()) return std::nullopt;
  return it->second;
}

bool DropReasons::empty() const { return names_.empty(); }

}  // namespace pwru::kernel
