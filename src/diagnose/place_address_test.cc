// SPDX-License-Identifier: Apache-2.0
#include "diagnose/place_address.h"

#include <gtest/gtest.h>

#include <array>

namespace pwru::diagnose {
namespace {

constexpr std::array<uint64_t, 3> kAddresses = {0x100, 0x200, 0x300};

TEST(PlaceAddress, IsInsideOfTheCall) {
  constexpr std::array<std::string_view, 3> kStack = {
      "sk_skb_reason_drop", "kfree_skb_list_reason+0x4", "nft_do_chain[nf_tables]+0x91"};
  resolve::Record record;
  record.stack = kStack;
  record.stack_addrs = kAddresses;
  EXPECT_EQ(place_address(record), 0x2ffu);
  record.stack = record.stack.first(2);  // only what frees for others
  record.stack_addrs = record.stack_addrs.first(2);
  EXPECT_EQ(place_address(record), std::nullopt);
}

TEST(PlaceAddress, OfAFunctionThatRefusesIsItsBeginning) {
  constexpr std::array<std::string_view, 3> kStack = {"tcp_conn_request", "tcp_v4_rcv+0x4", "x"};
  resolve::Record record;
  record.stack = kStack;
  record.stack_addrs = kAddresses;
  EXPECT_EQ(place_address(record), 0x100u);
  record.type = PWRU_EVENT_TRACEPOINT;  // whose stack has return addresses only
  EXPECT_EQ(place_address(record), 0xffu);
}

TEST(PlaceAddress, OfTheCallerWithoutAStack) {
  resolve::Record record;
  EXPECT_EQ(place_address(record), std::nullopt);
  record.caller = "tcp_v4_rcv+0x91";
  record.caller_addr = 0x400;
  EXPECT_EQ(place_address(record), 0x3ffu);
  record.caller = "kfree_skb_list_reason+0x4";
  EXPECT_EQ(place_address(record), std::nullopt);
}

}  // namespace
}  // namespace pwru::diagnose
