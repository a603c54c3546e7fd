// SPDX-License-Identifier: Apache-2.0
#include "plan/expressions.h"

#include <string>

namespace pwru::plan {
namespace {

std::vector<std::string> texts_of(const cli::Options& options, bool with_facts) {
  std::vector<std::string> texts = {options.filter_skb_expr, options.filter_xdp_expr};
  for (const auto* list : {&options.output_skb_metadata, &options.output_xdp_metadata})
    texts.insert(texts.end(), list->begin(), list->end());
  if (with_facts)
    for (const knowledge::FactRow& row : knowledge::facts()) texts.emplace_back(row.expression);
  return texts;
}

// A kernel need not have every member: what does not compile is not known, and that is all.
std::vector<knowledge::Fact> readable_facts(const expr::TypeSource& types) {
  std::vector<knowledge::Fact> facts;
  for (const knowledge::FactRow& row : knowledge::facts()) {
    if (row.expression.empty()) continue;
    const std::string text(row.expression);
    if (expr::compile_values(types, expr::skb_root(), {&text, 1})) facts.push_back(row.id);
  }
  return facts;
}

}  // namespace

Result<Expressions> compile_expressions(const cli::Options& options, const kernel::Btf& vmlinux,
                                        bool may_copy) {
  const bool wants_facts = cli::asks_for_deaths(options) && may_copy;
  const auto find_types = [&](bool with_facts) {
    return expr::find_types(vmlinux, texts_of(options, with_facts),
                            [&vmlinux] { return kernel::load_module_btf(vmlinux, {}); });
  };
  auto found = find_types(wants_facts);
  if (!found && wants_facts) found = find_types(false);
  if (!found) return tl::unexpected<Error>(std::move(found.error()));
  expr::KnownTypes types = std::move(*found);
  std::vector<knowledge::Fact> read;
  std::vector<std::string> skb_values = options.output_skb_metadata;
  if (wants_facts) read = readable_facts(types.source());
  for (const knowledge::Fact fact : read)
    skb_values.emplace_back(knowledge::facts()[static_cast<size_t>(fact)].expression);
  PWRU_ASSIGN(auto skb, expr::compile_skb(types.source(), {options.filter_skb_expr, skb_values}));
  PWRU_ASSIGN(auto xdp, expr::compile_xdp(types.source(),
                                          {options.filter_xdp_expr, options.output_xdp_metadata}));
  return Expressions{std::move(types), std::move(skb), std::move(xdp), std::move(read)};
}

}  // namespace pwru::plan
