// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "knowledge/places.h"

namespace pwru::knowledge {
namespace {

// As skb_queue_purge_reason() and kfree_skb_list_reason() do it, and what frees on other kernels.
constexpr std::string_view kFreeing =
    "kfree_skb kfree_skb_reason sk_skb_reason_drop __kfree_skb __sk_skb_reason_drop "
    "kfree_skb_list kfree_skb_list_reason kfree_skb_list_add_bulk kfree_skb_partial "
    "consume_skb __consume_stateless_skb dev_kfree_skb_any_reason __dev_kfree_skb_any "
    "dev_kfree_skb_irq_reason __dev_kfree_skb_irq tcp_drop tcp_drop_reason __tcf_kfree_skb_list "
    "tcf_kfree_skb_list kfree_skbmem";

}  // namespace

std::array<std::span<const Cause>, 7> causes_by_place() {
  return {ordinary_ends(), netfilter_causes(), routing_causes(), device_causes(),
          bridge_causes(), tunnel_causes(),    socket_causes()};
}

bool is_in_list(std::string_view name, std::string_view list) {
  if (name.empty()) return false;
  for (size_t at = 0; at < list.size();) {
    const size_t end = std::min(list.find(' ', at), list.size());
    if (list.substr(at, end - at) == name) return true;
    at = end + 1;
  }
  return false;
}

bool is_freeing(std::string_view function) { return is_in_list(function, kFreeing); }

bool is_freeing_for_xdp(std::string_view function) {
  return is_in_list(function, VETH_XDP " " GENERIC_XDP);
}

}  // namespace pwru::knowledge
