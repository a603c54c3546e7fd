// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/associations.h"

#include <gtest/gtest.h>
#include <linux/xfrm.h>
#include <netinet/in.h>

#include <cerrno>

#include "kernel/lookups/netlink_for_test.h"

namespace pwru::kernel {
namespace {

Association found(uint32_t spi, xfrm_stats stats, int error = 0) {
  RouteQuestion packet;
  packet.netns = 7;
  packet.destination = address("10.1.0.1");
  packet.protocol = IPPROTO_ESP;
  const auto ask = [&](uint32_t netns, Bytes request) {
    xfrm_usersa_id id = {};
    EXPECT_EQ(netns, 7U);
    EXPECT_TRUE(take(after(request, NLMSG_HDRLEN), id));
    EXPECT_EQ(ntohl(id.spi), spi);
    EXPECT_EQ(ntohl(id.daddr.a4), 0x0a010001U);
    EXPECT_EQ(id.family, AF_INET);
    EXPECT_EQ(id.proto, IPPROTO_ESP);
    std::vector<std::byte> answer;
    if (error) {
      append_error(answer, error);
      return answer;
    }
    Message made(XFRM_MSG_NEWSA, 0);
    xfrm_usersa_info info = {};
    info.stats = stats;
    made.append_value(info);
    append_message(answer, made);
    return answer;
  };
  return find_association(ask, packet, spi);
}

TEST(Associations, SayWhyTheyRefuse) {
  xfrm_stats none = {}, failed = {}, replayed = {}, late = {};
  failed.integrity_failed = failed.replay = 2;
  replayed.replay = 1;
  late.replay_window = 1;
  EXPECT_EQ(found(0x1234, late), Association::Replayed);
  EXPECT_EQ(found(0x1234, none), Association::Refuses);
  EXPECT_EQ(found(0x1234, failed), Association::Failed);
  EXPECT_EQ(found(0x1234, replayed), Association::Replayed);
  EXPECT_EQ(found(0x1234, none, ESRCH), Association::None);
  EXPECT_EQ(found(0x1234, none, EPERM), Association::Unknown);
}

TEST(Associations, KeysAreCutOff) {
  Message made(XFRM_MSG_NEWSA, 0);
  xfrm_usersa_info info = {};
  info.stats.replay = 3;
  made.append_value(info);
  made.add(XFRMA_ALG_AUTH, "secret");
  const Bytes whole = made.bytes();
  std::vector<std::byte> answer(whole.begin(), whole.end());
  answer.resize(cut_keys_off(answer));
  EXPECT_EQ(answer.size(), NLMSG_LENGTH(sizeof(info)));
  unsigned found = 0;
  EXPECT_TRUE(for_each_message(answer, XFRM_MSG_NEWSA, [&](Bytes body) {
    EXPECT_EQ(body.size(), sizeof(info));
    found++;
  }));
  EXPECT_EQ(found, 1U);
  std::vector<std::byte> policy(500);
  EXPECT_EQ(cut_keys_off(policy), policy.size());
}

TEST(Associations, WithoutAnAnswerNothingIsKnown) {
  EXPECT_EQ(find_association([](uint32_t, Bytes) { return std::vector<std::byte>(); }, {}, 1),
            Association::Unknown);
}

}  // namespace
}  // namespace pwru::kernel
