// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/conntrack.h"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <sys/socket.h>

#include <algorithm>

namespace pwru::kernel {
namespace {

// The types of attributes that have the addresses of a family.
struct AddressTypes {
  uint16_t source, destination;
};

AddressTypes types_of(bool is_v6) {
  return is_v6 ? AddressTypes{CTA_IP_V6_SRC, CTA_IP_V6_DST}
               : AddressTypes{CTA_IP_V4_SRC, CTA_IP_V4_DST};
}

// Attributes are built behind the head of a message, which is left out.
Bytes attributes_of(Message& message) { return after(message.bytes(), NLMSG_HDRLEN); }

void add_nested(Message& to, uint16_t type, Message& nested) {
  to.add(type | NLA_F_NESTED, attributes_of(nested));
}

void add_reply(Message& request, const ConntrackTuple& reply, uint8_t l4_protocol, bool is_v6) {
  const AddressTypes types = types_of(is_v6);
  Message addresses(0, 0), protocol(0, 0), tuple(0, 0);
  addresses.add(types.source, bytes_of(reply.source, is_v6));
  addresses.add(types.destination, bytes_of(reply.destination, is_v6));
  protocol.add_value(CTA_PROTO_NUM, l4_protocol);
  protocol.add_value(CTA_PROTO_SRC_PORT, to_big_endian(reply.sport));
  protocol.add_value(CTA_PROTO_DST_PORT, to_big_endian(reply.dport));
  add_nested(tuple, CTA_TUPLE_IP, addresses);
  add_nested(tuple, CTA_TUPLE_PROTO, protocol);
  add_nested(request, CTA_TUPLE_REPLY, tuple);
}

bool read_address(Bytes from, bool is_v6, IpBytes& address) {
  if (from.size() != (is_v6 ? 16U : 4U)) return false;
  std::ranges::transform(from, address.begin(), std::to_integer<uint8_t>);
  return true;
}

std::optional<ConntrackTuple> read_tuple(Bytes tuple, bool is_v6) {
  const AddressTypes types = types_of(is_v6);
  const Bytes addresses = attribute(tuple, CTA_TUPLE_IP);
  const Bytes protocol = attribute(tuple, CTA_TUPLE_PROTO);
  ConntrackTuple read;
  if (!read_address(attribute(addresses, types.source), is_v6, read.source) ||
      !read_address(attribute(addresses, types.destination), is_v6, read.destination))
    return std::nullopt;
  read.sport = static_cast<uint16_t>(big_endian(attribute(protocol, CTA_PROTO_SRC_PORT)));
  read.dport = static_cast<uint16_t>(big_endian(attribute(protocol, CTA_PROTO_DST_PORT)));
  return read;
}

}  // namespace

bool may_ask_conntrack(const Symbols& symbols) {
  return !symbols.addresses("ctnetlink_get_conntrack", "nf_conntrack_netlink").empty() ||
         !symbols.addresses("ctnetlink_get_conntrack", "").empty();
}

std::optional<ConntrackTuple> find_original_tuple(const AskKernel& ask,
                                                  const RouteQuestion& packet) {
  if (!packet.sport || !packet.dport) return std::nullopt;
  constexpr uint16_t kOfConntrack = NFNL_SUBSYS_CTNETLINK << 8;
  Message request(kOfConntrack | IPCTNL_MSG_CT_GET, NLM_F_REQUEST);
  request.append_value(
      nfgenmsg{static_cast<uint8_t>(packet.is_v6 ? AF_INET6 : AF_INET), NFNETLINK_V0, 0});
  // As conntrack waits for the answers to the packet.
  const ConntrackTuple reply = {packet.destination, packet.source, *packet.dport, *packet.sport};
  add_reply(request, reply, packet.protocol, packet.is_v6);
  std::optional<ConntrackTuple> found;
  const auto take_entry = [&](Bytes body) {
    const Bytes attributes = after(body, NLMSG_ALIGN(sizeof(nfgenmsg)));
    // An answer is found too: by the tuple with which the connection began.
    if (read_tuple(attribute(attributes, CTA_TUPLE_REPLY), packet.is_v6) == reply)
      found = read_tuple(attribute(attributes, CTA_TUPLE_ORIG), packet.is_v6);
  };
  for_each_message(ask(packet.netns, request.bytes()), kOfConntrack | IPCTNL_MSG_CT_NEW,
                   take_entry);
  return found;
}

}  // namespace pwru::kernel
