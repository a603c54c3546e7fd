// SPDX-License-Identifier: Apache-2.0
// The rules of C for a tree: names are looked up, every node gets its type, what makes no sense is
// refused.
#pragma once

#include <string>

#include "expr/parser.h"
#include "expr/types.h"

namespace pwru::expr {

// The characters of a string, without its wildcards.
inline constexpr size_t kMaxPattern = 62;

// What the expression starts from: the name for it, and the struct that it points to.
struct Root {
  std::string name;         // "skb"
  std::string struct_name;  // "sk_buff"
  std::string device;       // how the packet's struct net_device is reached: "skb->dev"
};

// Strings and addresses stand only beside == and !=; behind the check their types fit.
[[nodiscard]] Result<> check(Node& tree, const Types& types, const Root& root);

// The value is a number or a pointer (an array is one): something that can be true or false.
[[nodiscard]] Result<> check_condition(const Node& tree, const Types& types);

// Narrow integers become int (C11 6.3.1.1).
[[nodiscard]] Type promoted(const Type& type);
// The usual arithmetic conversions (C11 6.3.1.8).
[[nodiscard]] Type common(const Type& left, const Type& right);
// An array stands for the address of its first element.
[[nodiscard]] Type decayed(const Type& type, const Types& types);

}  // namespace pwru::expr
