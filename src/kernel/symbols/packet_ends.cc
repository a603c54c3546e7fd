// SPDX-License-Identifier: Apache-2.0
#include "kernel/symbols/packet_ends.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace pwru::kernel {
namespace {

using Names = std::vector<std::string_view>;

// Functions that drop one packet: since 6.11, since 5.17, and before.
constexpr auto kDropOne =
    std::to_array<std::string_view>({kDropOfSocket, "kfree_skb_reason", "kfree_skb"});

// Functions that put the packet into a queue of the CPU, since 6.4 and before. net_tx_action()
// frees it later, without a call that takes this packet alone.
constexpr auto kDropLater =
    std::to_array<std::string_view>({"dev_kfree_skb_irq_reason", "__dev_kfree_skb_irq"});

// Functions that drop a list of packets, since 5.19 and before. Up to 6.2 they call one of kDropOne
// for each packet. Since then they free in bulk themselves (kfree_skb_add_bulk()).
constexpr auto kDropList =
    std::to_array<std::string_view>({"kfree_skb_list_reason", "kfree_skb_list"});
constexpr std::string_view kBulk = "skb_free_array";

// Functions that call one of the above.
constexpr auto kDropByAnother =
    std::to_array<std::string_view>({"dev_kfree_skb_any_reason", "__dev_kfree_skb_any"});

// skb_attempt_defer_free() (since 5.19) hands what a socket has read to the CPU that received it,
// which frees it with its next interrupt of a network device: perhaps much later.
constexpr auto kConsume = std::to_array<std::string_view>(
    {"consume_skb", "napi_consume_skb", "__consume_stateless_skb", "skb_attempt_defer_free"});

constexpr auto kRefuse =
    std::to_array<std::string_view>({kRefusesSyn, kRefusesEcho4, kRefusesEcho6});

// Functions of net/core and net/sched that walk the packets behind their argument by skb->next:
// skb_list_walk_safe() and loops like it.
constexpr auto kTakeList = std::to_array<std::string_view>(
    {"kfree_skb_list_reason", "kfree_skb_list", "__tcf_kfree_skb_list", "dev_hard_start_xmit",
     "sch_direct_xmit", "validate_xmit_skb_list"});

// Functions of net/core/skbuff.c, and destructors of skbs, which skb_release_head_state() calls.
constexpr auto kAfterRelease = std::to_array<std::string_view>(
    {"skb_release_data", "skb_free_head", "kfree_skbmem", "napi_skb_cache_put", "skb_zcopy_clear",
     "skb_kfree_head", "sock_wfree", "__sock_wfree", "sock_rfree", "sock_efree", "sock_edemux",
     "sock_ofree", "sock_pfree", "tcp_wfree", "unix_destruct_scm", "netlink_skb_destructor",
     "tpacket_destruct_skb"});

template <size_t N>
bool has(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Ending ending_of(std::string_view function) {
  if (has(kConsume, function)) return Ending::Consumes;
  if (has(kRefuse, function)) return Ending::Refuses;
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

Names names_of_refusals() { return {kRefuse.begin(), kRefuse.end()}; }

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

bool runs_after_release(const Function& function) {
  return function.module.empty() && function.skb_arg == 1 && has(kAfterRelease, function.name);
}

}  // namespace pwru::kernel
