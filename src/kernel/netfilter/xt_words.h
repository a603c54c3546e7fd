// SPDX-License-Identifier: Apache-2.0
// The words that parts of a rule of iptables-legacy have in common.
#pragma once

#include <fmt/format.h>

#include <span>
#include <string>

#include "kernel/lookups/netlink.h"

namespace pwru::kernel {

// " --dport", " ! --dport"
[[nodiscard]] std::string xt_option(std::string_view name, bool is_inverted);
// In quotes where iptables has it in quotes.
[[nodiscard]] std::string xt_quoted(std::string_view text);
// "10.1.0.2", "fd00::1"; the length says which.
[[nodiscard]] std::string xt_address(Bytes address);
// "/24"; "/255.0.255.0" of one that is no prefix.
[[nodiscard]] std::string xt_mask(Bytes mask);
// "SYN,ACK": the names of the bits that are set, with a number for those that have none.
[[nodiscard]] std::string xt_bits(uint64_t bits, std::span<const std::string_view> names);

}  // namespace pwru::kernel
