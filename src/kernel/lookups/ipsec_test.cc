// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/ipsec.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/xfrm.h>

#include "kernel/lookups/netlink_for_test.h"

namespace pwru::kernel {
namespace {

// Policies of namespace 7, for IPv4.
class FakePolicies {
 public:
  // From any address to 10.2.0.0/16.
  static xfrm_userpolicy_info forward(uint32_t index, uint32_t priority = 0) {
    xfrm_userpolicy_info info = {};
    info.sel.family = AF_INET;
    ::inet_pton(AF_INET, "10.2.0.0", &info.sel.daddr);
    info.sel.prefixlen_d = 16;
    info.dir = XFRM_POLICY_FWD;
    info.index = index;
    info.priority = priority;
    info.action = XFRM_POLICY_BLOCK;
    return info;
  }
  Message& add(const xfrm_userpolicy_info& info) {
    Message& made = messages_.emplace_back(XFRM_MSG_NEWPOLICY, NLM_F_MULTI);
    made.append_value(info);
    return made;
  }
  static RouteQuestion packet() {
    RouteQuestion made;
    made.netns = 7;
    ::inet_pton(AF_INET, "10.1.0.2", made.source.data());
    ::inet_pton(AF_INET, "10.2.0.2", made.destination.data());
    made.protocol = IPPROTO_UDP;
    made.sport = 4711;
    made.dport = 53;
    return made;
  }
  AskKernel ask() {
    return [this](uint32_t, Bytes request) {
      std::vector<std::byte> answer;
      nlmsghdr head = {};
      EXPECT_TRUE(take(request, head));
      if (head.nlmsg_type == XFRM_MSG_GETDEFAULT) {
        Message made(XFRM_MSG_GETDEFAULT, 0);
        made.append_value(defaults);
        append_message(answer, made);
        return answer;
      }
      for (const Message& message : messages_) append_message(answer, message);
      if (!is_cut) append_done(answer);
      return answer;
    };
  }
  std::optional<IpsecPolicy> find(IpsecDirection direction = IpsecDirection::Forward) {
    return find_ipsec_policy(ask(), packet(), direction).policy;
  }
  bool is_known() { return find_ipsec_policy(ask(), packet(), IpsecDirection::Forward).is_known; }

  bool is_cut = false;
  xfrm_userpolicy_default defaults = {};

 private:
  std::vector<Message> messages_;
};

TEST(Ipsec, ThePolicyThatMatchesHasASelector) {
  FakePolicies policies;
  xfrm_userpolicy_info info = FakePolicies::forward(18);
  info.sel.proto = IPPROTO_UDP;
  info.sel.dport = htons(53);
  info.sel.dport_mask = 0xffff;
  policies.add(info);
  const auto found = policies.find();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->selector, "src 0.0.0.0/0 dst 10.2.0.0/16 proto 17 dport 53");
  EXPECT_EQ(found->index, 18U);
  EXPECT_TRUE(found->blocks);
  EXPECT_EQ(found->protection, "");
  EXPECT_FALSE(policies.find(IpsecDirection::In));
}

TEST(Ipsec, OfSeveralTheFirstByPriorityAndAgeCounts) {
  FakePolicies policies;
  policies.add(FakePolicies::forward(34, 20));
  policies.add(FakePolicies::forward(26, 10));
  policies.add(FakePolicies::forward(18, 10));
  EXPECT_EQ(policies.find()->index, 18U);
}

TEST(Ipsec, WhatDoesNotMatchIsPassedOver) {
  FakePolicies policies;
  xfrm_userpolicy_info other = FakePolicies::forward(18);
  other.sel.prefixlen_s = 8;  // from 0.0.0.0/8
  policies.add(other);
  other = FakePolicies::forward(26);
  other.sel.sport = htons(4712);
  other.sel.sport_mask = 0xffff;
  policies.add(other);
  other = FakePolicies::forward(34);
  other.sel.proto = IPPROTO_TCP;
  policies.add(other);
  EXPECT_FALSE(policies.find());
  EXPECT_TRUE(policies.is_known());
  policies.add(FakePolicies::forward(50)).add_value(XFRMA_MARK, xfrm_mark{0, 0});
  EXPECT_EQ(policies.find()->index, 50U);
}

TEST(Ipsec, ATemplateSaysWhatItAsksFor) {
  FakePolicies policies;
  xfrm_userpolicy_info info = FakePolicies::forward(18);
  info.action = XFRM_POLICY_ALLOW;
  xfrm_user_tmpl tunnel = {};
  tunnel.id.proto = IPPROTO_ESP;
  tunnel.mode = XFRM_MODE_TUNNEL;
  policies.add(info).add_value(XFRMA_TMPL, tunnel);
  EXPECT_FALSE(policies.find()->blocks);
  EXPECT_EQ(policies.find()->protection, "ESP in mode tunnel");
}

// As with IPComp, which is not worth its bytes for a short packet.
TEST(Ipsec, ATemplateMayBeAnOffer) {
  FakePolicies policies;
  xfrm_userpolicy_info info = FakePolicies::forward(18);
  info.action = XFRM_POLICY_ALLOW;
  std::array<xfrm_user_tmpl, 2> templates = {};
  templates[0].id.proto = IPPROTO_COMP;
  templates[0].optional = 1;
  policies.add(info).add_value(XFRMA_TMPL, templates);
  EXPECT_EQ(policies.find()->protection, "ESP in mode transport");
  FakePolicies offers;
  templates[1].optional = 1;
  offers.add(info).add_value(XFRMA_TMPL, templates);
  EXPECT_EQ(offers.find()->protection, "");
}

TEST(Ipsec, WhatNoPolicyTakesIsForTheDefault) {
  FakePolicies policies;
  const auto find = [&](bool is_protected) {
    return find_forward_policy(policies.ask(), FakePolicies::packet(), is_protected);
  };
  EXPECT_TRUE(find(false).is_known);
  EXPECT_FALSE(find(false).default_blocks);
  policies.defaults.out = XFRM_USERPOLICY_BLOCK;
  EXPECT_EQ(find(false).direction, IpsecDirection::Out);
  EXPECT_TRUE(find(false).default_blocks);
  // It did not come as far.
  EXPECT_EQ(find(true).direction, IpsecDirection::Forward);
  EXPECT_FALSE(find(true).default_blocks);
  policies.defaults.fwd = XFRM_USERPOLICY_BLOCK;
  EXPECT_EQ(find(false).direction, IpsecDirection::Forward);
  EXPECT_TRUE(find(false).default_blocks);
  policies.add(FakePolicies::forward(18));
  EXPECT_FALSE(find(false).default_blocks);
}

TEST(Ipsec, WhatIsNotKnownIsNotSaid) {
  FakePolicies policies;
  policies.add(FakePolicies::forward(18));
  policies.add(FakePolicies::forward(26)).add_value(XFRMA_IF_ID, uint32_t{3});
  EXPECT_FALSE(policies.is_known());
  FakePolicies marked;
  marked.add(FakePolicies::forward(18)).add_value(XFRMA_MARK, xfrm_mark{1, 1});
  EXPECT_FALSE(marked.is_known());
  FakePolicies cut;
  cut.add(FakePolicies::forward(18));
  EXPECT_TRUE(cut.find());
  cut.is_cut = true;
  EXPECT_FALSE(cut.is_known());
}

TEST(Ipsec, WhatIsForwardedIsAlsoSent) {
  const auto add = [](FakePolicies& policies, uint8_t direction, uint32_t index, bool blocks) {
    xfrm_userpolicy_info info = FakePolicies::forward(index);
    info.dir = direction;
    info.action = blocks ? XFRM_POLICY_BLOCK : XFRM_POLICY_ALLOW;
    policies.add(info).add_value(XFRMA_TMPL, xfrm_user_tmpl{});
  };
  const auto find = [](FakePolicies& policies) {
    return find_forward_policy(policies.ask(), FakePolicies::packet(), false).policy;
  };
  FakePolicies sent;
  EXPECT_FALSE(find(sent));
  add(sent, XFRM_POLICY_OUT, 17, true);
  EXPECT_EQ(find(sent)->index, 17U);
  add(sent, XFRM_POLICY_FWD, 26, true);
  EXPECT_EQ(find(sent)->index, 26U);  // it comes first
  FakePolicies both;
  add(both, XFRM_POLICY_FWD, 26, false);
  EXPECT_EQ(find(both)->index, 26U);
  add(both, XFRM_POLICY_OUT, 17, false);
  EXPECT_FALSE(find(both));
}

}  // namespace
}  // namespace pwru::kernel
