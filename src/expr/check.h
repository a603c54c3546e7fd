// SPDX-License-Identifier: Apache-2.0
// Applies the rules of C to a tree: looks up names, gives every node its type, and refuses what has
// no meaning.
#pragma once

#include <string>

#include "expr/parser.h"
#include "expr/types.h"

namespace pwru::expr {

// How many characters a string may have, not counting its wildcards.
inline constexpr size_t kMaxPattern = 62;

// The variable that the expression starts from: its name, and the struct that it points to.
struct Root {
  std::string name;         // "skb"
  std::string struct_name;  // "sk_buff"
  std::string device;       // the expression for the packet's struct net_device: "skb->dev"
};

// After the check, strings and addresses stand only beside == and !=, and their types fit.
[[nodiscard]] Result<> check(Node& tree, const Types& types, const Root& root);

// Refuses a value that cannot be true or false. A number, a pointer and an array can.
[[nodiscard]] Result<> check_condition(const Node& tree, const Types& types);

// Narrow integers become int (C11 6.3.1.1).
[[nodiscard]] Type promoted(const Type& type);
// The usual arithmetic conversions (C11 6.3.1.8).
[[nodiscard]] Type common(const Type& left, const Type& right);
// An array stands for the address of its first element.
[[nodiscard]] Type decayed(const Type& type, const Types& types);

}  // namespace pwru::expr
