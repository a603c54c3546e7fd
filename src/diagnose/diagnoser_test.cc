// SPDX-License-Identifier: Apache-2.0
#include "diagnose/diagnoser.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>

#include "diagnose/address.h"
#include "diagnose/ending_for_test.h"

namespace pwru::diagnose {
namespace {

using knowledge::Certainty;
using knowledge::Fact;
using resolve::End;

TEST(Diagnoser, TellsRoutesApartByTheirError) {
  const auto cause = [](std::string_view error, std::string_view forwarding) {
    Ending ending;
    ending.is_freed({"kfree_skb_reason+0x9", "ip_error+0x94"});
    ending.with(Fact::RouteError, error).with(Fact::Forwarding4, forwarding);
    return std::string(ending.diagnosed().cause);
  };
  EXPECT_EQ(cause("113", "0"), "forwarding-off");
  EXPECT_EQ(cause("-113", "1"), "route-unreachable");
  EXPECT_EQ(cause("22", "1"), "route-blackhole");
  EXPECT_EQ(cause("13", "1"), "route-prohibit");
  EXPECT_EQ(cause("101", "0"), "no-route");
  EXPECT_EQ(cause("?", "?"), "route-refused");
}

TEST(Diagnoser, IsOnlyAsSureAsItsFacts) {
  Ending ending;
  ending.is_freed({"ip_error+0x94"});
  EXPECT_EQ(ending.diagnosed().certainty, Certainty::Possible);
  ending.with(Fact::RouteError, "22");
  EXPECT_EQ(ending.diagnosed().certainty, Certainty::Certain);
}

// Linux 6.12 gives no reason.
TEST(Diagnoser, AnOwnAddressAsSourceIsWhatIsLeft) {
  Ending ending;
  ending.is_freed({"kfree_skb_reason", "ip_rcv_finish_core.isra.0+0x1"});
  ending.with(Fact::AcceptLocal, "0").with(Fact::RpFilter, "0").with(Fact::RpFilterAll, "0");
  EXPECT_EQ(ending.diagnosed().cause, "source-refused");
  EXPECT_EQ(ending.diagnosed().certainty, Certainty::Likely);
  Ending filtered;
  filtered.is_freed({"kfree_skb_reason", "ip_rcv_finish_core.isra.0+0x1"});
  filtered.with(Fact::AcceptLocal, "0").with(Fact::RpFilter, "0").with(Fact::RpFilterAll, "1");
  EXPECT_EQ(filtered.diagnosed().cause, "route-lookup");
}

TEST(Diagnoser, ComparesTheLengthWithTheMtu) {
  Ending ending;
  ending.dies({"ip_forward+0x4"}, "PKT_TOO_BIG").with(Fact::RouteMtu, "1000");
  ending.with(Fact::GsoSize, "0").with(Fact::RouteDevice, "\"v2\"");
  EXPECT_EQ(
      ending.diagnosed().what,
      "its 1400 bytes do not fit the MTU 1000 of v2, and it may not be fragmented; the sender "
      "gets an ICMP error");
}

TEST(Diagnoser, TheNextHopIsTheGatewayOrTheDestination) {
  Ending ending;
  ending.dies({"neigh_invalidate+0x7e"}, "NEIGH_FAILED").with(Fact::RouteGateway4, "0");
  EXPECT_NE(ending.diagnosed().what.find("for 10.2.0.2 on eth0"), std::string_view::npos);
  Ending other;
  other.dies({"neigh_invalidate+0x7e"}, "NEIGH_FAILED");
  other.with(Fact::RouteGatewayFamily, "2").with(Fact::RouteGateway4, "167837950");
  EXPECT_NE(other.diagnosed().what.find("for 10.1.0.254 on eth0"), std::string_view::npos);
}

// The two gateways of an IPv4 route are a union.
TEST(Diagnoser, AnIpv4RouteMayHaveAnIpv6Gateway) {
  Ending ending;
  ending.dies({"neigh_invalidate+0x7e"}, "NEIGH_FAILED").with(Fact::RouteGateway4, "33022");
  ending.with(Fact::RouteGatewayFamily, "10").with(Fact::RouteGateway46, "fe80::dead");
  EXPECT_NE(ending.diagnosed().what.find("for fe80::dead on eth0"), std::string_view::npos);
}

TEST(Diagnoser, CommandsAreSafeToPaste) {
  Ending dotted;
  dotted.record.packet.ifname = "va.100";
  dotted.dies({"ip_rcv_finish_core+0x1"}, "IP_RPFILTER");
  EXPECT_NE(dotted.diagnosed().advice.find("net.ipv4.conf.va/100.rp_filter=2"),
            std::string_view::npos);
  EXPECT_NE(dotted.diagnosed().what.find("through va.100:"), std::string_view::npos);
  Ending hostile;
  hostile.record.packet.ifname = "a;id'$(x)";
  hostile.dies({"neigh_invalidate+0x1"}, "NEIGH_FAILED");
  EXPECT_NE(hostile.diagnosed().advice.find(R"(dev 'a;id'\''$(x)')"), std::string_view::npos)
      << hostile.diagnosed().advice;
}

TEST(Diagnoser, AdviceSaysInWhichNamespaceItHolds) {
  Ending ending;
  ending.dies({"ip_rcv_finish_core+0x1"}, "IP_RPFILTER");
  ending.record.packet.netns = 7;
  const auto advice_read_in = [&](uint32_t own_netns) {
    Diagnoser diagnoser({}, own_netns);
    return std::string(diagnoser.diagnose(ending.record).advice);
  };
  EXPECT_TRUE(advice_read_in(7).starts_with("ip route get"));
  EXPECT_TRUE(advice_read_in(8).starts_with("in netns 7: ip route get"));
  ending.dies({"enqueue_to_backlog+0x1"}, "CPU_BACKLOG");
  EXPECT_TRUE(advice_read_in(8).starts_with("on the host: sysctl"));
}

TEST(Diagnoser, ABroadcastAtAPortThatIsSetUpIsNoDeath) {
  for (const auto& [group, kind] : {std::pair("1", Kind::Harmless), std::pair("0", Kind::Died)}) {
    Ending ending;
    ending.dies({"br_handle_frame+0x1"}, "").with(Fact::BridgePortState, "0");
    EXPECT_EQ(ending.with(Fact::ForGroup, group).diagnosed().kind, kind);
  }
}

TEST(Diagnoser, TheReversePathInLooseMode) {
  Ending loose;
  loose.dies({"ip_rcv_finish_core+0x1"}, "IP_RPFILTER").with(Fact::RpFilter, "2");
  EXPECT_EQ(loose.diagnosed().cause, "rp-filter-loose");
  Ending strict;
  strict.dies({"ip_rcv_finish_core+0x1"}, "IP_RPFILTER").with(Fact::RpFilter, "1");
  EXPECT_EQ(strict.with(Fact::RpFilterAll, "0").diagnosed().cause, "rp-filter");
}

TEST(Diagnoser, BothSettingsOfRouteLocalnetAreOff) {
  Ending ending;
  ending.record.packet.tuple.daddr[0] = 127;
  ending.dies({"ip_rcv_finish_core+0x1"}, "").with(Fact::RouteLocalnet, "0");
  EXPECT_EQ(ending.with(Fact::RouteLocalnetAll, "1").diagnosed().cause, "route-lookup");
}

TEST(Diagnoser, AHostThatDoesNotForwardLooksAtNoHopLimit) {
  Ending ending;
  ending.is_freed({"kfree_skb+0x9", "ip6_forward+0x1"});
  ending.with(Fact::HopLimit, "1").with(Fact::Forwarding6, "0").with(Fact::ForceForwarding6, "0");
  EXPECT_EQ(ending.diagnosed().cause, "forwarding-off6");
}

TEST(Diagnoser, TheReasonOfAFilterIsNotThatOfTheCarrier) {
  Ending ending;
  ending.with(Fact::Qdisc, "noop");
  EXPECT_EQ(ending.dies({"__dev_queue_xmit+0x1"}, "TC_EGRESS").diagnosed().cause, "tc-egress");
  EXPECT_EQ(ending.dies({"__dev_queue_xmit+0x1"}, "QDISC_DROP").diagnosed().cause, "no-carrier");
}

TEST(Diagnoser, WhatABridgeFloodsIsNoDeath) {
  Ending ending;
  ending.dies({"ip_rcv_core+0x1"}, "OTHERHOST").with(Fact::Vlan, "0");
  EXPECT_EQ(ending.diagnosed().kind, Kind::Harmless);
  Ending tagged;
  tagged.dies({"ip_rcv_core+0x1"}, "OTHERHOST").with(Fact::Vlan, "7").with(Fact::ForDevice, "1");
  EXPECT_EQ(tagged.diagnosed().cause, "vlan-unknown");
  Ending other;  // on a trunk, to a promiscuous device
  other.dies({"ip_rcv_core+0x1"}, "OTHERHOST").with(Fact::Vlan, "7").with(Fact::ForDevice, "0");
  EXPECT_EQ(other.diagnosed().kind, Kind::Harmless);
}

// Each port of a bond gets a broadcast, and one of them takes it.
TEST(Diagnoser, WhatAGroupIsSentNeedNotBeTaken) {
  for (const auto& [group, kind] : {std::pair("1", Kind::Harmless), std::pair("0", Kind::Died)}) {
    Ending ending;
    ending.dies({"__netif_receive_skb_core+0x1"}, "UNHANDLED_PROTO").with(Fact::ForGroup, group);
    ending.with(Fact::EtherType, "0x0800");
    EXPECT_EQ(ending.diagnosed().kind, kind) << group;
    Ending flood;
    flood.dies({"br_flood+0x1", "br_dev_xmit+0x1"}, "NO_TX_TARGET").with(Fact::ForGroup, group);
    EXPECT_EQ(flood.diagnosed().kind, kind) << group;
    Ending snooped;
    snooped.dies({"br_handle_frame_finish+0x1"}, "NO_TX_TARGET").with(Fact::ForGroup, group);
    EXPECT_EQ(snooped.diagnosed().kind, kind) << group;
  }
  Ending report;
  report.dies({"ip6_rcv_core+0x1"}, "IPV6DISABLED");
  EXPECT_EQ(report.diagnosed().cause, "ipv6-off");
  report.record.packet.tuple.is_v6 = true;
  std::memcpy(report.record.packet.tuple.daddr, "\xff\x02", 2);
  EXPECT_EQ(report.diagnosed().kind, Kind::Harmless);
  Ending solicitation;
  solicitation.dies({"icmpv6_rcv+0x1"}, "IPV6_NDISC_NS_OTHERHOST");
  EXPECT_EQ(solicitation.diagnosed().kind, Kind::Harmless);
}

TEST(Diagnoser, WhoeverLooksForSomebodyAsksAll) {
  Ending offer;
  offer.record.packet.tuple.dport = 68;
  offer.dies({"ip_error+0x1"}, "IP_INADDRERRORS").with(Fact::RouteError, "-113");
  EXPECT_EQ(offer.diagnosed().cause, "dhcp-offer");
  offer.record.packet.tuple.dport = 69;
  EXPECT_EQ(offer.diagnosed().kind, Kind::Died);
  Ending search;
  search.is_freed({"kfree_skb_reason", "ip_rcv_finish_core.isra.0+0x1"});
  std::memcpy(search.record.packet.tuple.daddr, "\xef\xff\xff\xfa", 4);
  EXPECT_EQ(search.diagnosed().kind, Kind::Harmless);
  std::memcpy(search.record.packet.tuple.daddr, "\xef\x01\x01\x01", 4);
  EXPECT_EQ(search.diagnosed().cause, "multicast-no-member");
}

TEST(Diagnoser, SegmentsAreNotComparedAsOnePacket) {
  Ending ending;
  ending.dies({"ip_forward+0x4"}, "PKT_TOO_BIG").with(Fact::RouteMtu, "1000");
  ending.with(Fact::GsoSize, "948");
  EXPECT_EQ(ending.diagnosed().what.find("1400"), std::string_view::npos);
}

TEST(Diagnoser, WhatLosesNothingIsHarmless) {
  Ending ping;
  EXPECT_EQ(ping.dies({"icmp_rcv+0x1"}, "NO_SOCKET").diagnosed().kind, Kind::Harmless);
  Ending purged;
  EXPECT_EQ(
      purged.dies({"skb_queue_purge_reason+0x1", "tcp_close+0x1"}, "QUEUE_PURGE").diagnosed().kind,
      Kind::Harmless);
  Ending consumed;
  consumed.is_freed({"consume_skb+0x1", "ip_error+0x1"});
  consumed.record.end = End{End::Kind::Consumed, "consumed"};
  EXPECT_EQ(consumed.diagnosed().kind, Kind::Harmless);
  Ending late;
  late.is_tcp(0x11);
  EXPECT_EQ(late.dies({"tcp_v4_rcv+0x1"}, "NO_SOCKET").diagnosed().kind, Kind::Harmless);
  late.record.packet.tuple.tcp_flags = 0x12;
  EXPECT_EQ(late.diagnosed().cause, "tcp-answer-unasked");
  late.record.packet.tuple.tcp_flags = 0x02;
  EXPECT_EQ(late.diagnosed().cause, "tcp-closed-port");
}

TEST(Diagnoser, ReasonsThatNobodyKnowsAreStillDeaths) {
  Ending ending;
  const Diagnosis& found = ending.dies({"some_function+0x1"}, "BRAND_NEW").diagnosed();
  EXPECT_EQ(found.kind, Kind::Died);
  EXPECT_EQ(found.cause, "reason");
  EXPECT_EQ(found.what, "the kernel gives the reason BRAND_NEW");
}

TEST(Diagnoser, WithoutReasonAndPlaceNothingIsClaimed) {
  Ending ending;
  const Diagnosis& found = ending.is_freed({"kfree_skb", "some_function+0x1"}).diagnosed();
  EXPECT_EQ(found.kind, Kind::Unknown);
  EXPECT_EQ(found.place, "some_function");
  EXPECT_TRUE(found.what.empty());
}

TEST(Diagnoser, WithoutAStackTheCallerIsThePlace) {
  Ending ending;
  ending.is_freed({});
  ending.record.caller = "ip_error.part.0+0x12";
  EXPECT_EQ(ending.diagnosed().place, "ip_error");
}

// ip_rcv_core() takes a frame with a VLAN tag that nobody wants for one of another host.
TEST(Diagnoser, AFrameForTheOwnAddressHadATag) {
  Ending ending;
  ending.dies({"ip_rcv_core+0x1"}, "OTHERHOST").with(Fact::Vlan, "0").with(Fact::ForDevice, "0");
  EXPECT_EQ(ending.diagnosed().kind, Kind::Harmless);
  Ending own;
  own.dies({"ip_rcv_core+0x1"}, "OTHERHOST").with(Fact::Vlan, "0").with(Fact::ForDevice, "1");
  EXPECT_EQ(own.diagnosed().what, "its frame has a VLAN tag that eth0 has no device for");
}

TEST(Diagnoser, ABridgeIsToldApartByItsPort) {
  const auto cause = [](std::string_view isolated, std::string_view vlans, std::string_view state) {
    Ending ending;
    ending.is_freed({"kfree_skb+0x9", "br_handle_frame_finish[bridge]+0x40d"});
    ending.with(Fact::BridgePortIsolated, isolated).with(Fact::BridgeVlans, vlans);
    ending.with(Fact::BridgePortState, state);
    return std::string(ending.diagnosed().cause);
  };
  EXPECT_EQ(cause("1", "0", "3"), "bridge-isolated");
  EXPECT_EQ(cause("0", "1", "3"), "bridge-vlan");
  EXPECT_EQ(cause("0", "0", "3"), "bridge-port");
  EXPECT_EQ(cause("1", "1", "3"), "bridge");
  EXPECT_EQ(cause("?", "?", "3"), "bridge");
  EXPECT_EQ(cause("0", "0", "1"), "bridge-port-state");
  Ending ingress;
  ingress.is_freed({"kfree_skb+0x9", "__allowed_ingress[bridge]+0x1"});
  EXPECT_EQ(ingress.diagnosed().cause, "bridge-vlan");
  EXPECT_EQ(ingress.diagnosed().certainty, Certainty::Likely);
  std::memcpy(ingress.record.packet.tuple.daddr, "\xff\xff\xff\xff", 4);
  EXPECT_EQ(ingress.diagnosed().kind, Kind::Harmless);  // of another VLAN of a trunk
  Ending own;
  own.is_freed({"kfree_skb+0x9", "br_allowed_ingress[bridge]+0x1", "br_dev_xmit[bridge]+0x1"});
  EXPECT_EQ(own.diagnosed().kind, Kind::Harmless);
  Ending snooped;
  std::memcpy(snooped.record.packet.tuple.daddr, "\xe0\x00\x01\x01", 4);
  snooped.dies({"br_multicast_flood[bridge]+0x1"}, "NO_TX_TARGET");
  EXPECT_EQ(snooped.diagnosed().kind, Kind::Harmless);
}

TEST(Diagnoser, AddressesThatMayNotBeThere) {
  Ending source;
  std::memcpy(source.record.packet.tuple.saddr, "\xe0\x00\x00\x05", 4);
  EXPECT_EQ(source.dies({"ip_rcv_finish_core+0x1"}, "IP_INVALID_SOURCE").diagnosed().cause,
            "martian-source");
  Ending destination;
  std::memcpy(destination.record.packet.tuple.daddr, "\x00\x00\x00\x05", 4);
  EXPECT_EQ(destination.is_freed({"ip_rcv_finish_core+0x1"}).diagnosed().cause,
            "destination-refused");
}

TEST(Diagnoser, HeadersOfIpv6) {
  Ending version;
  EXPECT_EQ(version.dies({"ip6_rcv_core+0x1"}, "UNHANDLED_PROTO").diagnosed().cause,
            "ipv6-version");
  Ending option;
  EXPECT_EQ(option.dies({"ip6_tlvopt_unknown+0x1"}, "UNHANDLED_PROTO").diagnosed().cause,
            "ipv6-option");
  Ending answered;
  answered.dies({"icmpv6_param_prob+0x1", "ip6_tlvopt_unknown+0x1"}, "UNHANDLED_PROTO");
  EXPECT_EQ(answered.diagnosed().cause, "ipv6-option");
  Ending route;
  route.dies({"ip6_pkt_discard+0x1"}, "IP_INNOROUTES").with(Fact::RouteError, "-113");
  EXPECT_EQ(route.diagnosed().cause, "route-unreachable6");
}

TEST(Diagnoser, TunnelsThatNobodyHas) {
  Ending gre;
  EXPECT_EQ(gre.is_freed({"kfree_skb+0x9", "gre_rcv[ip_gre]+0x1"}).diagnosed().cause, "gre-key");
  Ending vxlan;
  vxlan.is_freed({"kfree_skb_reason+0x9", "vxlan_rcv[vxlan]+0x1"});
  EXPECT_EQ(vxlan.diagnosed().cause, "vxlan-refused");
  EXPECT_EQ(vxlan.diagnosed().certainty, Certainty::Possible);
}

TEST(AddressKind, OfBothFamilies) {
  const auto v4 = [](std::array<uint8_t, 4> bytes) { return address_kind(bytes.data(), false); };
  EXPECT_EQ(v4({127, 0, 0, 5}), "loopback");
  EXPECT_EQ(v4({224, 0, 0, 22}), "local-multicast");
  EXPECT_EQ(v4({239, 1, 1, 1}), "multicast");
  EXPECT_EQ(v4({255, 255, 255, 255}), "broadcast");
  EXPECT_EQ(v4({0, 0, 0, 0}), "any");
  EXPECT_EQ(v4({0, 0, 0, 5}), "this-network");
  EXPECT_EQ(v4({10, 0, 0, 1}), "unicast");
  uint8_t v6[16] = {};
  EXPECT_EQ(address_kind(v6, true), "any");
  v6[15] = 1;
  EXPECT_EQ(address_kind(v6, true), "loopback");
  v6[0] = 0xff;
  v6[1] = 2;
  EXPECT_EQ(address_kind(v6, true), "local-multicast");
  v6[1] = 5;
  EXPECT_EQ(address_kind(v6, true), "multicast");
  v6[0] = 0xfd;
  EXPECT_EQ(address_kind(v6, true), "unicast");
}

TEST(Diagnoser, NamesAnXdpProgramThatWasTraced) {
  Ending ending;
  ending.record.end.reset();
  ending.record.type = PWRU_EVENT_XDP_EXIT;
  ending.record.function = "filter_in(xdp)";
  ending.record.verdict = resolve::Verdict{1, "XDP_DROP", true};
  const Diagnosis& diagnosis = ending.diagnosed();
  EXPECT_EQ(diagnosis.kind, Kind::Died);
  EXPECT_EQ(diagnosis.what, "the XDP program filter_in of eth0 dropped it");
  EXPECT_EQ(diagnosis.place, "XDP_DROP");
  ending.record.verdict->is_drop = false;
  EXPECT_EQ(ending.diagnosed().kind, Kind::Unknown);
}

}  // namespace
}  // namespace pwru::diagnose
