// SPDX-License-Identifier: Apache-2.0
// What the kernel answered about a death, as the record has it. The views point into the answers.
#pragma once

#include "kernel/addresses.h"
#include "kernel/bridge.h"
#include "kernel/ipsec.h"
#include "kernel/multicast_route.h"
#include "kernel/routes.h"
#include "kernel/tunnels.h"
#include "resolve/record.h"

namespace pwru {

[[nodiscard]] resolve::Lookups::Refusal view_of(const kernel::RefusingRoute& refusal);
[[nodiscard]] resolve::Lookups::WayBack view_of(const kernel::WayBack& back);
[[nodiscard]] resolve::Lookups::OwnAddress view_of(const kernel::OwnAddress& address);
[[nodiscard]] resolve::Lookups::Tunnel view_of(const kernel::FoundTunnel& tunnel);
[[nodiscard]] resolve::Lookups::MulticastRoute view_of(const kernel::MulticastRoute& route);
[[nodiscard]] resolve::Lookups::Port view_of(const kernel::BridgePort& port);
[[nodiscard]] resolve::Lookups::Policy view_of(const kernel::IpsecAnswer& answer);

}  // namespace pwru
