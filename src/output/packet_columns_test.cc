// SPDX-License-Identifier: Apache-2.0
// A sink that has printed an event prints the next one as a sink that has not.
#include "output/packet_columns.h"

#include <gtest/gtest.h>

#include <functional>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "output/screen_for_test.h"

namespace pwru::output {
namespace {

using Change = std::function<void(event::Event&)>;

const std::vector<Change>& changes() {
  static const std::vector<Change> all = {
      [](event::Event&) {},
      [](event::Event& event) { event.ts_ns += 5; },
      [](event::Event& event) { event.func_ip = resolve::kKfreeSkb; },
      [](event::Event& event) { event.skb++; },
      [](event::Event& event) { event.packet_id = 9; },
      [](event::Event& event) { event.cpu++; },
      [](event::Event& event) { event.pid++; },
      [](event::Event& event) { event.comm = "curl2"; },
      [](event::Event& event) { event.netns++; },
      [](event::Event& event) { event.mark++; },
      [](event::Event& event) { event.ifindex++; },
      [](event::Event& event) { event.len_bytes++; },
      [](event::Event& event) { event.mtu++; },
      [](event::Event& event) { event.proto++; },
      [](event::Event& event) { event.ifname = "eth1"; },
      [](event::Event& event) { event.has_tuple = false; },
      [](event::Event& event) { event.tuple.saddr[3]++; },
      [](event::Event& event) { event.tuple.daddr[3]++; },
      [](event::Event& event) { event.tuple.sport++; },
      [](event::Event& event) { event.tuple.dport++; },
      [](event::Event& event) { event.tuple.l4_proto = 17; },
      [](event::Event& event) { event.tuple.tcp_flags++; },
  };
  return all;
}

// Columns are as wide as the widest text so far, so the blanks may differ.
std::vector<std::string> words(const std::string& line) {
  std::istringstream in(line);
  return {std::istream_iterator<std::string>(in), {}};
}

// The event after another one, by a sink that has printed that one, and by one that has not.
void expect_no_trace_of_the_last(const TextStyle& style) {
  for (size_t i = 0; i < changes().size(); i++) {
    Screen used(style), fresh(style);
    event::Event event = packet();
    used.event(event);
    changes()[i](event);
    const std::string line = used.event(event);
    EXPECT_EQ(words(line), words(fresh.event(event))) << "change " << i;
    EXPECT_EQ(used.event(event), line) << "again, change " << i;
  }
}

TEST(PacketColumns, ALineIsThatOfItsOwnEvent) {
  expect_no_trace_of_the_last(TextStyle{});
  TextStyle style;
  style.has_tcp_flags = true;
  expect_no_trace_of_the_last(style);
}

TEST(PacketColumns, WhatDiffersBetweenEventsOfAPacketIsNotRepeated) {
  for (const TimeColumn time : {TimeColumn::Current, TimeColumn::Absolute}) {
    TextStyle style;
    style.time = time;
    Screen screen(style);
    event::Event event = packet();
    screen.event(event);
    event.ts_ns = 6'000'000'200;
    EXPECT_NE(screen.event(event).find(" 6000000200 "), std::string::npos);
  }
}

TEST(PacketColumns, AColumnThatAnotherCpuMadeWiderIsWiderHereToo) {
  Screen screen(narrow());
  event::Event event = packet(), longer = packet();
  longer.cpu = event.cpu + 1;
  longer.tuple.daddr[0] = 111;
  screen.event(event);
  const size_t width = screen.event(longer).size();
  EXPECT_EQ(screen.event(event).size(), width);
  EXPECT_EQ(screen.event(longer).size(), width);
}

TEST(PacketColumns, NothingIsKeptAtFirst) {
  PacketColumns columns;
  EXPECT_FALSE(columns.are_of(event::Event{}, 0));
  columns.keep(packet(), 40, "text");
  EXPECT_TRUE(columns.are_of(packet(), 40));
  EXPECT_FALSE(columns.are_of(packet(), 41));
  EXPECT_FALSE(columns.are_of(event::Event{}, 40));
  EXPECT_EQ(columns.text(), "text");
}

}  // namespace
}  // namespace pwru::output
