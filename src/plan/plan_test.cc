// SPDX-License-Identifier: Apache-2.0
#include "plan/plan.h"

#include <gtest/gtest.h>

#include "abi/event.h"
#include "kernel/btf/btf_builder_for_test.h"
#include "plan/kernel_facts.h"

namespace pwru::plan {
namespace {

constexpr const char* kSymbols =
    "ffffffff81000000 T _stext\n"
    "ffffffff81000100 T ip_rcv\n"
    "ffffffff81000200 T skb_release_head_state\n"
    "ffffffff81000300 T arch_rethook_trampoline\n"
    "ffffffff81000400 T __htab_map_lookup_elem\n"
    "ffffffff81000500 T nf_hook_slow\n"
    "ffffffff81000600 T tcp_v4_rcv\n"
    "ffffffff81000700 T skb_clone\n"
    "ffffffff81000800 T kfree_skb\n"
    "ffffffff82000000 D vmemmap_base\n"
    "ffffffff82000008 D page_offset_base\n";
constexpr uint64_t kIpRcv = 0xffffffff81000100, kRelease = 0xffffffff81000200,
                   kClone = 0xffffffff81000700, kFree = 0xffffffff81000800;

kernel::Function function(std::string name, uint64_t addr, uint8_t skb_arg = 1) {
  kernel::Function made;
  made.name = std::move(name);
  made.addr = addr;
  made.skb_arg = skb_arg;
  return made;
}

// A kernel that has all that a trace can use; each test takes something away.
class PlanTest : public ::testing::Test {
 protected:
  PlanTest() {
    kernel::BtfBuilder builder;
    const uint32_t number = builder.integer("unsigned int", 4);
    const uint32_t half = builder.integer("unsigned short", 2);
    const uint32_t pointer = builder.pointer(builder.integer("unsigned char", 1));
    const auto at_byte = [](uint32_t byte) { return byte * 8; };
    const uint32_t skb = builder.record(BTF_KIND_STRUCT, "sk_buff", 232,
                                        {{"len", number, at_byte(112)},
                                         {"protocol", half, at_byte(176)},
                                         {"network_header", half, at_byte(180)},
                                         {"mac_header", half, at_byte(182)},
                                         {"tail", number, at_byte(184)},
                                         {"head", pointer, at_byte(192)},
                                         {"data", pointer, at_byte(200)}});
    builder.record(BTF_KIND_STRUCT, "xdp_buff", 64, {{"frame_sz", number, 0}});
    builder.structure("skb_shared_info", 320);
    for (const char* name : {"kfree_skb", "skb_clone", "skb_segment", "skb_gro_receive",
                             "ip_frag_next", "ip6_frag_next", "inet_frag_reasm_prepare"})
      builder.function(name, {builder.pointer(skb)});
    auto parsed = kernel::Btf::parse(builder.bytes(), nullptr);
    EXPECT_TRUE(parsed) << parsed.error().what;
    btf_ = std::move(*parsed);
    features_.has_kprobe_multi = true;
    features_.has_kprobe = true;
    features_.has_get_func_ip = true;
    features_.has_fexit = true;
    functions_.found = {function("ip_rcv", kIpRcv)};
  }

  Result<Plan> plan() {
    auto symbols = kernel::Symbols::parse(kSymbols);
    EXPECT_TRUE(symbols);
    PWRU_ASSIGN(const auto parsed, parse_filters(options_));
    PWRU_ASSIGN(auto filters, generate_filters(parsed, options_, *btf_, features_));
    PWRU_ASSIGN(auto expressions, compile_expressions(options_, *btf_, true));
    return make_plan({options_,
                      *btf_,
                      *symbols,
                      features_,
                      has_reasons_,
                      cpus_,
                      place_,
                      functions_,
                      std::move(filters),
                      std::move(expressions),
                      {},
                      held_});
  }
  Plan planned() {
    auto made = plan();
    if (!made) throw std::runtime_error(made.error().what);
    return std::move(*made);
  }
  std::string refusal() {
    auto made = plan();
    return made ? "" : made.error().what;
  }

  std::unique_ptr<kernel::Btf> btf_;
  cli::Options options_;
  kernel::FunctionNames held_;
  kernel::Features features_;
  kernel::Functions functions_;
  bool has_reasons_ = true;
  uint32_t cpus_ = 2;
  PacketPlace place_;
};

TEST_F(PlanTest, TheBackendIsTheBestThatThereIs) {
  EXPECT_EQ(planned().backend, cli::Backend::KprobeMulti);
  features_.has_kprobe_multi = false;
  EXPECT_EQ(planned().backend, cli::Backend::Kprobe);
  features_.is_kprobe_hit = false;
  EXPECT_EQ(planned().warnings.size(), 1u);
  features_.kprobe_switch = kernel::Switch::Off;
  EXPECT_EQ(plan().error().exit, ExitCode::NotSupported);
  features_.has_kprobe = false;
  features_.why_no_kprobe = "attach kprobes: not here";
  EXPECT_EQ(plan().error().what, "attach kprobes: not here");
}

TEST_F(PlanTest, TheBackendIsTheOneThatIsAskedFor) {
  options_.backend = cli::Backend::Kprobe;
  EXPECT_EQ(planned().backend, cli::Backend::Kprobe);
  options_.backend = cli::Backend::KprobeMulti;
  features_.has_kprobe_multi = false;
  EXPECT_NE(plan().error().what.find("try --backend kprobe"), std::string::npos);
}

TEST_F(PlanTest, FentryByRequestLeavesTheRestToKprobes) {
  options_.backend = cli::Backend::Fentry;
  functions_.found.push_back(function("skb_clone", kClone));
  const Plan made = planned();
  EXPECT_EQ(made.backend, cli::Backend::Fentry);
  EXPECT_EQ(made.config.nesting_rings, 1u);
  EXPECT_FALSE(made.config.has_func_ip);
  EXPECT_FALSE(made.config.has_fentry);
  EXPECT_EQ(made.fentry_ids.size(), 1u);  // ip_rcv has no type in this test
  EXPECT_EQ(made.fentry_ids.at(kClone), btf_->find("skb_clone", BTF_KIND_FUNC));
  options_.output_stack = true;
  EXPECT_EQ(planned().backend, cli::Backend::Kprobe);
  EXPECT_EQ(planned().warnings,
            std::vector<std::string>{"--output-stack cannot be had with fentry: kprobe is used"});
  features_.has_fexit = false;
  EXPECT_NE(refusal().find("try --backend kprobe"), std::string::npos);
}

// The caller says why, and a trampoline does not know it.
TEST_F(PlanTest, WithoutDropReasonsKfreeSkbKeepsItsKprobe) {
  options_.backend = cli::Backend::Fentry;
  functions_.found = {function("kfree_skb", kFree)};
  EXPECT_EQ(planned().fentry_ids.size(), 1u);
  has_reasons_ = false;
  EXPECT_TRUE(planned().fentry_ids.empty());
}

TEST_F(PlanTest, FentryMultiGetsTheFunctionsThatItMayHave) {
  options_.backend = cli::Backend::FentryMulti;
  EXPECT_NE(plan().error().what.find("try --backend kprobe-multi"), std::string::npos);
  features_.has_fentry_multi = true;
  features_.rdonly_cast_id = 5;
  features_.byte_window_id = 6;
  functions_.found.push_back(function("skb_clone", kClone));
  options_.filter_track_skb = true;
  const Plan made = planned();
  EXPECT_EQ(made.backend, cli::Backend::FentryMulti);
  EXPECT_TRUE(made.needs.nesting_rings);
  EXPECT_TRUE(made.config.has_func_ip);
  EXPECT_EQ(made.config.nesting_rings, 1u);
  EXPECT_EQ(made.fentry_ids.size(), 1u);  // vmlinux' BTF of this test has one of the functions
  EXPECT_EQ(made.fentry_ids.at(kClone), btf_->find("skb_clone", BTF_KIND_FUNC));
}

TEST_F(PlanTest, FentryMultiLeavesFunctionsOfOthersAlone) {
  options_.backend = cli::Backend::FentryMulti;
  features_.has_fentry_multi = true;
  features_.rdonly_cast_id = 5;
  features_.byte_window_id = 6;
  functions_.found.push_back(function("skb_clone", kClone));
  EXPECT_EQ(planned().held_by_others, 0u);
  held_ = {"skb_clone"};
  EXPECT_TRUE(planned().fentry_ids.empty());
  EXPECT_EQ(planned().held_by_others, 1u);
}

// The ids are those of the kernel's own types: by others it would attach to other functions.
TEST_F(PlanTest, TypesFromAFileAreNotForFentryMulti) {
  options_.backend = cli::Backend::FentryMulti;
  features_.has_fentry_multi = true;
  features_.rdonly_cast_id = 5;
  features_.byte_window_id = 6;
  options_.kernel_btf = "/b";
  const Plan made = planned();
  EXPECT_EQ(made.backend, cli::Backend::KprobeMulti);
  ASSERT_FALSE(made.warnings.empty());
  EXPECT_EQ(made.warnings.front(),
            "--kernel-btf cannot be had with fentry-multi: kprobe-multi is used");
}

TEST_F(PlanTest, WhatNeedsRegistersIsNotDoneByFentryMulti) {
  options_.backend = cli::Backend::FentryMulti;
  features_.has_fentry_multi = true;
  features_.rdonly_cast_id = 5;
  features_.byte_window_id = 6;
  for (bool cli::Options::*option :
       {&cli::Options::output_stack, &cli::Options::output_caller,
        &cli::Options::filter_track_skb_by_stackid, &cli::Options::filter_trace_tc}) {
    options_.*option = true;
    const Plan made = planned();
    EXPECT_EQ(made.backend, cli::Backend::KprobeMulti);
    EXPECT_TRUE(made.fentry_ids.empty());
    ASSERT_FALSE(made.warnings.empty());
    EXPECT_NE(made.warnings.front().find("kprobe-multi is used"), std::string::npos);
    options_.*option = false;
  }
}

TEST_F(PlanTest, WithoutOptionsNothingIsFollowed) {
  const Plan made = planned();
  EXPECT_FALSE(made.needs.identity);
  EXPECT_EQ(made.config.release_addr, 0u);
  EXPECT_EQ(made.entries.tracked, 1u);
  EXPECT_EQ(made.entries.stacks, 1u);
  EXPECT_EQ(made.config.parts, uint32_t{PWRU_PART_META} | PWRU_PART_TUPLE4 | PWRU_PART_TUPLE6);
  EXPECT_TRUE(made.warnings.empty());
}

TEST_F(PlanTest, TheCallerStandsInForDropReasons) {
  has_reasons_ = false;
  EXPECT_TRUE(planned().config.parts & PWRU_PART_CALLER);
}

TEST_F(PlanTest, FollowingAPacketNeedsItsEndAndItsCopies) {
  options_.filter_track_skb = true;
  functions_.found.push_back(function("skb_release_head_state", kRelease));
  const Plan made = planned();
  EXPECT_TRUE(made.config.tracks);
  EXPECT_TRUE(made.config.by_skb);
  EXPECT_FALSE(made.config.by_stack);
  EXPECT_EQ(made.release.addr, kRelease);
  EXPECT_EQ(made.config.release_addr, kRelease);
  EXPECT_TRUE(made.config.shows_release);
  EXPECT_GT(made.entries.tracked, 1000u);
  EXPECT_EQ(made.entries.heads, 1u);
  EXPECT_EQ(made.copy_functions.front(), "skb_clone");
  EXPECT_TRUE(made.warnings.empty());
}

TEST_F(PlanTest, WhatCannotBeFollowedIsNamed) {
  options_.filter_track_skb = true;
  features_.has_fexit = false;
  const Plan made = planned();
  EXPECT_TRUE(made.copy_functions.empty());
  ASSERT_EQ(made.warnings.size(), 1u);
  EXPECT_NE(made.warnings[0].find("refuses fexit programs"), std::string::npos);
}

TEST_F(PlanTest, WithoutABpfRingBufferTheReaderPolls) {
  EXPECT_TRUE(planned().config.has_doorbell);
  leave_out({cli::Feature::RingBuffer, cli::Feature::ProbeReadKernel}, features_);
  const Plan made = planned();
  EXPECT_FALSE(made.config.has_doorbell);
  EXPECT_TRUE(made.config.maps_rings);
  EXPECT_NE(made.config.plain_parts, 0u);
  EXPECT_TRUE(made.uses_old_copies);
  EXPECT_TRUE(features_.has_fexit);
}

// Each ring has one record, which is sent; and nothing may need memory that both sides map.
TEST_F(PlanTest, WithoutMmapableArraysRecordsAreSent) {
  features_.has_fentry_multi = true;
  features_.rdonly_cast_id = 1;
  leave_out({cli::Feature::MmapArrays, cli::Feature::Cast, cli::Feature::GlobalFunctions},
            features_);
  EXPECT_FALSE(features_.has_fexit);
  EXPECT_FALSE(features_.has_fentry_multi);
  cpus_ = 4;
  const Plan made = planned();
  EXPECT_FALSE(made.config.has_doorbell);
  EXPECT_FALSE(made.config.maps_rings);
  EXPECT_FALSE(made.uses_old_copies);
  EXPECT_EQ(made.config.plain_parts, 0u);
  EXPECT_EQ(made.entries.rings, 4u);
  EXPECT_FALSE(made.uses_cast);
  EXPECT_FALSE(made.has_global_functions);
}

TEST_F(PlanTest, TheAddressTellsReleaseAndDeathApartOnlyWithKprobeMulti) {
  options_.filter_track_skb = true;
  options_.backend = cli::Backend::Kprobe;
  const Plan made = planned();
  EXPECT_EQ(made.release.addr, kRelease);
  EXPECT_EQ(made.config.release_addr, 0u);
  EXPECT_FALSE(made.config.has_func_ip);
}

TEST_F(PlanTest, CallStacksNeedTheTrampolineOfReturns) {
  options_.filter_track_skb_by_stackid = true;
  const Plan made = planned();
  EXPECT_TRUE(made.needs.unwinds);
  EXPECT_TRUE(made.config.by_stack);
  EXPECT_FALSE(made.config.by_skb);
  EXPECT_EQ(made.config.return_trampoline_ip, 0xffffffff81000300u);
  EXPECT_EQ(made.config.stack_bytes, 16u << 10);
  EXPECT_EQ(made.family, Family::Trace);
  EXPECT_GT(made.entries.stacks, 1u);
  EXPECT_EQ(made.entries.parents, 1u);
}

TEST_F(PlanTest, LargePagesMakeLargeStacks) {
  features_.pages.page_bytes = 64 << 10;
  options_.filter_track_skb_by_stackid = true;
  EXPECT_EQ(planned().config.stack_bytes, 64u << 10);
  EXPECT_EQ(planned().config.page_shift, 16);
}

TEST_F(PlanTest, PageFragmentsAreReadThroughVariablesOrNumbers) {
  features_.pages.first_struct = 0xffffc1ffbf000000;
  features_.pages.first_byte = 0xffefffffc0000000;
  const Plan made = planned();
  EXPECT_EQ(made.config.page_shift, 12);
  EXPECT_EQ(made.config.vmemmap_base,
            kernel::kHasPageVariables ? 0xffffffff82000000 : features_.pages.first_struct);
  EXPECT_EQ(made.config.page_offset_base,
            kernel::kHasPageVariables ? 0xffffffff82000008 : features_.pages.first_byte);
}

TEST_F(PlanTest, ATableOfPositionsOnlyWhereLinksAreDear) {
  functions_.found = {function("ip_rcv", kIpRcv), function("nf_hook_slow", 0xffffffff81000500, 3),
                      function("tcp_v4_rcv", 0xffffffff81000600, 2)};
  const Plan multi = planned();
  ASSERT_TRUE(multi.arg_table);
  EXPECT_EQ(multi.config.arg_multiplier, multi.arg_table->multiplier);
  options_.backend = cli::Backend::Kprobe;
  const Plan events = planned();
  EXPECT_FALSE(events.arg_table);
  EXPECT_TRUE(events.uses_arg[2] && events.uses_arg[3] && !events.uses_arg[4]);
}

TEST_F(PlanTest, TheShortestFamilyThatDoes) {
  EXPECT_EQ(planned().family, Family::Plain);
  features_.rdonly_cast_id = 7;
  features_.byte_window_id = 8;
  options_.filter_pcap = "icmp";
  EXPECT_EQ(planned().family, Family::Hit);
  options_.filter_track_skb = true;
  EXPECT_EQ(planned().family, Family::Tracked);
  place_.netns = 4026531840;
  EXPECT_EQ(planned().family, Family::Plain);
  options_.filter_skb_expr = "skb->len > 3";
  EXPECT_EQ(planned().family, Family::Trace);
}

TEST_F(PlanTest, ProgramsHaveNoCallerAndXdpHasNoSkb) {
  options_.filter_trace_tc = options_.filter_trace_xdp = true;
  options_.output_caller = options_.output_skb = true;
  const Plan made = planned();
  EXPECT_TRUE(made.config.parts & PWRU_PART_CALLER);
  EXPECT_FALSE(made.tc_config.parts & PWRU_PART_CALLER);
  EXPECT_TRUE(made.tc_config.parts & PWRU_PART_SKB);
  EXPECT_FALSE(made.xdp_config.parts & PWRU_PART_SKB);
  EXPECT_TRUE(made.config.nesting_rings);
  EXPECT_EQ(made.entries.rings, 2 * cpus_ * (made.config.ring_bytes / made.config.chunk_bytes));
}

TEST_F(PlanTest, TracepointsAreTheLastResort) {
  features_.has_kprobe_multi = features_.has_kprobe = false;
  features_.why_no_kprobe = "attach a kprobe: there are none";
  EXPECT_FALSE(takes_tracepoints(options_, features_));
  features_.is_without_kprobes = true;
  const Plan made = planned();
  EXPECT_EQ(made.backend, cli::Backend::Tracepoint);
  EXPECT_TRUE(made.config.nesting_rings);
  ASSERT_EQ(made.warnings.size(), 1u);
  EXPECT_TRUE(made.warnings.front().starts_with("attach a kprobe: there are none; only trace"));
  options_.backend = cli::Backend::Kprobe;
  EXPECT_FALSE(takes_tracepoints(options_, features_));
}

TEST_F(PlanTest, AnOptionAboutFunctionsNeedsKprobes) {
  features_.has_kprobe_multi = features_.has_kprobe = false;
  features_.is_without_kprobes = true;
  options_.output_bpfmap = true;
  EXPECT_NE(refusal().find("--output-bpfmap"), std::string::npos);
}

TEST_F(PlanTest, ALockedDownKernelIsReadByPlainLoads) {
  features_.lockdown = kernel::kLockedDown;
  options_.backend = cli::Backend::Tracepoint;
  EXPECT_NE(refusal().find("bpf_rdonly_cast"), std::string::npos);
  features_.rdonly_cast_id = 7;
  features_.byte_window_id = 8;
  options_.filter_track_skb = true;
  const Plan made = planned();
  EXPECT_TRUE(made.is_locked_down);
  EXPECT_EQ(made.config.vmemmap_base, 0u);
  EXPECT_EQ(made.copy_functions, std::vector<std::string>{"skb_clone"});
  options_.output_skb = true;
  EXPECT_TRUE(refusal().starts_with("--output-skb: it takes copies"));
}

// All programs write into the same rings: the longest record of any of them must fit.
TEST_F(PlanTest, TheRingsFitTheLongestRecordOfAnyProgram) {
  options_.filter_trace_xdp = true;
  const uint32_t without = planned().config.record_max_bytes;
  for (int i = 0; i < 16; i++)
    options_.output_xdp_metadata.push_back("xdp->frame_sz + " + std::to_string(i));
  const Plan made = planned();
  EXPECT_GT(made.config.record_max_bytes, without);
  EXPECT_GE(made.xdp_config.record_max_bytes,
            made.xdp_config.fixed_bytes + sizeof(pwru_tuple6) + sizeof(pwru_parent));
  for (const pwru_config* config : {&made.config, &made.tc_config, &made.xdp_config}) {
    EXPECT_EQ(config->record_max_bytes, made.config.record_max_bytes);
    EXPECT_EQ(config->chunk_last, config->chunk_bytes - config->record_max_bytes);
  }
}

TEST_F(PlanTest, ATriggerIsAFunctionThatIsProbed) {
  options_.on.drop = true;
  options_.filter_track_skb = true;
  EXPECT_NE(refusal().find("no function that drops packets (@drops) is probed"), std::string::npos);
  functions_.found.push_back(function("kfree_skb", kFree));
  functions_.found.back().reason_arg = 2;
  Plan made = planned();
  EXPECT_EQ(made.config.on[0].ip, kFree);
  EXPECT_EQ(made.config.on[0].arg, 2);
  EXPECT_EQ(made.config.on[1].ip, 0u);
  EXPECT_TRUE(made.config.keeps_paths && made.config.tracks && !made.config.on_retransmit);
  EXPECT_TRUE(made.config.parts & PWRU_PART_PATH);
  EXPECT_EQ(made.config.plain_parts, 0u);
  EXPECT_EQ(made.config.path_shift, 11u);  // two CPUs
  EXPECT_EQ(made.entries.paths, 4096u + 1024u);
  options_.on.retransmit = true;
  EXPECT_NE(refusal().find("no function that sends TCP segments again"), std::string::npos);
  options_.on = {};
  made = planned();
  EXPECT_FALSE(made.config.keeps_paths);
  EXPECT_EQ(made.entries.paths, 1u);
}

TEST_F(PlanTest, RingsAreBoundedOnEveryMachine) {
  for (const uint32_t cpus : {1u, 2u, 7u, 512u}) {
    cpus_ = cpus;
    for (const uint64_t bytes : {uint64_t{0}, uint64_t{1}, uint64_t{1} << 26, uint64_t{1} << 45}) {
      options_.output_buffer_bytes = bytes;
      const pwru_config config = planned().config;
      EXPECT_GE(config.ring_bytes, 64u << 10);
      EXPECT_LE(config.ring_bytes, 1u << 30);
      EXPECT_EQ(config.ring_bytes & (config.ring_bytes - 1), 0u);
      EXPECT_LE(config.chunk_bytes, config.ring_bytes);
      EXPECT_EQ(1u << config.chunk_shift, config.chunk_bytes);
    }
  }
}

}  // namespace
}  // namespace pwru::plan
