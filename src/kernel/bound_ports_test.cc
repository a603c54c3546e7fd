// SPDX-License-Identifier: Apache-2.0
#include "kernel/bound_ports.h"

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

TEST(BoundPorts, AreThoseThatWait) {
  const auto ports = parse_bound_ports(kTcp);
  ASSERT_EQ(ports.size(), 2u);
  EXPECT_EQ(ports[0].port, 53);
  EXPECT_EQ(ports[0].address[0], 127);
  EXPECT_EQ(ports[1].port, 8080);
  EXPECT_TRUE(parse_bound_ports(kTcp6).at(0).is_v6);
  EXPECT_TRUE(parse_bound_ports("").empty());
}

TEST(BoundPorts, HaveATextAndAreReadAgainAfterASecond) {
  uint64_t now_ns = 5'000'000'000;
  int reads = 0;
  BoundPorts ports(
      [&](uint32_t netns, std::string_view file) {
        reads++;
        if (netns != 7) return std::string();
        return std::string(file == "tcp" ? kTcp : file == "tcp6" ? kTcp6 : "");
      },
      [&] { return now_ns; });
  EXPECT_EQ(ports.text(7, true, 53), "127.0.0.1:53, [::1]:53");
  EXPECT_EQ(ports.text(7, true, 54), "");
  EXPECT_EQ(reads, 2);
  EXPECT_EQ(ports.text(7, false, 53), "");
  EXPECT_EQ(ports.text(8, true, 53), "");
  EXPECT_EQ(reads, 6);
  now_ns += 1'000'000'000;
  EXPECT_EQ(ports.text(7, true, 8080), "0.0.0.0:8080");
  EXPECT_EQ(reads, 8);
}

TEST(BoundPorts, NameThreeAddressesAtMost) {
  std::string text;
  for (const char* last : {"7F", "7F", "0A", "0B", "0C"})
    text += std::string("   0: 010000") + last + ":0035 00000000:0000 07 0\n";
  BoundPorts ports([&](uint32_t, std::string_view file) { return file == "udp" ? text : ""; },
                   [] { return uint64_t{1}; });
  EXPECT_EQ(ports.text(7, false, 53), "127.0.0.1:53, 10.0.0.1:53, 11.0.0.1:53, …");
}

}  // namespace
}  // namespace pwru::kernel
