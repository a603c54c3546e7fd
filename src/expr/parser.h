// SPDX-License-Identifier: Apache-2.0
// Turns text into trees, by the grammar and the precedences of C.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "expr/lexer.h"
#include "expr/types.h"

namespace pwru::expr {

enum class Op {
  Or,
  And,
  BitOr,
  BitXor,
  BitAnd,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  ShiftLeft,
  ShiftRight,
  Add,
  Subtract,
  Multiply,
  Divide,
  Remainder,
  Negate,
  Complement,
  Not,
  Dereference,
  AddressOf,
};

enum class NodeKind { Constant, String, Address, Name, Member, Index, Unary, Binary, Cast };

// A type in a cast: a tag ("struct", "union", "enum" or none), a name, stars.
struct TypeName {
  std::string tag;
  std::string name;  // its words in the order of the text: "unsigned char"
  uint8_t stars = 0;
};

struct Node;
using NodePtr = std::unique_ptr<Node>;

// One node of the tree. The parser fills the first part, check() the second.
struct Node {
  NodeKind kind = NodeKind::Constant;
  Op op = Op::Or;    // Unary, Binary
  size_t at = 0;     // where errors point: the operator, or the first character
  std::string name;  // Name, Member; for String and Address the text as it was written
  bool has_arrow = false;
  Constant constant;
  Pattern pattern;
  Address address;
  TypeName type_name;
  NodePtr left, right;  // Unary, Cast and Member have only the left one

  Type type;              // of the value, before promotion
  bool is_place = false;  // has an address: a member, an element, the target of a pointer
  bool is_root = false;   // the variable of the packet: skb or xdp
  FieldPlace field;       // Member: where it is in its struct
};

// One expression of a list, its text, and where the text begins.
struct Expression {
  NodePtr tree;
  size_t at = 0;
  std::string text;
};

// "unsigned", "char" and the other words of C's own types.
[[nodiscard]] bool is_basic_type_word(std::string_view word);

// Tells a type's name from other names: "(u8)" is a cast, "(skb)" is not.
using IsTypeName = std::function<bool(std::string_view)>;

// Expressions separated by commas, at least one. Errors begin with the column.
[[nodiscard]] Result<std::vector<Expression>> parse(std::string_view text,
                                                    const IsTypeName& is_type_name);

}  // namespace pwru::expr
