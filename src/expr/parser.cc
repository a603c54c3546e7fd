// SPDX-License-Identifier: Apache-2.0
#include "expr/parser.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace pwru::expr {
namespace {

// Trees are walked recursively, so both limits keep the stack of this process small.
constexpr size_t kMaxText = 4096;
constexpr int kMaxDepth = 100;

struct BinaryOp {
  std::string_view symbol;
  Op op;
  int precedence;  // higher binds closer
};

// A single "=" compares, as in cilium/pwru, because nothing can be assigned here.
constexpr std::array<BinaryOp, 19> kBinaryOps = {{
    {"||", Op::Or, 1},        {"&&", Op::And, 2},        {"|", Op::BitOr, 3},
    {"^", Op::BitXor, 4},     {"&", Op::BitAnd, 5},      {"==", Op::Equal, 6},
    {"=", Op::Equal, 6},      {"!=", Op::NotEqual, 6},   {"<", Op::Less, 7},
    {"<=", Op::LessEqual, 7}, {">", Op::Greater, 7},     {">=", Op::GreaterEqual, 7},
    {"<<", Op::ShiftLeft, 8}, {">>", Op::ShiftRight, 8}, {"+", Op::Add, 9},
    {"-", Op::Subtract, 9},   {"*", Op::Multiply, 10},   {"/", Op::Divide, 10},
    {"%", Op::Remainder, 10},
}};

struct UnaryOp {
  std::string_view symbol;
  Op op;
};
constexpr std::array<UnaryOp, 5> kUnaryOps = {{{"-", Op::Negate},
                                               {"~", Op::Complement},
                                               {"!", Op::Not},
                                               {"*", Op::Dereference},
                                               {"&", Op::AddressOf}}};

constexpr std::array<std::string_view, 3> kTags = {"struct", "union", "enum"};
constexpr std::array<std::string_view, 2> kQualifiers = {"const", "volatile"};

template <size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view text) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

class Parser {
 public:
  Parser(std::string_view text, std::vector<Token> tokens, const IsTypeName& is_type_name)
      : text_(text), tokens_(std::move(tokens)), is_type_name_(is_type_name) {}

  Result<std::vector<Expression>> list() {
    std::vector<Expression> expressions;
    for (;;) {
      const size_t begin = token().at;
      PWRU_ASSIGN(NodePtr tree, binary(1));
      const Token& last = tokens_[next_ - 1];
      const size_t end = last.at + last.text.size();
      expressions.push_back(
          {std::move(tree), begin, std::string(text_.substr(begin, end - begin))});
      if (token().kind == TokenKind::End) return expressions;
      if (!takes(",")) return unexpected("an operator");
    }
  }

 private:
  const Token& token(size_t ahead = 0) const {
    return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
  }
  bool is_symbol(std::string_view symbol, size_t ahead = 0) const {
    return token(ahead).kind == TokenKind::Symbol && token(ahead).text == symbol;
  }
  bool takes(std::string_view symbol) {
    if (!is_symbol(symbol)) return false;
    next_++;
    return true;
  }
  tl::unexpected<Error> unexpected(std::string_view wanted) const {
    // Without quotes the shell takes skb->len>1000 for two redirections, and only skb- is left.
    const char* const hint =
        token().kind == TokenKind::End ? "; put it in single quotes if the shell took a part" : "";
    return error_at(token().at,
                    fmt::format("expected {}, not {}{}", wanted, quoted(token()), hint));
  }
  Result<> expect(std::string_view symbol) {
    if (takes(symbol)) return {};
    return unexpected(fmt::format("\"{}\"", symbol));
  }

  static NodePtr make(NodeKind kind, const Token& token) {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->at = token.at;
    node->name = token.text;
    return node;
  }

  const BinaryOp* binary_op() const {
    if (token().kind != TokenKind::Symbol) return nullptr;
    const auto op = std::find_if(kBinaryOps.begin(), kBinaryOps.end(),
                                 [&](const BinaryOp& each) { return each.symbol == token().text; });
    return op == kBinaryOps.end() ? nullptr : &*op;
  }

  // Operators that bind at least as closely as `precedence`, from left to right.
  Result<NodePtr> binary(int precedence) {
    PWRU_ASSIGN(NodePtr left, unary());
    for (;;) {
      const BinaryOp* const op = binary_op();
      if (!op || op->precedence < precedence) return left;
      NodePtr node = make(NodeKind::Binary, token());
      next_++;
      node->op = op->op;
      node->left = std::move(left);
      PWRU_ASSIGN(node->right, binary(op->precedence + 1));
      left = std::move(node);
    }
  }

  Result<NodePtr> unary() {
    if (depth_ >= kMaxDepth)
      return error_at(token().at, fmt::format("nested more than {} deep", kMaxDepth));
    depth_++;
    auto node = prefix();
    depth_--;
    return node;
  }

  Result<NodePtr> prefix() {
    for (const UnaryOp& op : kUnaryOps) {
      if (!is_symbol(op.symbol)) continue;
      NodePtr node = make(NodeKind::Unary, token());
      next_++;
      node->op = op.op;
      PWRU_ASSIGN(node->left, unary());
      return node;
    }
    if (is_symbol("(") && is_type(token(1))) return cast();
    return postfix();
  }

  bool is_type(const Token& word) const {
    if (word.kind != TokenKind::Name) return false;
    return is_one_of(kTags, word.text) || is_basic_type_word(word.text) ||
           is_one_of(kQualifiers, word.text) || is_type_name_(word.text);
  }

  Result<NodePtr> cast() {
    NodePtr node = make(NodeKind::Cast, token());
    next_++;
    PWRU_ASSIGN(node->type_name, type_name());
    PWRU_TRY(expect(")"));
    PWRU_ASSIGN(node->left, unary());
    return node;
  }

  void skip_qualifiers() {
    while (token().kind == TokenKind::Name && is_one_of(kQualifiers, token().text)) next_++;
  }

  Result<TypeName> type_name() {
    TypeName type;
    skip_qualifiers();
    if (is_one_of(kTags, token().text)) {
      type.tag = token().text;
      next_++;
      if (token().kind != TokenKind::Name) return unexpected("the name of a type");
    }
    if (type.tag.empty() && is_basic_type_word(token().text)) {
      for (; token().kind == TokenKind::Name && is_basic_type_word(token().text); next_++) {
        if (!type.name.empty()) type.name += ' ';
        type.name += token().text;
        skip_qualifiers();
      }
    } else {
      type.name = token().text;
      next_++;
    }
    skip_qualifiers();
    while (takes("*")) {
      if (++type.stars > Type::kMaxLevels) return unexpected("fewer stars");
      skip_qualifiers();
    }
    return type;
  }

  Result<NodePtr> postfix() {
    PWRU_ASSIGN(NodePtr node, primary());
    for (;;) {
      NodePtr outer;
      if (is_symbol("->") || is_symbol(".")) {
        const bool has_arrow = is_symbol("->");
        next_++;
        if (token().kind != TokenKind::Name) return unexpected("the name of a member");
        outer = make(NodeKind::Member, token());
        outer->has_arrow = has_arrow;
        next_++;
      } else if (is_symbol("[")) {
        outer = make(NodeKind::Index, token());
        next_++;
        PWRU_ASSIGN(outer->right, binary(1));
        PWRU_TRY(expect("]"));
      } else {
        return node;
      }
      outer->left = std::move(node);
      node = std::move(outer);
    }
  }

  Result<NodePtr> primary() {
    if (takes("(")) {
      PWRU_ASSIGN(NodePtr node, binary(1));
      PWRU_TRY(expect(")"));
      return node;
    }
    const Token& word = token();
    NodePtr node;
    switch (word.kind) {
      case TokenKind::Name:
        node = make(NodeKind::Name, word);
        break;
      case TokenKind::Constant:
        node = make(NodeKind::Constant, word);
        node->constant = word.constant;
        break;
      case TokenKind::String:
        node = make(NodeKind::String, word);
        node->pattern = word.pattern;
        break;
      case TokenKind::Address:
        node = make(NodeKind::Address, word);
        node->address = word.address;
        break;
      default:
        return unexpected("a value");
    }
    next_++;
    return node;
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  const IsTypeName& is_type_name_;
  size_t next_ = 0;
  int depth_ = 0;
};

}  // namespace

bool is_basic_type_word(std::string_view word) {
  static constexpr std::array<std::string_view, 9> kWords = {
      "void", "char", "short", "int", "long", "signed", "unsigned", "_Bool", "bool"};
  return is_one_of(kWords, word);
}

Result<std::vector<Expression>> parse(std::string_view text, const IsTypeName& is_type_name) {
  if (text.size() > kMaxText)
    return error_at(kMaxText, fmt::format("the text is longer than {} characters", kMaxText));
  PWRU_ASSIGN(auto tokens, split_tokens(text));
  return Parser(text, std::move(tokens), is_type_name).list();
}

}  // namespace pwru::expr
