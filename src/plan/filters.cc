// SPDX-License-Identifier: Apache-2.0
#include "plan/filters.h"

#include "expr/types.h"

namespace pwru::plan {
namespace {

// All zero when a field is not there.
filter::SkbLayout skb_layout(const kernel::Btf& btf) {
  const expr::Types types(btf);
  const auto skb = types.of(btf.find("sk_buff", BTF_KIND_STRUCT));
  const auto offset = [&](const char* name) -> uint32_t {
    const auto field = types.field(skb, name);
    return field ? field->place.byte : 0;
  };
  return {offset("network_header"), offset("mac_header"), offset("tail"),
          offset("head"),           offset("data"),       offset("protocol")};
}

}  // namespace

Result<ParsedFilters> parse_filters(const cli::Options& options) {
  ParsedFilters parsed;
  PWRU_ASSIGN(parsed.pcap, filter::parse_pcap(options.filter_pcap));
  PWRU_ASSIGN(parsed.tunnel,
              filter::parse_tunnel(options.filter_tunnel_pcap_l2, options.filter_tunnel_pcap_l3));
  return parsed;
}

Result<Filters> generate_filters(const ParsedFilters& parsed, const cli::Options& options,
                                 const kernel::Btf& btf, const kernel::Features& features) {
  const filter::CastIds ids = {features.rdonly_cast_id, features.byte_window_id};
  Filters filters;
  PWRU_ASSIGN(filters.pcap, filter::generate_pcap(parsed.pcap, ids));
  PWRU_ASSIGN(filters.hit,
              filter::generate_hit(parsed.pcap, ids, skb_layout(btf), options.filter_track_skb));
  PWRU_ASSIGN(filters.tunnel, filter::generate_tunnel(parsed.tunnel, ids));
  if (!options.filter_trace_xdp) return filters;
  PWRU_ASSIGN(filters.xdp_pcap, filter::generate_pcap(parsed.pcap, {}));
  PWRU_ASSIGN(filters.xdp_tunnel, filter::generate_tunnel(parsed.tunnel, {}));
  return filters;
}

}  // namespace pwru::plan
