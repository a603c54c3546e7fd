// SPDX-License-Identifier: Apache-2.0
// What filters packets at a device, and what NAT has made of a packet.
#include <arpa/inet.h>
#include <gtest/gtest.h>

#include "diagnose/ending_for_test.h"

namespace pwru::diagnose {
namespace {

using knowledge::Certainty;
using knowledge::Fact;

Ending dropped_by_tc() {
  Ending ending;
  ending.dies({"sk_skb_reason_drop+0x90", "__netif_receive_skb_core.constprop.0+0x1"},
              "TC_INGRESS");
  return ending;
}

TEST(Diagnoser, NamesTheProgramOfTcxWhenItIsTheOnlyOne) {
  Ending ending = dropped_by_tc();
  ending.with(Fact::TcxIngress, "\"fw\"").with(Fact::TcxIngressId, "7");
  EXPECT_EQ(ending.diagnosed().what,
            "a filter or a BPF program of tc dropped it on its way in by eth0");
  ending.with(Fact::TcxIngressOnly, "1");
  EXPECT_EQ(ending.diagnosed().what,
            "the BPF program fw (id 7) of tcx dropped it on its way in by eth0");
  EXPECT_EQ(ending.diagnosed().certainty, Certainty::Certain);
}

TEST(Diagnoser, NamesTheFilterOfTcWhenItIsTheOnlyOne) {
  Ending ending = dropped_by_tc();
  ending.with(Fact::FilterIngress, "\"bpf\"").with(Fact::FilterIngressPref, "10");
  ending.with(Fact::ClsBpfIngress, "\"fw\"").with(Fact::ClsBpfIngressId, "7");
  EXPECT_EQ(ending.diagnosed().what,
            "a filter or a BPF program of tc dropped it on its way in by eth0");
  ending.with(Fact::FilterIngressOnly, "1");
  EXPECT_EQ(ending.diagnosed().what,
            "the tc filter of the kind bpf with the preference 10 dropped it on its way in by eth0")
      << "it has several programs";
  ending.with(Fact::ClsBpfIngressOnly, "1");
  EXPECT_EQ(ending.diagnosed().what,
            "the BPF program fw (id 7) dropped it on its way in by eth0: it is the tc filter with "
            "the preference 10");
  EXPECT_EQ(ending.diagnosed().certainty, Certainty::Likely) << "it may go on to another chain";
}

TEST(Diagnoser, AFrameForAnotherMacIsAFaultWhenTheAddressIsOwn) {
  const auto ended = [](std::string_view own_destination) {
    Ending ending;
    ending.dies({"sk_skb_reason_drop+0x90", "ip_rcv_core+0x1"}, "OTHERHOST");
    ending.with(Fact::ForDevice, "0").with(Fact::ForGroup, "0");
    ending.with(Fact::OwnDestination, own_destination);
    return ending.diagnosed().kind;
  };
  EXPECT_EQ(ended("1"), Kind::Died);
  EXPECT_EQ(ended("0"), Kind::Harmless) << "a bridge floods it";
}

TEST(Diagnoser, AFrameForAnotherMacMayBeOfIpv6) {
  const auto ended = [](std::string_view own_destination) {
    Ending ending;
    ending.dies({"kfree_skb_reason+0x9", "ip6_rcv_core+0x1"}, "OTHERHOST");
    ending.with(Fact::ForDevice, "0").with(Fact::ForGroup, "0");
    ending.with(Fact::OwnDestination6, own_destination);
    return std::string(ending.diagnosed().cause);
  };
  EXPECT_EQ(ended("1"), "wrong-mac");
  EXPECT_EQ(ended("0"), "other-host");
}

TEST(Diagnoser, NamesTheDeviceThatIsDownBehindARedirection) {
  Ending ending = dropped_by_tc();
  ending.with(Fact::FilterIngress, "\"matchall\"").with(Fact::FilterIngressPref, "10");
  ending.with(Fact::FilterIngressOnly, "1").with(Fact::RedirectIngress, "1");
  ending.with(Fact::RedirectIngressTo, "\"eth9\"").with(Fact::RedirectIngressUp, "0");
  EXPECT_EQ(ending.diagnosed().what,
            "the tc filter of the kind matchall with the preference 10 redirects what goes in by "
            "eth0 to eth9 (mirred), which is down");
  Ending other = dropped_by_tc();
  other.with(Fact::FilterIngress, "\"u32\"").with(Fact::FilterIngressPref, "10");
  other.with(Fact::FilterIngressOnly, "1").with(Fact::RedirectIngress, "1");
  other.with(Fact::RedirectIngressTo, "\"eth9\"").with(Fact::RedirectIngressUp, "0");
  EXPECT_EQ(other.diagnosed().what,
            "the tc filter of the kind u32 with the preference 10 dropped it on its way in by eth0")
      << "its actions are elsewhere";
}

TEST(Diagnoser, AFrameMayBeLargerThanATokenBucket) {
  const auto cause = [](std::string_view most) {
    Ending ending;
    ending.dies({"__dev_queue_xmit+0x1"}, "QDISC_DROP").with(Fact::Qdisc, "\"tbf\"");
    ending.with(Fact::GsoSize, "0").with(Fact::QdiscMost, most);
    return std::string(ending.diagnosed().cause);
  };
  EXPECT_EQ(cause("1399"), "qdisc-burst");
  EXPECT_EQ(cause("1400"), "qdisc-full");
}

TEST(Diagnoser, NamesTheMtuOfTheRouteWhereItIsLess) {
  const auto what = [](uint32_t mtu) {
    Ending ending;
    ending.dies({"ip_forward+0x4"}, "PKT_TOO_BIG");
    ending.with(Fact::RouteMtu, "1300").with(Fact::RouteDevice, "\"eth1\"");
    ending.with(Fact::GsoSize, "0");
    ending.record.packet.mtu = mtu;
    return std::string(ending.diagnosed().what);
  };
  EXPECT_TRUE(
      what(1000).starts_with("its 1400 bytes do not fit the MTU 1000 of the route by eth1,"));
  EXPECT_TRUE(what(1300).starts_with("its 1400 bytes do not fit the MTU 1300 of eth1,"));
  EXPECT_TRUE(what(0).starts_with("its 1400 bytes do not fit the MTU 1300 of eth1,"));
}

Ending translated(std::string_view conntrack) {
  Ending ending;
  ending.dies({"sk_skb_reason_drop+0x90", "nf_hook_slow+0x1", "ip_rcv+0x1"}, "NETFILTER_DROP");
  ending.with(Fact::Conntrack, conntrack).with(Fact::NatStatus, "2");
  ending.with(Fact::NatSource4, "167837698").with(Fact::NatSourcePort, "4711");
  return ending;
}

TEST(Diagnoser, SaysHowAPacketWasBeforeNat) {
  Ending ending = translated("4096");  // 10.1.0.2, and the connection's own direction
  ending.with(Fact::NatDestination4, "167837697").with(Fact::NatDestinationPort, "80");
  EXPECT_EQ(ending.diagnosed().before_nat, "10.1.0.2:4711->10.1.0.1:80");
}

TEST(Diagnoser, IsSilentAboutNatThatChangedNothingYet) {
  Ending ending = translated("4096");
  ending.with(Fact::NatDestination4, "167903234").with(Fact::NatDestinationPort, "9000");
  EXPECT_EQ(ending.diagnosed().before_nat, "");
  EXPECT_EQ(ending.diagnoser->fact(Fact::NatDestinationPort), "");
}

TEST(Diagnoser, AnIcmpErrorHasTheConnectionOfAnotherPacket) {
  Ending ending = translated("4097");  // IP_CT_RELATED
  ending.with(Fact::NatDestination4, "167837697").with(Fact::NatDestinationPort, "80");
  ending.record.packet.tuple.l4_proto = IPPROTO_ICMP;
  EXPECT_EQ(ending.diagnosed().before_nat, "");
}

TEST(Diagnoser, OfAnAnswerTheOriginalTupleIsTheOtherDirection) {
  Ending ending = translated("4099");  // IP_CT_ESTABLISHED_REPLY
  ending.with(Fact::NatDestination4, "167837697").with(Fact::NatDestinationPort, "80");
  EXPECT_EQ(ending.diagnosed().before_nat, "");
}

TEST(Diagnoser, ADeviceThatIsOffIsNotOneWithoutACarrier) {
  const auto said = [](std::string_view is_up) {
    Ending ending;
    ending.dies({"sk_skb_reason_drop+0x90", "__dev_queue_xmit+0x1"}, "QDISC_DROP");
    ending.with(Fact::Qdisc, "\"noop\"").with(Fact::DeviceIsUp, is_up);
    return std::string(ending.diagnosed().what);
  };
  EXPECT_EQ(said("0"), "eth0 is down: its packets go to the qdisc noop");
  EXPECT_EQ(said("1"), "eth0 has no carrier, or is going down: its packets go to the qdisc noop");
}

TEST(Diagnoser, NamesTheDeviceThatHandsItToASmallerOne) {
  Ending ending;
  ending.is_freed({"kfree_skb_reason+0x90", "__dev_forward_skb2+0x1", "veth_xmit[veth]+0x3"});
  EXPECT_EQ(ending.diagnosed().cause, "mtu-peer");
}

TEST(Diagnoser, AFilterOfASharedBlockIsTakenOffThere) {
  const auto advice = [](std::string_view block) {
    Ending ending;
    ending.dies({"__netif_receive_skb_core+0x1"}, "TC_INGRESS");
    ending.with(Fact::FilterIngress, "matchall").with(Fact::FilterIngressPref, "10");
    ending.with(Fact::FilterIngressOnly, "1").with(Fact::FilterIngressBlock, block);
    return std::string(ending.diagnosed().advice);
  };
  EXPECT_NE(advice("22").find("tc filter del block 22 pref 10"), std::string::npos);
  EXPECT_NE(advice("0").find("tc filter del dev eth0 ingress pref 10"), std::string::npos);
  EXPECT_EQ(advice("?"), advice("0"));
}

TEST(Diagnoser, TheTableOfNeighboursIsThatOfTheFamily) {
  const auto advice = [](bool is_v6, std::string_view gateway_family) {
    Ending ending;
    ending.dies({"ip_finish_output2+0x1"}, "NEIGH_CREATEFAIL");
    ending.with(Fact::RouteGatewayFamily, gateway_family).record.packet.tuple.is_v6 = is_v6;
    return std::string(ending.diagnosed().advice);
  };
  EXPECT_NE(advice(false, "2").find("net.ipv4.neigh.default.gc_thresh3"), std::string::npos);
  EXPECT_NE(advice(false, "10").find("net.ipv6.neigh.default.gc_thresh3"), std::string::npos);
  EXPECT_NE(advice(true, "2").find("net.ipv6.neigh.default.gc_thresh3"), std::string::npos);
  EXPECT_TRUE(advice(true, "2").starts_with("on the host: ")) << "there is no such file elsewhere";
}

// A guest does not reach the host that it is on.
TEST(Diagnoser, AMacvlanDoesNotReachItsHost) {
  Ending ending;
  ending.dies({"neigh_invalidate+0x1"}, "NEIGH_FAILED").with(Fact::DeviceKind, "\"macvlan\"");
  EXPECT_NE(ending.diagnosed().advice.find("a macvlan device never reaches that"),
            std::string_view::npos);
}

// Linux of a host speaks to groups while the device comes up.
TEST(Diagnoser, AnExternalTunnelThatComesUpLosesNothing) {
  const auto kind = [](const char* destination) {
    Ending ending;
    ending.dies({"vxlan_xmit+0x1"}, "TUNNEL_TXINFO");
    ending.record.packet.tuple.is_v6 = true;
    ::inet_pton(AF_INET6, destination, ending.record.packet.tuple.daddr);
    return ending.diagnosed().kind;
  };
  EXPECT_EQ(kind("ff02::16"), Kind::Harmless);
  EXPECT_EQ(kind("ff02::1:ff00:2"), Kind::Harmless);
  EXPECT_EQ(kind("fd01::1"), Kind::Died);
}

TEST(Diagnoser, APortThatListensLosesWhatTellsOfTheHost) {
  const auto kind = [](const char* source, const char* destination, uint8_t type) {
    Ending ending;
    ending.dies({"br_handle_frame+0x1"}, "BRIDGE_INGRESS_STP_STATE");
    ending.with(Fact::BridgePortState, "1");
    event::Tuple& tuple = ending.record.packet.tuple;
    tuple.is_v6 = true;
    tuple.l4_proto = IPPROTO_ICMPV6;
    tuple.has_icmp = true;
    tuple.icmp_type = type;
    ::inet_pton(AF_INET6, source, tuple.saddr);
    ::inet_pton(AF_INET6, destination, tuple.daddr);
    return ending.diagnosed().kind;
  };
  EXPECT_EQ(kind("fe80::2", "ff02::16", 143), Kind::Harmless) << "MLD";
  EXPECT_EQ(kind("fe80::2", "ff02::1:ff00:2", 131), Kind::Harmless) << "MLD, version 1";
  EXPECT_EQ(kind("::", "ff02::1:ff00:2", 135), Kind::Harmless) << "its own address";
  EXPECT_EQ(kind("fe80::2", "ff02::1:ff00:2", 135), Kind::Died) << "it looks for a neighbour";
  EXPECT_EQ(kind("fe80::2", "fe80::1", 128), Kind::Died);
}

}  // namespace
}  // namespace pwru::diagnose
