// SPDX-License-Identifier: Apache-2.0
// The end of a UDP packet from 10.1.0.2 to 10.2.0.2:9000, for tests of the diagnoser.
#pragma once

#include <netinet/in.h>

#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diagnose/diagnoser.h"

namespace pwru::diagnose {

// A record whose views point into it.
struct Ending {
  Ending() {
    record.end = resolve::End{resolve::End::Kind::Dropped, reason};
    resolve::Packet& packet = record.packet;
    packet.len_bytes = 1400;
    packet.ifname = "eth0";
    packet.has_tuple = true;
    packet.tuple.l4_proto = IPPROTO_UDP;
    std::memcpy(packet.tuple.saddr, "\x0a\x01\x00\x02", 4);
    std::memcpy(packet.tuple.daddr, "\x0a\x02\x00\x02", 4);
    packet.tuple.has_ports = true;
    packet.tuple.sport = 4711;
    packet.tuple.dport = 9000;
  }
  Ending& dies(std::vector<std::string_view> functions, std::string why) {
    stack = std::move(functions);
    reason = "SKB_DROP_REASON_" + why;
    record.stack = stack;
    record.end = resolve::End{resolve::End::Kind::Dropped, reason};
    return *this;
  }
  Ending& is_freed(std::vector<std::string_view> functions) {
    stack = std::move(functions);
    record.stack = stack;
    record.end = resolve::End{resolve::End::Kind::Freed, "freed"};
    return *this;
  }
  Ending& with(knowledge::Fact fact, std::string_view text) {
    facts.push_back(fact);
    values.push_back({"", text});
    record.readings = values;
    return *this;
  }
  Ending& is_tcp(uint8_t flags) {
    record.packet.tuple.l4_proto = IPPROTO_TCP;
    record.packet.tuple.tcp_flags = flags;
    return *this;
  }
  const Diagnosis& diagnosed() {
    diagnoser.emplace(facts);
    return diagnoser->diagnose(record);
  }

  std::string reason = "SKB_DROP_REASON_NO_SOCKET";
  std::vector<std::string_view> stack;
  std::vector<knowledge::Fact> facts;
  std::vector<resolve::Value> values;
  resolve::Record record;
  std::optional<Diagnoser> diagnoser;
};

}  // namespace pwru::diagnose
