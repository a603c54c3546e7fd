// SPDX-License-Identifier: Apache-2.0
#include "probe/fentry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace pwru::probe {
namespace {

// A plan only compares programs.
bpf_program* program(uintptr_t number) { return reinterpret_cast<bpf_program*>(number); }

kernel::Site site(std::string name, uint64_t address) {
  return {address, kernel::SiteKind::Function, std::move(name), "", address};
}

class FentryTest : public ::testing::Test {
 protected:
  FentryTest() {
    programs_.by_arg = {program(1), program(2), program(3), nullptr, nullptr, nullptr};
    programs_.list = program(7);
    programs_.release = program(12);
    programs_.trace_dying = program(13);
  }

  // "plain ip_rcv 1", for example.
  std::vector<std::string> taken() {
    std::vector<std::string> all;
    for (const FentrySite& each : take()) {
      EXPECT_EQ(each.function_id, each.site.address / 0x1000 * 10);
      all.push_back(std::string(each.program) + " " + each.site.name + " " +
                    std::to_string(each.skb_arg));
    }
    return all;
  }

  std::vector<FentrySite> take() {
    const plan::Release release = {"skb_release_head_state", 0x4000};
    const plan::FentryIds ids = {
        {0x1000, 10}, {0x2000, 20}, {0x3000, 30}, {0x4000, 40}, {0x5000, 50}};
    return take_fentry_sites(plan_, {family_, release, ids}, programs_);
  }

  program::Programs programs_;
  plan::Family family_ = plan::Family::Plain;
  Plan plan_;
};

using Names = std::vector<std::string>;

TEST_F(FentryTest, AFunctionGetsTheProgramThatStandsForItsOwn) {
  plan_.groups = {{.program = program(2), .sites = {site("ip_rcv", 0x1000)}},
                  {.program = program(3), .sites = {site("ip_output", 0x2000)}},
                  {.program = program(13), .sites = {site("skb_release_data", 0x3000)}},
                  {.program = program(12),
                   .sites = {site("skb_release_head_state", 0x4000)},
                   .ends_ids = true}};
  EXPECT_EQ(taken(), (Names{"plain ip_rcv 1", "plain ip_output 2", "dying skb_release_data 1",
                            "release skb_release_head_state 1"}));
  EXPECT_TRUE(plan_.groups.empty());
}

TEST_F(FentryTest, WhateverElseDecidesTakesTheLongWay) {
  family_ = plan::Family::Trace;
  plan_.groups = {{.program = program(2), .sites = {site("ip_rcv", 0x1000)}}};
  EXPECT_EQ(taken(), Names{"trace ip_rcv 1"});
}

TEST_F(FentryTest, TheRestStaysWithKprobes) {
  plan_.groups = {
      {.program = program(2), .sites = {site("ip_rcv", 0x1000), site("shared_name", 0x1800)}},
      {.program = program(7), .sites = {site("ip_list_rcv", 0x5000)}},
      {.program = program(3), .sites = {site("returns", 0x2000)}, .is_return = true}};
  EXPECT_EQ(taken(), Names{"plain ip_rcv 1"});
  ASSERT_EQ(plan_.groups.size(), 3u);
  ASSERT_EQ(plan_.groups[0].sites.size(), 1u);
  EXPECT_EQ(plan_.groups[0].sites[0].name, "shared_name");
  EXPECT_EQ(plan_.groups[1].sites[0].name, "ip_list_rcv");
}

TEST_F(FentryTest, AFunctionThatIsRefusedKnowsItsGroup) {
  plan_.groups = {{.program = program(12),
                   .sites = {site("skb_release_head_state", 0x4000)},
                   .ends_ids = true}};
  const auto sites = take();
  ASSERT_EQ(sites.size(), 1u);
  EXPECT_EQ(sites[0].instead.program, program(12));
  EXPECT_TRUE(sites[0].instead.ends_ids);
  EXPECT_TRUE(sites[0].instead.sites.empty());
}

}  // namespace
}  // namespace pwru::probe
