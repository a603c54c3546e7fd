// SPDX-License-Identifier: Apache-2.0
#include "journey/journey.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>

#include "journey/changes.h"
#include "journey/latency.h"
#include "journey/store.h"
#include "journey/way.h"

namespace pwru::journey {
namespace {

constexpr uint64_t kSkb = 0xffff888000000100, kClone = 0xffff888000000200;

// Hits of one packet, one after the other.
class Packet {
 public:
  Packet() {
    record.packet.id = 7;
    record.packet.skb = kSkb;
    record.packet.has_meta = record.packet.has_tuple = true;
    record.packet.netns = 4026531840;
    record.packet.ifindex = 2;
    record.packet.ifname = "eth0";
    record.packet.len_bytes = 60;
    event::Tuple& tuple = record.packet.tuple;
    tuple.l4_proto = 17;
    tuple.has_ports = true;
    tuple.sport = 99;
    tuple.dport = 53;
    std::memcpy(tuple.saddr, "\x0a\x00\x00\x01", 4);
    std::memcpy(tuple.daddr, "\x0a\x00\x00\x02", 4);
  }
  Packet& hits(std::string_view function, uint64_t skb = kSkb) {
    record.function = function;
    record.packet.skb = skb;
    record.end.reset();
    return put();
  }
  Packet& ends(std::string_view function, uint64_t skb = kSkb) {
    record.function = function;
    record.packet.skb = skb;
    record.end = resolve::End{resolve::End::Kind::Consumed, "consumed"};
    return put();
  }
  Packet& put() {
    record.ts_ns += 1000;
    journey = &store.add(record);
    return *this;
  }
  [[nodiscard]] std::string way(uint64_t skb = kSkb) const {
    std::string text;
    for (const Hop* hop : way_of(*journey, skb))
      text += (text.empty() ? "" : " ") + std::string(hop->function);
    return text;
  }

  resolve::Record record;
  Store store;
  const Journey* journey = nullptr;
};

TEST(Way, IsThatOfTheSkbAndOfWhatItWasMadeOf) {
  Packet packet;
  packet.hits("tcp_sendmsg").hits("skb_clone").hits("ip_rcv", kClone).hits("tcp_v4_rcv", kClone);
  EXPECT_EQ(packet.way(kClone), "tcp_sendmsg skb_clone ip_rcv tcp_v4_rcv");
}

TEST(Way, HasNothingOfACloneThatIsGone) {
  Packet packet;
  packet.hits("skb_clone").hits("ip_rcv", kClone).ends("consume_skb", kClone);
  packet.hits("skb_release_head_state", kClone)
      .hits("tcp_retransmit_skb")
      .hits("ip_forward", kClone)
      .ends("kfree_skb", kClone);
  EXPECT_EQ(packet.way(kClone), "skb_clone tcp_retransmit_skb ip_forward kfree_skb");
}

TEST(Way, GoesOnBehindAFunctionThatOnlySaysThatItEnds) {
  Packet packet;
  // A packet socket gives its reference back; tcp_drop_reason() calls the function that frees.
  packet.hits("ip_rcv").ends("consume_skb").hits("tcp_v4_rcv").ends("tcp_drop_reason");
  packet.ends("sk_skb_reason_drop");
  EXPECT_EQ(packet.way(), "ip_rcv consume_skb tcp_v4_rcv tcp_drop_reason sk_skb_reason_drop");
}

TEST(Way, HasThatOfACopiedSkbThatIsGone) {
  Packet packet;
  packet.hits("ip_output")
      .hits("skb_copy_expand")
      .ends("consume_skb")
      .hits("skb_release_head_state");
  packet.hits("skb_release_data").hits("kfree_skbmem");
  packet.hits("vxlan_xmit", kClone).hits("udp_tunnel_xmit_skb", kClone);
  EXPECT_EQ(packet.way(kClone),
            "ip_output skb_copy_expand consume_skb vxlan_xmit udp_tunnel_xmit_skb");
}

TEST(Way, HasNothingOfASiblingOnAnotherCpu) {
  constexpr uint64_t kSecond = 0xffff888000000300;
  Packet packet;
  packet.hits("br_flood").hits("skb_clone");
  packet.record.packet.cpu = 1;
  packet.hits("netif_rx", kClone);
  packet.record.packet.cpu = 0;
  packet.hits("veth_xmit", kSecond);
  EXPECT_EQ(packet.way(kSecond), "br_flood skb_clone veth_xmit");
}

TEST(Way, HasNothingOfACloneThatLives) {
  constexpr uint64_t kTap = 0xffff888000000300;
  Packet packet;
  packet.hits("dev_queue_xmit").hits("packet_rcv", kTap).hits("veth_xmit").hits("kfree_skb");
  EXPECT_EQ(packet.way(), "dev_queue_xmit veth_xmit kfree_skb");
}

TEST(Journey, IsOverWhenAllSkbsAre) {
  Packet packet;
  packet.hits("ip_rcv").hits("packet_rcv", kClone);
  EXPECT_FALSE(packet.journey->is_over());
  packet.ends("consume_skb", kClone);
  EXPECT_FALSE(packet.journey->is_over());
  packet.hits("skb_release_head_state");
  EXPECT_TRUE(packet.journey->is_over());
  packet.hits("skb_release_data");
  EXPECT_TRUE(packet.journey->is_over());
}

TEST(Store, ForgetsWhatIsOverFirst) {
  Store store(3);
  resolve::Record record;
  record.function = "ip_rcv";
  const auto add = [&](uint64_t id, bool is_end) {
    record.packet.id = record.packet.skb = id;
    record.end.reset();
    if (is_end) record.end = resolve::End{resolve::End::Kind::Consumed, "consumed"};
    return store.add(record).hops.size();
  };
  add(1, false);
  add(2, true);
  add(3, false);
  add(4, false);  // the second one goes
  EXPECT_EQ(store.evicted(), 0u);
  add(5, false);  // and the first one
  EXPECT_EQ(store.evicted(), 1u);
  EXPECT_EQ(add(4, false), 2u);
}

TEST(Store, KeepsBothEndsOfALongWay) {
  Packet packet;
  packet.hits("first");
  for (size_t i = 0; i < Store::kMostHopsOfOne; i++) packet.hits("ip_rcv");
  packet.hits("last");
  EXPECT_LE(packet.journey->hops.size(), Store::kMostHopsOfOne);
  EXPECT_EQ(packet.journey->hops.size() + packet.journey->hops_left_out, Store::kMostHopsOfOne + 2);
  EXPECT_EQ(packet.journey->hops.front().function, "first");
  EXPECT_EQ(packet.journey->hops.back().function, "last");
}

TEST(Store, HandsOverWhatIsQuiet) {
  Packet packet;
  packet.hits("ip_rcv");
  std::string taken;
  const auto take = [&](const Journey& journey) { taken += std::to_string(journey.hops.size()); };
  packet.store.take_quiet(5000, 500, take);
  EXPECT_EQ(taken, "");
  packet.ends("kfree_skb");
  packet.store.take_quiet(1999, 1999, take);
  EXPECT_EQ(taken, "");
  packet.store.take_quiet(2000, 0, take);
  EXPECT_EQ(taken, "2");
  packet.hits("ip_rcv");
  EXPECT_EQ(packet.journey->hops.size(), 1u);
}

TEST(Changes, NatIsOfAnAddressAndATunnelOfAll) {
  const Packet packet;
  const resolve::Packet before = packet.record.packet;
  resolve::Packet after = before;
  after.tuple.saddr[3] = 9;
  after.tuple.sport = 1024;
  after.mark = 1;
  EXPECT_EQ(
      changes_of(before, after),
      (std::vector<std::string>{"source 10.0.0.1:99 became 10.0.0.9:1024", "mark 0x0 became 0x1"}));
  after = before;
  after.tuple.l4_proto = 47;
  after.tuple.has_ports = false;
  after.len_bytes = 84;
  EXPECT_EQ(changes_of(before, after),
            std::vector<std::string>{"wrapped into 10.0.0.1:0->10.0.0.2:0(gre)"});
  EXPECT_EQ(changes_of(after, before),
            std::vector<std::string>{"unwrapped to 10.0.0.1:99->10.0.0.2:53(udp)"});
  // Of ESP in mode transport the length comes later, and the SPI too.
  after.tuple.l4_proto = 50;
  after.tuple.has_spi = true;
  after.len_bytes = before.len_bytes;
  EXPECT_EQ(changes_of(before, after),
            std::vector<std::string>{"wrapped into 10.0.0.1:0->10.0.0.2:0(esp)"});
  EXPECT_EQ(changes_of(after, before),
            std::vector<std::string>{"unwrapped to 10.0.0.1:99->10.0.0.2:53(udp)"});
  EXPECT_TRUE(changes_of(before, before).empty());
  // At udp_send_skb() the ports are not written yet.
  after = before;
  after.tuple.sport = after.tuple.dport = 0;
  EXPECT_TRUE(changes_of(after, before).empty());
}

TEST(Changes, OfTtlAndConntrackWhereTheyAreRead) {
  using knowledge::Fact;
  Store store(100, {Fact::Ttl, Fact::HopLimit, Fact::Conntrack});
  Packet packet;
  std::array<resolve::Value, 3> values = {{{"", "64"}, {"", "17"}, {"", "0"}}};
  packet.record.readings = values;
  (void)store.add(packet.record);
  values[0].text = "63";
  values[2].text = "0xffff888000000102";
  const Journey& journey = store.add(packet.record);
  EXPECT_EQ(state_changes_of(journey.hops[0], journey.hops[1]),
            (std::vector<std::string>{"TTL 64 became 63", "conntrack none became new"}));
  packet.hits("ip_rcv").hits("ip_forward");
  EXPECT_TRUE(state_changes_of(packet.journey->hops[0], packet.journey->hops[1]).empty());
}

TEST(Stages, AreOnePlaceEach) {
  Packet packet;
  packet.record.packet.ifindex = 0;  // no device yet
  packet.hits("udp_send_skb");
  packet.record.packet.ifindex = 2;
  packet.hits("ip_output").hits("nf_hook_slow").hits("ip_finish_output").hits("veth_xmit");
  packet.record.packet.netns = 4026532000;
  packet.record.packet.ifname = "eth1";
  packet.record.netns_name = "blue";
  packet.record.packet.tuple.daddr[3] = 3;
  packet.hits("ip_rcv").hits("kfree_skb_reason");
  const auto stages = stages_of(way_of(*packet.journey, kSkb));
  ASSERT_EQ(stages.size(), 2u);
  EXPECT_EQ(stage_text(stages[0]),
            "netns 4026531840, eth0: UDP, IP send, netfilter, IP send, veth");
  EXPECT_EQ(
      stage_text(stages[1]),
      "netns 4026532000 (blue), eth1: [destination 10.0.0.2:53 became 10.0.0.3:53], IP receive");
  EXPECT_EQ(stages[1].hops, 2u);
}

TEST(Histogram, HasQuantilesAtTheEndsOfItsSteps) {
  Histogram histogram;
  for (int i = 0; i < 99; i++) histogram.add(1000);
  histogram.add(5'000'000);
  EXPECT_EQ(histogram.quantile_ns(0.5), 1023u);
  EXPECT_EQ(histogram.quantile_ns(0.99), 5'000'000u);
  EXPECT_EQ(histogram.total_ns, 5'099'000u);
  EXPECT_EQ(Histogram().quantile_ns(0.5), 0u);
}

TEST(Latency, CountsStepsByTheirFunctions) {
  Latency latency;
  resolve::Record record;
  const auto hit = [&](uint64_t id, uint64_t skb, std::string_view function, uint64_t ts_ns) {
    record.packet.id = id;
    record.packet.skb = skb;
    record.function = function;
    record.ts_ns = ts_ns;
    latency.add(record);
  };
  for (uint64_t id = 1; id <= 3; id++) {
    hit(id, kSkb, "ip_rcv", 1000 * id);
    hit(id, kClone, "packet_rcv", 1000 * id + 5);  // a clone, which goes its own way
    hit(id, kSkb, "ip_forward", 1000 * id + 100 * id);
  }
  const auto rows = latency.rows();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].first, Latency::Pair("ip_rcv", "ip_forward"));
  EXPECT_EQ(rows[0].second->count, 3u);
  EXPECT_EQ(rows[0].second->most_ns, 300u);
  EXPECT_EQ(rows[1].first, Latency::Pair("ip_rcv", "packet_rcv"));
  EXPECT_EQ(latency.packets(), 3u);
  ASSERT_EQ(latency.slowest().size(), 3u);
  EXPECT_EQ(latency.slowest()[0].id, 3u);
  EXPECT_EQ(latency.slowest()[0].total_ns, 300u);
  EXPECT_EQ(latency.slowest()[0].to, "ip_forward");
}

TEST(Latency, NamesAPacketByWhatItsHeadersBecame) {
  Latency latency;
  resolve::Record record = Packet().record;
  record.packet.tuple.sport = record.packet.tuple.dport = 0;
  for (const char* const function : {"udp_send_skb", "udp4_hwcsum", "ip_output", "ip_rcv"}) {
    record.function = function;
    latency.add(record);
    record.ts_ns += 1000;
    if (record.function == "ip_output") record.packet.tuple.dport = 54;  // NAT
    if (record.function != "udp4_hwcsum") continue;
    record.packet.tuple.sport = 99;
    record.packet.tuple.dport = 53;
  }
  ASSERT_EQ(latency.slowest().size(), 1u);
  EXPECT_EQ(latency.slowest()[0].packet.tuple.dport, 53);
}

TEST(Latency, KeepsTheSlowest) {
  Latency latency;
  resolve::Record record;
  for (uint64_t id = 1; id <= 20; id++) {
    record.packet.id = record.packet.skb = id;
    record.function = "first";
    record.ts_ns = 1000;
    latency.add(record);
    record.function = "last";
    record.ts_ns = 1000 + id;
    latency.add(record);
  }
  ASSERT_EQ(latency.slowest().size(), Latency::kSlowest);
  EXPECT_EQ(latency.slowest().front().total_ns, 20u);
  EXPECT_EQ(latency.slowest().back().total_ns, 11u);
}

}  // namespace
}  // namespace pwru::journey
