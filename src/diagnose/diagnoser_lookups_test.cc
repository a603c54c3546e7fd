// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "diagnose/ending_for_test.h"

namespace pwru::diagnose {
namespace {

using knowledge::Certainty;
using knowledge::Fact;
using Refusal = resolve::Lookups::Refusal;
using Port = resolve::Lookups::Port;

Ending refused(std::string_view error, const Refusal& refusal) {
  Ending ending;
  ending.is_freed({"ip_error+0x94"}).with(Fact::RouteError, error);
  ending.record.lookups.emplace().refusal = refusal;
  return ending;
}

TEST(DiagnoserLookups, TheRouteIsNamed) {
  Ending ending = refused("22", {Refusal::By::Route, "10.2.0.0/16", "100", 0, 90});
  EXPECT_EQ(ending.diagnosed().cause, "route-blackhole");
  EXPECT_EQ(ending.diagnosed().what,
            "the blackhole route 10.2.0.0/16 takes 10.2.0.2: table 100, by the policy rule 90");
  EXPECT_EQ(ending.diagnosed().advice,
            "ip -4 route del blackhole 10.2.0.0/16 table 100 metric 0 takes it away");
  EXPECT_EQ(ending.diagnosed().certainty, Certainty::Likely);
}

TEST(DiagnoserLookups, TheRuleIsNamed) {
  Ending ending = refused("13", {Refusal::By::Rule, "", "", 0, 70});
  EXPECT_EQ(ending.diagnosed().cause, "route-prohibit");
  EXPECT_EQ(
      ending.diagnosed().what,
      "the policy rule 70 of the kind prohibit takes 10.2.0.2; the sender gets an ICMP error");
}

TEST(DiagnoserLookups, WhereNothingRefusesThereIsNoRoute) {
  Ending ending = refused("101", {});
  EXPECT_EQ(ending.diagnosed().what, "there is no route to 10.2.0.2");
  EXPECT_EQ(ending.diagnosed().certainty, Certainty::Likely);
  // The tables have become different since.
  EXPECT_EQ(refused("22", {}).diagnosed().certainty, Certainty::Certain);
}

TEST(DiagnoserLookups, TheWayBackIsNamedInTheAdvice) {
  const auto advice = [](std::optional<std::string_view> device) {
    Ending ending;
    ending.dies({"ip_rcv_finish_core+0x1"}, "IP_RPFILTER").with(Fact::RpFilter, "1");
    auto& lookups = ending.with(Fact::RpFilterAll, "0").record.lookups.emplace();
    if (device) lookups.way_back = {*device};
    EXPECT_EQ(ending.diagnosed().certainty, Certainty::Certain);
    const std::string_view text = ending.diagnosed().advice;
    return std::string(text.substr(0, text.find(';')));
  };
  constexpr std::string_view kWay = "ip route get 10.1.0.2 shows the way back (device now: ";
  EXPECT_EQ(advice("eth1"), fmt::format("{}eth1)", kWay));
  EXPECT_EQ(advice(""), fmt::format("{}none)", kWay));
  EXPECT_EQ(advice("eth0"), fmt::format("{}another one)", kWay));  // by now it would do
  EXPECT_EQ(advice(std::nullopt), fmt::format("{}another one)", kWay));
}

TEST(DiagnoserLookups, ARouteThatRefusesTheSourceIsNamed) {
  const auto ending = [](bool has_reason) {
    Ending made;
    if (has_reason)
      made.dies({"ip_rcv_finish_core+0x1"}, "IP_RPFILTER");
    else
      made.is_freed({"kfree_skb", "ip_rcv_finish_core+0x1"}).with(Fact::OwnSource, "0");
    made.with(Fact::RpFilter, "1").with(Fact::RpFilterAll, "0");
    made.record.lookups.emplace().way_back = {
        "", "blackhole", {Refusal::By::Route, "10.1.0.2", "main", 0, 32766}};
    return made;
  };
  Ending told = ending(true), untold = ending(false);
  EXPECT_TRUE(told.diagnosed().what.starts_with(
      "the blackhole route 10.1.0.2 takes what is for its source 10.1.0.2"));
  EXPECT_EQ(told.diagnosed().advice,
            "ip -4 route del blackhole 10.1.0.2 table main metric 0 takes it away");
  EXPECT_EQ(told.diagnosed().certainty, Certainty::Likely);
  EXPECT_EQ(untold.diagnosed().what, told.diagnosed().what);
}

TEST(DiagnoserLookups, ARouteWithoutACarrierIsNoMissingRoute) {
  Ending ending = refused("101", {Refusal::By::Linkdown, "10.2.0.0/24", "main", 0, 32766, "eth9"});
  EXPECT_EQ(ending.diagnosed().cause, "route-linkdown");
  EXPECT_TRUE(ending.diagnosed().what.starts_with("the route 10.2.0.0/24 leads by eth9, which"));
  EXPECT_NE(ending.diagnosed().advice.find("ignore_routes_with_linkdown to 0, for eth9"),
            std::string_view::npos);
}

TEST(DiagnoserLookups, AnOwnAddressIsNoOtherHost) {
  using Own = resolve::Lookups::OwnAddress;
  const auto what = [](std::string_view error, const Own& own) {
    Ending ending = refused(error, {});
    ending.with(Fact::Forwarding4, "0").record.lookups->own_address = own;
    EXPECT_NE(ending.diagnosed().certainty, Certainty::Certain) << error;
    return std::string(ending.diagnosed().what);
  };
  for (const std::string_view error : {"101", "113"})
    EXPECT_EQ(what(error, {Own::Why::OtherVrf, "eth1", "red"}),
              "10.2.0.2 is an address of eth1 of this host, in the VRF red, and it came in by "
              "eth0, which is in another VRF");
  EXPECT_EQ(what("101", {}), "there is no route to 10.2.0.2");
}

TEST(DiagnoserLookups, TheAssociationOfIpsecTellsWhyItRefuses) {
  using Association = resolve::Lookups::Association;
  const auto cause = [](Association association) {
    Ending made;
    made.is_freed({"kfree_skb+0x1", "xfrm_input+0x3c4"});
    made.record.packet.tuple.l4_proto = 50;
    made.record.packet.tuple.has_spi = true;
    made.record.packet.tuple.spi = 0x55;
    made.record.lookups.emplace().association = association;
    const Diagnosis diagnosis = made.diagnosed();
    EXPECT_NE(diagnosis.what.find("0x55"), std::string_view::npos);
    return std::string(diagnosis.cause);
  };
  EXPECT_EQ(cause(Association::None), "esp-state");
  EXPECT_EQ(cause(Association::Failed), "esp-integrity");
  EXPECT_EQ(cause(Association::Replayed), "esp-replay");
  EXPECT_EQ(cause(Association::Refuses), "esp-state");
  EXPECT_EQ(cause(Association::Unknown), "esp-state");
}

TEST(DiagnoserLookups, TheTunnelThatNearlyFitsIsNamed) {
  using Tunnel = resolve::Lookups::Tunnel;
  const auto what = [](std::string_view place, std::string_view flags, Tunnel tunnel) {
    Ending made;
    made.is_freed({"kfree_skb_reason", place}).with(Fact::GreFlags, flags);
    made.with(Fact::GreKeyWord, "7").record.packet.tuple.l4_proto = 47;
    made.record.lookups.emplace().tunnel = tunnel;
    return std::string(made.diagnosed().what);
  };
  constexpr std::string_view kGre = "gre_rcv[ip_gre]+0x161", kIpip = "tunnel4_rcv+0x1";
  const Tunnel key = {Tunnel::State::Key, "gre", "gre1", "the key 5"};
  EXPECT_EQ(what(kGre, "32", key),
            "it has the GRE key 7, and the tunnel gre1 (gre) with the addresses 10.1.0.2 and "
            "10.2.0.2 expects the key 5");
  EXPECT_EQ(what(kGre, "0", key),
            "it has no GRE key, and the tunnel gre1 (gre) with the addresses 10.1.0.2 and "
            "10.2.0.2 expects the key 5");
  EXPECT_EQ(what(kGre, "32", {}),
            "no GRE tunnel of this host has the addresses 10.1.0.2 and 10.2.0.2; it has the GRE "
            "key 7");
  EXPECT_EQ(what(kIpip, "", {Tunnel::State::Remote, "ipip", "tun1", "10.1.0.9"}),
            "the tunnel tun1 (ipip) takes only what 10.1.0.9 sends, and it is from 10.1.0.2");
}

TEST(DiagnoserLookups, TheTunnelThatIsDownIsNamed) {
  using Tunnel = resolve::Lookups::Tunnel;
  const auto ending = [](std::string_view place, std::optional<Tunnel> tunnel) {
    Ending made;
    if (place.starts_with("vxlan"))
      made.dies({place}, "VXLAN_VNI_NOT_FOUND").with(Fact::Vni, "43");
    else
      made.is_freed({"kfree_skb_reason", place});
    made.record.lookups.emplace().tunnel = tunnel;
    return made;
  };
  const auto what = [&](std::string_view place, std::optional<Tunnel> tunnel) {
    Ending made = ending(place, tunnel);
    return std::string(made.diagnosed().what);
  };
  constexpr std::string_view kVxlan = "vxlan_rcv[vxlan]+0x92", kIpip = "tunnel4_rcv+0x1";
  const Tunnel down = {Tunnel::State::Down, "vxlan", "vx43"};
  EXPECT_EQ(what(kVxlan, down), "the device vx43 (vxlan) is for its VNI 43, and is down");
  EXPECT_EQ(ending(kVxlan, down).diagnosed().advice, "ip link set vx43 up");
  EXPECT_EQ(ending(kVxlan, down).diagnosed().certainty, Certainty::Likely);
  EXPECT_EQ(what(kVxlan, Tunnel{Tunnel::State::Filter, "vxlan", "vx1"}),
            "the VXLAN device vx1 takes only the VNIs that it was told (vnifilter), and 43 is none "
            "of them");
  EXPECT_EQ(what(kVxlan, Tunnel{}),
            "no VXLAN device of this host has its VNI 43; one in another network namespace may, "
            "and be down");
  EXPECT_EQ(what(kVxlan, std::nullopt),
            "no VXLAN device of this host has its VNI 43, or the device is not up");
  EXPECT_EQ(what(kIpip, Tunnel{Tunnel::State::Down, "ipip", "t1"}),
            "the tunnel t1 (ipip) has the addresses 10.1.0.2 and 10.2.0.2, and is down");
  EXPECT_TRUE(what(kIpip, Tunnel{}).ends_with(" has the addresses 10.1.0.2 and 10.2.0.2"));
  EXPECT_TRUE(what(kIpip, std::nullopt).ends_with(", or it is down"));
}

TEST(DiagnoserLookups, TheMulticastRouteTellsWhyItDoesNotSend) {
  using Route = resolve::Lookups::MulticastRoute;
  const auto cause = [](std::optional<Route> route, std::string_view packet_type = "2") {
    Ending ending;
    ending.is_freed({"kfree_skb_reason", "ip_mr_input+0x1"}).with(Fact::PacketType, packet_type);
    ending.record.lookups.emplace().multicast_route = route;
    return std::string(ending.diagnosed().cause);
  };
  EXPECT_EQ(cause(Route{Route::Why::Device, "eth1"}), "multicast-route-device");
  EXPECT_EQ(cause(Route{Route::Why::NoneOut, "eth0"}), "multicast-route-empty");
  EXPECT_EQ(cause(Route{Route::Why::Ttl, "eth0"}), "multicast-route-ttl");
  EXPECT_EQ(cause(std::nullopt), "multicast-route");
  EXPECT_EQ(cause(std::nullopt, "5"), "own-group") << "the host's own, looped back";
}

TEST(DiagnoserLookups, TheBridgeTellsWhereTheDestinationIs) {
  const auto ending = [](const Port& port) {
    Ending made;
    made.dies({"br_handle_frame_finish[bridge]+0x1"}, "NO_TX_TARGET");
    made.with(Fact::FrameMac, "02:00:00:00:00:77").with(Fact::BridgePortIsolated, "0");
    made.with(Fact::BridgeVlans, "1").with(Fact::BridgePortState, "3").with(Fact::Vlan, "4116");
    made.record.lookups.emplace().port = port;
    return made;
  };
  const auto cause = [&](const Port& port) {
    Ending made = ending(port);
    EXPECT_NE(made.diagnosed().certainty, Certainty::Certain);
    return std::string(made.diagnosed().cause);
  };
  using Hindrance = Port::Hindrance;
  EXPECT_EQ(cause({Port::Place::Same, "", ""}), "bridge-same-port");
  EXPECT_EQ(cause({Port::Place::Other, "p2", "blocking"}), "bridge-port-state");
  EXPECT_EQ(cause({Port::Place::Unknown, "p2", "", Hindrance::Vlan}), "bridge-vlan");
  EXPECT_EQ(cause({Port::Place::Unknown, "", "", Hindrance::NoPort}), "bridge-port");
  const auto what = [&](std::string_view only_port, Hindrance hindrance) {
    Ending made = ending({Port::Place::Unknown, only_port, "", hindrance});
    const std::string text(made.diagnosed().what);
    constexpr std::string_view kBegin =
        "the bridge of eth0 does not know its destination 02:00:00:00:00:77, and ";
    EXPECT_TRUE(text.starts_with(kBegin)) << text;
    return text.substr(std::min(kBegin.size(), text.size()));
  };
  EXPECT_EQ(what("p2", Hindrance::Vlan),
            "its only other port, p2, is not in its VLAN 20: VLAN filter");
  EXPECT_EQ(what("", Hindrance::Vlan), "no other port is in its VLAN 20: VLAN filter");
  EXPECT_EQ(what("p2", Hindrance::State), "its only other port, p2, does not forward");
  EXPECT_EQ(what("", Hindrance::State), "no other port forwards");
  EXPECT_EQ(what("", Hindrance::Flood), "no other port is flooded with what is unknown");
  EXPECT_EQ(what("", Hindrance::NoPort), "it has no other port");
  EXPECT_EQ(what("p2", Hindrance::Isolated),
            "its only other port, p2, is isolated, as this one is");
  EXPECT_EQ(what("", Hindrance::Isolated), "all other ports are isolated, as this one is");
  Ending unclear = ending({Port::Place::Unknown, "p2", ""});
  EXPECT_EQ(unclear.diagnosed().certainty, Certainty::Possible);
  // As far as is known it could be sent: the bridge was another one a moment ago.
  Ending changed = ending({Port::Place::Other, "p2", "forwarding"});
  EXPECT_EQ(changed.diagnosed().certainty, Certainty::Possible);
}

TEST(DiagnoserLookups, ConntrackTellsHowAPacketWasBeforeNat) {
  const auto before = [](uint16_t dport) {
    Ending ending;
    ending.dies({"__udp4_lib_rcv+0x1"}, "NO_SOCKET").with(Fact::Conntrack, "0");
    resolve::Lookups::Original original;
    original.source = {10, 1, 0, 2};
    original.destination = {10, 2, 0, 2};
    original.sport = 4711;
    original.dport = dport;
    ending.record.lookups.emplace().original = original;
    return std::string(ending.diagnosed().before_nat);
  };
  EXPECT_EQ(before(53), "10.1.0.2:4711->10.2.0.2:53");
  EXPECT_EQ(before(9000), "");  // as it is
}

TEST(DiagnoserLookups, TheIpsecPolicyIsNamed) {
  const auto what = [](std::vector<std::string_view> functions, bool blocks) {
    Ending ending;
    ending.dies(std::move(functions), "XFRM_POLICY");
    ending.record.lookups.emplace().policy = {"fwd", "src 10.1.0.0/16 dst 10.2.0.0/16", 18, blocks,
                                              blocks ? "" : "ESP in mode tunnel"};
    EXPECT_EQ(ending.diagnosed().certainty, Certainty::Likely);
    return std::string(ending.diagnosed().what);
  };
  constexpr std::string_view kPolicy = "the IPsec policy src 10.1.0.0/16 dst 10.2.0.0/16 dir fwd ";
  EXPECT_EQ(what({"ip_forward+0x1"}, true), fmt::format("{}forbids it (action block)", kPolicy));
  EXPECT_EQ(what({"udp_queue_rcv_one_skb+0x1"}, true),
            fmt::format("{}forbids it (action block)", kPolicy));
  EXPECT_EQ(what({"udp_queue_rcv_one_skb+0x1"}, false),
            fmt::format("{}asks for protection (ESP in mode tunnel), and it came without, or by "
                        "another association",
                        kPolicy));
}

resolve::Lookups::Policy no_policy(std::string_view direction, bool default_blocks) {
  resolve::Lookups::Policy none;
  none.direction = direction;
  none.is_none = true;
  none.default_blocks = default_blocks;
  return none;
}

// xfrm_policy_check() refuses what came through an association and no policy takes.
TEST(DiagnoserLookups, WithoutAnIpsecPolicyNoneIsToBlame) {
  const auto found = [](std::string_view place, std::string_view is_protected,
                        std::optional<resolve::Lookups::Policy> policy) {
    Ending ending;
    ending.dies({place}, "XFRM_POLICY").with(Fact::Protected, is_protected);
    ending.record.lookups.emplace().policy = policy;
    const Diagnosis& diagnosis = ending.diagnosed();
    return std::pair(std::string(diagnosis.what), diagnosis.certainty);
  };
  for (const std::string_view place : {"ip_forward+0x1", "udp_queue_rcv_one_skb+0x1"}) {
    EXPECT_EQ(found(place, "1", no_policy("fwd", false)),
              std::pair(std::string("it came through an association of IPsec, and no IPsec policy "
                                    "dir fwd takes it"),
                        Certainty::Likely));
    EXPECT_EQ(found(place, "0", no_policy("fwd", true)),
              std::pair(std::string("no IPsec policy dir fwd takes it, and the default of this "
                                    "host for that is to block"),
                        Certainty::Likely));
    for (const auto& [what, certainty] :
         {found(place, "0", no_policy("fwd", false)), found(place, "1", std::nullopt)}) {
      EXPECT_EQ(what.find("IPsec refuses it: a policy forbids it or asks for other"), 0U) << what;
      EXPECT_EQ(certainty, Certainty::Certain);
    }
    resolve::Lookups::Policy plain = {"fwd", "src 10.1.0.2/32", 18, false, ""};
    EXPECT_NE(found(place, "1", plain).first.find("takes only packets that came without IPsec"),
              std::string::npos);
  }
}

TEST(DiagnoserLookups, AnAssociationMayBeTheWrongOne) {
  const auto what = [](std::string_view direction, std::string_view is_protected) {
    Ending ending;
    ending.dies({"ip_forward+0x1"}, "XFRM_POLICY").with(Fact::Protected, is_protected);
    ending.record.lookups.emplace().policy = {direction, "S", 18, false, "ESP"};
    return std::string(ending.diagnosed().what);
  };
  EXPECT_EQ(what("fwd", "1"),
            "the IPsec policy S dir fwd asks for protection (ESP), and it came by another "
            "association");
  EXPECT_EQ(what("fwd", "0"),
            "the IPsec policy S dir fwd asks for protection (ESP), and it came without");
  EXPECT_EQ(what("out", "0"),
            "the IPsec policy S dir out asks for protection (ESP), and there is no association "
            "(state) to send it with");
}

TEST(DiagnoserLookups, AnIpsecPolicyOfIpv6HasNoReason) {
  Ending ending;
  ending.is_freed({"sk_skb_reason_drop", "ip6_forward+0x1"});
  EXPECT_EQ(ending.diagnosed().kind, Kind::Unknown);
  ending.record.lookups.emplace().policy = {"fwd", "S", 18, true, ""};
  EXPECT_EQ(ending.diagnosed().what, "the IPsec policy S dir fwd forbids it (action block)");
}

TEST(Diagnoser, AQueueBelowAQdiscIsToBlameWhenItHoldsPackets) {
  const auto died = [](std::string_view kind, uint32_t len) {
    Ending ending;
    ending.dies({"sk_skb_reason_drop+0x90", "__dev_queue_xmit+0x1"}, "QDISC_DROP");
    ending.with(Fact::Qdisc, "\"drr\"");
    resolve::Lookups lookups;
    lookups.queue = {kind, "1:10", len};
    ending.record.lookups = lookups;
    const Diagnosis& found = ending.diagnosed();
    return std::pair(std::string(found.cause), found.certainty);
  };
  EXPECT_EQ(died("pfifo", 2), std::pair(std::string("qdisc-full"), Certainty::Likely));
  EXPECT_EQ(died("pfifo", 0), std::pair(std::string("qdisc-class"), Certainty::Possible));
  EXPECT_EQ(died("", 0), std::pair(std::string("qdisc-no-class"), Certainty::Likely));
}

}  // namespace
}  // namespace pwru::diagnose
