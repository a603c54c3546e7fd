// SPDX-License-Identifier: Apache-2.0
#include "diagnose/unseen.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace pwru::diagnose {
namespace {

constexpr uint32_t kNetns = 4026531840;

struct Trace {
  Trace& rose(std::string name, uint64_t by, std::string owner = "", uint32_t netns = kNetns) {
    readings.before.push_back({netns, owner, name, 1000});
    readings.after.push_back({netns, owner, name, 1000 + by});
    return *this;
  }
  Trace& died(std::string_view reason, std::string_view place, int times = 1,
              Kind kind = Kind::Died, uint32_t netns = kNetns) {
    resolve::Record record;
    record.packet.ifname = "eth0";
    record.packet.netns = netns;
    Diagnosis diagnosis;
    diagnosis.kind = kind;
    diagnosis.cause = "cause";
    diagnosis.reason = reason;
    diagnosis.place = place;
    for (int i = 0; i < times; i++) ends.count(record, diagnosis);
    return *this;
  }
  // "count/rose counter", one after the other.
  [[nodiscard]] std::string unseen(uint64_t lost = 0) const {
    std::string text;
    for (const UnseenLoss& loss : unseen_losses(readings, ends, lost))
      text += fmt::format("{}/{} {}{};", loss.count, loss.rose, loss.counter,
                          loss.owner.empty() ? "" : " of " + loss.owner);
    return text;
  }
  Readings readings;
  Ends ends;
};

TEST(UnseenLosses, WhatADriverCountsIsSaidWhereNoColumnHasIt) {
  EXPECT_EQ(Trace().rose("ethtool:rx_discards_phy", 5, "eth0").unseen(),
            "5/5 ethtool:rx_discards_phy of eth0;");
  EXPECT_EQ(
      Trace().rose("ethtool:rx_out_of_buffer", 5, "eth0").rose("rx_missed", 5, "eth0").unseen(),
      "5/5 rx_missed of eth0;");
  EXPECT_EQ(
      Trace().rose("ethtool:rx_discards_phy", 5, "eth0").rose("rx_missed", 5, "eth1").unseen(),
      "5/5 rx_missed of eth1;5/5 ethtool:rx_discards_phy of eth0;");
}

TEST(UnseenLosses, WhatADeviceHandledIsNone) {
  const Trace trace = Trace().rose("in_hardware", 7, "eth0").rose("in_hardware", 0, "eth1");
  EXPECT_EQ(trace.unseen(), "");
  const auto handled = handled_in_hardware(trace.readings);
  ASSERT_EQ(handled.size(), 1u);
  EXPECT_EQ(handled[0].ifname, "eth0");
  EXPECT_EQ(handled[0].count, 7u);
  EXPECT_EQ(handled[0].advice,
            "tc -s filter show dev eth0 ingress shows them; ethtool -K eth0 hw-tc-offload off "
            "leaves them to the kernel");
}

TEST(UnseenLosses, AreThoseThatNoDeathAccountsFor) {
  EXPECT_EQ(Trace().unseen(), "");
  EXPECT_EQ(Trace().rose("UdpRcvbufErrors", 0).unseen(), "");
  EXPECT_EQ(Trace().rose("UdpRcvbufErrors", 5).unseen(), "5/5 UdpRcvbufErrors;");
  EXPECT_EQ(Trace()
                .rose("UdpRcvbufErrors", 5)
                .died("SOCKET_RCVBUFF", "udp_queue_rcv_one_skb", 5)
                .unseen(),
            "");
  EXPECT_EQ(Trace()
                .rose("UdpRcvbufErrors", 5)
                .died("SOCKET_RCVBUFF", "udp_queue_rcv_one_skb", 2)
                .unseen(),
            "3/5 UdpRcvbufErrors;");
  // Nobody was told yet that these were deaths.
  EXPECT_EQ(
      Trace().rose("UdpRcvbufErrors", 5).died("", "__udp_queue_rcv_skb", 5, Kind::Unknown).unseen(),
      "5/5 UdpRcvbufErrors;");
  // Deaths of other kinds say nothing about it.
  EXPECT_EQ(Trace().rose("UdpRcvbufErrors", 5).died("NO_SOCKET", "udp_rcv", 9).unseen(),
            "5/5 UdpRcvbufErrors;");
}

TEST(UnseenLosses, CountersOfOrdinaryTrafficAreNone) {
  EXPECT_EQ(Trace()
                .rose("TcpRetransSegs", 5)
                .rose("UdpInDatagrams", 9)
                .rose("TcpExtTCPLossProbes", 1)
                .rose("rx_nohandler", 1, "eth0")
                .unseen(),
            "");
}

TEST(UnseenLosses, EventsThatAreMissingMayHaveBeenTheDeaths) {
  EXPECT_EQ(Trace().rose("UdpRcvbufErrors", 5).unseen(4), "1/5 UdpRcvbufErrors;");
  EXPECT_EQ(Trace().rose("UdpRcvbufErrors", 5).unseen(5), "");
  // Nothing that happens before there is a packet.
  EXPECT_EQ(Trace().rose("rx_missed", 5, "eth0").unseen(5), "5/5 rx_missed of eth0;");
}

TEST(UnseenLosses, DeathsElsewhereAccountForNothing) {
  EXPECT_EQ(Trace()
                .rose("UdpRcvbufErrors", 5)
                .rose("UdpRcvbufErrors", 0, "", 1)
                .died("SOCKET_RCVBUFF", "", 5, Kind::Died, 1)
                .unseen(),
            "5/5 UdpRcvbufErrors;");
  // Where it was is not known, or not looked at.
  EXPECT_EQ(
      Trace().rose("UdpRcvbufErrors", 5).died("SOCKET_RCVBUFF", "", 5, Kind::Died, 2).unseen(), "");
  EXPECT_EQ(Trace().rose("softnet_dropped", 5, "1", 0).died("CPU_BACKLOG", "", 5).unseen(), "");
  // TCP takes the device away from a segment, and so the namespace.
  EXPECT_EQ(Trace()
                .rose("softnet_dropped", 0, "1", 0)
                .rose("TcpExtTCPBacklogDrop", 5)
                .died("SOCKET_BACKLOG", "", 5, Kind::Died, 0)
                .unseen(),
            "");
}

TEST(UnseenLosses, OfADeviceItsEndsAccount) {
  EXPECT_EQ(Trace().rose("rx_drop", 2, "eth0").died("", "x", 2, Kind::Harmless).unseen(), "");
  // Of a VLAN or a tunnel, what dies at the device below.
  EXPECT_EQ(Trace().rose("tx_drop", 2, "eth0.5").died("", "x", 2).unseen(), "");
  EXPECT_EQ(Trace().rose("rx_fifo", 2, "gre1").died("", "x", 1).unseen(), "1/2 rx_fifo of gre1;");
  // The other end of a veth.
  EXPECT_EQ(Trace().rose("tx_drop", 2, "eth1").died("", "enqueue_to_backlog", 2).unseen(), "");
}

TEST(UnseenLosses, ASumIsNotReportedTwice) {
  EXPECT_EQ(Trace().rose("TcpExtListenDrops", 3).rose("TcpExtListenOverflows", 3).unseen(),
            "3/3 TcpExtListenOverflows;");
  EXPECT_EQ(Trace().rose("TcpExtListenDrops", 4).rose("TcpExtListenOverflows", 3).unseen(),
            "3/3 TcpExtListenOverflows;1/4 TcpExtListenDrops;");
}

TEST(UnseenLosses, OfAPartOfThePacketsOnlyWhatIsNoPacket) {
  Trace trace;
  trace.rose("UdpRcvbufErrors", 5).rose("rx_missed", 2, "eth0").rose("rx_drop", 2, "eth0");
  trace.readings.is_partial = true;
  EXPECT_EQ(trace.unseen(), "2/2 rx_missed of eth0;");
}

TEST(UnseenLosses, ACounterWithoutAStartSaysNothing) {
  Trace trace;
  trace.readings.after.push_back({kNetns, "", "UdpRcvbufErrors", 7});
  EXPECT_EQ(trace.unseen(), "");
  trace.readings.before.push_back({kNetns, "", "UdpRcvbufErrors", 8});
  EXPECT_EQ(trace.unseen(), "");
}

TEST(UnseenLosses, NamesAreQuotedInWhatIsToRun) {
  Trace trace;
  trace.rose("rx_fifo", 5, "a;reboot");
  trace.readings.netns_names[kNetns] = "blue";
  const auto losses = unseen_losses(trace.readings, trace.ends, 0);
  ASSERT_EQ(losses.size(), 1u);
  EXPECT_EQ(losses[0].netns_name, "blue");
  EXPECT_NE(losses[0].what.find("the ring of a;reboot was full"), std::string::npos);
  EXPECT_NE(losses[0].advice.find("ethtool -g 'a;reboot' shows"), std::string::npos);
}

}  // namespace
}  // namespace pwru::diagnose
