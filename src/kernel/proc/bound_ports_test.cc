// SPDX-License-Identifier: Apache-2.0
#include "kernel/proc/bound_ports.h"

#include <gtest/gtest.h>

namespace pwru::kernel {
namespace {

// As a little-endian kernel prints them.
constexpr std::string_view kTcp =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n"
    "   0: 0100007F:0035 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 "
    "1\n"
    "   1: 0100007F:0035 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 2 "
    "1\n"
    "  10: 0100007F:zz35 00000000:0000 0A 0\n"
    "  11: 0100007F\n"
    "  12: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3 "
    "1\n";
constexpr std::string_view kTcp6 =
    "  sl  local_address                         remote_address                        st\n"
    "   0: 00000000000000000000000001000000:0035 00000000000000000000000000000000:0000 0A "
    "00000000\n";

PortQuestion question(uint32_t netns, SocketKind kind, uint16_t port) {
  PortQuestion asked;
  asked.netns = netns;
  asked.kind = kind;
  asked.source = {{10, 0, 0, 9}, 4711};
  asked.destination = {{127, 0, 0, 1}, port};
  return asked;
}

TEST(BoundPorts, AreThoseThatWait) {
  const auto ports = parse_bound_ports(kTcp, SocketKind::Tcp);
  ASSERT_EQ(ports.size(), 2u);
  EXPECT_EQ(ports[0].local.port, 53);
  EXPECT_EQ(ports[0].local.bytes[0], 127);
  EXPECT_EQ(ports[1].local.port, 8080);
  EXPECT_TRUE(parse_bound_ports(kTcp6, SocketKind::Tcp).at(0).is_v6);
  EXPECT_TRUE(parse_bound_ports("", SocketKind::Tcp).empty());
}

// Reading takes a millisecond here, so that twenty pass until the next time.
TEST(BoundPorts, AreReadAgainForALaterDeath) {
  uint64_t now_ns = 5'000'000'000;
  int reads = 0;
  BoundPorts ports(
      [&](uint32_t netns, std::string_view file) {
        reads++;
        now_ns += 500'000;
        if (netns != 7) return std::string();
        return std::string(file == "tcp" ? kTcp : file == "tcp6" ? kTcp6 : "");
      },
      [&] { return now_ns; });
  PortQuestion early = question(7, SocketKind::Tcp, 53);
  EXPECT_EQ(ports.ask(early)->open_at, "127.0.0.1:53, [::1]:53");
  EXPECT_TRUE(ports.ask(early)->is_newer);
  EXPECT_EQ(ports.ask(question(7, SocketKind::Tcp, 54))->open_at, "");
  EXPECT_EQ(reads, 2);
  EXPECT_FALSE(ports.ask(question(8, SocketKind::Tcp, 53)));
  EXPECT_EQ(reads, 4);
  PortQuestion late = question(7, SocketKind::Tcp, 8080);
  late.ts_ns = now_ns;
  EXPECT_FALSE(ports.ask(late)->is_newer);
  EXPECT_EQ(reads, 4);
  now_ns += 20'000'000;
  EXPECT_EQ(ports.ask(late)->open_at, "0.0.0.0:8080");
  EXPECT_TRUE(ports.ask(late)->is_newer);
  EXPECT_EQ(reads, 6);
}

TEST(BoundPorts, TellThatAReceiveBufferWasFull) {
  uint64_t errors = 3;
  BoundPorts ports(
      [&](uint32_t, std::string_view file) -> std::string {
        if (file == "snmp")
          return "Udp: InDatagrams RcvbufErrors\nUdp: 9 " + std::to_string(errors) + "\n";
        return file == "snmp6" ? "Udp6RcvbufErrors 4\n" : "  sl\n";
      },
      [now_ns = uint64_t{0}]() mutable { return ++now_ns; }, {7});
  PortQuestion asked = question(7, SocketKind::Udp, 53);
  EXPECT_EQ(ports.ask(asked)->buffer_errors, 0u);
  errors = 5;
  asked.ts_ns = 100;
  for (int i = 0; i < 200; i++) (void)ports.ask(asked);
  EXPECT_EQ(ports.ask(asked)->buffer_errors, 2u);
  EXPECT_FALSE(ports.ask(question(8, SocketKind::Udp, 53))->buffer_errors);
}

// Namespace 8 has the port at all addresses, 9 at that of the packet, 10 at another one.
TEST(BoundPorts, AreLookedForInOtherNamespacesWhenNobodyHasThePort) {
  int reads = 0;
  BoundPorts ports(
      [&](uint32_t netns, std::string_view file) -> std::string {
        reads++;
        if (file != "udp") return "  sl\n";
        const std::string end = ":0035 00000000:0000 07 0\n";
        if (netns == 8) return "  0: 00000000" + end;
        if (netns == 9) return "  0: 0100007F" + end;
        return netns == 10 ? "  0: 0200007F" + end : "  sl\n";
      },
      [now_ns = uint64_t{0}]() mutable { return ++now_ns; });
  EXPECT_EQ(ports.ask(question(7, SocketKind::Udp, 53))->open_in, "");
  ports.look_into({{7, "own"}, {8, "web"}, {9, ""}, {10, "other"}});
  reads = 0;
  EXPECT_EQ(ports.ask(question(7, SocketKind::Udp, 53))->open_in, "8 (web), 9");
  EXPECT_EQ(reads, 6);
  EXPECT_EQ(ports.ask(question(7, SocketKind::Udp, 54))->open_in, "");
  EXPECT_EQ(reads, 6);
  EXPECT_EQ(ports.ask(question(8, SocketKind::Udp, 53))->open_in, "");  // somebody has it there
}

TEST(BoundPorts, NameThreeAddressesAtMost) {
  std::string text;
  for (const char* last : {"7F", "7F", "0A", "0B", "0C"})
    text += std::string("   0: 010000") + last + ":0035 00000000:0000 07 0\n";
  BoundPorts ports([&](uint32_t, std::string_view file) { return file == "udp" ? text : ""; },
                   [] { return uint64_t{1}; });
  EXPECT_EQ(ports.ask(question(7, SocketKind::Udp, 53))->open_at,
            "127.0.0.1:53, 10.0.0.1:53, 11.0.0.1:53, …");
}

// The answer to a packet from 10.0.0.9:4711 to 127.0.0.1:53 of a socket with these addresses.
PortAnswer answer_of(const std::string& addresses, bool is_v6 = false) {
  BoundPorts ports(
      [&](uint32_t, std::string_view file) {
        return file == (is_v6 ? "udp6" : "udp") ? "   0: " + addresses + " 00000000:00000300 00\n"
                                                : "";
      },
      [] { return uint64_t{1}; });
  return ports.ask(question(7, SocketKind::Udp, 53)).value();
}

TEST(BoundPorts, TakeAPacketWithTheirAddresses) {
  const PortAnswer own = answer_of("0100007F:0035 00000000:0000 07");
  EXPECT_EQ(own.takes_packet, true);
  EXPECT_EQ(own.unread_bytes, 0x300u);
  EXPECT_EQ(answer_of("00000000:0035 00000000:0000 07").takes_packet, true);
  EXPECT_EQ(answer_of("0200007F:0035 00000000:0000 07").takes_packet, false);
  EXPECT_EQ(answer_of("0200007F:0035 00000000:0000 07").unread_bytes, 0u);
}

TEST(BoundPorts, OfAConnectedSocketTakeOnlyItsPeer) {
  const PortAnswer peer = answer_of("0100007F:0035 0900000A:1267 01");
  EXPECT_EQ(peer.takes_packet, true);
  EXPECT_EQ(peer.open_at, "");
  EXPECT_EQ(answer_of("0100007F:0035 0800000A:1267 01").takes_packet, false);
  EXPECT_EQ(answer_of("0100007F:0035 0900000A:1268 01").takes_packet, false);
}

// The packet comes from 10.0.0.9:4711, five seconds after the connection has ended.
TEST(BoundPorts, AConnectionInTimeWaitIsKnown) {
  constexpr uint64_t kSecond = 1'000'000'000;
  const auto is_in_time_wait = [](const std::string& line, uint64_t died_ns) {
    BoundPorts ports(
        [&](uint32_t, std::string_view file) {
          return file == "tcp" ? "   0: 0100007F:0035 " + line + "\n" : "";
        },
        [] { return 100 * kSecond; });
    PortQuestion asked = question(7, SocketKind::Tcp, 53);
    asked.ts_ns = died_ns;
    return ports.ask(asked)->is_in_time_wait;
  };
  const std::string left = "0900000A:1267 06 00000000:00000000 03:00001388";  // 50 seconds
  EXPECT_TRUE(is_in_time_wait(left, 95 * kSecond));
  EXPECT_FALSE(is_in_time_wait(left, 89 * kSecond)) << "it began later";
  EXPECT_FALSE(is_in_time_wait("0900000A:1268 06 00000000:00000000 03:00001388", 95 * kSecond));
  EXPECT_FALSE(is_in_time_wait("0900000A:1267 01 00000000:00000000 03:00001388", 95 * kSecond));
}

// One at all addresses may be of IPv6 alone, which the file does not tell.
TEST(BoundPorts, OfIpv6TakePacketsOfIpv4) {
  const std::string any(32, '0');
  EXPECT_EQ(answer_of(any + ":0035 " + any + ":0000 07", true).takes_packet, std::nullopt);
  const auto mapped = [&](const char* last) {
    return answer_of(
        "0000000000000000FFFF0000" + std::string(last) + "00007F:0035 " + any + ":0000 07", true);
  };
  EXPECT_EQ(mapped("01").takes_packet, true);
  EXPECT_EQ(mapped("02").takes_packet, false);
}

}  // namespace
}  // namespace pwru::kernel
