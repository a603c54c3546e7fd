// SPDX-License-Identifier: Apache-2.0
// What the kernel answered about a death, as the record has it. The views point into the answers.
#pragma once

#include "kernel/lookups/addresses.h"
#include "kernel/lookups/associations.h"
#include "kernel/lookups/bridge.h"
#include "kernel/lookups/ipsec.h"
#include "kernel/lookups/multicast_route.h"
#include "kernel/lookups/routes.h"
#include "kernel/lookups/tunnels.h"
#include "resolve/record.h"

namespace pwru {

[[nodiscard]] resolve::Lookups::Refusal view_of(const kernel::RefusingRoute& refusal);
[[nodiscard]] resolve::Lookups::WayBack view_of(const kernel::WayBack& back);
[[nodiscard]] resolve::Lookups::OwnAddress view_of(const kernel::OwnAddress& address);
[[nodiscard]] resolve::Lookups::Association view_of(kernel::Association association);
[[nodiscard]] resolve::Lookups::Tunnel view_of(const kernel::FoundTunnel& tunnel);
[[nodiscard]] resolve::Lookups::MulticastRoute view_of(const kernel::MulticastRoute& route);
[[nodiscard]] resolve::Lookups::Port view_of(const kernel::BridgePort& port);
[[nodiscard]] resolve::Lookups::Policy view_of(const kernel::IpsecAnswer& answer);

}  // namespace pwru
