// SPDX-License-Identifier: Apache-2.0
#include "probe/plan.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pwru::probe {
namespace {

TEST(Plan, TheLastFunctionOfAModule) {
  const auto symbols = kernel::Symbols::parse(
      "ffffffff81000000 T _stext\n"
      "ffffffff81000100 T ip_rcv\n"
      "ffffffffc0600000 t first\t[a]\n"
      "ffffffffc0600100 T last\t[a]\n"
      "ffffffffc0600100 T alias_of_last\t[a]\n"
      "ffffffffc0602000 t only\t[b]\n");
  ASSERT_TRUE(symbols);
  EXPECT_FALSE(is_last_of_module(*symbols, 0xffffffff81000100));
  EXPECT_FALSE(is_last_of_module(*symbols, 0xffffffffc0600000));
  EXPECT_TRUE(is_last_of_module(*symbols, 0xffffffffc0600100));
  EXPECT_TRUE(is_last_of_module(*symbols, 0xffffffffc0602000));
  EXPECT_FALSE(is_last_of_module(*symbols, 0xffffffffc0604000));
}

TEST(Plan, WhereAProbeStands) {
  Plan plan;
  plan.last_of_modules = {2, 5};
  Group group;
  EXPECT_FALSE(plan.may_stand_behind_site(group, 3));
  plan.has_ftrace_sites = true;
  EXPECT_TRUE(plan.may_stand_behind_site(group, 3));
  EXPECT_FALSE(plan.may_stand_behind_site(group, 5));
  group.must_stand_at_start = true;
  EXPECT_FALSE(plan.may_stand_behind_site(group, 3));
}

// A plan only compares programs.
bpf_program* program(uintptr_t number) { return reinterpret_cast<bpf_program*>(number); }

program::Programs programs() {
  program::Programs all;
  for (size_t arg = 0; arg < all.by_arg.size(); arg++) all.by_arg[arg] = program(arg + 1);
  all.list = program(7);
  all.by_map_op = {nullptr, program(8), program(9), program(10)};
  all.map_lookup_return = program(11);
  all.trace_release = program(12);
  all.release = program(13);
  all.trace_dying = program(14);
  return all;
}

kernel::Symbols symbols() {
  return *kernel::Symbols::parse(
      "0000000000001000 T ip_rcv\n"
      "0000000000002000 T skb_release_head_state\n"
      "0000000000003000 T skb_release_data\n"
      "0000000000004000 T array_map_lookup_elem\n"
      "0000000000005000 t vxlan_rcv\t[vxlan]\n");
}

std::vector<std::string> names_of(const Plan& plan, bpf_program* wanted) {
  std::vector<std::string> names;
  for (const Group& group : plan.groups)
    if (group.program == wanted)
      for (const kernel::Site& site : group.sites) names.push_back(site.name);
  return names;
}

const plan::Release kRelease = {"skb_release_head_state", 0x2000};

using Names = std::vector<std::string>;

TEST(Plan, AFunctionGoesToTheProgramOfItsArgument) {
  kernel::Functions functions;
  functions.found = {{.name = "ip_rcv", .module = "", .addr = 0x1000, .skb_arg = 1},
                     {.name = "vxlan_rcv", .module = "vxlan", .addr = 0x5000, .skb_arg = 2}};
  functions.left_out = {{"inlined", 3}};
  functions.are_in_ftrace_list = true;
  const Plan plan = make_plan(functions, symbols(), programs(), {});
  EXPECT_EQ(names_of(plan, program(2)), Names{"ip_rcv"});
  EXPECT_EQ(names_of(plan, program(3)), Names{"vxlan_rcv"});
  EXPECT_EQ(count_sites(plan), 2u);
  EXPECT_EQ(plan.left_out, functions.left_out);
  EXPECT_TRUE(plan.has_ftrace_sites);
  EXPECT_EQ(plan.last_of_modules, std::vector<uint64_t>{0x5000});
  EXPECT_EQ(plan.groups.back().sites.front().module, "vxlan");
  EXPECT_EQ(plan.groups.back().sites.front().id, 0x5000u);
}

TEST(Plan, TheEndOfAPacketIsWatchedAlsoWhereItIsNotShown) {
  kernel::Functions functions;
  functions.found = {{.name = "ip_rcv", .module = "", .addr = 0x1000, .skb_arg = 1},
                     {.name = "skb_release_data", .module = "", .addr = 0x3000, .skb_arg = 1}};
  Plan plan = make_plan(functions, symbols(), programs(), kRelease);
  EXPECT_EQ(names_of(plan, programs().release), Names{"skb_release_head_state"});
  EXPECT_EQ(names_of(plan, programs().trace_dying), Names{"skb_release_data"});
  EXPECT_EQ(names_of(plan, program(2)), Names{"ip_rcv"});

  functions.found.push_back(
      {.name = "skb_release_head_state", .module = "", .addr = 0x2000, .skb_arg = 1});
  plan = make_plan(functions, symbols(), programs(), kRelease);
  EXPECT_EQ(names_of(plan, programs().trace_release), Names{"skb_release_head_state"});
  EXPECT_EQ(names_of(plan, programs().release), Names{});
}

TEST(Plan, TheReturnOfTheMemoryIsWatchedByRequest) {
  kernel::Functions functions;
  functions.found = {{.name = "ip_rcv", .module = "", .addr = 0x1000, .skb_arg = 1}};
  plan::Release release = kRelease;
  release.gone_addr = 0x6000;
  Plan plan = make_plan(functions, symbols(), programs(), release);
  EXPECT_EQ(names_of(plan, programs().release), Names{"skb_release_head_state"});
  release.watches_gone = true;
  plan = make_plan(functions, symbols(), programs(), release);
  EXPECT_EQ(names_of(plan, programs().release), (Names{"skb_release_head_state", plan::kGone}));
  release.cached_addr = 0x7000;
  plan = make_plan(functions, symbols(), programs(), release);
  EXPECT_EQ(names_of(plan, programs().release), (Names{"skb_release_head_state", plan::kGone}));

  // A destructor looks for the id.
  kernel::Functions destructors;
  destructors.found = {{.name = "sock_wfree", .module = "", .addr = 0x8000, .skb_arg = 1}};
  release.watches_gone = false;
  plan = make_plan(destructors, symbols(), programs(), release);
  EXPECT_EQ(names_of(plan, programs().release),
            (Names{"skb_release_head_state", plan::kGone, plan::kCached}));
  release.cached_addr = 0;
  plan = make_plan(destructors, symbols(), programs(), release);
  EXPECT_EQ(names_of(plan, programs().release), (Names{"skb_release_head_state", plan::kGone}))
      << "this kernel has none";

  release.watches_gone = true;
  functions.found.push_back({.name = plan::kGone, .module = "", .addr = 0x6000, .skb_arg = 1});
  plan = make_plan(functions, symbols(), programs(), release);
  EXPECT_EQ(names_of(plan, programs().trace_dying), Names{plan::kGone});
}

TEST(Plan, FentryMultiGetsWhatHasAnId) {
  kernel::Functions functions;
  functions.found = {{.name = "ip_rcv", .module = "", .addr = 0x1000, .skb_arg = 1},
                     {.name = "skb_release_data", .module = "", .addr = 0x3000, .skb_arg = 1},
                     {.name = "tcp_v4_rcv", .module = "", .addr = 0x3500, .skb_arg = 2},
                     {.name = "vxlan_rcv", .module = "vxlan", .addr = 0x5000, .skb_arg = 2}};
  program::Programs all = programs();
  all.fentry_by_arg = {nullptr, program(21), program(22), program(22), program(22), program(22)};
  all.fentry_end = program(23);
  const plan::FentryIds ids = {{0x1000, 100}, {0x2000, 200}, {0x3500, 350}};
  const Plan plan = make_plan(functions, symbols(), all, kRelease, ids);
  EXPECT_EQ(names_of(plan, program(21)), Names{"ip_rcv"});
  EXPECT_EQ(names_of(plan, program(22)), Names{"tcp_v4_rcv"});
  EXPECT_EQ(names_of(plan, program(23)), Names{"skb_release_head_state"});
  EXPECT_EQ(names_of(plan, program(3)), Names{"vxlan_rcv"});
  EXPECT_EQ(names_of(plan, all.trace_dying), Names{"skb_release_data"});
  for (const Group& group : plan.groups) {
    if (group.program == program(22)) {
      EXPECT_EQ(group.fentry_ids, std::vector<uint32_t>{350});
      EXPECT_EQ(group.skb_args, std::vector<uint64_t>{2});
      EXPECT_EQ(group.instead, program(3));
    }
    if (group.program == program(3)) {
      EXPECT_EQ(group.instead, nullptr);
    }
  }
}

// Of the probes at one address, the one that was added last runs first.
TEST(Plan, TheReturnOfALookUpComesBeforeItsEntry) {
  kernel::Functions functions;
  functions.found = {{.name = "array_map_lookup_elem",
                      .module = "",
                      .addr = 0x4000,
                      .map_op = kernel::MapOp::Lookup}};
  const Plan plan = make_plan(functions, symbols(), programs(), {});
  ASSERT_EQ(plan.groups.size(), 2u);
  EXPECT_EQ(plan.groups[0].program, program(11));
  EXPECT_TRUE(plan.groups[0].is_return);
  EXPECT_EQ(plan.groups[1].program, program(8));
  EXPECT_FALSE(plan.groups[1].is_return);
  EXPECT_TRUE(plan.groups[1].must_stand_at_start);
}

TEST(Plan, WhereConntrackRefusesIsAReturn) {
  Plan plan;
  program::Programs all = programs();
  all.xt_passes = program(20);
  all.ct_full = program(21);
  kernel::Xtables xtables;
  xtables.tables = {{0x1000, kernel::SiteKind::Function, "ipt_do_table", "ip_tables", 0x1000}};
  xtables.full = {{0x2000, kernel::SiteKind::Function, "early_drop", "nf_conntrack", 0x2000}};
  xtables.clash = xtables.full;  // which has no program
  add_xtables(plan, all, xtables, symbols());
  ASSERT_EQ(plan.groups.size(), 2u);
  EXPECT_EQ(names_of(plan, program(20)), std::vector<std::string>{"ipt_do_table"});
  EXPECT_EQ(plan.groups[0].program, program(21));
  EXPECT_TRUE(plan.groups[0].is_return);
  EXPECT_FALSE(plan.groups[1].is_return);
}

TEST(Plan, TablesOfBridgesAreWatchedAsTheyReturnToo) {
  Plan plan;
  program::Programs all = programs();
  all.xt_passes = program(20);
  all.ebt_ends = program(21);
  kernel::Xtables xtables;
  xtables.bridges = {{0x1000, kernel::SiteKind::Function, "ebt_do_table", "ebtables", 0x1000}};
  add_xtables(plan, all, xtables, symbols());
  ASSERT_EQ(plan.groups.size(), 2u);
  EXPECT_EQ(names_of(plan, program(20)), std::vector<std::string>{"ebt_do_table"});
  EXPECT_EQ(plan.groups[0].program, program(21));
  EXPECT_TRUE(plan.groups[0].is_return);
  EXPECT_FALSE(plan.groups[1].is_return);
}

}  // namespace
}  // namespace pwru::probe
