// SPDX-License-Identifier: Apache-2.0
#include "filter/filter.h"

#include <fmt/core.h>

#include <linux/filter.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "abi/filter.h"
#include "filter/classic.h"
#include "filter/classic_flow.h"
#include "filter/codegen.h"
#include "filter/expression.h"
#include "filter/hit.h"
#include "filter/made_up.h"
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

// What the kernel knows of a packet beside its bytes. libpcap asks for some of it by words; by its
// number a filter can ask for all of it.
constexpr std::array kAnswered = {SKF_AD_PROTOCOL, SKF_AD_PKTTYPE,  SKF_AD_IFINDEX,
                                  SKF_AD_MARK,     SKF_AD_QUEUE,    SKF_AD_HATYPE,
                                  SKF_AD_RXHASH,   SKF_AD_VLAN_TAG, SKF_AD_VLAN_TAG_PRESENT,
                                  SKF_AD_VLAN_TPID};

std::string_view name_of_ancillary(uint32_t what) {
  if (what == SKF_AD_IFINDEX) return "'ifindex'";
  if (what == SKF_AD_PKTTYPE) return "'inbound' or 'outbound'";
  return "";
}

Result<> refuse_ancillary(const ParsedFilter& source, bool is_in_tunnel) {
  for (const ClassicInsn& insn : source.program) {
    const auto what = ancillary_of(insn);
    if (!what) continue;
    if (is_in_tunnel) {
      const auto name = name_of_ancillary(*what);
      return fail(
          fmt::format("{} is not valid: {} is known only of the outer packet; use it in the filter "
                      "of the command line",
                      source.name, name.empty() ? fmt::format("offset {:#x}", insn.k) : name),
          ExitCode::BadUsage);
    }
    if (std::find(kAnswered.begin(), kAnswered.end(), static_cast<int>(*what)) == kAnswered.end()) {
      return fail(
          fmt::format("{} is not valid: offset {:#x} is no byte of a packet, and an sk_buff has no "
                      "field for it (SKF_AD_OFF + {}); leave it out",
                      source.name, insn.k, *what),
          ExitCode::BadUsage);
    }
  }
  return {};
}

Result<ParsedFilter> compile_source(std::string name, const std::string& expression, Layer layer,
                                    bool is_in_tunnel) {
  ParsedFilter source = {expression, std::move(name), {}};
  auto program = compile_classic(expression, layer);
  if (!program) return explain(source, layer, program.error());
  source.program = std::move(*program);
  PWRU_TRY(refuse_ancillary(source, is_in_tunnel));
  return source;
}

Result<std::string> build(FilterFunction function, const ParsedFilter& source, const CastIds& ids,
                          PcapFilter& needs, const std::optional<MadeUpAddresses>& addresses = {}) {
  auto code = translate(source.program, ids, addresses);
  if (!code) {
    return fail(fmt::format("{} cannot be run in the kernel: {}", source.name, code.error().what),
                code.error().exit);
  }
  needs.reads_len |= code->reads_len;
  needs.reads_ancillary |= code->reads_ancillary;
  return filter_object(function, *code);
}

// How many bytes of copy[] the loads of a program need. An offloaded VLAN tag is inserted into a
// whole copy.
uint8_t copied_bytes(const ClassicProgram& program, bool sees_vlan) {
  if (sees_vlan) return PWRU_COPY_BYTES;
  uint32_t most = 1;
  for (const ClassicInsn& insn : program) {
    if (!is_packet_load(insn) || is_indirect(insn)) continue;
    const uint64_t end = uint64_t{insn.k} + load_bytes(insn);
    if (end <= PWRU_COPY_BYTES) most = std::max(most, static_cast<uint32_t>(end));
  }
  return static_cast<uint8_t>((most + 7) & ~7u);
}

}  // namespace

Result<ParsedFilter> parse_pcap(const std::string& expression) {
  return compile_source(fmt::format("the filter '{}'", expression), expression, Layer::Ethernet,
                        false);
}

Result<PcapFilter> generate_pcap(const ParsedFilter& parsed, const CastIds& ids) {
  PcapFilter filter;
  filter.sees_vlan = has_keyword(parsed.expression, "vlan");
  filter.copies = filter.sees_vlan || ids.rdonly_cast_id == 0 || ids.byte_window_id == 0;
  filter.copy_bytes = copied_bytes(parsed.program, filter.sees_vlan);
  const CastIds used = filter.copies ? CastIds{} : ids;
  PWRU_ASSIGN(filter.l2_object, build(FilterFunction::L2, parsed, used, filter));
  PWRU_ASSIGN(filter.l3_object,
              build(FilterFunction::L3, parsed, used, filter, make_up_addresses(parsed.program)));
  return filter;
}

Result<HitFilter> generate_hit(const ParsedFilter& parsed, const CastIds& ids,
                               const SkbLayout& layout, bool tracks) {
  HitFilter filter;
  PWRU_ASSIGN(filter.unused, hit_object(HitContext::Registers, translate_no_hit()));
  PWRU_ASSIGN(filter.args_unused, hit_object(HitContext::Arguments, translate_no_hit()));
  const bool is_possible = ids.rdonly_cast_id && ids.byte_window_id && is_usable(layout) &&
                           !parsed.expression.empty() && !has_keyword(parsed.expression, "vlan");
  if (!is_possible) return filter;
  const auto code = translate_hit(parsed.program, ids, layout, tracks);
  if (!code || code->reads_len) return filter;
  PWRU_ASSIGN(filter.object, hit_object(HitContext::Registers, *code));
  PWRU_ASSIGN(filter.args_object, hit_object(HitContext::Arguments, *code));
  return filter;
}

Result<PcapFilter> compile_pcap(const std::string& expression, const CastIds& ids) {
  PWRU_ASSIGN(const ParsedFilter parsed, parse_pcap(expression));
  return generate_pcap(parsed, ids);
}

Result<ParsedTunnelFilter> parse_tunnel(const std::string& l2_expression,
                                        const std::string& l3_expression) {
  const auto compile = [](const char* option, const std::string& expression, Layer layer) {
    return compile_source(fmt::format("--{} '{}'", option, expression), expression, layer, true);
  };
  ParsedTunnelFilter parsed;
  PWRU_ASSIGN(parsed.on_frame, compile("filter-tunnel-pcap-l2", l2_expression, Layer::Ethernet));
  PWRU_ASSIGN(parsed.on_packet, compile("filter-tunnel-pcap-l3", l3_expression, Layer::Ip));
  return parsed;
}

Result<TunnelFilter> generate_tunnel(const ParsedTunnelFilter& parsed, const CastIds& ids) {
  TunnelFilter filter;
  PcapFilter needs;  // a tunnel filter needs none: it always has len, and all else was refused
  filter.has_l2 = !parsed.on_frame.expression.empty();
  filter.has_l3 = !parsed.on_packet.expression.empty();
  PWRU_ASSIGN(filter.l2_object, build(FilterFunction::TunnelL2, parsed.on_frame, ids, needs));
  PWRU_ASSIGN(filter.l3_object, build(FilterFunction::TunnelL3, parsed.on_packet, ids, needs));
  return filter;
}

Result<TunnelFilter> compile_tunnel(const std::string& l2_expression,
                                    const std::string& l3_expression, const CastIds& ids) {
  PWRU_ASSIGN(const ParsedTunnelFilter parsed, parse_tunnel(l2_expression, l3_expression));
  return generate_tunnel(parsed, ids);
}

}  // namespace pwru::filter
