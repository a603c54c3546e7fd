// SPDX-License-Identifier: Apache-2.0
#include "resolve/names.h"

#include <fmt/core.h>

#include <algorithm>

namespace pwru::resolve {
namespace {

// These words are printed for the kernel's SKB_CONSUMED and SKB_DROP_REASON_NOT_SPECIFIED.
constexpr std::string_view kConsumed = "consumed";
constexpr std::string_view kFreed = "freed";

}  // namespace

Names::Names(const kernel::Functions& functions, const kernel::Symbols& symbols,
             const kernel::DropReasons& reasons)
    : functions_(functions), symbols_(symbols), reasons_(reasons) {}

const Names::Func& Names::look_up(uint64_t ip) {
  const auto known = funcs_.find(ip);
  if (known != funcs_.end()) return known->second;
  const auto& found = functions_.found;
  // The last function that begins at or before the probe.
  auto it =
      std::upper_bound(found.begin(), found.end(), ip,
                       [](uint64_t addr, const kernel::Function& f) { return addr < f.addr; });
  it = it == found.begin() ? found.end() : it - 1;
  Func func;
  if (it != found.end() && ip - it->addr <= kernel::kEntryBytes) {
    // __kfree_skb() passes NOT_SPECIFIED to skb_release_data() even for an skb that was consumed.
    const bool repeats_reason = it->name == "skb_release_data";
    func.text = it->module.empty() ? it->name : fmt::format("{}[{}]", it->name, it->module);
    func.reason_arg = repeats_reason ? 0 : it->reason_arg;
    func.is_free_reason = it->is_free_reason;
    func.ending = kernel::ending_of(it->name);
    // IPv6 may be a module, of which one function refuses.
    if (!it->module.empty() && func.ending != kernel::Ending::Refuses)
      func.ending = kernel::Ending::None;
    func.is_plain_free = it->name == "kfree_skb" && reasons_.empty();
    func.may_end =
        func.reason_arg != 0 || func.is_plain_free || func.ending == kernel::Ending::Consumes;
  } else {
    func.text = symbols_.format(ip);
  }
  return funcs_.emplace(ip, std::move(func)).first->second;
}

void Names::add_bpf_program(uint64_t ip, std::string text) {
  Func func;
  func.text = std::move(text);
  // The kernel may load a new program at the address of an old one.
  funcs_.insert_or_assign(ip, std::move(func));
}

void Names::add_tracepoint(const kernel::Site& site, const kernel::Tracepoint& tracepoint) {
  Func func;
  func.text = site.module.empty() ? site.name : fmt::format("{}[{}]", site.name, site.module);
  if (site.module.empty()) func.ending = kernel::ending_of(tracepoint.name);
  if (func.ending == kernel::Ending::Drops) {
    func.reason_arg = tracepoint.reason_arg;
    func.is_plain_free = reasons_.empty();
  }
  func.may_end = func.ending != kernel::Ending::None;
  funcs_.insert_or_assign(site.id, std::move(func));
}

void Names::forget_module(std::string_view module) {
  const std::string suffix = fmt::format("[{}]", module);
  recent_ = {};
  std::erase_if(funcs_, [&](const auto& entry) { return entry.second.text.ends_with(suffix); });
}

const std::string& Names::symbol(uint64_t ip) {
  const auto known = symbols_by_ip_.find(ip);
  if (known != symbols_by_ip_.end()) return known->second;
  return symbols_by_ip_.emplace(ip, symbols_.format(ip)).first->second;
}

std::optional<End> Names::end(const event::Event& event, const Func& func) {
  if (func.ending == kernel::Ending::Consumes) return End{End::Kind::Consumed, ""};
  if (func.is_plain_free && event.caller_ip)
    return End{End::Kind::Freed, symbol(event.caller_ip), false, true};
  if (func.reason_arg != 2 && func.reason_arg != 3) return std::nullopt;
  const uint32_t value = func.reason_arg == 2 ? event.arg2 : event.arg3;
  if (func.is_free_reason)
    return reasons_.is_consumed_free_reason(value) ? End{End::Kind::Consumed, kConsumed}
                                                   : End{End::Kind::Freed, kFreed};
  return end_by_reason(value, func);
}

std::optional<End> Names::end_by_reason(uint32_t value, const Func& func) {
  const bool drops = func.ending == kernel::Ending::Drops;
  const auto name = reasons_.name(value);
  if (!name && !drops) return std::nullopt;
  if (!name) {
    number_ = std::to_string(value);
    return End{End::Kind::Dropped, number_, true};
  }
  if (*name == "SKB_CONSUMED") return End{End::Kind::Consumed, kConsumed};
  if (*name == "SKB_DROP_REASON_NOT_SPECIFIED") return End{End::Kind::Freed, kFreed};
  if (*name != "SKB_NOT_DROPPED_YET") return End{End::Kind::Dropped, *name};
  if (!drops) return std::nullopt;
  return End{End::Kind::Freed, kFreed};
}

}  // namespace pwru::resolve
