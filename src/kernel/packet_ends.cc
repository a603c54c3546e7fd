// SPDX-License-Identifier: Apache-2.0
#include "kernel/packet_ends.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace pwru::kernel {
namespace {

using Names = std::vector<std::string_view>;

// Of one packet each: since 6.11, since 5.17, before.
constexpr auto kDropOne =
    std::to_array<std::string_view>({"sk_skb_reason_drop", "kfree_skb_reason", "kfree_skb"});

// Puts the packet into a queue of the CPU; net_tx_action() frees it without a function that takes
// it alone. Since 6.4, before.
constexpr auto kDropLater =
    std::to_array<std::string_view>({"dev_kfree_skb_irq_reason", "__dev_kfree_skb_irq"});

// Since 5.19, before. They call kDropOne for each packet up to 6.2; since then they free in bulk
// themselves (kfree_skb_add_bulk()).
constexpr auto kDropList =
    std::to_array<std::string_view>({"kfree_skb_list_reason", "kfree_skb_list"});
constexpr std::string_view kBulk = "skb_free_array";

// They call one of the above.
constexpr auto kDropByAnother =
    std::to_array<std::string_view>({"dev_kfree_skb_any_reason", "__dev_kfree_skb_any"});

constexpr auto kConsume =
    std::to_array<std::string_view>({"consume_skb", "napi_consume_skb", "__consume_stateless_skb"});

// Those of net/core and net/sched that walk what they are given by skb->next:
// skb_list_walk_safe() and loops like it.
constexpr auto kTakeList = std::to_array<std::string_view>(
    {"kfree_skb_list_reason", "kfree_skb_list", "__tcf_kfree_skb_list", "dev_hard_start_xmit",
     "sch_direct_xmit", "validate_xmit_skb_list"});

template <size_t N>
bool has(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Ending ending_of(std::string_view function) {
  if (has(kConsume, function)) return Ending::Consumes;
  const bool drops = has(kDropOne, function) || has(kDropList, function) ||
                     has(kDropLater, function) || has(kDropByAnother, function);
  return drops ? Ending::Drops : Ending::None;
}

Names names_of_drops(const Btf& vmlinux) {
  Names names(kDropOne.begin(), kDropOne.end());
  if (vmlinux.find(kBulk, BTF_KIND_STRUCT))
    names.insert(names.end(), kDropList.begin(), kDropList.end());
  names.insert(names.end(), kDropLater.begin(), kDropLater.end());
  return names;
}

std::string drop_functions(const Btf& vmlinux) {
  Names names = names_of_drops(vmlinux);
  std::erase_if(names, [&](std::string_view name) { return !vmlinux.find(name, BTF_KIND_FUNC); });
  return join(names, ", ");
}

std::vector<std::string_view> all_drop_functions() { return {kDropOne.begin(), kDropOne.end()}; }

std::string_view drop_function(const Btf& vmlinux) {
  for (const std::string_view name : kDropOne)
    if (vmlinux.find(name, BTF_KIND_FUNC)) return name;
  return "";
}

bool takes_list(const Function& function) {
  return function.module.empty() && function.skb_arg == 1 && has(kTakeList, function.name);
}

}  // namespace pwru::kernel
