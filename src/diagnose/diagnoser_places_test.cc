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

}  // namespace
}  // namespace pwru::diagnose
