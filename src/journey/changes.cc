// SPDX-License-Identifier: Apache-2.0
#include "journey/changes.h"

#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "event/tuple_text.h"

namespace pwru::journey {
namespace {

std::string tuple_text(const event::Tuple& tuple) {
  std::array<char, event::kTupleRoom> room;
  const char* const end = event::append_tuple(room.data(), tuple, false);
  return {room.data(), static_cast<size_t>(end - room.data())};
}

std::string end_text(const event::Tuple& tuple, bool is_source) {
  const std::string text = event::address_text(is_source ? tuple.saddr : tuple.daddr, tuple.is_v6);
  if (!tuple.has_ports) return text;
  const uint16_t port = is_source ? tuple.sport : tuple.dport;
  return tuple.is_v6 ? fmt::format("[{}]:{}", text, port) : fmt::format("{}:{}", text, port);
}

bool is_same_address(const uint8_t (&a)[16], const uint8_t (&b)[16]) {
  return std::memcmp(a, b, sizeof(a)) == 0;
}

// NAT leaves protocol and length alone; a tunnel has addresses of its own, and headers.
bool is_tunnel(const resolve::Packet& before, const resolve::Packet& after) {
  const event::Tuple& a = before.tuple;
  const event::Tuple& b = after.tuple;
  if (a.is_v6 != b.is_v6 || a.l4_proto != b.l4_proto) return true;
  // A link-layer header comes and goes; the shortest header of a tunnel is that of IPv4.
  constexpr uint32_t kHeaderBytes = 20;
  const uint32_t longer = std::max(before.len_bytes, after.len_bytes);
  const uint32_t shorter = std::min(before.len_bytes, after.len_bytes);
  return !is_same_address(a.saddr, b.saddr) && !is_same_address(a.daddr, b.daddr) &&
         longer - shorter >= kHeaderBytes;
}

bool is_of_ipsec(const event::Tuple& tuple) {
  return tuple.l4_proto == IPPROTO_ESP || tuple.l4_proto == IPPROTO_AH;
}

// IPsec writes its header in front of the packet before the length says so:
// xfrm4_transport_output().
bool is_wrapped(const resolve::Packet& before, const resolve::Packet& after) {
  const bool was = is_of_ipsec(before.tuple), is = is_of_ipsec(after.tuple);
  return was != is ? is : after.len_bytes > before.len_bytes;
}

// Without an SPI that is still to be written: esp_output() does that.
std::string text_of_tunnel(event::Tuple tuple) {
  tuple.has_spi = tuple.has_spi && tuple.spi != 0;
  return tuple_text(tuple);
}

void add_tuple_changes(const resolve::Packet& before, const resolve::Packet& after,
                       std::vector<std::string>& changes) {
  const event::Tuple& a = before.tuple;
  const event::Tuple& b = after.tuple;
  // Of a fragment but the first nobody can read the ports.
  if (a.is_later_fragment != b.is_later_fragment || a == b) return;
  if (is_tunnel(before, after)) {
    changes.push_back(fmt::format(
        "{} {}", is_wrapped(before, after) ? "wrapped into" : "unwrapped to", text_of_tunnel(b)));
    return;
  }
  if (a.has_ports != b.has_ports) return;
  if (!is_same_address(a.saddr, b.saddr) || a.sport != b.sport)
    changes.push_back(fmt::format("source {} became {}", end_text(a, true), end_text(b, true)));
  if (!is_same_address(a.daddr, b.daddr) || a.dport != b.dport)
    changes.push_back(
        fmt::format("destination {} became {}", end_text(a, false), end_text(b, false)));
}

// enum ip_conntrack_info of include/uapi/linux/netfilter/nf_conntrack_common.h.
std::string_view conntrack_text(uint8_t info) {
  switch (info) {
    case Hop::kNone:
      return "none";
    case 0:
      return "established";
    case 1:
      return "related";
    case 2:
      return "new";
    case 3:
      return "established, a reply";
    case 4:
      return "related, a reply";
    case 7:
      return "untracked";
  }
  return "unknown";
}

}  // namespace

bool is_filled_in(const event::Tuple& tuple) {
  constexpr uint8_t kNone[16] = {};
  return (!is_same_address(tuple.saddr, kNone) || !is_same_address(tuple.daddr, kNone)) &&
         (!tuple.has_ports || tuple.sport != 0 || tuple.dport != 0);
}

bool is_read(const resolve::Packet& packet) {
  return packet.has_meta && (packet.netns != 0 || packet.ifindex != 0 || packet.len_bytes != 0);
}

bool is_same_place(const resolve::Packet& before, const resolve::Packet& after) {
  return before.netns == after.netns && before.ifindex == after.ifindex &&
         before.ifname == after.ifname;
}

std::string place_text(const Hop& hop) {
  const resolve::Packet& packet = hop.packet;
  std::string text = packet.netns ? fmt::format("netns {}", packet.netns) : "no netns yet";
  if (!hop.netns_name.empty()) text += fmt::format(" ({})", hop.netns_name);
  if (!packet.ifname.text().empty()) text += fmt::format(", {}", packet.ifname.text());
  return text;
}

std::vector<std::string> state_changes_of(const Hop& before, const Hop& after) {
  std::vector<std::string> changes;
  if (before.ttl && after.ttl && before.ttl != after.ttl &&
      before.packet.tuple.l4_proto == after.packet.tuple.l4_proto)
    changes.push_back(fmt::format("TTL {} became {}", before.ttl, after.ttl));
  if (before.conntrack != after.conntrack && before.conntrack != Hop::kNotRead &&
      after.conntrack != Hop::kNotRead)
    changes.push_back(fmt::format("conntrack {} became {}", conntrack_text(before.conntrack),
                                  conntrack_text(after.conntrack)));
  return changes;
}

std::vector<std::string> changes_of(const resolve::Packet& before, const resolve::Packet& after) {
  std::vector<std::string> changes;
  if (before.has_tuple && after.has_tuple && is_filled_in(before.tuple) &&
      is_filled_in(after.tuple))
    add_tuple_changes(before, after, changes);
  if (before.has_meta && after.has_meta && before.mark != after.mark)
    changes.push_back(fmt::format("mark {:#x} became {:#x}", before.mark, after.mark));
  return changes;
}

}  // namespace pwru::journey
