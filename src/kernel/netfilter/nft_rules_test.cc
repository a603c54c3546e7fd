// SPDX-License-Identifier: Apache-2.0
#include "kernel/netfilter/nft_rules.h"

#include <gtest/gtest.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>

#include "kernel/netfilter/nft_blob_for_test.h"

namespace pwru::kernel {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

// One table with one rule, in one namespace.
class FakeNft {
 public:
  std::vector<std::byte> ask(uint32_t netns, Bytes request) {
    asked++;
    now_ns += takes_ns;
    nlmsghdr head = {};
    if (netns != 7 || !take(request, head)) return {};
    const Bytes attributes = after(request, NLMSG_HDRLEN + sizeof(nfgenmsg));
    switch (head.nlmsg_type & 0xff) {
      case NFT_MSG_GETRULE:
        if (text_of(attribute(attributes, NFTA_RULE_CHAIN)) != "in" ||
            big_endian(attribute(attributes, NFTA_RULE_HANDLE)) != handle)
          return {};
        return answer(NFT_MSG_NEWRULE, joined_blobs({attr(NFTA_RULE_HANDLE, be64(handle)), rule_}));
      case NFT_MSG_GETTABLE:
        return answer(NFT_MSG_NEWTABLE, attr(NFTA_TABLE_HANDLE, be64(table)));
      default:
        return {};
    }
  }
  std::string text(uint64_t rule = 4) {
    return std::string(rules.text({7, NFPROTO_INET, 2, rule, "fw", "in"}, event_ns));
  }

  int asked = 0;
  uint64_t table = 2, handle = 4, now_ns = 0, takes_ns = 0, event_ns = 0;
  NftRules rules{[this](uint32_t netns, Bytes request) { return ask(netns, request); },
                 [this] { return now_ns; }};

 private:
  static std::vector<std::byte> answer(uint16_t type, const Blob& attributes) {
    Message message(static_cast<uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | type), 0);
    message.append(raw({NFPROTO_INET, 0, 0, 0}));
    message.append(attributes);
    const Bytes bytes = message.bytes();
    return {bytes.begin(), bytes.end()};
  }
  const Blob rule_ = rule({counter(3, 180), verdict(NF_DROP)});
};

TEST(NftRules, TheTextOfARule) {
  FakeNft nft;
  EXPECT_EQ(nft.text(), "counter packets 3 bytes 180 drop");
  EXPECT_EQ(nft.text(9), "");
}

// Handles begin anew in a table that is made anew, as by `nft -f` of a file that begins with
// "flush ruleset".
TEST(NftRules, ATableThatWasMadeAnewHasOtherRules) {
  FakeNft nft;
  nft.table = 3;
  EXPECT_EQ(nft.text(), "");
}

TEST(NftRules, AreAskedOnceASecond) {
  FakeNft nft;
  (void)nft.text();
  const int once = nft.asked;
  (void)nft.text();
  EXPECT_EQ(nft.asked, once);
  nft.now_ns = kSecond;
  (void)nft.text();
  EXPECT_EQ(nft.asked, 2 * once);
}

// Events wait for the answer.
TEST(NftRules, AboutOldEventsAskingTakesASecondInTenAtMost) {
  FakeNft nft;
  nft.takes_ns = kSecond / 2;
  EXPECT_NE(nft.text(), "");
  nft.takes_ns = 0;
  int asked = nft.asked;
  nft.now_ns += 2 * kSecond;
  EXPECT_NE(nft.text(), "");  // as it was
  EXPECT_EQ(nft.asked, asked);
  nft.event_ns = nft.now_ns - kSecond / 4;
  (void)nft.text();
  EXPECT_GT(nft.asked, asked) << "nothing waits behind an event that is new";
  asked = nft.asked;
  nft.event_ns = 0;
  nft.now_ns += 10 * kSecond;
  (void)nft.text();
  EXPECT_GT(nft.asked, asked);
}

TEST(NftRules, WhatWasReadStaysKnown) {
  FakeNft nft;
  (void)nft.text();
  nft.handle = 5;
  nft.now_ns = kSecond;
  EXPECT_EQ(nft.text(), "counter packets 3 bytes 180 drop");
}

}  // namespace
}  // namespace pwru::kernel
