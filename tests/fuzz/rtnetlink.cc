// SPDX-License-Identifier: Apache-2.0
// Reads routes, rules, bridges, queues, addresses, tunnels, policies and connections out of what
// the kernel may answer. The first byte tells the length of the first answer in units of eight
// bytes, and so on; the last answer is repeated.
#include <algorithm>
#include <cstdint>
#include <tuple>

#include "kernel/lookups/addresses.h"
#include "kernel/lookups/bridge.h"
#include "kernel/lookups/conntrack.h"
#include "kernel/lookups/ipsec.h"
#include "kernel/lookups/multicast_route.h"
#include "kernel/lookups/qdiscs.h"
#include "kernel/lookups/routes.h"
#include "kernel/lookups/tunnels.h"
#include "tests/fuzz/code.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace pwru;
  kernel::Bytes rest = std::as_bytes(std::span(data, size));
  std::vector<std::byte> answer;
  const auto ask = [&](uint32_t, kernel::Bytes) {
    if (rest.empty()) return answer;
    const size_t bytes = std::min(std::to_integer<size_t>(rest[0]) * 8, rest.size() - 1);
    answer.assign(rest.begin() + 1, rest.begin() + 1 + static_cast<ptrdiff_t>(bytes));
    rest = rest.subspan(1 + bytes);
    return answer;
  };
  kernel::RouteQuestion packet;
  packet.is_v6 = size & 1;
  packet.error = 22;
  if (const auto found = kernel::find_refusing_route(ask, packet))
    fuzz::require(found->by != kernel::RefusingRoute::By::Route || !found->prefix.empty());
  std::ignore = kernel::find_way_back(ask, packet);
  if (const auto port = kernel::find_bridge_port(ask, {7, 3, {2, 0, 0, 0, 0, 1}, 20}))
    fuzz::require(port->place != kernel::BridgePort::Place::Other || !port->name.empty());
  if (const auto queue = kernel::find_dropping_qdisc(ask, {7, 3, 1}))
    fuzz::require(queue->kind.empty() || queue->parent.find(':') != std::string::npos);
  std::ignore = kernel::find_own_address(ask, packet);
  std::ignore = kernel::find_multicast_route(ask, packet, 64);
  std::ignore = kernel::has_route(ask, packet);
  if (const auto tunnel = kernel::find_tunnel(ask, {7, {"vxlan", "gre"}, false, {}, {}, 4789, 43}))
    fuzz::require(tunnel->state == kernel::FoundTunnel::State::None || !tunnel->kind.empty());
  packet.sport = packet.dport = 53;
  std::ignore = kernel::find_original_tuple(ask, packet);
  const kernel::IpsecAnswer found = kernel::find_forward_policy(ask, packet, size & 2);
  if (found.policy) fuzz::require(found.policy->selector.starts_with("src "));
  return 0;
}
