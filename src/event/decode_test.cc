// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "event/wire_for_test.h"

namespace pwru::event {
namespace {

TEST(Decode, VerdictOfAProgram) {
  Wire wire = core(0);
  wire.put<uint16_t>(118, PWRU_EVENT_TC_EXIT).put<int32_t>(76, -1);
  const auto event = decode(wire.bytes(), kCpu, kSizes);
  ASSERT_TRUE(event) << event.error().what;
  EXPECT_EQ(event->type, PWRU_EVENT_TC_EXIT);
  EXPECT_EQ(event->verdict, -1);
}

TEST(Decode, Core) {
  Wire wire = core(0);
  const auto event = decode(wire.bytes(), kCpu, kSizes);
  ASSERT_TRUE(event) << event.error().what;
  EXPECT_EQ(event->ts_ns, 123456789012345u);
  EXPECT_EQ(event->func_ip, 0xffffffff81000010);
  EXPECT_EQ(event->skb, 0xffff888012345600);
  EXPECT_EQ(event->packet_id, 5ull << 48 | 7);
  EXPECT_EQ(event->caller_ip, 0xffffffff81000020);
  EXPECT_EQ(event->cpu, kCpu);
  EXPECT_EQ(event->arg2, 2u);
  EXPECT_EQ(event->arg3, 3u);
  EXPECT_EQ(event->pid, 4242u);
  EXPECT_EQ(event->comm, "curl");
  EXPECT_EQ(event->type, PWRU_EVENT_FUNC);
  EXPECT_FALSE(event->has_tuple);
  EXPECT_TRUE(event->stack.empty());
  EXPECT_TRUE(event->skb_bytes.empty());
}

TEST(Decode, HeaderOf) {
  Wire wire = core(0);
  EXPECT_EQ(header_of(wire.bytes()).ts_ns, 123456789012345u);
  EXPECT_EQ(header_of(wire.bytes()).lost, 99u);
}

// Without the part the fields were not filled in by the program: they must not be shown.
TEST(Decode, MetaOnlyWithItsPart) {
  Wire without = core(0);
  auto event = decode(without.bytes(), kCpu, kSizes);
  ASSERT_TRUE(event);
  EXPECT_FALSE(event->has_meta);
  EXPECT_EQ(event->netns, 0u);
  EXPECT_EQ(event->ifname, "");

  Wire with = core(PWRU_PART_META);
  event = decode(with.bytes(), kCpu, kSizes);
  ASSERT_TRUE(event);
  EXPECT_TRUE(event->has_meta);
  EXPECT_EQ(event->netns, 4026531840);
  EXPECT_EQ(event->mark, 0xbeefu);
  EXPECT_EQ(event->ifindex, 12u);
  EXPECT_EQ(event->len_bytes, 60u);
  EXPECT_EQ(event->mtu, 1500u);
  EXPECT_EQ(event->proto, 0x0800);
  EXPECT_EQ(event->ifname, "eth0");
}

TEST(Decode, NamesThatFillTheirArray) {
  Wire wire = core(PWRU_PART_META);
  wire.put_text(56, "sixteen-chars-aa").put_text(80, "sixteen-chars-bb");
  const auto event = decode(wire.bytes(), kCpu, kSizes);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->comm, "sixteen-chars-aa");
  EXPECT_EQ(event->ifname, "sixteen-chars-bb");
}

// The kernel side reserves a record by these sizes, the decoder takes it to pieces by its own.
TEST(Decode, RecordsHaveTheSizesOfTheList) {
  pwru_config config = {};
  config.skb_bytes = kSkbBytes;
  config.expr_bytes = kExprBytes;
  config.shinfo_bytes = kShinfoBytes;
  uint32_t fixed = 0;
#define PWRU_FIXED(NAME, name, bytes) fixed |= PWRU_PART_##NAME;
  PWRU_FIXED_PARTS(PWRU_FIXED, PWRU_NO_CONFIG)
#undef PWRU_FIXED
  for (int index = 0; index < PWRU_PART_COUNT; index++) {
    config.parts = 1u << index;
    Wire wire = with_parts(config.parts);
    EXPECT_TRUE(decode(wire.bytes(), kCpu, kSizes)) << index;
    EXPECT_FALSE(decode(wire.bytes().first(wire.size() - 8), kCpu, kSizes)) << index;
    if (config.parts & fixed)
      EXPECT_EQ(pwru_fixed_bytes(&config), wire.size()) << index;
    else
      EXPECT_EQ(pwru_fixed_bytes(&config), sizeof(pwru_event)) << index;
    EXPECT_GE(pwru_record_max_bytes(&config), wire.size()) << index;
  }
  config.parts = kAllParts;
  EXPECT_EQ(pwru_record_max_bytes(&config), 120 + 408 + 232 + 24 + 320 + 24 + 72 + 8 + 552 + 112 +
                                                (48 + 512 + 4096) + 24 + 48 + (8 + 64 * 176));
}

TEST(Decode, ThePathBeforeAnEvent) {
  Wire wire = core(PWRU_PART_PATH);
  put_path(wire, 70);  // six hops were overwritten
  auto event = decode(wire.bytes(), kCpu, kSizes);
  ASSERT_TRUE(event) << event.error().what;
  ASSERT_EQ(event->path.size(), 64u);
  EXPECT_EQ(event->hops_missing, 6u);
  for (size_t at = 0; at < 64; at++) {
    const auto hop = hop_of(*event, at);
    ASSERT_TRUE(hop) << at;
    EXPECT_EQ(hop->ts_ns, 1007 + at);
    EXPECT_EQ(hop->cpu, 6 + at);
    EXPECT_TRUE(hop->has_meta && hop->has_tuple && !hop->tuple.is_v6);
    EXPECT_EQ(hop->tuple.saddr[0], 10);
  }
  // Two CPUs wrote there at once.
  wire.put<uint64_t>(120 + 8 + 168, 1);
  event = decode(wire.bytes(), kCpu, kSizes);
  EXPECT_EQ(event->hops_missing, 7u);
  EXPECT_FALSE(hop_of(*event, 58));  // hop 64
  EXPECT_TRUE(hop_of(*event, 57));
}

TEST(Decode, AChildWithoutItsParent) {
  Wire wire = with_all_parts(PWRU_PART_TUPLE4);
  EXPECT_FALSE(decode(wire.bytes(), kCpu, kSizes)->is_parent_forgotten);
  Wire child = core(PWRU_PART_PARENT);
  child.put<uint64_t>(24, PWRU_ID_OF_CHILD | 7).put<uint64_t>(sizeof(pwru_event), 0);
  EXPECT_TRUE(decode(child.bytes(), kCpu, kSizes)->is_parent_forgotten);
  Wire other = core(PWRU_PART_PARENT);
  other.put<uint64_t>(sizeof(pwru_event), 0);
  EXPECT_FALSE(decode(other.bytes(), kCpu, kSizes)->is_parent_forgotten);
}

TEST(Decode, ARuleOfNftables) {
  Wire wire = with_parts(PWRU_PART_NFT);
  const auto event = decode(wire.bytes(), kCpu, kSizes);
  ASSERT_TRUE(event) << event.error().what;
  ASSERT_TRUE(event->nft);
  EXPECT_EQ(event->nft->handle, 7u);
  EXPECT_EQ(event->nft->position, 2u);
  EXPECT_STREQ(event->nft->table, "fw");
  EXPECT_STREQ(event->nft->chain, "in");
}

TEST(Decode, ARuleThatWasNotFoundIsNone) {
  Wire wire = core(PWRU_PART_NFT);
  put_nft(wire, PWRU_NFT_NONE, 0);
  const auto event = decode(wire.bytes(), kCpu, kSizes);
  ASSERT_TRUE(event) << event.error().what;
  EXPECT_FALSE(event->nft);
}

TEST(Decode, ARuleOfIptables) {
  Wire wire = with_parts(PWRU_PART_XT);
  const auto event = decode(wire.bytes(), kCpu, kSizes);
  ASSERT_TRUE(event) << event.error().what;
  ASSERT_TRUE(event->xt);
  EXPECT_EQ(event->xt->number, 3u);
  EXPECT_EQ(event->xt->hook, 1u);
  EXPECT_STREQ(event->xt->table, "filter");
  EXPECT_STREQ(event->xt->chain, "");
}

TEST(Decode, NeitherARuleNorARefusalIsNone) {
  Wire none = core(PWRU_PART_XT);
  put_xt(none, PWRU_XT_NONE, PWRU_CT_ACCEPTED);
  EXPECT_FALSE(decode(none.bytes(), kCpu, kSizes)->xt);
  Wire refused = core(PWRU_PART_XT);
  put_xt(refused, PWRU_XT_NONE, PWRU_CT_FULL);
  EXPECT_TRUE(decode(refused.bytes(), kCpu, kSizes)->xt);
}

TEST(Decode, Tuple4) {
  Wire wire = core(PWRU_PART_TUPLE4);
  put_tuple4(wire, 6, PWRU_L4_HAS_PORTS);
  const auto event = decode(wire.bytes(), kCpu, kSizes);
  ASSERT_TRUE(event) << event.error().what;
  ASSERT_TRUE(event->has_tuple);
  const Tuple& tuple = event->tuple;
  EXPECT_FALSE(tuple.is_v6);
  EXPECT_EQ(std::memcmp(tuple.saddr, "\x0a\x01\x02\x03", 4), 0);
  EXPECT_EQ(std::memcmp(tuple.daddr, "\xc0\xa8\x01\xfe", 4), 0);
  EXPECT_EQ(tuple.sport, 40000);
  EXPECT_EQ(tuple.dport, 443);
  EXPECT_EQ(tuple.l4_proto, 6);
  EXPECT_EQ(tuple.tcp_flags, 0x12);
  EXPECT_TRUE(tuple.has_ports);
  EXPECT_FALSE(tuple.has_icmp);
  EXPECT_FALSE(tuple.has_spi);
  EXPECT_FALSE(tuple.is_later_fragment);
}

TEST(Decode, Tuple6) {
  Wire wire = core(PWRU_PART_TUPLE6);
  put_tuple6(wire, 58, PWRU_L4_HAS_ICMP | PWRU_L4_LATER_FRAGMENT | PWRU_L4_HAS_SPI);
  const auto event = decode(wire.bytes(), kCpu, kSizes);
  ASSERT_TRUE(event) << event.error().what;
  ASSERT_TRUE(event->has_tuple);
  const Tuple& tuple = event->tuple;
  EXPECT_TRUE(tuple.is_v6);
  EXPECT_EQ(std::memcmp(tuple.saddr, "0123456789abcdef", 16), 0);
  EXPECT_EQ(std::memcmp(tuple.daddr, "ABCDEFGHIJKLMNOP", 16), 0);
  EXPECT_EQ(tuple.l4_proto, 58);
  EXPECT_EQ(tuple.icmp_type, 8);
  EXPECT_EQ(tuple.icmp_code, 1);
  EXPECT_FALSE(tuple.has_ports);
  EXPECT_TRUE(tuple.has_icmp);
  EXPECT_TRUE(tuple.has_spi);
  EXPECT_EQ(tuple.spi, 0xc0ffeeu);
  EXPECT_TRUE(tuple.is_later_fragment);
}

TEST(Decode, Tunnel) {
  Wire wire = core(PWRU_PART_TUNNEL);
  put_tunnel(wire, PWRU_TUNNEL_HAS_ID | PWRU_TUNNEL_HAS_MACS, 6);
  const auto event = decode(wire.bytes(), kCpu, kSizes);
  ASSERT_TRUE(event) << event.error().what;
  ASSERT_TRUE(event->tunnel);
  const Tunnel& tunnel = *event->tunnel;
  EXPECT_EQ(tunnel.kind, uint32_t{PWRU_TUNNEL_VXLAN});
  EXPECT_EQ(tunnel.id, 7u);
  EXPECT_EQ(tunnel.proto, 0x86dd);
  EXPECT_TRUE(tunnel.has_macs);
  EXPECT_EQ(std::memcmp(tunnel.dst_mac, "DSTMAC", 6), 0);
  EXPECT_EQ(std::memcmp(tunnel.src_mac, "SRCMAC", 6), 0);
  ASSERT_TRUE(tunnel.tuple);
  EXPECT_TRUE(tunnel.tuple->is_v6);
  EXPECT_EQ(tunnel.tuple->dport, 443);
  EXPECT_EQ(std::memcmp(tunnel.tuple->saddr, "0123456789abcdef", 16), 0);
  EXPECT_EQ(std::memcmp(tunnel.tuple->daddr, "ABCDEFGHIJKLMNOP", 16), 0);
}

TEST(Decode, TunnelHasOnlyWhatItsFlagsSay) {
  Wire wire = core(PWRU_PART_TUNNEL);
  put_tunnel(wire, 0, 4);
  auto event = decode(wire.bytes(), kCpu, kSizes);
  ASSERT_TRUE(event);
  ASSERT_TRUE(event->tunnel);
  EXPECT_FALSE(event->tunnel->id);
  EXPECT_FALSE(event->tunnel->has_macs);
  ASSERT_TRUE(event->tunnel->tuple);
  EXPECT_FALSE(event->tunnel->tuple->is_v6);
  EXPECT_EQ(std::memcmp(event->tunnel->tuple->daddr, "4567", 4), 0);

  Wire not_ip = core(PWRU_PART_TUNNEL);
  put_tunnel(not_ip, 0, 0);
  event = decode(not_ip.bytes(), kCpu, kSizes);
  ASSERT_TRUE(event);
  EXPECT_FALSE(event->tunnel->tuple);

  Wire none = core(PWRU_PART_TUNNEL);
  put_tunnel(none, PWRU_TUNNEL_HAS_ID, 4);
  none.put<uint32_t>(120, PWRU_TUNNEL_NONE);
  event = decode(none.bytes(), kCpu, kSizes);
  ASSERT_TRUE(event);
  EXPECT_FALSE(event->tunnel);
}

TEST(Decode, EveryPartInTheOrderOfTheList) {
  for (const uint32_t part : {PWRU_PART_TUPLE4, PWRU_PART_TUPLE6}) {
    Wire wire = with_all_parts(part);
    const auto event = decode(wire.bytes(), kCpu, kSizes);
    ASSERT_TRUE(event) << event.error().what;
    ASSERT_EQ(event->stack.size(), 2u);
    EXPECT_EQ(event->stack[0], 0x1111u);
    EXPECT_EQ(event->stack[1], 0x2222u);
    ASSERT_EQ(event->skb_bytes.size(), kSkbBytes);
    EXPECT_EQ(event->skb_bytes[0], std::byte{0});
    EXPECT_EQ(event->skb_bytes[231], std::byte{231});
    ASSERT_EQ(event->expr_bytes.size(), kExprBytes);
    EXPECT_EQ(event->expr_bytes[0], std::byte{100});
    EXPECT_EQ(event->expr_bytes[23], std::byte{123});
    ASSERT_EQ(event->cb.size(), 5u);
    EXPECT_EQ(event->cb[0], 0xc0u);
    EXPECT_EQ(event->cb[4], 0xc4u);
    ASSERT_EQ(event->shinfo_bytes.size(), kShinfoBytes);
    EXPECT_EQ(event->shinfo_bytes[1], std::byte{3});
    ASSERT_TRUE(event->tunnel);
    EXPECT_EQ(event->tunnel->id, 7u);
    EXPECT_EQ(event->parent_id, 41u);
    EXPECT_EQ(event->map_call.name, "flows");
    EXPECT_EQ(event->tuple.is_v6, part == PWRU_PART_TUPLE6);
    EXPECT_EQ(event->tuple.dport, 443);
    EXPECT_TRUE(event->has_meta);
  }
}

Wire map_call(uint32_t key_bytes, uint32_t value_offset, uint32_t value_bytes) {
  Wire wire = core(PWRU_PART_BPFMAP);
  put_map_call(wire, key_bytes, value_offset, value_bytes);
  return wire;
}

TEST(Decode, CallOfAMap) {
  Wire wire = map_call(4, 64, 32);
  const auto event = decode(wire.bytes(), kCpu, kSizes);
  ASSERT_TRUE(event) << event.error().what;
  ASSERT_TRUE(event->has_map_call);
  const BpfMapCall& call = event->map_call;
  EXPECT_EQ(call.id, 7u);
  EXPECT_EQ(call.op, static_cast<uint32_t>(PWRU_MAP_UPDATE));
  EXPECT_EQ(call.name, "flows");
  ASSERT_EQ(call.key.size(), 4u);
  EXPECT_EQ(call.key[0], std::byte{9});
  EXPECT_EQ(call.value_size, 6000u);
  ASSERT_EQ(call.value.size(), 32u);
  EXPECT_EQ(call.value[0], std::byte{'b'});
}

TEST(Decode, CallOfAMapWhoseSizesDoNotFit) {
  EXPECT_FALSE(decode(map_call(65, 64, 32).bytes(), kCpu, kSizes));
  EXPECT_FALSE(decode(map_call(4, 64, 33).bytes(), kCpu, kSizes));
  EXPECT_FALSE(decode(map_call(4, 97, 0).bytes(), kCpu, kSizes));
}

}  // namespace
}  // namespace pwru::event
