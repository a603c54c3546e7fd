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

// An expression as the user gave it.
struct Source {
  std::string expression;
  std::string name;  // how errors call it
};

Source main_source(const std::string& expression) {
  return {expression, fmt::format("the filter '{}'", expression)};
}

tl::unexpected<Error> explain(const Source& source, Layer layer, const Error& error) {
  if (!is_syntax_error(error)) {
    return fail(fmt::format("{} is not valid: {} (see pcap-filter(7))", source.name, error.what),
                ExitCode::BadUsage);
  }
  const std::string place = syntax_error_place(source.expression, [&](const std::string& text) {
    const auto program = compile_classic(text, layer);
    return !program && is_syntax_error(program.error());
  });
  return fail(
      fmt::format("{} is not valid: syntax error {} (see pcap-filter(7))", source.name, place),
      ExitCode::BadUsage);
}

// libpcap compiles these for a capture of its own, into loads that no packet satisfies.
Result<> refuse_direction(const Source& source) {
  for (const char* const word : {"inbound", "outbound"}) {
    if (!has_keyword(source.expression, word)) continue;
    return fail(
        fmt::format("{} is not valid: '{}' is known only where a packet is captured from an "
                    "interface; leave it out",
                    source.name, word),
        ExitCode::BadUsage);
  }
  return {};
}

Result<ClassicProgram> compile_source(const Source& source, Layer layer) {
  auto program = compile_classic(source.expression, layer);
  if (!program) return explain(source, layer, program.error());
  PWRU_TRY(refuse_direction(source));
  return program;
}

Result<std::string> build(FilterFunction function, const ClassicProgram& program,
                          const CastIds& ids, const Source& source, bool& reads_len) {
  auto code = translate(program, ids);
  if (!code) {
    return fail(fmt::format("{} cannot be run in the kernel: {}", source.name, code.error().what),
                code.error().exit);
  }
  reads_len |= code->reads_len;
  return filter_object(function, *code);
}

}  // namespace

Result<PcapFilter> compile_pcap(const std::string& expression, const CastIds& ids) {
  const Source source = main_source(expression);
  PWRU_ASSIGN(const ClassicProgram l2, compile_source(source, Layer::Ethernet));
  // What needs a link layer fails here, and never matches a packet without one.
  const ClassicProgram reject_all = {{0x06 /* BPF_RET | BPF_K */, 0, 0, 0}};
  const ClassicProgram l3 = compile_classic(expression, Layer::Ip).value_or(reject_all);

  PcapFilter filter;
  filter.sees_vlan = has_keyword(expression, "vlan");
  filter.copies = filter.sees_vlan || ids.rdonly_cast_id == 0 || ids.byte_window_id == 0;
  const CastIds used = filter.copies ? CastIds{} : ids;
  PWRU_ASSIGN(filter.l2_object, build(FilterFunction::L2, l2, used, source, filter.reads_len));
  PWRU_ASSIGN(filter.l3_object, build(FilterFunction::L3, l3, used, source, filter.reads_len));
  return filter;
}

Result<TunnelFilter> compile_tunnel(const std::string& l2_expression,
                                    const std::string& l3_expression, const CastIds& ids) {
  const auto source_of = [](const char* option, const std::string& expression) {
    return Source{expression, fmt::format("--{} '{}'", option, expression)};
  };
  const Source l2 = source_of("filter-tunnel-pcap-l2", l2_expression);
  const Source l3 = source_of("filter-tunnel-pcap-l3", l3_expression);
  PWRU_ASSIGN(const ClassicProgram l2_program, compile_source(l2, Layer::Ethernet));
  PWRU_ASSIGN(const ClassicProgram l3_program, compile_source(l3, Layer::Ip));

  TunnelFilter filter;
  bool reads_len = false;  // it is always there
  filter.has_l2 = !l2_expression.empty();
  filter.has_l3 = !l3_expression.empty();
  PWRU_ASSIGN(filter.l2_object, build(FilterFunction::TunnelL2, l2_program, ids, l2, reads_len));
  PWRU_ASSIGN(filter.l3_object, build(FilterFunction::TunnelL3, l3_program, ids, l3, reads_len));
  return filter;
}

}  // namespace pwru::filter
