// SPDX-License-Identifier: Apache-2.0
#include "kernel/netfilter/nft_text.h"

#include <gtest/gtest.h>
#include <linux/netfilter.h>

#include "kernel/netfilter/nft_blob_for_test.h"

namespace pwru::kernel {
namespace {

constexpr uint32_t kNetwork = NFT_PAYLOAD_NETWORK_HEADER;
constexpr uint32_t kTransport = NFT_PAYLOAD_TRANSPORT_HEADER;

std::string text_in(uint8_t family, const Blob& blob, const NftSet& set = {}) {
  return nft_rule_text(family, blob, [&](std::string_view) { return set; });
}
std::string inet(std::initializer_list<Blob> expressions, const NftSet& set = {}) {
  return text_in(NFPROTO_INET, rule(expressions), set);
}
std::string ip(std::initializer_list<Blob> expressions, const NftSet& set = {}) {
  return text_in(NFPROTO_IPV4, rule(expressions), set);
}
Blob is_tcp() { return joined_blobs({meta(NFT_META_L4PROTO), cmp(NFT_CMP_EQ, raw({6}))}); }

TEST(NftText, APortWithoutWhatItImplies) {
  EXPECT_EQ(inet({is_tcp(), payload(kTransport, 2, 2), cmp(NFT_CMP_EQ, raw({0x13, 0x88})),
                  counter(3, 180), verdict(NF_DROP)}),
            "tcp dport 5000 counter packets 3 bytes 180 drop");
  // Nothing follows that implies it.
  EXPECT_EQ(inet({is_tcp(), verdict(NF_DROP)}), "meta l4proto tcp drop");
  EXPECT_EQ(inet({is_tcp(), counter(1, 2), payload(kTransport, 2, 2), cmp(NFT_CMP_EQ, raw({0, 22})),
                  verdict(NF_ACCEPT)}),
            "meta l4proto tcp counter packets 1 bytes 2 tcp dport 22 accept");
  EXPECT_EQ(inet({payload(kTransport, 2, 2), cmp(NFT_CMP_NEQ, raw({0, 22}))}), "th dport != 22");
}

TEST(NftText, Addresses) {
  EXPECT_EQ(ip({payload(kNetwork, 12, 4), cmp(NFT_CMP_EQ, raw({10, 1, 0, 2})), verdict(NF_DROP)}),
            "ip saddr 10.1.0.2 drop");
  // As nft writes a prefix of whole bytes, and any other one.
  EXPECT_EQ(ip({payload(kNetwork, 12, 3), cmp(NFT_CMP_EQ, raw({10, 1, 0}))}),
            "ip saddr 10.1.0.0/24");
  EXPECT_EQ(ip({payload(kNetwork, 16, 4), bitwise(raw({255, 255, 240, 0}), raw({0, 0, 0, 0})),
                cmp(NFT_CMP_NEQ, raw({10, 1, 16, 0}))}),
            "ip daddr != 10.1.16.0/20");
  // Two neighbours that were loaded as one.
  EXPECT_EQ(ip({payload(kNetwork, 12, 8), cmp(NFT_CMP_EQ, raw({10, 1, 0, 2, 10, 1, 0, 1}))}),
            "ip saddr 10.1.0.2 ip daddr 10.1.0.1");
  Blob address(16);
  address[0] = std::byte{0xfd};
  address[15] = std::byte{1};
  EXPECT_EQ(inet({meta(NFT_META_NFPROTO), cmp(NFT_CMP_EQ, raw({NFPROTO_IPV6})),
                  payload(kNetwork, 8, 16), cmp(NFT_CMP_EQ, address)}),
            "ip6 saddr fd00::1");
  EXPECT_EQ(inet({payload(kNetwork, 12, 4), cmp(NFT_CMP_EQ, raw({10, 1, 0, 2}))}),
            "@nh,96,32 0x0a010002");
}

TEST(NftText, TheOrderOfBytes) {
  EXPECT_EQ(inet({meta(NFT_META_MARK), cmp(NFT_CMP_EQ, raw({0x2a, 0, 0, 0}))}),
            "meta mark 0x0000002a");
  EXPECT_EQ(inet({meta(NFT_META_MARK), bitwise(raw({0xff, 0, 0, 0}), raw({0, 0, 0, 0})),
                  cmp(NFT_CMP_EQ, raw({1, 0, 0, 0}))}),
            "meta mark & 0x000000ff == 0x00000001");
  EXPECT_EQ(inet({meta(NFT_META_IIF), cmp(NFT_CMP_EQ, raw({2, 0, 0, 0}))}), "iif 2");
  EXPECT_EQ(inet({meta(NFT_META_PROTOCOL), cmp(NFT_CMP_EQ, raw({0x08, 0x06}))}),
            "meta protocol arp");
  // A number of the host is turned round before it is compared with a range.
  EXPECT_EQ(inet({meta(NFT_META_MARK),
                  expr("byteorder", {attr(NFTA_BYTEORDER_SREG, be32(NFT_REG_1)),
                                     attr(NFTA_BYTEORDER_DREG, be32(NFT_REG_1)),
                                     attr(NFTA_BYTEORDER_OP, be32(NFT_BYTEORDER_HTON))}),
                  cmp(NFT_CMP_GTE, raw({0, 0, 0, 1})), cmp(NFT_CMP_LTE, raw({0, 0, 0, 9}))}),
            "meta mark 0x00000001-0x00000009");
  // So is its mask.
  EXPECT_EQ(inet({meta(NFT_META_MARK), bitwise(raw({0xff, 0, 0, 0}), raw({0, 0, 0, 0})),
                  expr("byteorder", {attr(NFTA_BYTEORDER_SREG, be32(NFT_REG_1)),
                                     attr(NFTA_BYTEORDER_DREG, be32(NFT_REG_1)),
                                     attr(NFTA_BYTEORDER_OP, be32(NFT_BYTEORDER_HTON))}),
                  cmp(NFT_CMP_GT, raw({0, 0, 0, 5}))}),
            "meta mark & 0x000000ff > 0x00000005");
}

TEST(NftText, NamesOfDevices) {
  EXPECT_EQ(inet({meta(NFT_META_IIFNAME), cmp(NFT_CMP_EQ,
                                              [] {
                                                Blob name = bytes_of("eth0");
                                                name.resize(16);
                                                return name;
                                              }())}),
            "iifname \"eth0\"");
  EXPECT_EQ(inet({meta(NFT_META_OIFNAME), cmp(NFT_CMP_NEQ, bytes_of("veth"))}),
            "oifname != \"veth*\"");
  EXPECT_EQ(inet({meta(NFT_META_IIFNAME), cmp(NFT_CMP_EQ, name_of("a\" accept"))}),
            R"(iifname "a\" accept")");
}

TEST(NftText, Bits) {
  const Blob state =
      expr("ct", {attr(NFTA_CT_DREG, be32(NFT_REG_1)), attr(NFTA_CT_KEY, be32(NFT_CT_STATE))});
  const Blob none = raw({0, 0, 0, 0});
  EXPECT_EQ(inet({state, bitwise(raw({6, 0, 0, 0}), none), cmp(NFT_CMP_NEQ, none)}),
            "ct state established,related");
  EXPECT_EQ(inet({state, bitwise(raw({9, 0, 0, 0}), none), cmp(NFT_CMP_EQ, none)}),
            "ct state ! invalid,new");
  EXPECT_EQ(inet({is_tcp(), payload(kTransport, 13, 1), bitwise(raw({0x17}), raw({0})),
                  cmp(NFT_CMP_EQ, raw({2}))}),
            "tcp flags syn / fin,syn,rst,ack");
  EXPECT_EQ(
      ip({payload(kNetwork, 1, 1), bitwise(raw({0xfc}), raw({0})), cmp(NFT_CMP_EQ, raw({0x20}))}),
      "ip dscp 0x08");
}

TEST(NftText, Sets) {
  const NftSet two = {
      .elements = {{raw({0x13, 0x94}), {}, {}, false}, {raw({0x13, 0x93}), {}, {}, false}}};
  EXPECT_EQ(inet({is_tcp(), payload(kTransport, 2, 2), lookup("__set0"), verdict(NF_DROP)}, two),
            "tcp dport { 5011, 5012 } drop");
  EXPECT_EQ(inet({is_tcp(), payload(kTransport, 2, 2), lookup("bad"), verdict(NF_DROP)}),
            "tcp dport @bad drop");
  const NftSet ranges = {.has_ranges = true,
                         .elements = {{raw({0, 0, 0, 0}), {}, {}, true},
                                      {raw({10, 0, 0, 0}), {}, {}, false},
                                      {raw({11, 0, 0, 0}), {}, {}, true},
                                      {raw({192, 0, 2, 1}), {}, {}, false},
                                      {raw({192, 0, 2, 6}), {}, {}, true}}};
  EXPECT_EQ(ip({payload(kNetwork, 12, 4), lookup("__set1")}, ranges),
            "ip saddr { 10.0.0.0/8, 192.0.2.1-192.0.2.5 }");
  const NftSet pairs = {.elements = {{raw({10, 0, 0, 1, 0, 53, 0, 0}), {}, {}, false}}};
  EXPECT_EQ(ip({meta(NFT_META_L4PROTO), cmp(NFT_CMP_EQ, raw({17})), payload(kNetwork, 12, 4),
                payload(kTransport, 2, 2, NFT_REG32_01), lookup("__set2")},
               pairs),
            "ip saddr . udp dport { 10.0.0.1 . 53 }");
  NftSet many;
  for (int i = 1; i <= 9; i++) many.elements.push_back({raw({0, i}), {}, {}, false});
  EXPECT_EQ(inet({is_tcp(), payload(kTransport, 2, 2), lookup("__set3")}, many),
            "tcp dport { 1, 2, 3, 4, 5, 6, 7, 8, … }");
}

TEST(NftText, ElementsThatAreNotKnownAreNotGuessed) {
  const NftSet dscp = {.elements = {{raw({0x20}), {}, {}, false}, {raw({0x40}), {}, {}, false}}};
  EXPECT_EQ(ip({payload(kNetwork, 1, 1), bitwise(raw({0xfc}), raw({0})), lookup("__set0")}, dscp),
            "ip dscp { … }");
}

TEST(NftText, MapsOfVerdicts) {
  const Blob map = expr(
      "lookup", {attr(NFTA_LOOKUP_SET, name_of("__map0")), attr(NFTA_LOOKUP_SREG, be32(NFT_REG_1)),
                 attr(NFTA_LOOKUP_DREG, be32(NFT_REG_VERDICT))});
  const Blob data = verdict_data(0, NFT_JUMP, "far");
  const NftSet set = {
      .elements = {{raw({0x13, 0x8b}), {}, {data.begin() + NLA_HDRLEN, data.end()}, false}}};
  EXPECT_EQ(inet({is_tcp(), payload(kTransport, 2, 2), map}, set),
            "tcp dport vmap { 5003 : jump far }");
}

TEST(NftText, Statements) {
  EXPECT_EQ(inet({verdict(NFT_GOTO, "near")}), "goto near");
  EXPECT_EQ(inet({verdict(NFT_JUMP, "__chain2")}), "jump { … }");
  EXPECT_EQ(inet({expr("reject", {attr(NFTA_REJECT_TYPE, be32(NFT_REJECT_ICMPX_UNREACH)),
                                  attr(NFTA_REJECT_ICMP_CODE, raw({1}))})}),
            "reject");
  EXPECT_EQ(ip({expr("reject", {attr(NFTA_REJECT_TYPE, be32(NFT_REJECT_ICMP_UNREACH)),
                                attr(NFTA_REJECT_ICMP_CODE, raw({13}))})}),
            "reject with icmp admin-prohibited");
  EXPECT_EQ(inet({expr("limit", {attr(NFTA_LIMIT_RATE, be64(10)), attr(NFTA_LIMIT_UNIT, be64(60)),
                                 attr(NFTA_LIMIT_BURST, be32(5)),
                                 attr(NFTA_LIMIT_FLAGS, be32(NFT_LIMIT_F_INV))}),
                  expr("log", {attr(NFTA_LOG_PREFIX, name_of("gone: "))}), verdict(NF_DROP)}),
            "limit rate over 10/minute log prefix \"gone: \" drop");
  EXPECT_EQ(ip({constant(NFT_REG_1, raw({10, 0, 0, 1})), constant(NFT_REG_2, raw({0, 80})),
                expr("nat", {attr(NFTA_NAT_TYPE, be32(NFT_NAT_DNAT)),
                             attr(NFTA_NAT_FAMILY, be32(NFPROTO_IPV4)),
                             attr(NFTA_NAT_REG_ADDR_MIN, be32(NFT_REG_1)),
                             attr(NFTA_NAT_REG_PROTO_MIN, be32(NFT_REG_2))})}),
            "dnat to 10.0.0.1:80");
  EXPECT_EQ(
      inet({expr("queue", {attr(NFTA_QUEUE_NUM, raw({0, 3})), attr(NFTA_QUEUE_TOTAL, raw({0, 1})),
                           attr(NFTA_QUEUE_FLAGS, raw({0, 1}))})}),
      "queue flags bypass to 3");
}

TEST(NftText, WhatIsNotKnownIsNamed) {
  EXPECT_EQ(inet({expr("osf", {}), cmp(NFT_CMP_EQ, raw({1})), verdict(NF_DROP)}),
            "[osf] [cmp] drop");
  EXPECT_EQ(inet({expr("match", {attr(1, name_of("recent"))}),
                  expr("target", {attr(1, name_of("TARPIT"))})}),
            "[xt match recent] [xt target TARPIT]");
  EXPECT_EQ(ip({expr("match", {attr(1, name_of("udp")),
                               attr(3, raw({0, 0, 0xff, 0xff, 0x8f, 0x13, 0x8f, 0x13, 0, 0}))})}),
            "udp dport 5007");
}

TEST(NftText, AComment) {
  EXPECT_EQ(text_in(NFPROTO_INET, rule({verdict(NF_DROP)}, "why \"not\"")),
            R"(drop comment "why \"not\"")");
}

TEST(NftText, IsBounded) {
  const std::string text = text_in(NFPROTO_INET, rule({verdict(NF_DROP)}, std::string(200, 'x')));
  EXPECT_TRUE(text.ends_with("xx…"));
  EXPECT_EQ(text.size(), kMostRuleCharacters + std::string_view("…").size());
}

TEST(NftText, BrokenAttributes) {
  const Blob whole = rule({is_tcp(), payload(kTransport, 2, 2), cmp(NFT_CMP_EQ, raw({1, 2})),
                           lookup("__set0"), verdict(NF_DROP)});
  for (size_t size = 0; size < whole.size(); size++) {
    const Blob part(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_EQ(text_in(NFPROTO_INET, part), "") << size;
  }
  EXPECT_EQ(text_in(NFPROTO_INET, {}), "");
}

}  // namespace
}  // namespace pwru::kernel
