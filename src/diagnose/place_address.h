// SPDX-License-Identifier: Apache-2.0
// Where in the kernel's code a packet ended.
#pragma once

#include <cstdint>
#include <optional>

#include "resolve/record.h"

namespace pwru::diagnose {

// An address inside of the call, or at the beginning of the function, that is the place of the
// packet's end. None: no function freed it (an XDP program did), or it is not known.
[[nodiscard]] std::optional<uint64_t> place_address(const resolve::Record& record);

}  // namespace pwru::diagnose
