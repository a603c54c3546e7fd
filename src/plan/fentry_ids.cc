// SPDX-License-Identifier: Apache-2.0
#include "plan/fentry_ids.h"

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "abi/config.h"
#include "kernel/fentry_multi.h"
#include "kernel/symbols/name_set.h"
#include "kernel/symbols/packet_ends.h"

namespace pwru::plan {
namespace {

struct Candidate {
  std::string_view name;
  uint64_t address;
};

// What is known of a name.
struct Named {
  unsigned functions = 0;  // of vmlinux
  uint32_t id = 0;         // of the first one in BTF
};

// The names of candidates. One pass over all symbols and one over all types: to search for each
// name would take longer than everything else of a start.
class Names {
 public:
  explicit Names(const std::vector<Candidate>& candidates) {
    for (const Candidate& candidate : candidates) {
      set_.add(candidate.name);
      known_[candidate.name] = {};
    }
  }

  void add_symbols(const kernel::Symbols& symbols) {
    for (size_t i = 0; i < symbols.size(); i++) {
      const kernel::Symbol symbol = symbols.at(i);
      if (!symbol.module.empty()) continue;
      if (Named* const named = find(symbol.name)) named->functions++;
    }
  }

  void add_types(const kernel::Btf& vmlinux) {
    for (uint32_t id = vmlinux.first_id(); id < vmlinux.end_id(); id++) {
      if (vmlinux.kind(id) != BTF_KIND_FUNC) continue;
      Named* const named = find(vmlinux.name(id));
      if (named && !named->id) named->id = id;
    }
  }

  [[nodiscard]] const Named& at(std::string_view name) const { return known_.at(name); }

 private:
  Named* find(std::string_view name) {
    if (!set_.may_have(name)) return nullptr;
    const auto it = known_.find(name);
    return it == known_.end() ? nullptr : &it->second;
  }

  kernel::NameSet set_;
  std::unordered_map<std::string_view, Named> known_;
};

}  // namespace

FentrySites find_fentry_sites(const std::vector<kernel::Function>& functions,
                              const Release& release, const kernel::Btf& vmlinux,
                              const kernel::Symbols& symbols, const kernel::FunctionNames& held) {
  std::vector<Candidate> candidates;
  for (const kernel::Function& function : functions)
    if (function.module.empty() && function.skb_arg != 0 && !kernel::takes_list(function))
      candidates.push_back({function.name, function.addr});
  if (release.addr) candidates.push_back({release.name, release.addr});
  Names names(candidates);
  names.add_symbols(symbols);
  names.add_types(vmlinux);
  FentrySites sites;
  for (const Candidate& candidate : candidates) {
    const Named& named = names.at(candidate.name);
    if (named.functions != 1 || !named.id ||
        !kernel::fits_trampoline(vmlinux, vmlinux.type(named.id).type))
      continue;
    if (held.contains(std::string(candidate.name)))
      sites.held_by_others++;
    else
      sites.ids[candidate.address] = named.id;
  }
  return sites;
}

std::string describe_held(size_t held_by_others) {
  if (held_by_others == 0) return "";
  return fmt::format(
      "{} functions have a probe of somebody else already, so that kprobe-multi costs less there",
      held_by_others);
}

uint8_t number_arguments(const kernel::Btf& vmlinux, uint32_t function_id) {
  constexpr uint32_t kWordBytes = 8;
  const auto params = vmlinux.params(vmlinux.type(function_id).type);
  uint8_t numbers = 0;
  for (size_t i = 0; i < params.size() && i < 3; i++) {
    const uint32_t type = vmlinux.resolve(params[i].type);
    const uint32_t kind = vmlinux.kind(type);
    const bool is_number = kind == BTF_KIND_INT || kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64;
    if (kind != BTF_KIND_PTR && (!is_number || vmlinux.type(type).size > kWordBytes))
      break;  // of several words: those behind it are elsewhere
    if (is_number && i == 1) numbers |= PWRU_TARGET_ARG2;
    if (is_number && i == 2) numbers |= PWRU_TARGET_ARG3;
  }
  return numbers;
}

}  // namespace pwru::plan
