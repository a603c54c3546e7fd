// SPDX-License-Identifier: Apache-2.0
#include "output/packet_columns.h"

#include <cstring>
#include <type_traits>

namespace pwru::output {
namespace {

// Word by word, where the members one by one would be a loop over bytes.
bool are_equal(const event::Tuple& a, const event::Tuple& b) {
  static_assert(std::has_unique_object_representations_v<event::Tuple>);
  return std::memcmp(&a, &b, sizeof(a)) == 0;
}

}  // namespace

PacketColumns::Numbers PacketColumns::numbers_of(const event::Event& event) {
  return {event.skb,     event.cpu,       event.pid, event.netns, event.mark,
          event.ifindex, event.len_bytes, event.mtu, event.proto, event.has_tuple};
}

bool PacketColumns::are_of(const event::Event& event, size_t tuple_width) const {
  return is_known_ && tuple_width_ == tuple_width && numbers_ == numbers_of(event) &&
         comm_ == event.comm && ifname_ == event.ifname && are_equal(tuple_, event.tuple);
}

void PacketColumns::keep(const event::Event& event, size_t tuple_width, std::string_view text) {
  is_known_ = true;
  tuple_width_ = tuple_width;
  numbers_ = numbers_of(event);
  comm_ = event.comm;
  ifname_ = event.ifname;
  tuple_ = event.tuple;
  text_ = text;
}

}  // namespace pwru::output
