// SPDX-License-Identifier: Apache-2.0
// Places where packets end for several reasons: what was read there tells which.
#include <gtest/gtest.h>

#include "diagnose/ending_for_test.h"

namespace pwru::diagnose {
namespace {

using knowledge::Certainty;
using knowledge::Fact;

// Before 6.7 nf_hook_slow() frees what a rule dropped, and what any other hook did.
TEST(Diagnoser, ARuleIsNamedForItsHookOnly) {
  Ending ending;
  ending.is_freed({"kfree_skb", "nf_hook_slow+0x93", "ip_local_deliver+0xac"});
  resolve::Nft& nft = ending.record.nft.emplace();
  nft.family = "inet";
  nft.table = "fw";
  nft.chain = "in";
  nft.handle = nft.position = 3;
  EXPECT_EQ(ending.diagnosed().cause, "netfilter") << "its frame was gone";
  nft.is_noted = true;
  nft.hook = "INPUT";
  EXPECT_EQ(ending.diagnosed().cause, "nftables-rule");
  nft.hook = "PREROUTING";
  EXPECT_EQ(ending.diagnosed().cause, "netfilter");
}

// Places that have several ends: what was read tells which.
TEST(Diagnoser, APlaceWithSeveralEnds) {
  const auto cause = [](std::string_view place, Fact fact, std::string_view value) {
    Ending ending;
    ending.is_freed({"kfree_skb_reason", place}).with(fact, value);
    return std::string(ending.diagnosed().cause);
  };
  EXPECT_EQ(cause("ip_rcv_finish_core+0x1", Fact::IpFirst, "71"), "route-lookup") << "no route";
  EXPECT_EQ(cause("br_handle_frame_finish[bridge]+0x1", Fact::BridgePortState, "3"), "bridge");
  EXPECT_EQ(cause("ip_fragment.constprop.0+0x1", Fact::RouteMtu, "1300"), "mtu");
  EXPECT_EQ(cause("ip_defrag+0x1", Fact::TellsOldSequence, "0"), "") << "it may have come twice";
  EXPECT_EQ(cause("ip_defrag+0x1", Fact::TellsOldSequence, "60"), "fragment-refused");
}

TEST(Diagnoser, AfterItsRouteWasFoundAPacketIsRefusedForItsOptions) {
  Ending ending;
  ending.is_freed({"kfree_skb_reason", "ip_rcv_finish_core+0x1"});
  ending.with(Fact::IpFirst, "71").with(Fact::RouteType, "2");
  EXPECT_EQ(ending.diagnosed().cause, "ip-options");
}

TEST(Diagnoser, ALockedPortOfABridge) {
  Ending ending;
  ending.is_freed({"kfree_skb_reason", "br_handle_frame_finish[bridge]+0x25b"});
  ending.with(Fact::BridgePortState, "3").with(Fact::BridgePortIsolated, "0");
  ending.with(Fact::BridgeVlans, "0");
  EXPECT_EQ(ending.diagnosed().cause, "bridge-port");
  ending.with(Fact::BridgePortLocked, "1");
  EXPECT_EQ(ending.diagnosed().certainty, Certainty::Possible);
  ending.with(Fact::TellsNoTarget, "120");
  EXPECT_EQ(ending.diagnosed().cause, "bridge-locked");
  EXPECT_EQ(ending.diagnosed().certainty, Certainty::Likely);
}

// A route that discards is one that an administrator made, one of IPsec, or the protocol "none".
TEST(Diagnoser, WhatDiscardsIsNotAlwaysARoute) {
  Ending ending;
  ending.is_freed({"kfree_skb_reason", "dst_discard_out+0x18", "ip_push_pending_frames+0xb8"});
  ending.with(Fact::RouteError, "-22").with(Fact::XfrmOut, "1");
  EXPECT_EQ(ending.diagnosed().cause, "route-blackhole");
  Ending ipsec;
  ipsec.is_freed({"kfree_skb_reason", "dst_discard_out+0x18", "ip_push_pending_frames+0xb8"});
  ipsec.with(Fact::RouteError, "0").with(Fact::XfrmOut, "1");
  EXPECT_EQ(ipsec.with(Fact::RouteDevice, "lo").diagnosed().cause, "xfrm-no-state");
  Ending gone;
  gone.is_freed({"kfree_skb_reason", "dst_discard_out+0x18"});
  gone.with(Fact::RouteError, "0").with(Fact::XfrmOut, "1");
  EXPECT_EQ(gone.with(Fact::RouteDevice, "blackhole_dev").diagnosed().cause, "route-gone");
  Ending empty;
  empty.is_freed({"kfree_skb_reason", "dst_discard_out+0x18", "ip6_protocol_deliver_rcu+0x401"});
  empty.record.packet.tuple.l4_proto = 59;
  EXPECT_EQ(empty.diagnosed().kind, Kind::Harmless);
}

TEST(Diagnoser, AnAddressOfTheLinkGoesNoFarther) {
  Ending ending;
  ending.record.packet.tuple.is_v6 = true;
  ending.record.packet.tuple.saddr[0] = 0xfe;
  ending.record.packet.tuple.saddr[1] = 0x80;
  EXPECT_EQ(ending.dies({"ip6_forward+0x632"}, "IP_INADDRERRORS").diagnosed().cause, "scope6");
}

// Before 6.7.
TEST(Diagnoser, TheFirstHookOfABridgeIsCalledByTheBridge) {
  Ending ending;
  ending.is_freed({"kfree_skb", "br_handle_frame[bridge]+0x208", "__netif_receive_skb_core+0x1a6"});
  ending.with(Fact::BridgePortState, "3");
  EXPECT_EQ(ending.diagnosed().certainty, Certainty::Possible);
  resolve::Nft nft;
  nft.is_noted = true;
  nft.family = "inet";
  nft.table = "t";
  nft.chain = "c";
  nft.handle = 2;
  nft.position = 1;
  ending.record.nft = nft;
  EXPECT_NE(ending.diagnosed().cause, "nftables-rule") << "of another hook";
  ending.record.nft->family = "bridge";
  EXPECT_EQ(ending.diagnosed().what,
            "rule 1 of the nftables chain c (table bridge t, hook bridge prerouting) dropped it");
}

TEST(Diagnoser, TcpIsNotForABroadcast) {
  Ending ending;
  ending.is_tcp(2).dies({"sk_skb_reason_drop+0x90", "tcp_v4_rcv+0x1"}, "NOT_SPECIFIED");
  ending.with(Fact::PacketType, "1");
  EXPECT_EQ(ending.diagnosed().cause, "tcp-broadcast");
}

TEST(DiagnoserPlaces, AMulticastAddressOfScope0) {
  Ending ending;
  ending.record.packet.tuple.is_v6 = true;
  std::memset(ending.record.packet.tuple.daddr, 0, 16);
  ending.record.packet.tuple.daddr[0] = 0xff;
  ending.record.packet.tuple.daddr[15] = 1;
  const Diagnosis& found = ending.dies({"ip6_rcv_core+0x1"}, "IP_INHDR").diagnosed();
  EXPECT_EQ(found.what,
            "its destination ff00::1 is a multicast address of scope 0, which no host "
            "takes");
}

TEST(DiagnoserPlaces, AnIcmpMessageThatNobodyKnows) {
  Ending ending;
  ending.record.packet.tuple.has_icmp = true;
  ending.record.packet.tuple.icmp_type = 99;
  EXPECT_EQ(ending.dies({"icmp_rcv+0x1"}, "UNHANDLED_PROTO").diagnosed().what,
            "this host knows no ICMP message of the type 99");
}

// vxlan_rcv() has found the device, which is in the packet by then.
TEST(Diagnoser, AVxlanDeviceThatRefusesTheSender) {
  const auto cause = [](std::string_view kind, std::string_view from_device) {
    Ending ending;
    ending.is_freed({"kfree_skb", "vxlan_rcv[vxlan]+0x6f"}).with(Fact::VxlanFlags, "8");
    ending.with(Fact::DeviceKind, kind).with(Fact::FromDeviceMac, from_device);
    return std::string(ending.diagnosed().cause);
  };
  EXPECT_EQ(cause("vxlan", "0"), "vxlan-entry");
  EXPECT_EQ(cause("vxlan", "1"), "local-mac");
  EXPECT_EQ(cause("veth", "1"), "vxlan-vni");
}

TEST(Diagnoser, AGeneveHeaderThatNoDeviceTakes) {
  const auto what = [](uint32_t bytes, std::string_view version, std::string_view protocol) {
    Ending ending;
    ending.is_freed({"kfree_skb", "geneve_udp_encap_recv[geneve]+0x77"});
    ending.with(Fact::GeneveVersion, version).with(Fact::GeneveProtocol, protocol);
    ending.record.packet.len_bytes = bytes;
    return std::string(ending.diagnosed().what);
  };
  EXPECT_EQ(what(10, "0", "0"), "it is too short for a Geneve header");
  EXPECT_EQ(what(100, "1", "25944"), "its Geneve header has the version 1, and there is only 0");
  EXPECT_TRUE(what(100, "0", "2048")
                  .starts_with("its Geneve header says that it carries the protocol 0x0800"));
  EXPECT_TRUE(what(100, "0", "25944").starts_with("no Geneve device of this host has its VNI"));
}

// ip_forward() takes nothing that was sent to a group of the link.
TEST(Diagnoser, AUnicastPacketInABroadcastFrame) {
  const auto kind = [](std::string_view place, std::string_view route_device) {
    Ending ending;
    ending.is_freed({"kfree_skb_reason", place}).with(Fact::PacketType, "1");
    ending.with(Fact::RouteDevice, route_device).with(Fact::Forwarding6, "1");
    const Diagnosis& diagnosis = ending.diagnosed();
    EXPECT_EQ(diagnosis.cause, "group-frame") << place;
    return diagnosis.kind;
  };
  EXPECT_EQ(kind("ip_forward+0x1", "eth1"), Kind::Died);
  EXPECT_EQ(kind("ip6_forward+0x1", "eth1"), Kind::Died);
  EXPECT_EQ(kind("ip_forward+0x1", "eth0"), Kind::Harmless) << "it is for another host there";
}

TEST(Diagnoser, WhatIsFreedWhereNothingWasKnown) {
  const auto cause = [](std::string_view place) {
    Ending ending;
    ending.is_freed({"kfree_skb", place});
    return std::string(ending.diagnosed().cause);
  };
  EXPECT_EQ(cause("ip_vs_nat_xmit[ip_vs]+0x1"), "ipvs-send");
  EXPECT_EQ(cause("sk_psock_verdict_apply+0x1"), "sockmap-verdict");
  EXPECT_EQ(cause("input_action_end+0x1"), "srv6");
}

}  // namespace
}  // namespace pwru::diagnose
