// SPDX-License-Identifier: Apache-2.0
// Asks rtnetlink for a list.
#pragma once

#include <functional>

#include "base/handle.h"
#include "kernel/lookups/netlink.h"

namespace pwru::kernel {

// Sends the request, and gives each part of the answer to `take_part` until that returns false.
// Parts of an answer to an earlier request, which came too late, are left out. False when the
// kernel does not answer within the limit of the socket. It takes no privileges.
[[nodiscard]] bool dump(const UniqueFd& rtnetlink, Message request,
                        const std::function<bool(Bytes part)>& take_part);

}  // namespace pwru::kernel
