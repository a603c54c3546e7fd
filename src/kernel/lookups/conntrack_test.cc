// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/conntrack.h"

#include <gtest/gtest.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include <cerrno>

#include "kernel/lookups/netlink_for_test.h"

namespace pwru::kernel {
namespace {

constexpr uint16_t kGet = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET;
constexpr uint16_t kNew = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW;

RouteQuestion packet() {
  RouteQuestion made;
  made.source = address("10.1.0.2");
  made.destination = address("10.2.0.2");
  made.protocol = IPPROTO_UDP;
  made.sport = 4711;
  made.dport = 9001;
  return made;
}

// Gives back the tuple that it was asked for, and that of the other direction, with another port.
std::vector<std::byte> answer(uint32_t, Bytes request) {
  nlmsghdr head = {};
  EXPECT_TRUE(take(request, head));
  EXPECT_EQ(head.nlmsg_type, kGet);
  const Bytes asked = attribute(after(request, NLMSG_HDRLEN + sizeof(nfgenmsg)), CTA_TUPLE_REPLY);
  const Bytes addresses = attribute(asked, CTA_TUPLE_IP);
  const Bytes protocol = attribute(asked, CTA_TUPLE_PROTO);
  EXPECT_EQ(big_endian(attribute(addresses, CTA_IP_V4_SRC)), 0x0a020002U);
  EXPECT_EQ(big_endian(attribute(protocol, CTA_PROTO_SRC_PORT)), 9001U);
  EXPECT_EQ(big_endian(attribute(protocol, CTA_PROTO_NUM)), unsigned{IPPROTO_UDP});
  Message ip(0, 0), ports(0, 0), tuple(0, 0);
  ip.add(CTA_IP_V4_SRC, attribute(addresses, CTA_IP_V4_DST));
  const IpBytes before = address("10.1.0.1");
  ip.add(CTA_IP_V4_DST, std::as_bytes(std::span(before).first(4)));
  ports.add(CTA_PROTO_SRC_PORT, attribute(protocol, CTA_PROTO_DST_PORT));
  ports.add_value(CTA_PROTO_DST_PORT, std::array{std::byte{0}, std::byte{53}});
  tuple.add(CTA_TUPLE_IP, after(ip.bytes(), NLMSG_HDRLEN));
  tuple.add(CTA_TUPLE_PROTO, after(ports.bytes(), NLMSG_HDRLEN));
  Message made(kNew, 0);
  made.append_value(nfgenmsg{AF_INET, NFNETLINK_V0, 0});
  made.add(CTA_TUPLE_ORIG, after(tuple.bytes(), NLMSG_HDRLEN));
  made.add(CTA_TUPLE_REPLY, asked);
  std::vector<std::byte> bytes;
  append_message(bytes, made);
  return bytes;
}

TEST(Conntrack, TheOriginalTupleIsAskedForByTheReply) {
  const ConntrackTuple original = {address("10.1.0.2"), address("10.1.0.1"), 4711, 53};
  EXPECT_EQ(find_original_tuple(answer, packet()), original);
}

// The packet is itself an answer.
TEST(Conntrack, AnEntryOfTheOtherDirectionIsNotTaken) {
  const auto turned = [](uint32_t netns, Bytes request) {
    std::vector<std::byte> bytes = answer(netns, request);
    Bytes body = Bytes(bytes).subspan(NLMSG_HDRLEN + sizeof(nfgenmsg));
    const Bytes original = attribute(body, CTA_TUPLE_ORIG);
    Message made(kNew, 0);
    made.append_value(nfgenmsg{AF_INET, NFNETLINK_V0, 0});
    made.add(CTA_TUPLE_ORIG, attribute(body, CTA_TUPLE_REPLY));
    made.add(CTA_TUPLE_REPLY, original);
    std::vector<std::byte> other;
    append_message(other, made);
    return other;
  };
  EXPECT_FALSE(find_original_tuple(turned, packet()));
}

TEST(Conntrack, WhatItDoesNotKnowIsNotSaid) {
  const auto refuse = [](uint32_t, Bytes) {
    std::vector<std::byte> bytes;
    append_error(bytes, ENOENT);
    return bytes;
  };
  EXPECT_FALSE(find_original_tuple(refuse, packet()));
  RouteQuestion without_ports = packet();
  without_ports.dport.reset();
  EXPECT_FALSE(find_original_tuple(answer, without_ports));
}

TEST(Conntrack, IsAskedOnlyWhereItsModuleIsThere) {
  EXPECT_TRUE(may_ask_conntrack(
      Symbols::parse("ffffffffc0000010 t ctnetlink_get_conntrack\t[nf_conntrack_netlink]\n")
          .value()));
  EXPECT_FALSE(
      may_ask_conntrack(Symbols::parse("ffffffffc0000010 t nf_ct_get\t[nf_conntrack]\n").value()));
}

}  // namespace
}  // namespace pwru::kernel
