// SPDX-License-Identifier: Apache-2.0
#include "program/filters.h"

#include "abi/event.h"
#include "program/objects.h"

namespace pwru::program {

std::vector<std::string_view> with_filters(std::string_view object,
                                           const filter::PcapFilter& filter,
                                           const filter::TunnelFilter& tunnel,
                                           const plan::Expressions& expressions, uint32_t parts) {
  return {object,
          parts & PWRU_PART_NFT ? nft_object() : nft_stub_object(),
          parts & PWRU_PART_XT ? xtables_object() : xtables_stub_object(),
          filter.l2_object,
          filter.l3_object,
          tunnel.l2_object,
          tunnel.l3_object,
          expressions.skb.filter_object,
          expressions.skb.values_object,
          expressions.on_object,
          expressions.xdp.filter_object,
          expressions.xdp.values_object};
}

}  // namespace pwru::program
