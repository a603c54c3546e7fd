// SPDX-License-Identifier: Apache-2.0
// Asks to which devices the sockets of a port are bound that listen with TCP: /proc does not tell.
#pragma once

#include <optional>
#include <string>

#include "kernel/lookups/routes.h"
#include "kernel/symbols/symbols.h"

namespace pwru::kernel {

// Whether the kernel answers: the question alone would load its module, tcp_diag.
[[nodiscard]] bool may_ask_listeners(const Symbols& symbols);

// The device to which the listener of the packet's destination is bound, when the packet came by
// another one, which is not of that VRF either. None when a listener has no device or that of the
// packet, and when the kernel does not answer. `ask`: NETLINK_SOCK_DIAG; `routes`: NETLINK_ROUTE.
[[nodiscard]] std::optional<std::string> find_device_of_listener(const AskKernel& ask,
                                                                 const AskKernel& routes,
                                                                 const RouteQuestion& packet);

}  // namespace pwru::kernel
