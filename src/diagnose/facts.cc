// SPDX-License-Identifier: Apache-2.0
#include "diagnose/facts.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "diagnose/address.h"
#include "event/tuple_text.h"
#include "knowledge/cause.h"

namespace pwru::diagnose {
namespace {

using knowledge::Fact;

constexpr uint64_t kLeastBuffer = 2304;    // SOCK_MIN_RCVBUF: no receive buffer is smaller
constexpr std::string_view kUnread = "?";  // see expr::ValueText::text()

std::string_view protocol_name(uint8_t protocol, std::string& number) {
  switch (protocol) {
    case IPPROTO_TCP:
      return "tcp";
    case IPPROTO_UDP:
      return "udp";
    case IPPROTO_ICMP:
      return "icmp";
    case IPPROTO_ICMPV6:
      return "icmp6";
  }
  return number = fmt::to_string(protocol);
}

std::string flags_text(uint8_t flags) {
  std::array<char, 40> text;  // at most 31 characters
  return {text.data(), event::append_tcp_flags(text.data(), flags)};
}

// "10.1.0.2" of a number in the byte order of the host; "" of none.
std::string ipv4_text(std::string_view text) {
  const auto address = number(text);
  if (!address) return "";
  const uint32_t bytes = htonl(static_cast<uint32_t>(*address));
  return event::address_text(reinterpret_cast<const uint8_t*>(&bytes), false);
}

// "10.1.0.2:4711->10.1.0.1:80"; without ports where the packet has none.
std::string ends_text(const event::Tuple& tuple, std::string_view source, std::string_view sport,
                      std::string_view destination, std::string_view dport) {
  if (!tuple.has_ports) return fmt::format("{}->{}", source, destination);
  if (tuple.is_v6) return fmt::format("[{}]:{}->[{}]:{}", source, sport, destination, dport);
  return fmt::format("{}:{}->{}:{}", source, sport, destination, dport);
}

// Sequence numbers go round.
int32_t distance(uint64_t from, uint64_t to) {
  return static_cast<int32_t>(static_cast<uint32_t>(to - from));
}

}  // namespace

std::string_view without_quotes(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    return text.substr(1, text.size() - 2);
  return text;
}

std::string_view bare(std::string_view symbol) {
  return symbol.substr(0, symbol.find_first_of("+[.("));
}

std::span<const std::string_view> behind_freeing(std::span<const std::string_view> stack) {
  const auto place = std::ranges::find_if_not(
      stack, [](std::string_view symbol) { return knowledge::is_freeing(bare(symbol)); });
  return stack.subspan(static_cast<size_t>(place - stack.begin()));
}

std::string_view without_sign(std::string_view text) {
  return text.starts_with('-') ? text.substr(1) : text;
}

std::optional<uint16_t> vlan_id(std::string_view tag) {
  constexpr uint64_t kIdBits = 0xfff;  // VLAN_VID_MASK
  const auto value = number(tag);
  return value ? std::optional(static_cast<uint16_t>(*value & kIdBits)) : std::nullopt;
}

std::optional<uint64_t> number(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void Facts::take(const resolve::Record& record, const Place& place) {
  for (std::string& text : texts_) text.clear();
  rule_.clear();
  before_nat_.clear();
  const size_t count = std::min(read_.size(), record.readings.size());
  for (size_t i = 0; i < count; i++) {
    const std::string_view text = without_quotes(record.readings[i].text);
    if (text != kUnread) set(read_[i]) = text;
  }
  set(Fact::RouteError) = std::string(without_sign(of(Fact::RouteError)));
  if (const auto handle = number(of(Fact::QdiscHandle)))
    set(Fact::QdiscHandle) = fmt::format("{:x}", *handle);
  if (const auto id = vlan_id(of(Fact::Vlan))) set(Fact::VlanId) = fmt::to_string(*id);
  if (const auto type = number(of(Fact::GeneveProtocol)))
    set(Fact::GeneveProtocol) = fmt::format("{:#06x}", *type);
  constexpr uint32_t kLeastMtuOfIpv6 = 1280;  // IPV6_MIN_MTU
  if (const auto mtu = number(of(Fact::DeviceMtu)))
    set(Fact::HasSmallMtu) = *mtu < kLeastMtuOfIpv6 ? "1" : "0";
  conclude_of_mtu(record.packet.mtu);
  set_packet(record.packet);
  if (const auto flags = number(of(Fact::GreFlags)); flags && of(Fact::Protocol) == "47")
    set(Fact::GreKey) = *flags & kGreHasKey ? fmt::format("the GRE key {}", of(Fact::GreKeyWord))
                                            : std::string("no GRE key");
  if (!of(Fact::RouteDevice).empty())
    set(Fact::LeadsBack) = of(Fact::RouteDevice) == of(Fact::Device) ? "1" : "0";
  set_netfilter(record, place);
  conclude_of_filters();
  conclude_of_socket(record.ts_ns);
  for (const Fact asks : {Fact::XfrmIn, Fact::XfrmForward})
    if (number(of(asks)).value_or(0) > 0) set(Fact::IpsecDoes) = "unknown";
  if (record.lookups) set_lookups(*record.lookups);
  if (!record.packet.has_tuple) return;
  if (record.ports) set_ports(*record.ports);
  conclude_of_nat(record);
  set(Fact::NextHop) = next_hop(record.packet.tuple.is_v6);
  // The next hop says it in words; as they lie in memory only one of them is an address.
  forget({Fact::RouteGateway4, Fact::RouteGateway46, Fact::RouteGateway6});
}

void Facts::set_packet(const resolve::Packet& packet) {
  set(Fact::Length) = fmt::to_string(packet.len_bytes);
  set(Fact::Device) = packet.ifname.text();
  if (packet.netns) set(Fact::Netns) = fmt::to_string(packet.netns);
  set(Fact::EtherType) = fmt::format("{:#06x}", packet.proto);
  if (!packet.has_tuple) return;
  const event::Tuple& tuple = packet.tuple;
  std::string protocol;
  set(Fact::IpFamily) = tuple.is_v6 ? "-6" : "-4";
  set(Fact::Source) = event::address_text(tuple.saddr, tuple.is_v6);
  set(Fact::Destination) = event::address_text(tuple.daddr, tuple.is_v6);
  set(Fact::SourceKind) = address_kind(tuple.saddr, tuple.is_v6);
  set(Fact::DestinationKind) = address_kind(tuple.daddr, tuple.is_v6);
  set(Fact::Protocol) = protocol_name(tuple.l4_proto, protocol);
  if (tuple.has_icmp) set(Fact::IcmpType) = fmt::to_string(tuple.icmp_type);
  if (tuple.has_spi) set(Fact::Spi) = fmt::format("{:#x}", tuple.spi);
  if (tuple.has_ports) {
    set(Fact::Port) = fmt::to_string(tuple.dport);
    set(Fact::SourcePort) = fmt::to_string(tuple.sport);
    set(Fact::ForService) = tuple.dport < tuple.sport ? "1" : "0";
  }
  if (tuple.l4_proto == IPPROTO_TCP) set(Fact::TcpFlags) = flags_text(tuple.tcp_flags);
}

// What is no whole socket has none of the facts (TIME_WAIT and NEW_SYN_RECV), and only one of TCP
// has the window and the queues of a listener.
void Facts::conclude_of_socket(uint64_t ts_ns) {
  if (of(Fact::SocketState) == "6" && of(Fact::Protocol) == "tcp") set(Fact::InTimeWait) = "1";
  const bool is_whole = !knowledge::is_in_list(of(Fact::SocketState), "6 12");
  const bool is_tcp = of(Fact::Protocol) == "tcp" && of(Fact::SocketProtocol) == "6";
  if (!is_whole || !is_tcp)
    forget({Fact::ReceiveNext, Fact::ReceiveEnd, Fact::AcceptQueue, Fact::AcceptLimit,
            Fact::SynQueue, Fact::SynLimit, Fact::SynCookies, Fact::TimestampKept,
            Fact::TimestampCame});
  if (!is_whole)
    forget({Fact::SocketState, Fact::SocketProtocol, Fact::BufferUsed, Fact::BufferLimit,
            Fact::SocketCgroup, Fact::CgroupIngress, Fact::CgroupIngressId, Fact::CgroupIngressOnly,
            Fact::HasCgroupIngress, Fact::HasSocketFilter, Fact::SocketFilterId});
  conclude_of_timestamps();
  const auto next = number(of(Fact::ReceiveNext)), begin = number(of(Fact::TcpSequence)),
             bytes = number(of(Fact::TcpSpace));
  if (!next || !begin || !bytes) return;
  set(Fact::TcpData) = distance(*next, *begin + *bytes) <= 0 ? "old" : "new";
  const auto end = number(of(Fact::ReceiveEnd));
  if (!end) return;
  if (distance(*end, *begin) > 0)
    set(Fact::TcpPlace) = "behind";
  else if (distance(*end, *begin + *bytes) > 0)
    set(Fact::TcpPlace) = "across";
  const bool is_closed = distance(*next, *end) <= 0;  // tcp_receive_window()
  const bool is_probe = is_closed && *bytes == 0 && distance(*next, *begin) == -1;
  if (is_probe && stays_closed(static_cast<uint32_t>(*next), ts_ns)) set(Fact::TcpPlace) = "probe";
}

// What was overtaken on its way, or comes twice. Another host behind the same address counts from
// somewhere else, and a host that was started anew also.
void Facts::conclude_of_timestamps() {
  constexpr int32_t kMostTicks = 4096;  // four seconds of a Linux host
  const auto kept = number(of(Fact::TimestampKept)), came = number(of(Fact::TimestampCame));
  if (!kept || !came) return;
  const int32_t age = distance(*came, *kept);
  if (age > 0 && age <= kMostTicks) set(Fact::TcpTimestamp) = "late";
}

// A window is closed for a moment whenever a program reads more slowly than data come.
bool Facts::stays_closed(uint32_t receive_next, uint64_t ts_ns) {
  constexpr size_t kMostWindows = 1024;
  constexpr uint64_t kLongNs = 1'000'000'000;
  const std::string window = fmt::format("{} {} {} {}", of(Fact::Source), of(Fact::Destination),
                                         of(Fact::Port), receive_next);
  const auto first = closed_windows_.find(window);
  if (first != closed_windows_.end()) return ts_ns - first->second >= kLongNs;
  if (closed_windows_.size() == kMostWindows) closed_windows_.clear();
  closed_windows_[window] = ts_ns;
  return false;
}

// The MTU of the record is that of the route, if it has one of its own.
void Facts::conclude_of_mtu(uint32_t mtu) {
  const auto of_device = number(of(Fact::RouteMtu));
  if (!of_device) return;
  set(Fact::MtuOwner) = of(Fact::RouteDevice);
  if (!mtu || mtu >= *of_device) return;
  set(Fact::RouteMtu) = fmt::to_string(mtu);
  set(Fact::MtuOwner) = fmt::format("the route by {}", of(Fact::RouteDevice));
}

// Only filters of that kind begin with what was read.
void Facts::conclude_of_filters() {
  if (of(Fact::FilterIngress) != "bpf")
    forget({Fact::ClsBpfIngress, Fact::ClsBpfIngressId, Fact::ClsBpfIngressOnly});
  if (of(Fact::FilterEgress) != "bpf")
    forget({Fact::ClsBpfEgress, Fact::ClsBpfEgressId, Fact::ClsBpfEgressOnly});
  if (of(Fact::FilterIngress) != "matchall")
    forget({Fact::RedirectIngress, Fact::RedirectIngressTo, Fact::RedirectIngressUp});
  if (of(Fact::FilterEgress) != "matchall")
    forget({Fact::RedirectEgress, Fact::RedirectEgressTo, Fact::RedirectEgressUp});
}

// How the packet was before NAT changed it, when it goes the way that the connection began.
void Facts::conclude_of_nat(const resolve::Record& record) {
  const event::Tuple& tuple = record.packet.tuple;
  if (record.lookups && record.lookups->original) {
    const resolve::Lookups::Original& original = *record.lookups->original;
    before_nat_ = ends_text(tuple, event::address_text(original.source.data(), tuple.is_v6),
                            fmt::to_string(original.sport),
                            event::address_text(original.destination.data(), tuple.is_v6),
                            fmt::to_string(original.dport));
  } else {
    before_nat_ = tuple_before_nat(tuple);
  }
  const std::string now = ends_text(tuple, of(Fact::Source), fmt::to_string(tuple.sport),
                                    of(Fact::Destination), fmt::to_string(tuple.dport));
  if (before_nat_ == now) before_nat_.clear();
  if (before_nat_.empty())
    forget({Fact::NatStatus, Fact::NatSource4, Fact::NatSource6, Fact::NatSourcePort,
            Fact::NatDestination4, Fact::NatDestination6, Fact::NatDestinationPort});
}

std::string Facts::tuple_before_nat(const event::Tuple& tuple) const {
  constexpr uint64_t kInfoMask = 7, kReply = 3;  // NFCT_INFOMASK, IP_CT_IS_REPLY
  const auto conntrack = number(of(Fact::Conntrack));
  if (!conntrack || *conntrack <= kInfoMask || (*conntrack & kInfoMask) >= kReply) return "";
  // An ICMP error has the entry of the connection that it is about (IP_CT_RELATED).
  const bool is_icmp = knowledge::is_in_list(of(Fact::Protocol), "icmp icmp6");
  if (is_icmp && (*conntrack & kInfoMask) == 1) return "";
  if (!knowledge::is_in_list(of(Fact::NatStatus), "1 2 3")) return "";
  const std::string source(tuple.is_v6 ? of(Fact::NatSource6) : ipv4_text(of(Fact::NatSource4)));
  const std::string destination(tuple.is_v6 ? of(Fact::NatDestination6)
                                            : ipv4_text(of(Fact::NatDestination4)));
  if (source.empty() || destination.empty()) return "";
  return ends_text(tuple, source, of(Fact::NatSourcePort), destination,
                   of(Fact::NatDestinationPort));
}

void Facts::set_ports(const resolve::Ports& ports) {
  set(Fact::OpenAt) = ports.open_at;
  set(Fact::OpenIn) = ports.open_in;
  if (!ports.is_newer) return;
  if (ports.takes_packet) set(Fact::OpenHere) = *ports.takes_packet ? "1" : "0";
  if (ports.has_buffer_errors) set(Fact::BufferErrors) = *ports.has_buffer_errors ? "1" : "0";
  if (of(Fact::InTimeWait).empty()) set(Fact::InTimeWait) = ports.is_in_time_wait ? "1" : "0";
  set(Fact::SocketQueue) = ports.unread_bytes >= kLeastBuffer ? "full" : "room";
}

std::string Facts::next_hop(bool is_v6) const {
  std::string destination(of(Fact::Destination));
  if (is_v6) {
    const std::string_view gateway = of(Fact::RouteGateway6);
    return gateway.empty() || gateway == "::" ? destination : std::string(gateway);
  }
  // The two gateways of an IPv4 route are a union.
  if (of(Fact::RouteGatewayFamily) == "10") return std::string(of(Fact::RouteGateway46));
  const std::string gateway = ipv4_text(of(Fact::RouteGateway4));
  return gateway.empty() || gateway == "0.0.0.0" ? destination : gateway;
}

}  // namespace pwru::diagnose
