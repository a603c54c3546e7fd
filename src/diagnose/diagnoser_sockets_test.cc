// SPDX-License-Identifier: Apache-2.0
// What TCP, UDP, sockets and their filters discard.
#include <gtest/gtest.h>

#include "diagnose/ending_for_test.h"

namespace pwru::diagnose {
namespace {

using knowledge::Certainty;
using knowledge::Fact;
using resolve::End;

// The receive path of TCP, behind a function that frees.
std::vector<std::string_view> in_tcp(std::string_view place) {
  return {"sk_skb_reason_drop+0x90", place, "tcp_v4_rcv+0xe62", "ip_local_deliver_finish+0x81"};
}

Ending of_tcp(uint8_t flags) {
  Ending ending;
  ending.is_tcp(flags);
  return ending;
}

TEST(Diagnoser, SaysWhereAPortIsOpenThatIsClosedHere) {
  Ending ending;
  ending.record.ports.emplace().open_at = "127.0.0.1:9000";
  const Diagnosis& udp = ending.dies({"__udp4_lib_rcv+0x4bc"}, "NO_SOCKET").diagnosed();
  EXPECT_EQ(udp.cause, "udp-other-address");
  EXPECT_NE(udp.what.find("one is bound to 127.0.0.1:9000;"), std::string_view::npos) << udp.what;
  ending.is_tcp(0x02);
  const Diagnosis& tcp = ending.dies({"tcp_v4_rcv+0x1"}, "NO_SOCKET").diagnosed();
  EXPECT_EQ(tcp.cause, "tcp-other-address");
  EXPECT_NE(tcp.what.find("one listens on 127.0.0.1:9000;"), std::string_view::npos) << tcp.what;
}

TEST(Diagnoser, NamesThePortThatIsClosed) {
  Ending ending;
  const Diagnosis& found =
      ending
          .dies({"sk_skb_reason_drop+0x90", "__udp4_lib_rcv+0x4bc", "ip_local_deliver+0x1"},
                "NO_SOCKET")
          .diagnosed();
  EXPECT_EQ(found.kind, Kind::Died);
  EXPECT_EQ(found.cause, "udp-closed-port");
  EXPECT_EQ(found.certainty, Certainty::Certain);
  EXPECT_EQ(found.place, "__udp4_lib_rcv");
  EXPECT_EQ(found.reason, "NO_SOCKET");
  EXPECT_NE(found.what.find("UDP 10.2.0.2:9000"), std::string_view::npos) << found.what;
  EXPECT_NE(found.advice.find(":9000"), std::string_view::npos) << found.advice;
}

// What comes late for a connection of a client is for a port that is larger than that of the
// sender.
TEST(Diagnoser, DataOfAConnectionThatIsNotKnown) {
  Ending ending = of_tcp(0x18);
  ending.dies({"tcp_v4_rcv+0x1"}, "NO_SOCKET").with(Fact::TcpSpace, "4");
  EXPECT_EQ(ending.diagnosed().kind, Kind::Harmless);
  ending.record.packet.tuple.sport = 40001;
  EXPECT_EQ(ending.diagnosed().cause, "tcp-no-connection");
  Ending bare = of_tcp(0x10);
  bare.record.packet.tuple.sport = 40001;
  bare.dies({"tcp_v4_rcv+0x1"}, "NO_SOCKET").with(Fact::TcpSpace, "0");
  EXPECT_EQ(bare.diagnosed().kind, Kind::Harmless);
}

TEST(Diagnoser, ASynForAConnectionInTimeWait) {
  Ending known = of_tcp(0x02);
  known.dies({"tcp_v4_rcv+0x1"}, "NOT_SPECIFIED");
  EXPECT_EQ(known.diagnosed().kind, Kind::Harmless) << "it comes twice";
  EXPECT_EQ(known.with(Fact::SocketState, "6").diagnosed().cause, "tcp-time-wait");
  Ending old = of_tcp(0x02);
  old.record.ports.emplace().is_in_time_wait = true;
  EXPECT_EQ(old.dies({"tcp_v4_rcv+0x1"}, "NOT_SPECIFIED").diagnosed().cause, "tcp-time-wait");
  Ending stamped = of_tcp(0x02);
  stamped.dies({"tcp_v4_rcv+0x1"}, "TCP_RFC7323_TW_PAWS");
  EXPECT_EQ(stamped.diagnosed().cause, "tcp-time-wait");
  EXPECT_EQ(stamped.diagnosed().certainty, Certainty::Certain);
}

TEST(Diagnoser, ADirectedBroadcastIsNotForwarded) {
  const auto cause = [](std::string_view place, std::string_view is_other) {
    Ending ending;
    ending.is_freed({place}).with(Fact::BcForwarding, "0").with(Fact::RouteType, "3");
    return std::string(ending.with(Fact::OfOtherBroadcast, is_other).diagnosed().cause);
  };
  EXPECT_EQ(cause("udp_rcv+0x1", "1"), "directed-broadcast");
  EXPECT_EQ(cause("icmp_rcv+0x1", "1"), "directed-broadcast");
  EXPECT_EQ(cause("udp_rcv+0x1", "0"), "broadcast-unread");
  EXPECT_EQ(cause("icmp_rcv+0x1", "0"), "ping-answered");
}

// Before Linux 6.6 a retransmission has the same reason.
TEST(Diagnoser, ASequenceNumberIsNoDeathWhereItMayBeARetransmission) {
  Ending old;
  old.is_tcp(0x18);
  old.dies({"tcp_validate_incoming+0x1"}, "TCP_INVALID_SEQUENCE");
  EXPECT_EQ(old.diagnosed().kind, Kind::Harmless);
  EXPECT_EQ(old.with(Fact::TellsOldSequence, "60").diagnosed().cause, "tcp-sequence");
  Ending reset;
  reset.is_tcp(0x04);
  EXPECT_EQ(reset.dies({"tcp_validate_incoming+0x1"}, "TCP_INVALID_SEQUENCE").diagnosed().cause,
            "tcp-sequence");
}

TEST(Diagnoser, AResetOfAClosedSocketLosesNothing) {
  Ending ending;
  ending.is_tcp(0x04);
  ending.dies({"tcp_rcv_state_process+0x1"}, "TCP_CLOSE");
  EXPECT_EQ(ending.diagnosed().kind, Kind::Harmless);
  ending.record.packet.tuple.tcp_flags = 0x18;
  EXPECT_EQ(ending.diagnosed().cause, "tcp-closed");
  ending.record.packet.tuple.tcp_flags = 0x14;
  EXPECT_EQ(ending.dies({"tcp_v4_do_rcv+0x1"}, "TCP_FLAGS").diagnosed().kind, Kind::Harmless);
  ending.record.packet.tuple.tcp_flags = 0x10;
  EXPECT_EQ(ending.diagnosed().cause, "tcp-forgotten");  // perhaps with data
  EXPECT_EQ(ending.with(Fact::TcpSpace, "0").diagnosed().kind, Kind::Harmless);
}

// A packet goes to all raw sockets, and each takes what it wants.
TEST(Diagnoser, ARawSocketTakesAPart) {
  Ending raw;
  EXPECT_EQ(raw.dies({"raw_rcv_skb+0x1"}, "SOCKET_FILTER").diagnosed().kind, Kind::Harmless);
  Ending udp;
  udp.dies({"udp_queue_rcv_one_skb+0x1"}, "SOCKET_FILTER");
  EXPECT_EQ(udp.diagnosed().cause, "socket-filter");
}

TEST(Diagnoser, ASynMayComeTwice) {
  Ending ending;
  ending.is_tcp(0x02);
  for (const std::string_view function :
       {"kfree_skb+0x1", "kfree_skb_reason+0x1", "sk_skb_reason_drop+0x90"})
    EXPECT_EQ(ending.is_freed({function, "tcp_v4_rcv+0x1"}).diagnosed().kind, Kind::Harmless);
}

// Before Linux 6.6 a keepalive has the reason of what lies outside of the window.
TEST(Diagnoser, TcpRepeatsItself) {
  constexpr uint8_t kFin = 0x01, kSyn = 0x02, kAck = 0x10;
  const auto kind = [](std::string reason, uint8_t flags, std::string_view space) {
    Ending ending;
    ending.record.packet.tuple.l4_proto = IPPROTO_TCP;
    ending.record.packet.tuple.tcp_flags = flags;
    ending.dies({"tcp_validate_incoming+0x1"}, std::move(reason)).with(Fact::TcpSpace, space);
    return ending.diagnosed().kind;
  };
  EXPECT_EQ(kind("TCP_INVALID_SEQUENCE", kAck, "0"), Kind::Harmless);
  EXPECT_EQ(kind("TCP_RFC7323_TW_PAWS", kAck, "0"), Kind::Harmless);
  EXPECT_EQ(kind("TCP_RFC7323_TW_PAWS", kSyn, "1"), Kind::Died);
  EXPECT_EQ(kind("TCP_CLOSE", kAck, "0"), Kind::Harmless);
  EXPECT_EQ(kind("TCP_CLOSE", kFin | kAck, "1"), Kind::Harmless);
  EXPECT_EQ(kind("TCP_CLOSE", kFin | kAck, "2"), Kind::Died);
  EXPECT_EQ(kind("TCP_INVALID_SYN", kSyn | kAck, "1"), Kind::Harmless);
  EXPECT_EQ(kind("TCP_INVALID_SYN", kSyn, "1"), Kind::Died);
}

TEST(Diagnoser, NamesTheBpfProgramOfACgroup) {
  Ending ending;
  ending.dies({"sk_skb_reason_drop+0x90", "ip_finish_output+0x92", "ip_output+0x76"},
              "BPF_CGROUP_EGRESS");
  EXPECT_EQ(ending.diagnosed().what,
            "a BPF program of the sender's cgroup dropped it on its way out");
  ending.with(Fact::CgroupEgress, "\"fw\"")
      .with(Fact::CgroupEgressId, "7")
      .with(Fact::CgroupEgressOnly, "0");
  EXPECT_EQ(ending.diagnosed().what,
            "a BPF program of the sender's cgroup dropped it on its way out")
      << "one of two";
  ending.facts.pop_back();
  ending.values.pop_back();
  ending.with(Fact::CgroupEgressOnly, "1");
  EXPECT_EQ(ending.diagnosed().what,
            "the BPF program fw (id 7) of the sender's cgroup dropped it on its way out");
  ending.with(Fact::Cgroup, "\"box\"");
  EXPECT_EQ(ending.diagnosed().certainty, Certainty::Certain);
  EXPECT_EQ(ending.diagnosed().what,
            "the BPF program fw (id 7) dropped it on its way out: it is attached to the sender's "
            "cgroup box, or to one above it");
}

// tcp_data_queue() says PROTO_MEM also where only the buffer of the socket is full.
TEST(Diagnoser, FullBuffersAreNotTheMemoryOfAProtocol) {
  Ending ending;
  EXPECT_EQ(ending.dies(in_tcp("tcp_data_queue+0x1"), "PROTO_MEM").diagnosed().cause, "tcp-memory");
  EXPECT_EQ(ending.diagnosed().certainty, Certainty::Likely);
  ending.dies(
      {"sk_skb_reason_drop+0x90", "udp_queue_rcv_one_skb+0x153", "udp_unicast_rcv_skb+0x74"},
      "PROTO_MEM");
  EXPECT_EQ(ending.diagnosed().cause, "udp-memory");
  EXPECT_EQ(ending.diagnosed().certainty, Certainty::Certain);
  ending.dies(
      {"sk_skb_reason_drop+0x90", "udp_queue_rcv_one_skb+0x153", "udp_unicast_rcv_skb+0x74"},
      "SOCKET_RCVBUFF");
  EXPECT_EQ(
      ending.diagnosed().what,
      "the receive buffer of the socket is full: its program, behind UDP 10.2.0.2:9000, reads "
      "too slowly");
}

TEST(Diagnoser, ASegmentWithoutAConnectionIsNoMatterOfItsFlags) {
  EXPECT_EQ(of_tcp(0x10).dies(in_tcp("tcp_v4_do_rcv+0x7c"), "TCP_FLAGS").diagnosed().cause,
            "tcp-forgotten");
  EXPECT_EQ(of_tcp(0).dies(in_tcp("tcp_v4_do_rcv+0x7c"), "TCP_FLAGS").diagnosed().cause,
            "tcp-flags");
}

TEST(Diagnoser, NamesWhatIsWrongInATcpHeader) {
  std::vector<std::string_view> place = {"sk_skb_reason_drop+0x90", "tcp_v4_rcv+0x91",
                                         "ip_local_deliver_finish+0x81"};
  Ending ending;
  ending.record.packet.tuple.l4_proto = IPPROTO_TCP;
  ending.record.packet.len_bytes = 20;
  ending.is_freed(place).with(Fact::TcpHeader, "60");
  EXPECT_EQ(ending.diagnosed().what,
            "its TCP header says that it has 60 bytes, and only 20 are there");
  ending.dies(place, "TCP_MINTTL");
  EXPECT_EQ(ending.diagnosed().cause, "tcp-min-ttl");
}

TEST(Diagnoser, IPv6WantsAChecksumOfUdp) {
  std::vector<std::string_view> place = {"sk_skb_reason_drop+0x90", "__udp6_lib_rcv+0xe1",
                                         "ip6_input+0x3e"};
  Ending ending;
  EXPECT_EQ(ending.dies(place, "NO_SOCKET").with(Fact::UdpChecksum, "7").diagnosed().cause,
            "udp-closed-port");
  Ending bare;
  EXPECT_EQ(bare.dies(place, "NO_SOCKET").with(Fact::UdpChecksum, "0").diagnosed().cause,
            "udp-no-checksum");
}

}  // namespace
}  // namespace pwru::diagnose
