// SPDX-License-Identifier: Apache-2.0
#include "filter/filter.h"

#include <fmt/core.h>

#include <algorithm>

#include "abi/filter.h"
#include "filter/classic.h"
#include "filter/classic_flow.h"
#include "filter/codegen.h"
#include "filter/expression.h"
#include "filter/hit.h"
#include "filter/object.h"

namespace pwru::filter {
namespace {

bool is_syntax_error(const Error& error) {
  return error.what.find("syntax error") != std::string::npos;
}

tl::unexpected<Error> explain(const ParsedFilter& source, Layer layer, const Error& error) {
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
Result<> refuse_direction(const ParsedFilter& source) {
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

Result<ClassicProgram> compile_source(const ParsedFilter& source, Layer layer) {
  auto program = compile_classic(source.expression, layer);
  if (!program) return explain(source, layer, program.error());
  PWRU_TRY(refuse_direction(source));
  return program;
}

Result<std::string> build(FilterFunction function, const ClassicProgram& program,
                          const CastIds& ids, const ParsedFilter& source, bool& reads_len) {
  auto code = translate(program, ids);
  if (!code) {
    return fail(fmt::format("{} cannot be run in the kernel: {}", source.name, code.error().what),
                code.error().exit);
  }
  reads_len |= code->reads_len;
  return filter_object(function, *code);
}

// How far into copy[] a program's loads reach, of those that it serves.
uint32_t copied_bytes(const ClassicProgram& program) {
  uint32_t most = 0;
  for (const ClassicInsn& insn : program) {
    if (!is_packet_load(insn) || is_indirect(insn)) continue;
    const uint64_t end = uint64_t{insn.k} + load_bytes(insn);
    if (end <= PWRU_COPY_BYTES) most = std::max(most, static_cast<uint32_t>(end));
  }
  return most;
}

// An offloaded tag is put between the pieces of a whole copy.
uint8_t copied_bytes(const ParsedFilter& parsed, bool sees_vlan) {
  if (sees_vlan) return PWRU_COPY_BYTES;
  const uint32_t most = std::max({copied_bytes(parsed.l2), copied_bytes(parsed.l3), 1u});
  return static_cast<uint8_t>((most + 7) & ~7u);
}

}  // namespace

Result<ParsedFilter> parse_pcap(const std::string& expression) {
  ParsedFilter parsed = {expression, fmt::format("the filter '{}'", expression), {}, {}};
  PWRU_ASSIGN(parsed.l2, compile_source(parsed, Layer::Ethernet));
  // What needs a link layer fails here, and never matches a packet without one.
  const ClassicProgram reject_all = {{0x06 /* BPF_RET | BPF_K */, 0, 0, 0}};
  parsed.l3 = compile_classic(expression, Layer::Ip).value_or(reject_all);
  return parsed;
}

Result<PcapFilter> generate_pcap(const ParsedFilter& parsed, const CastIds& ids) {
  PcapFilter filter;
  filter.sees_vlan = has_keyword(parsed.expression, "vlan");
  filter.copies = filter.sees_vlan || ids.rdonly_cast_id == 0 || ids.byte_window_id == 0;
  filter.copy_bytes = copied_bytes(parsed, filter.sees_vlan);
  const CastIds used = filter.copies ? CastIds{} : ids;
  PWRU_ASSIGN(filter.l2_object,
              build(FilterFunction::L2, parsed.l2, used, parsed, filter.reads_len));
  PWRU_ASSIGN(filter.l3_object,
              build(FilterFunction::L3, parsed.l3, used, parsed, filter.reads_len));
  return filter;
}

Result<HitFilter> generate_hit(const ParsedFilter& parsed, const CastIds& ids,
                               const SkbLayout& layout, bool tracks) {
  HitFilter filter;
  PWRU_ASSIGN(filter.unused, hit_object(translate_no_hit()));
  const bool is_possible = ids.rdonly_cast_id && ids.byte_window_id && is_usable(layout) &&
                           !parsed.expression.empty() && !has_keyword(parsed.expression, "vlan");
  if (!is_possible) return filter;
  const auto code = translate_hit(parsed.l2, parsed.l3, ids, layout, tracks);
  if (!code || code->reads_len) return filter;
  PWRU_ASSIGN(filter.object, hit_object(*code));
  return filter;
}

Result<PcapFilter> compile_pcap(const std::string& expression, const CastIds& ids) {
  PWRU_ASSIGN(const ParsedFilter parsed, parse_pcap(expression));
  return generate_pcap(parsed, ids);
}

Result<ParsedTunnelFilter> parse_tunnel(const std::string& l2_expression,
                                        const std::string& l3_expression) {
  const auto source_of = [](const char* option, const std::string& expression) {
    return ParsedFilter{expression, fmt::format("--{} '{}'", option, expression), {}, {}};
  };
  ParsedTunnelFilter parsed = {source_of("filter-tunnel-pcap-l2", l2_expression),
                               source_of("filter-tunnel-pcap-l3", l3_expression)};
  PWRU_ASSIGN(parsed.on_frame.l2, compile_source(parsed.on_frame, Layer::Ethernet));
  PWRU_ASSIGN(parsed.on_packet.l3, compile_source(parsed.on_packet, Layer::Ip));
  return parsed;
}

Result<TunnelFilter> generate_tunnel(const ParsedTunnelFilter& parsed, const CastIds& ids) {
  TunnelFilter filter;
  bool reads_len = false;  // it is always there
  filter.has_l2 = !parsed.on_frame.expression.empty();
  filter.has_l3 = !parsed.on_packet.expression.empty();
  PWRU_ASSIGN(filter.l2_object,
              build(FilterFunction::TunnelL2, parsed.on_frame.l2, ids, parsed.on_frame, reads_len));
  PWRU_ASSIGN(filter.l3_object, build(FilterFunction::TunnelL3, parsed.on_packet.l3, ids,
                                      parsed.on_packet, reads_len));
  return filter;
}

Result<TunnelFilter> compile_tunnel(const std::string& l2_expression,
                                    const std::string& l3_expression, const CastIds& ids) {
  PWRU_ASSIGN(const ParsedTunnelFilter parsed, parse_tunnel(l2_expression, l3_expression));
  return generate_tunnel(parsed, ids);
}

}  // namespace pwru::filter
