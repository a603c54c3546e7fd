// SPDX-License-Identifier: Apache-2.0
#include "plan/expressions.h"

#include <string>

namespace pwru::plan {
namespace {

std::vector<std::string> all_texts(const cli::Options& options) {
  std::vector<std::string> texts = {options.filter_skb_expr, options.filter_xdp_expr};
  for (const auto* list : {&options.output_skb_metadata, &options.output_xdp_metadata})
    texts.insert(texts.end(), list->begin(), list->end());
  return texts;
}

}  // namespace

Result<Expressions> compile_expressions(const cli::Options& options, const kernel::Btf& vmlinux) {
  PWRU_ASSIGN(auto types, expr::find_types(vmlinux, all_texts(options), [&vmlinux] {
                return kernel::load_module_btf(vmlinux, {});
              }));
  PWRU_ASSIGN(auto skb, expr::compile_skb(types.source(),
                                          {options.filter_skb_expr, options.output_skb_metadata}));
  PWRU_ASSIGN(auto xdp, expr::compile_xdp(types.source(),
                                          {options.filter_xdp_expr, options.output_xdp_metadata}));
  return Expressions{std::move(types), std::move(skb), std::move(xdp)};
}

}  // namespace pwru::plan
