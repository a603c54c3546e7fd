// SPDX-License-Identifier: Apache-2.0
// Asks which IPsec policy decides about a packet: xfrm_policy_lookup().
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "kernel/lookups/routes.h"

namespace pwru::kernel {

enum class IpsecDirection : uint8_t { In, Out, Forward };  // XFRM_POLICY_*

struct IpsecPolicy {
  IpsecDirection direction = IpsecDirection::In;
  std::string selector;  // "src 10.1.0.2 dst 10.2.0.0/16 proto 17 dport 53", as ip(8) writes it
  uint32_t index = 0;    // by which `ip xfrm policy` knows it
  bool blocks = false;
  std::string protection;  // what it asks for: "ESP in mode tunnel"; "": nothing
};

struct IpsecAnswer {
  bool is_known = false;  // false: there are too many, or one asks for what is not known here
  IpsecDirection direction = IpsecDirection::In;
  std::optional<IpsecPolicy> policy = {};  // none: none matches
  bool default_blocks = false;             // none matches, and the default is to block
};

// The policy that matches as the policies are now, the first by priority.
[[nodiscard]] IpsecAnswer find_ipsec_policy(const AskKernel& ask, const RouteQuestion& packet,
                                            IpsecDirection direction);
// That which refuses a packet that is forwarded: it is looked up as such, and then as what is sent.
// Not known when both ask for protection, as nothing tells which of them was not satisfied. What
// came through an association needs a policy of the first kind (`is_protected`).
[[nodiscard]] IpsecAnswer find_forward_policy(const AskKernel& ask, const RouteQuestion& packet,
                                              bool is_protected);

}  // namespace pwru::kernel
