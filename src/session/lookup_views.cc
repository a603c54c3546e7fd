// SPDX-License-Identifier: Apache-2.0
#include "session/lookup_views.h"

#include <array>
#include <string_view>

namespace pwru {

resolve::Lookups::Refusal view_of(const kernel::RefusingRoute& refusal) {
  return {static_cast<resolve::Lookups::Refusal::By>(refusal.by),
          refusal.prefix,
          refusal.table,
          refusal.metric,
          refusal.rule,
          refusal.device,
          refusal.tos};
}

resolve::Lookups::WayBack view_of(const kernel::WayBack& back) {
  return {back.device, back.refuses, view_of(back.route)};
}

resolve::Lookups::OwnAddress view_of(const kernel::OwnAddress& address) {
  return {static_cast<resolve::Lookups::OwnAddress::Why>(address.why), address.device, address.vrf};
}

resolve::Lookups::Association view_of(kernel::Association association) {
  return static_cast<resolve::Lookups::Association>(association);
}

resolve::Lookups::Tunnel view_of(const kernel::FoundTunnel& tunnel) {
  return {static_cast<resolve::Lookups::Tunnel::State>(tunnel.state), tunnel.kind, tunnel.name,
          tunnel.expects};
}

resolve::Lookups::MulticastRoute view_of(const kernel::MulticastRoute& route) {
  return {static_cast<resolve::Lookups::MulticastRoute::Why>(route.why), route.device};
}

resolve::Lookups::Port view_of(const kernel::BridgePort& port) {
  using Port = resolve::Lookups::Port;
  return {static_cast<Port::Place>(port.place), port.name, port.state,
          static_cast<Port::Hindrance>(port.hindrance)};
}

resolve::Lookups::Policy view_of(const kernel::IpsecAnswer& answer) {
  constexpr auto kDirections = std::to_array<std::string_view>({"in", "out", "fwd"});
  resolve::Lookups::Policy view;
  view.direction = kDirections[static_cast<size_t>(answer.direction)];
  view.is_none = !answer.policy;
  view.default_blocks = answer.default_blocks;
  if (!answer.policy) return view;
  const kernel::IpsecPolicy& policy = *answer.policy;
  view.selector = policy.selector;
  view.index = policy.index;
  view.blocks = policy.blocks;
  view.protection = policy.protection;
  return view;
}

}  // namespace pwru
