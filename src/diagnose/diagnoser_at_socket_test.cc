// SPDX-License-Identifier: Apache-2.0
// What is known of a death when the kernel says which socket the packet was given to, and of what a
// function refuses.
#include <gtest/gtest.h>

#include "diagnose/ending_for_test.h"

namespace pwru::diagnose {
namespace {

using knowledge::Certainty;
using knowledge::Fact;

constexpr uint8_t kSyn = 0x02, kRst = 0x04, kAck = 0x10;

std::vector<std::string_view> dropped_in(std::string_view place) {
  return {"sk_skb_reason_drop+0x90", place, "tcp_v4_do_rcv+0x12"};
}

// Of TCP, with a socket in the state ESTABLISHED.
Ending of_tcp(uint8_t flags) {
  Ending ending;
  ending.is_tcp(flags).with(Fact::SocketState, "1").with(Fact::SocketProtocol, "6");
  return ending;
}

Ending refused(std::vector<std::string_view> stack) {
  Ending ending;
  ending.is_freed(std::move(stack));
  ending.record.end = resolve::End{resolve::End::Kind::Refused, ""};
  return ending;
}

Ending refused_syn() {
  Ending ending = refused({"tcp_conn_request+0x1", "tcp_v4_conn_request+0x30"});
  ending.is_tcp(kSyn).with(Fact::SocketState, "10").with(Fact::SocketProtocol, "6");
  ending.with(Fact::AcceptLimit, "1");
  return ending;
}

TEST(Diagnoser, NamesTheQueueOfAListenerThatIsFull) {
  Ending full = refused_syn();
  full.with(Fact::AcceptQueue, "2").with(Fact::SynCookies, "1");
  EXPECT_EQ(full.diagnosed().what,
            "the queue of TCP 10.2.0.2:9000 is full: 2 connections wait for its program to accept "
            "them, and the limit is 1");
  EXPECT_EQ(full.diagnosed().certainty, Certainty::Certain);
  EXPECT_EQ(full.diagnosed().reason, "");
  Ending half_open = refused_syn();
  half_open.with(Fact::AcceptQueue, "0").with(Fact::SynCookies, "0").with(Fact::SynQueue, "3");
  EXPECT_EQ(half_open.diagnosed().cause, "tcp-syn-queue");
  // Nobody knows why: it is counted as unknown, not as harmless.
  Ending neither = refused_syn();
  neither.with(Fact::AcceptQueue, "1").with(Fact::SynCookies, "1");
  EXPECT_EQ(neither.diagnosed().kind, Kind::Unknown);
}

// The last ACK of a handshake is freed by tcp_v4_rcv(), as many others are.
TEST(Diagnoser, AFullQueueAlsoLosesTheLastAckOfAHandshake) {
  const auto cause = [](std::string_view state, std::string_view waiting, uint8_t flags = kAck) {
    Ending ending;
    ending.is_freed(dropped_in("tcp_v4_rcv+0x91")).is_tcp(flags);
    ending.with(Fact::SocketState, state).with(Fact::SocketProtocol, "6");
    ending.with(Fact::AcceptQueue, waiting).with(Fact::AcceptLimit, "1");
    return std::string(ending.diagnosed().cause);
  };
  EXPECT_EQ(cause("10", "2"), "tcp-accept-queue");
  EXPECT_NE(cause("10", "1"), "tcp-accept-queue");
  EXPECT_NE(cause("12", "2"), "tcp-accept-queue") << "NEW_SYN_RECV is no whole socket";
  EXPECT_NE(cause("10", "2", kRst), "tcp-accept-queue") << "it ends a half-open connection";
}

TEST(Diagnoser, APingThatIsNotToBeAnsweredIsNoPingThatWas) {
  EXPECT_EQ(refused({"icmp_rcv+0x1", "ip_protocol_deliver_rcu+0x30"}).diagnosed().cause,
            "pings-ignored");
  EXPECT_EQ(refused({"icmpv6_rcv+0x1"}).diagnosed().what,
            "10.2.0.2 answers no pings: net.ipv6.icmp.echo_ignore_all is not 0");
  Ending answered;
  answered.is_freed({"sk_skb_reason_drop+0x90", "icmp_rcv+0x1"});
  EXPECT_EQ(answered.diagnosed().kind, Kind::Harmless);
}

TEST(Diagnoser, NamesTheWindowThatASegmentLiesOutsideOf) {
  Ending ending = of_tcp(kAck);
  ending.dies(dropped_in("tcp_validate_incoming+0x1"), "TCP_INVALID_SEQUENCE");
  ending.with(Fact::TcpSequence, "5000").with(Fact::ReceiveNext, "1000");
  ending.with(Fact::ReceiveEnd, "2000").with(Fact::TcpSpace, "1");
  EXPECT_EQ(ending.diagnosed().what,
            "its sequence number 5000 lies outside of the window of 10.2.0.2:9000, which goes from "
            "1000 to 2000");
  EXPECT_EQ(ending.diagnosed().certainty, Certainty::Certain);
}

// A late duplicate has an old timestamp too, and nothing is lost with it.
TEST(Diagnoser, PawsOfWhatTheSocketHasAlreadyIsHarmless) {
  const auto kind = [](std::string_view sequence, std::string_view bytes, std::string_view next) {
    Ending ending = of_tcp(kAck);
    ending.dies(dropped_in("tcp_validate_incoming+0x1"), "TCP_RFC7323_PAWS");
    ending.with(Fact::TcpSequence, sequence).with(Fact::TcpSpace, bytes);
    if (!next.empty()) ending.with(Fact::ReceiveNext, next);
    return ending.diagnosed().kind;
  };
  EXPECT_EQ(kind("1000", "500", "1500"), Kind::Harmless);
  EXPECT_EQ(kind("1000", "501", "1500"), Kind::Died);
  EXPECT_EQ(kind("4294967290", "6", "0"), Kind::Harmless);
  EXPECT_EQ(kind("4294967290", "10", "0"), Kind::Died);
  EXPECT_EQ(kind("1000", "500", ""), Kind::Died) << "before 6.11 nothing tells";
}

// A retransmission overtook it. What another host behind the same address sends is far away.
TEST(Diagnoser, PawsOfWhatWasOvertakenIsHarmless) {
  const auto kind = [](std::string_view kept, std::string_view came) {
    Ending ending = of_tcp(kAck);
    ending.dies(dropped_in("tcp_validate_incoming+0x1"), "TCP_RFC7323_PAWS");
    ending.with(Fact::TcpSequence, "1500").with(Fact::TcpSpace, "500");
    ending.with(Fact::ReceiveNext, "1500").with(Fact::SocketProtocol, "6");
    ending.with(Fact::TimestampKept, kept).with(Fact::TimestampCame, came);
    return ending.diagnosed().kind;
  };
  EXPECT_EQ(kind("100025", "100001"), Kind::Harmless);
  EXPECT_EQ(kind("3", "4294967290"), Kind::Harmless);
  EXPECT_EQ(kind("100001", "50000"), Kind::Died);
  EXPECT_EQ(kind("100001", "3000000000"), Kind::Died);
}

// The answer to the segment may have opened the window before it was read.
TEST(Diagnoser, AWindowThatWasOpenedMeanwhileIsNotNamed) {
  const auto certainty = [](std::string_view end, std::string reason) {
    Ending ending = of_tcp(kAck);
    ending.dies(dropped_in("tcp_validate_incoming+0x1"), std::move(reason));
    ending.with(Fact::TcpSequence, "5000").with(Fact::ReceiveNext, "1000");
    ending.with(Fact::ReceiveEnd, end).with(Fact::TcpSpace, "100");
    ending.with(Fact::TellsOldSequence, "1");
    return ending.diagnosed().certainty;
  };
  EXPECT_EQ(certainty("4999", "TCP_INVALID_SEQUENCE"), Certainty::Certain);
  EXPECT_EQ(certainty("70000", "TCP_INVALID_SEQUENCE"), Certainty::Possible);
  EXPECT_EQ(certainty("5050", "TCP_INVALID_END_SEQUENCE"), Certainty::Certain);
  EXPECT_EQ(certainty("5100", "TCP_INVALID_END_SEQUENCE"), Certainty::Possible);
}

// Such a probe has the sequence number in front of what was acknowledged, as a keepalive has. Some
// come whenever a program is slow.
TEST(Diagnoser, NamesAWindowThatStaysClosed) {
  constexpr uint64_t kSecond = 1'000'000'000;
  const auto causes = [](std::string_view sequence, std::string_view bytes, std::string_view end) {
    Ending ending = of_tcp(kAck);
    ending.dies(dropped_in("tcp_validate_incoming+0x1"), "TCP_OLD_SEQUENCE");
    ending.with(Fact::TcpSequence, sequence).with(Fact::TcpSpace, bytes);
    ending.with(Fact::ReceiveNext, "1000").with(Fact::ReceiveEnd, end);
    ending.with(Fact::BufferUsed, "4096");
    Diagnoser diagnoser(ending.facts);
    std::string all;
    for (const uint64_t at_ns : {kSecond, 2 * kSecond - 1, 2 * kSecond}) {
      ending.record.ts_ns = at_ns;
      all.append(diagnoser.diagnose(ending.record).cause).append(" ");
    }
    return all;
  };
  EXPECT_EQ(causes("999", "0", "1000"), "tcp-duplicate tcp-duplicate tcp-zero-window ");
  EXPECT_EQ(causes("999", "0", "900"), "tcp-duplicate tcp-duplicate tcp-zero-window ");
  EXPECT_EQ(causes("999", "0", "2000"), "tcp-duplicate tcp-duplicate tcp-duplicate ")
      << "keepalive";
  EXPECT_EQ(causes("500", "100", "1000"), "tcp-duplicate tcp-duplicate tcp-duplicate ");
}

// Between them data were read.
TEST(Diagnoser, ProbesOfDifferentWindowsAreOfASlowReader) {
  Ending ending = of_tcp(kAck);
  ending.dies(dropped_in("tcp_validate_incoming+0x1"), "TCP_OLD_SEQUENCE");
  ending.with(Fact::TcpSpace, "0");
  ending.with(Fact::TcpSequence, "").with(Fact::ReceiveNext, "").with(Fact::ReceiveEnd, "");
  Diagnoser diagnoser(ending.facts);
  for (int next = 1000; next < 9000; next += 1000) {
    const std::string before = std::to_string(next - 1), at = std::to_string(next);
    ending.record.ts_ns += 2'000'000'000;
    ending.values[3].text = before;
    ending.values[4].text = ending.values[5].text = at;
    EXPECT_EQ(diagnoser.diagnose(ending.record).kind, Kind::Harmless) << next;
  }
}

TEST(Diagnoser, TellsAFullBufferFromTheMemoryOfTcp) {
  const auto certainty = [](std::string_view used) {
    Ending ending = of_tcp(kAck);
    ending.dies(dropped_in("tcp_data_queue+0x1"), "PROTO_MEM");
    ending.with(Fact::BufferUsed, used).with(Fact::BufferLimit, "2304");
    return ending.diagnosed().certainty;
  };
  EXPECT_EQ(certainty("2305"), Certainty::Certain);
  EXPECT_EQ(certainty("2304"), Certainty::Likely);
}

TEST(Diagnoser, SaysHowMuchIsInABuffer) {
  Ending ending;
  ending.dies({"sk_skb_reason_drop+0x90", "udp_queue_rcv_one_skb+0x153"}, "SOCKET_RCVBUFF");
  ending.with(Fact::SocketState, "7").with(Fact::BufferUsed, "4608");
  ending.with(Fact::BufferLimit, "4608");
  EXPECT_EQ(
      ending.diagnosed().what,
      "the receive buffer of the socket is full (4608 of 4608 bytes): its program, behind UDP "
      "10.2.0.2:9000, reads too slowly");
}

// One reason stands for the programs of the cgroup, the security module and the socket's filter.
TEST(Diagnoser, TellsTheFilterOfASocketFromThatOfItsCgroup) {
  const auto what = [](std::string_view has_cgroup, std::string_view has_filter,
                       std::string_view filter_id) {
    Ending ending;
    ending.dies({"sk_skb_reason_drop+0x90", "udp_queue_rcv_one_skb+0x153"}, "SOCKET_FILTER");
    ending.with(Fact::SocketState, "7").with(Fact::HasCgroupIngress, has_cgroup);
    ending.with(Fact::HasSocketFilter, has_filter).with(Fact::SocketFilterId, filter_id);
    if (has_cgroup == "1")
      ending.with(Fact::CgroupIngress, "\"fw\"")
          .with(Fact::CgroupIngressId, "7")
          .with(Fact::CgroupIngressOnly, "1")
          .with(Fact::SocketCgroup, "\"box\"");
    return std::string(ending.diagnosed().what);
  };
  EXPECT_EQ(what("1", "0", "?"),
            "the BPF program fw (id 7) dropped it in front of its socket (10.2.0.2:9000): it is "
            "attached to the cgroup box of the socket, or to one above it");
  EXPECT_EQ(what("0", "1", "0"),
            "the filter of its socket (10.2.0.2:9000) dropped it: the program set it with "
            "SO_ATTACH_FILTER");
  EXPECT_EQ(what("0", "1", "12"),
            "the filter of its socket (10.2.0.2:9000) dropped it: the BPF program with the id 12 "
            "(SO_ATTACH_BPF)");
  EXPECT_TRUE(what("1", "1", "0").starts_with("a filter dropped it in front of its socket"));
  EXPECT_TRUE(what("0", "0", "?").starts_with("a filter dropped it in front of its socket"));
}

}  // namespace
}  // namespace pwru::diagnose
