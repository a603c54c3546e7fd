// SPDX-License-Identifier: Apache-2.0
#include "resolve/wall_clock.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <string>

namespace pwru::resolve {
namespace {

int64_t now_ns(clockid_t clock) {
  timespec now = {};
  ::clock_gettime(clock, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

class WallClockTest : public testing::Test {
 protected:
  WallClockTest() { set_zone("UTC0"); }
  ~WallClockTest() override {
    ::unsetenv("TZ");
    ::tzset();
  }
  static void set_zone(const char* zone) {
    ::setenv("TZ", zone, 1);
    ::tzset();
  }

  // Microseconds since the epoch of a text in UTC.
  static int64_t parse(std::string_view text) {
    tm utc = {};
    const std::string copy(text);
    const char* rest = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S.", &utc);
    EXPECT_TRUE(rest && copy.size() == WallClock::kWidth) << copy;
    EXPECT_EQ(copy.substr(26), "+00:00");
    return ::timegm(&utc) * 1'000'000 + std::stoll(rest);
  }

  WallClock clock_;
};

TEST_F(WallClockTest, IsTheTimeOfTheEvent) {
  const auto monotonic = static_cast<uint64_t>(now_ns(CLOCK_MONOTONIC));
  const int64_t before = now_ns(CLOCK_REALTIME) / 1000;
  const int64_t told = parse(clock_.text(monotonic));
  const int64_t after = now_ns(CLOCK_REALTIME) / 1000;
  EXPECT_GE(told, before - (after - before) - 1000);
  EXPECT_LE(told, after + 1000);
}

// Within a second of the measured offset the differences are those of the time stamps, also into
// the past and over the turn of a second.
TEST_F(WallClockTest, DifferencesAreThoseOfTheTimeStamps) {
  const auto start = static_cast<uint64_t>(now_ns(CLOCK_MONOTONIC));
  const int64_t first = parse(clock_.text(start));
  for (const int64_t offset_us :
       std::to_array<int64_t>({1, 999, 123456, 999999, -1, -400000, -2000000, -3600000000})) {
    const auto ts_ns = static_cast<uint64_t>(static_cast<int64_t>(start) + offset_us * 1000);
    EXPECT_EQ(parse(clock_.text(ts_ns)) - first, offset_us);
  }
}

TEST_F(WallClockTest, ZonesEastAndWest) {
  const auto ts_ns = static_cast<uint64_t>(now_ns(CLOCK_MONOTONIC));
  const auto told_in = [&](const char* zone) {
    set_zone(zone);
    return std::string(WallClock().text(ts_ns)).substr(26);
  };
  EXPECT_EQ(told_in("AAA-1"), "+01:00");
  EXPECT_EQ(told_in("BBB-5:45"), "+05:45");
  EXPECT_EQ(told_in("CCC3:30"), "-03:30");
  EXPECT_EQ(told_in("UTC0"), "+00:00");
}

}  // namespace
}  // namespace pwru::resolve
