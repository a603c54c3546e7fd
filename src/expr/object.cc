// SPDX-License-Identifier: Apache-2.0
#include "expr/object.h"

#include <string_view>

#include "filter/object.h"

extern "C" {
extern const char pwru_filter_skb_expr_begin[], pwru_filter_skb_expr_end[];
extern const char pwru_filter_xdp_expr_begin[], pwru_filter_xdp_expr_end[];
extern const char pwru_on_expr_begin[], pwru_on_expr_end[];
extern const char pwru_skb_values_begin[], pwru_skb_values_end[];
extern const char pwru_sock_values_begin[], pwru_sock_values_end[];
extern const char pwru_xdp_values_begin[], pwru_xdp_values_end[];
}

namespace pwru::expr {
namespace {

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<size_t>(end - begin)};
}

std::string_view stub_of(Function function) {
  switch (function) {
    case Function::SkbFilter:
      return between(pwru_filter_skb_expr_begin, pwru_filter_skb_expr_end);
    case Function::SkbValues:
      return between(pwru_skb_values_begin, pwru_skb_values_end);
    case Function::SocketValues:
      return between(pwru_sock_values_begin, pwru_sock_values_end);
    case Function::XdpFilter:
      return between(pwru_filter_xdp_expr_begin, pwru_filter_xdp_expr_end);
    case Function::XdpValues:
      return between(pwru_xdp_values_begin, pwru_xdp_values_end);
    case Function::Trigger:
      return between(pwru_on_expr_begin, pwru_on_expr_end);
  }
  return {};
}

}  // namespace

Result<std::string> expression_object(Function function, const std::optional<filter::Code>& code) {
  if (!code) return std::string(stub_of(function));
  return filter::replace_code(stub_of(function), *code);
}

}  // namespace pwru::expr
