// SPDX-License-Identifier: Apache-2.0
#include "program/filters.h"

#include "abi/event.h"
#include "program/objects.h"

namespace pwru::program {
namespace {

std::string_view nft_object_for(const pwru_config& config) {
  if (!(config.parts & PWRU_PART_NFT)) return nft_stub_object();
  return config.nft.has_arrays ? nft_arrays_object() : nft_object();
}

}  // namespace

std::vector<std::string_view> with_filters(std::string_view object,
                                           const filter::PcapFilter& filter,
                                           const filter::TunnelFilter& tunnel,
                                           const plan::Expressions& expressions,
                                           const pwru_config& config) {
  return {object,
          nft_object_for(config),
          config.parts & PWRU_PART_XT ? xtables_object() : xtables_stub_object(),
          filter.l2_object,
          filter.l3_object,
          tunnel.l2_object,
          tunnel.l3_object,
          expressions.skb.filter_object,
          expressions.skb.values_object,
          expressions.socket.values_object,
          expressions.on_object,
          expressions.xdp.filter_object,
          expressions.xdp.values_object};
}

}  // namespace pwru::program
