// SPDX-License-Identifier: Apache-2.0
// Deaths on kernels that give no reasons, before 5.17.
#include <gtest/gtest.h>

#include "diagnose/ending_for_test.h"

namespace pwru::diagnose {
namespace {

using knowledge::Certainty;
using knowledge::Fact;

Ending freed_in(std::string_view place) {
  Ending ending;
  ending.is_freed({"kfree_skb+0x6", place});
  ending.record.end->is_caller = true;
  return ending;
}

// Its sockets were read.
Ending& with_ports(Ending& ending, std::string_view open_at, std::optional<bool> takes_packet) {
  ending.record.ports.emplace();
  ending.record.ports->open_at = open_at;
  ending.record.ports->takes_packet = takes_packet;
  return ending;
}

TEST(DiagnoserWithoutReasons, AChecksumThatWasComputedIsCertain) {
  Ending udp = freed_in("__udp4_lib_rcv+0x21b");
  const Diagnosis& found = udp.with(Fact::ChecksumFailed, "1").diagnosed();
  EXPECT_EQ(found.cause, "udp-checksum");
  EXPECT_EQ(found.certainty, Certainty::Certain);
  EXPECT_EQ(found.reason, "") << "the kernel said nothing";
  Ending icmp = freed_in("icmp_rcv+0x16f");
  icmp.record.packet.tuple.l4_proto = IPPROTO_ICMP;
  EXPECT_EQ(icmp.diagnosed().kind, Kind::Harmless);
  EXPECT_EQ(icmp.with(Fact::ChecksumFailed, "1").diagnosed().cause, "icmp-checksum");
}

// The sockets are those of a moment later.
TEST(DiagnoserWithoutReasons, AClosedPortIsLikely) {
  Ending udp = freed_in("__udp4_lib_rcv+0x9a3");
  udp.with(Fact::RouteType, "2");
  EXPECT_EQ(udp.diagnosed().certainty, Certainty::Possible);
  const Diagnosis& found = with_ports(udp, "", false).diagnosed();
  EXPECT_EQ(found.cause, "udp-closed-port");
  EXPECT_EQ(found.certainty, Certainty::Likely);
  EXPECT_EQ(with_ports(udp, "127.0.0.1:9000", false).diagnosed().cause, "udp-other-address");
  with_ports(udp, "0.0.0.0:9000", true).record.ports->has_buffer_errors = false;
  EXPECT_EQ(udp.diagnosed().cause, "udp-passed-over");
  EXPECT_EQ(udp.diagnosed().certainty, Certainty::Likely);
  udp.record.ports->has_buffer_errors = true;
  EXPECT_EQ(udp.diagnosed().certainty, Certainty::Possible);
  EXPECT_EQ(with_ports(udp, "[::]:9000", std::nullopt).diagnosed().certainty, Certainty::Possible);
  with_ports(udp, "", false).record.ports->is_newer = false;
  EXPECT_EQ(udp.diagnosed().certainty, Certainty::Possible) << "it may have been opened since";
  Ending tcp = freed_in("tcp_v4_rcv+0x62");
  EXPECT_EQ(with_ports(tcp.is_tcp(0x02), "", false).diagnosed().cause, "tcp-closed-port");
  EXPECT_EQ(with_ports(tcp, "0.0.0.0:9000", true).diagnosed().kind, Kind::Harmless);
}

TEST(DiagnoserWithoutReasons, ADatagramIsShorterThanItsHeaderSays) {
  Ending udp = freed_in("__udp4_lib_rcv+0x9a3");
  udp.with(Fact::UdpBytes, "1400");
  EXPECT_EQ(udp.diagnosed().certainty, Certainty::Possible);
  Ending cut = freed_in("__udp4_lib_rcv+0x9a3");
  const Diagnosis& found = cut.with(Fact::UdpBytes, "1401").diagnosed();
  EXPECT_EQ(found.cause, "packet-short");
  EXPECT_EQ(found.certainty, Certainty::Certain);
}

// What waits in it now says little: its program may have read all since.
TEST(DiagnoserWithoutReasons, ACounterTellsThatASocketWasFull) {
  Ending ending = freed_in("udp_queue_rcv_one_skb+0x205");
  ending.with(Fact::XfrmIn, "0");
  EXPECT_EQ(ending.diagnosed().kind, Kind::Unknown) << "the counters are not known";
  with_ports(ending, "0.0.0.0:9000", true).record.ports->has_buffer_errors = true;
  EXPECT_EQ(ending.diagnosed().cause, "receive-buffer");
  ending.record.ports->has_buffer_errors = false;
  EXPECT_EQ(ending.diagnosed().cause, "socket-filter");
  Ending ipsec = freed_in("udp_queue_rcv_one_skb+0x205");
  with_ports(ipsec, "0.0.0.0:9000", true).record.ports->has_buffer_errors = false;
  EXPECT_EQ(ipsec.with(Fact::XfrmIn, "1").diagnosed().cause, "xfrm-policy");
}

TEST(DiagnoserWithoutReasons, AListenerOfAnotherDevice) {
  Ending syn = freed_in("tcp_v4_rcv+0x62");
  with_ports(syn.is_tcp(0x02), "0.0.0.0:9000", true);
  EXPECT_EQ(syn.diagnosed().kind, Kind::Harmless) << "it comes twice";
  syn.record.lookups.emplace().listener_device = "eth1";
  EXPECT_EQ(syn.diagnosed().cause, "tcp-other-device");
  EXPECT_EQ(syn.diagnosed().certainty, Certainty::Likely);
}

TEST(DiagnoserWithoutReasons, DataOfAConnectionThatIsNotKnown) {
  Ending data = freed_in("tcp_v4_rcv+0x62");
  data.is_tcp(0x18).with(Fact::TcpSpace, "4");
  data.record.packet.tuple.sport = 40001;
  EXPECT_EQ(with_ports(data, "", false).diagnosed().cause, "tcp-no-connection");
  data.record.ports->is_in_time_wait = true;
  EXPECT_EQ(data.diagnosed().kind, Kind::Harmless);
  EXPECT_EQ(with_ports(data, "0.0.0.0:9000", true).diagnosed().kind, Kind::Harmless);
}

// The harmless ends of answers to pings and of SYNs that come twice are at the same places.
TEST(DiagnoserWithoutReasons, IpsecIsAskedBeforeASocket) {
  const auto ended = [](std::string_view place, std::string_view is_protected, auto policy) {
    Ending ending = freed_in(place);
    with_ports(ending, "0.0.0.0:9000", true).record.ports->has_buffer_errors = false;
    ending.with(Fact::XfrmIn, "1").with(Fact::Protected, is_protected);
    ending.with(Fact::ProtectedMode, "1");
    ending.record.lookups.emplace().policy = policy;
    return std::string(ending.diagnosed().cause);
  };
  const resolve::Lookups::Policy protects = {"in", "S", 8, false, "ESP"};
  const resolve::Lookups::Policy blocks = {"in", "S", 8, true, ""};
  resolve::Lookups::Policy none;
  none.is_none = true;
  for (const std::string_view place : {"icmp_rcv+0x1", "icmpv6_rcv+0x1", "tcp_v4_rcv+0x1",
                                       "udp_queue_rcv_one_skb+0x1", "__udp4_lib_rcv+0x1"}) {
    EXPECT_EQ(ended(place, "0", protects), "xfrm-policy") << place;
    EXPECT_EQ(ended(place, "0", blocks), "xfrm-policy") << place;
    EXPECT_EQ(ended(place, "1", none), "xfrm-policy") << place;
  }
  EXPECT_EQ(ended("icmp_rcv+0x1", "1", protects), "ping-answered");
  EXPECT_EQ(ended("icmp_rcv+0x1", "0", none), "ping-answered");
  EXPECT_EQ(ended("udp_queue_rcv_one_skb+0x1", "0", none), "socket-filter");
}

TEST(DiagnoserWithoutReasons, AnIcmpMessageThatNobodyKnows) {
  const auto cause = [](uint8_t type) {
    Ending ending = freed_in("icmp_rcv+0x1");
    ending.record.packet.tuple.l4_proto = IPPROTO_ICMP;
    ending.record.packet.tuple.has_icmp = true;
    ending.record.packet.tuple.icmp_type = type;
    return std::string(ending.diagnosed().cause);
  };
  EXPECT_EQ(cause(99), "icmp-type");
  EXPECT_EQ(cause(0), "ping-answered");
}

TEST(DiagnoserWithoutReasons, AnIpHeaderIsRead) {
  const auto cause = [](std::string_view first, std::string_view sum, std::string_view bytes) {
    Ending ending = freed_in("ip_rcv_core+0x200");
    ending.with(Fact::PacketType, "0").with(Fact::IpFirst, first);
    return std::string(ending.with(Fact::IpSum, sum).with(Fact::IpBytes, bytes).diagnosed().cause);
  };
  EXPECT_EQ(cause("69", "131070", "1400"), "") << "a whole header";
  EXPECT_EQ(cause("69", "131071", "1400"), "ip-checksum");
  EXPECT_EQ(cause("85", "131070", "1400"), "ip-header");
  EXPECT_EQ(cause("69", "131070", "1401"), "packet-short");
  EXPECT_EQ(cause("70", "131071", "1400"), "") << "the sum is not that of all its words";
}

TEST(DiagnoserWithoutReasons, AnIPv6HeaderIsRead) {
  const auto cause = [](std::string_view first, std::string_view bytes) {
    Ending ending = freed_in("ip6_rcv_core+0x200");
    ending.with(Fact::PacketType, "0").with(Fact::IpFirst, first).with(Fact::Ip6Bytes, bytes);
    return std::string(ending.diagnosed().cause);
  };
  EXPECT_EQ(cause("96", "1400"), "") << "a whole header";
  EXPECT_EQ(cause("96", "1401"), "packet-short");
}

TEST(DiagnoserWithoutReasons, AProtocolThatNobodyHandlesIsForThisHostAlone) {
  const auto cause = [](std::string_view type, std::string_view has_filters) {
    Ending ending = freed_in("__netif_receive_skb_core+0xe65");
    ending.record.packet.proto = 0x8864;
    ending.with(Fact::PacketType, type).with(Fact::TcIngress, has_filters);
    return std::string(ending.diagnosed().cause);
  };
  EXPECT_EQ(cause("0", "0"), "protocol");
  EXPECT_EQ(cause("1", "0"), "") << "a broadcast";
  EXPECT_EQ(cause("0", "1"), "") << "a filter may have dropped it";
}

TEST(DiagnoserWithoutReasons, AnInactivePortOfABondTakesNothingForOne) {
  const auto ended = [](std::string_view for_group) {
    Ending ending = freed_in("__netif_receive_skb_core+0xe65");
    ending.record.packet.proto = 0x0800;
    ending.with(Fact::BondPort, "1").with(Fact::TcIngress, "0").with(Fact::ForGroup, for_group);
    ending.with(Fact::PacketType, for_group);
    return ending.diagnosed();
  };
  EXPECT_EQ(ended("0").cause, "inactive-port");
  EXPECT_EQ(ended("1").kind, Kind::Harmless);
}

TEST(DiagnoserWithoutReasons, AFrameForAnotherHostIsNoDrop) {
  Ending ending = freed_in("ip_rcv_core+0x200");
  ending.with(Fact::PacketType, "3").with(Fact::IpFirst, "69");
  EXPECT_EQ(ending.diagnosed().kind, Kind::Harmless);
  EXPECT_EQ(ending.with(Fact::ForDevice, "1").diagnosed().cause, "vlan-unknown");
}

TEST(DiagnoserWithoutReasons, FiltersOfTcAreWhatADeviceHas) {
  Ending ending = freed_in("__netif_receive_skb_core+0xe65");
  ending.record.packet.proto = 0x0800;
  ending.with(Fact::PacketType, "0");
  EXPECT_EQ(ending.diagnosed().kind, Kind::Unknown);
  EXPECT_EQ(ending.with(Fact::TcIngress, "1").diagnosed().cause, "tc-ingress");
  ending.record.packet.proto = 0x88b5;
  EXPECT_EQ(ending.diagnosed().kind, Kind::Unknown) << "nobody may have wanted it";
}

// A newer kernel says so itself.
TEST(DiagnoserWithoutReasons, NothingIsInferredWhereTheKernelHasReasons) {
  Ending ending;
  ending.is_freed({"kfree_skb_reason+0x6", "__udp4_lib_rcv+0x21b"});
  ending.with(Fact::ChecksumFailed, "1").with(Fact::RouteType, "2");
  EXPECT_NE(ending.diagnosed().cause, "udp-checksum");
}

TEST(DiagnoserWithoutReasons, AFullTableOfNeighbours) {
  Ending v4 = freed_in("ip_finish_output2+0x339"), v6 = freed_in("ip6_finish_output2+0x62f");
  EXPECT_EQ(v4.diagnosed().cause, "neighbour-entry");
  EXPECT_EQ(v4.diagnosed().certainty, Certainty::Likely);
  EXPECT_EQ(v6.with(Fact::HopLimit, "63").diagnosed().cause, "neighbour-entry");
  Ending group = freed_in("ip6_finish_output2+0x62f");
  EXPECT_EQ(group.with(Fact::HopLimit, "0").diagnosed().cause, "") << "it may not leave the host";
}

}  // namespace
}  // namespace pwru::diagnose
