// SPDX-License-Identifier: Apache-2.0
#include "filter/filter.h"

#include <fmt/core.h>

#include "filter/classic.h"
#include "filter/codegen.h"
#include "filter/expression.h"
#include "filter/object.h"

namespace pwru::filter {
namespace {

bool is_syntax_error(const Error& error) {
  return error.what.find("syntax error") != std::string::npos;
}

tl::unexpected<Error> explain(const std::string& expression, const Error& error) {
  if (!is_syntax_error(error)) {
    return fail(fmt::format("the filter '{}' is not valid: {} (see pcap-filter(7))", expression,
                            error.what),
                ExitCode::BadUsage);
  }
  const std::string place = syntax_error_place(expression, [](const std::string& text) {
    const auto program = compile_classic(text, Layer::Ethernet);
    return !program && is_syntax_error(program.error());
  });
  return fail(fmt::format("the filter '{}' is not valid: syntax error {} (see pcap-filter(7))",
                          expression, place),
              ExitCode::BadUsage);
}

// libpcap compiles these for a capture of its own, into loads that no packet satisfies.
Result<> refuse_direction(const std::string& expression) {
  for (const char* const word : {"inbound", "outbound"}) {
    if (!has_keyword(expression, word)) continue;
    return fail(
        fmt::format(
            "the filter '{}' is not valid: '{}' is known only where a packet is captured from an "
            "interface; leave it out",
            expression, word),
        ExitCode::BadUsage);
  }
  return {};
}

Result<std::string> build(Layer layer, const ClassicProgram& program, const CastIds& ids,
                          const std::string& expression, bool& reads_len) {
  auto code = translate(program, ids);
  if (!code) {
    return fail(fmt::format("the filter '{}' cannot be run in the kernel: {}", expression,
                            code.error().what),
                code.error().exit);
  }
  reads_len |= code->reads_len;
  return filter_object(layer, *code);
}

}  // namespace

Result<PcapFilter> compile_pcap(const std::string& expression, const CastIds& ids) {
  const auto l2 = compile_classic(expression, Layer::Ethernet);
  if (!l2) return explain(expression, l2.error());
  PWRU_TRY(refuse_direction(expression));
  // What needs a link layer fails here, and never matches a packet without one.
  const ClassicProgram reject_all = {{0x06 /* BPF_RET | BPF_K */, 0, 0, 0}};
  const ClassicProgram l3 = compile_classic(expression, Layer::Ip).value_or(reject_all);

  PcapFilter filter;
  filter.sees_vlan = has_keyword(expression, "vlan");
  filter.copies = filter.sees_vlan || ids.rdonly_cast_id == 0 || ids.byte_window_id == 0;
  const CastIds used = filter.copies ? CastIds{} : ids;
  PWRU_ASSIGN(filter.l2_object, build(Layer::Ethernet, *l2, used, expression, filter.reads_len));
  PWRU_ASSIGN(filter.l3_object, build(Layer::Ip, l3, used, expression, filter.reads_len));
  return filter;
}

}  // namespace pwru::filter
