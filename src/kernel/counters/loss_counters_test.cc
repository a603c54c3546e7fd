// SPDX-License-Identifier: Apache-2.0
#include "kernel/counters/loss_counters.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>

namespace pwru::kernel {
namespace {

std::map<std::string, uint64_t> parsed(CounterFile file, std::string_view text) {
  std::map<std::string, uint64_t> values;
  for (const CounterValue& counter : parse_counters(file, text, 7)) {
    EXPECT_EQ(counter.netns, file == CounterFile::Softnet ? 0u : 7u);
    values[counter.owner.empty() ? counter.name : counter.owner + "/" + counter.name] =
        counter.value;
  }
  return values;
}

using Values = std::map<std::string, uint64_t>;

TEST(LossCounters, ReadsLinesOfNamesAndOfValues) {
  EXPECT_EQ(parsed(CounterFile::Snmp,
                   "Ip: Forwarding InDiscards\nIp: 1 18446744073709551615\n"
                   "Tcp: MaxConn InErrs\nTcp: -1 3\n"),
            (Values{{"IpForwarding", 1}, {"IpInDiscards", UINT64_MAX}, {"TcpInErrs", 3}}));
  EXPECT_EQ(parsed(CounterFile::Netstat, "TcpExt: ListenDrops\nTcpExt: 4\n"),
            (Values{{"TcpExtListenDrops", 4}}));
  EXPECT_EQ(parsed(CounterFile::Snmp6, "Ip6InReceives      \t33\nUdp6NoPorts \t1\n"),
            (Values{{"Ip6InReceives", 33}, {"Udp6NoPorts", 1}}));
}

TEST(LossCounters, ReadsDevicesByColumn) {
  const Values values =
      parsed(CounterFile::Dev,
             "Inter-|   Receive                                                |  Transmit\n"
             " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets "
             "errs drop "
             "fifo colls carrier compressed\n"
             "  eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
             "eth0:1: 0 0 0 21 0 0 0 0 0 0 0 0 0 0 0 0\n");
  EXPECT_EQ(values.size(), 16u);
  EXPECT_EQ(values.at("eth0/rx_errors"), 3u);
  EXPECT_EQ(values.at("eth0/rx_drop"), 4u);
  EXPECT_EQ(values.at("eth0/rx_fifo"), 5u);
  EXPECT_EQ(values.at("eth0/rx_frame"), 6u);
  EXPECT_EQ(values.at("eth0/tx_errors"), 11u);
  EXPECT_EQ(values.at("eth0/tx_drop"), 12u);
  EXPECT_EQ(values.at("eth0/tx_fifo"), 13u);
  EXPECT_EQ(values.at("eth0/tx_carrier"), 15u);
  EXPECT_EQ(values.at("eth0:1/rx_drop"), 21u);
}

TEST(LossCounters, ReadsTheBacklogOfEachCpu) {
  EXPECT_EQ(parsed(CounterFile::Softnet,
                   "0000af12 0000000c 0 0 0 0 0 0 0 0 0 00000000 00000000 00000000 00000000\n"
                   "0000af12 0000000d 0 0 0 0 0 0 0 0 0 00000000 0000000b 00000000 00000000\n"),
            (Values{{"0/softnet_dropped", 12}, {"11/softnet_dropped", 13}}));
  EXPECT_EQ(parsed(CounterFile::Softnet, "1 2 0\n1 3 0\n"),
            (Values{{"0/softnet_dropped", 2}, {"1/softnet_dropped", 3}}));
}

TEST(LossCounters, TakesAnyText) {
  for (const CounterFile file : {CounterFile::Snmp, CounterFile::Netstat, CounterFile::Snmp6,
                                 CounterFile::Dev, CounterFile::Softnet})
    for (const std::string_view text : {"", "\n", ":", "Ip:", "Ip: x\n", "Ip: x\nIp:\n", "x: y\n"})
      EXPECT_TRUE(parsed(file, text).empty()) << text;
}

TEST(LossCounters, FindsThisNamespace) {
  struct stat own = {};
  ASSERT_EQ(::stat("/proc/self/ns/net", &own), 0);
  const LossCounters counters = LossCounters::open(static_cast<uint32_t>(own.st_ino));
  ASSERT_EQ(counters.namespaces()->size(), 1u);
  EXPECT_EQ(counters.namespaces()->at(0).inode, own.st_ino);
  bool has_listen_drops = false;
  for (const CounterValue& counter : counters.read()) {
    EXPECT_EQ(counter.netns, own.st_ino);
    has_listen_drops = has_listen_drops || counter.name == "TcpExtListenDrops";
  }
  EXPECT_TRUE(has_listen_drops);
}

}  // namespace
}  // namespace pwru::kernel
