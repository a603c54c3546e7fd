// SPDX-License-Identifier: Apache-2.0
#include "plan/expressions.h"

#include <string>

namespace pwru::plan {
namespace {

// The expressions of all facts. Before 5.17 the kernel gives no reasons, so that more has to be
// known of a packet.
std::vector<std::string_view> expressions_of_facts(const kernel::Btf& vmlinux) {
  const bool has_reasons = vmlinux.find("skb_drop_reason", BTF_KIND_ENUM) != 0;
  std::vector<std::string_view> expressions;
  for (const knowledge::FactRow& row : knowledge::facts())
    expressions.push_back(has_reasons || row.without_reasons.empty() ? row.expression
                                                                     : row.without_reasons);
  return expressions;
}

std::string_view expression_of(knowledge::Fact fact,
                               const std::vector<std::string_view>& expressions) {
  return expressions[static_cast<size_t>(fact)];
}

std::string_view older_expression_of(knowledge::Fact fact) {
  return knowledge::facts()[static_cast<size_t>(fact)].older;
}

std::string_view expression_of_socket(knowledge::Fact fact) {
  return knowledge::facts()[static_cast<size_t>(fact)].of_socket;
}

std::vector<std::string> texts_of(const cli::Options& options,
                                  const std::vector<knowledge::Fact>& facts,
                                  const std::vector<knowledge::Fact>& of_socket,
                                  const std::vector<std::string_view>& expressions) {
  std::vector<std::string> texts = {options.filter_skb_expr, options.filter_xdp_expr,
                                    options.on.expr};
  for (const auto* list : {&options.output_skb_metadata, &options.output_xdp_metadata})
    texts.insert(texts.end(), list->begin(), list->end());
  for (const knowledge::Fact fact : facts) {
    texts.emplace_back(expression_of(fact, expressions));
    texts.emplace_back(older_expression_of(fact));
  }
  for (const knowledge::Fact fact : of_socket) texts.emplace_back(expression_of_socket(fact));
  return texts;
}

// What the answer to a death, or a journey, is made of. No program may copy: nothing.
std::vector<knowledge::Fact> wanted_facts(const cli::Options& options, bool may_copy,
                                          const std::vector<std::string_view>& expressions) {
  std::vector<knowledge::Fact> facts;
  if (!may_copy) return facts;
  if (!cli::asks_for_deaths(options)) {
    if (options.output_layout == cli::LayoutChoice::Journey)
      facts.assign(knowledge::kFactsOfHops.begin(), knowledge::kFactsOfHops.end());
    return facts;
  }
  for (const knowledge::FactRow& row : knowledge::facts())
    if (!expression_of(row.id, expressions).empty()) facts.push_back(row.id);
  return facts;
}

// The same of the socket. Functions alone are given one.
std::vector<knowledge::Fact> wanted_of_socket(const cli::Options& options, bool may_copy) {
  std::vector<knowledge::Fact> facts;
  if (!may_copy || !cli::asks_for_deaths(options)) return facts;
  for (const knowledge::FactRow& row : knowledge::facts())
    if (!row.of_socket.empty()) facts.push_back(row.id);
  return facts;
}

// A kernel need not have every member: what does not compile is not known, and that is all.
bool is_readable(const expr::TypeSource& types, const expr::Root& root,
                 std::string_view expression) {
  const std::string text(expression);
  return expr::compile_values(types, root, {&text, 1}).has_value();
}

}  // namespace

Result<Expressions> compile_expressions(const cli::Options& options, const kernel::Btf& vmlinux,
                                        bool may_copy) {
  std::vector<std::string_view> expressions = expressions_of_facts(vmlinux);
  std::vector<knowledge::Fact> read = wanted_facts(options, may_copy, expressions);
  std::vector<knowledge::Fact> of_socket = wanted_of_socket(options, may_copy);
  const auto find_types = [&] {
    return expr::find_types(vmlinux, texts_of(options, read, of_socket, expressions),
                            [&vmlinux] { return kernel::load_module_btf(vmlinux, {}); });
  };
  auto found = find_types();
  if (!found && !read.empty()) {
    read.clear();
    of_socket.clear();
    found = find_types();
  }
  if (!found) return tl::unexpected<Error>(std::move(found.error()));
  expr::KnownTypes types = std::move(*found);
  std::erase_if(read, [&](knowledge::Fact fact) {
    std::string_view& expression = expressions[static_cast<size_t>(fact)];
    if (is_readable(types.source(), expr::skb_root(), expression)) return false;
    expression = older_expression_of(fact);
    return expression.empty() || !is_readable(types.source(), expr::skb_root(), expression);
  });
  std::erase_if(of_socket, [&](knowledge::Fact fact) {
    return !is_readable(types.source(), expr::socket_root(), expression_of_socket(fact));
  });
  std::vector<std::string> socket_facts;
  for (const knowledge::Fact fact : of_socket)
    socket_facts.emplace_back(expression_of_socket(fact));
  std::vector<std::string> facts;
  for (const knowledge::Fact fact : read) facts.emplace_back(expression_of(fact, expressions));
  PWRU_ASSIGN(auto skb, expr::compile_skb(types.source(), {options.filter_skb_expr,
                                                           options.output_skb_metadata, facts}));
  PWRU_ASSIGN(auto socket, expr::compile_socket(types.source(), socket_facts));
  PWRU_ASSIGN(auto xdp, expr::compile_xdp(types.source(),
                                          {options.filter_xdp_expr, options.output_xdp_metadata}));
  PWRU_ASSIGN(auto on, expr::compile_trigger(types.source(), options.on.expr));
  read.insert(read.end(), of_socket.begin(), of_socket.end());
  return Expressions{std::move(types), std::move(skb),  std::move(on),
                     std::move(xdp),   std::move(read), std::move(socket)};
}

}  // namespace pwru::plan
