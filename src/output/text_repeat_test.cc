// SPDX-License-Identifier: Apache-2.0
// A sink that has printed a record prints the next one as a sink that has not.

#include <gtest/gtest.h>

#include <functional>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "output/screen_for_test.h"

namespace pwru::output {
namespace {

using Change = std::function<void(resolve::Record&)>;

const std::vector<Change>& changes() {
  static const std::vector<Change> all = {
      [](resolve::Record&) {},
      [](resolve::Record& record) { record.ts_ns += 5; },
      [](resolve::Record& record) { record.since_last_ns += 5; },
      [](resolve::Record& record) { record.wall_time = "2026-11-22T16:05:05.123456+01:00"; },
      [](resolve::Record& record) { record.function = "kfree_skb"; },
      [](resolve::Record& record) { record.caller = "ip_rcv+0x15"; },
      [](resolve::Record& record) { record.netns_name = "blue"; },
      [](resolve::Record& record) { record.packet.skb++; },
      [](resolve::Record& record) { record.packet.id = 9; },
      [](resolve::Record& record) {
        record.packet.id = 9;
        record.packet.parent_id = 8;
      },
      [](resolve::Record& record) { record.packet.cpu++; },
      [](resolve::Record& record) { record.packet.pid++; },
      [](resolve::Record& record) { record.packet.comm = "curl2"; },
      [](resolve::Record& record) { record.packet.netns++; },
      [](resolve::Record& record) { record.packet.mark++; },
      [](resolve::Record& record) { record.packet.ifindex++; },
      [](resolve::Record& record) { record.packet.len_bytes++; },
      [](resolve::Record& record) { record.packet.mtu++; },
      [](resolve::Record& record) { record.packet.proto++; },
      [](resolve::Record& record) { record.packet.ifname = "eth1"; },
      [](resolve::Record& record) { record.packet.has_tuple = false; },
      [](resolve::Record& record) { record.packet.tuple.saddr[3]++; },
      [](resolve::Record& record) { record.packet.tuple.daddr[3]++; },
      [](resolve::Record& record) { record.packet.tuple.sport++; },
      [](resolve::Record& record) { record.packet.tuple.dport++; },
      [](resolve::Record& record) { record.packet.tuple.l4_proto = 17; },
      [](resolve::Record& record) { record.packet.tuple.tcp_flags++; },
  };
  return all;
}

// Columns are as wide as the widest text so far, so the blanks may differ.
std::vector<std::string> words(const std::string& line) {
  std::istringstream in(line);
  return {std::istream_iterator<std::string>(in), {}};
}

// The narrow layout has the packet in a line of its own, when it has changed.
std::string without_heading(const std::string& lines, const std::string& last_lines) {
  const std::string heading = lines.substr(0, lines.find('\n') + 1);
  return last_lines.starts_with(heading) ? lines.substr(heading.size()) : lines;
}

// The record after another one, by a sink that has printed that one, and by one that has not.
void expect_no_trace_of_the_last(const TextStyle& style) {
  for (size_t i = 0; i < changes().size(); i++) {
    Screen used(style), fresh(style);
    resolve::Record record = tcp_record();
    const std::string first = used.event(record);
    changes()[i](record);
    const std::string line = used.event(record), all = fresh.event(record);
    const std::string expected = style.is_narrow ? without_heading(all, first) : all;
    EXPECT_EQ(words(line), words(expected)) << "change " << i;
    const std::string again = style.is_narrow ? without_heading(all, all) : all;
    EXPECT_EQ(words(used.event(record)), words(again)) << "again, change " << i;
  }
}

TEST(TextRepeat, ALineIsThatOfItsOwnRecord) {
  TextStyle all;
  all.has_tcp_flags = all.has_caller = all.has_id = all.has_cb = true;
  all.netns_name_width = 10;
  for (const bool is_narrow : {false, true}) {
    for (const TimeColumn time :
         {TimeColumn::None, TimeColumn::Current, TimeColumn::Relative, TimeColumn::Absolute}) {
      TextStyle style;
      style.is_narrow = all.is_narrow = is_narrow;
      style.time = all.time = time;
      expect_no_trace_of_the_last(style);
      expect_no_trace_of_the_last(all);
    }
  }
}

TEST(TextRepeat, AColumnThatAnotherCpuMadeWiderIsWiderHereToo) {
  Screen screen(narrow());
  resolve::Record record = tcp_record(), longer = tcp_record();
  longer.packet.cpu = record.packet.cpu + 1;
  longer.packet.tuple.daddr[0] = 111;
  screen.event(record);
  const size_t width = screen.event(longer).size();
  EXPECT_EQ(screen.event(record).size(), width);
  EXPECT_EQ(screen.event(longer).size(), width);
}

}  // namespace
}  // namespace pwru::output
