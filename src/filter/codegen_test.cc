// SPDX-License-Identifier: Apache-2.0
#include "filter/codegen.h"

#include <gtest/gtest.h>
#include <linux/filter.h>

#include <algorithm>

#include "filter/classic_flow.h"

namespace pwru::filter {
namespace {

constexpr CastIds kCast = {1234, 567};

const ClassicInsn kAccept = {BPF_RET | BPF_K, 0, 0, 262144};
const ClassicInsn kReject = {BPF_RET | BPF_K, 0, 0, 0};

bool is_kfunc_call(const bpf_insn& insn) {
  return insn.code == (BPF_JMP | BPF_CALL) && insn.src_reg == BPF_PSEUDO_KFUNC_CALL;
}

// Checks what the verifier checks, as far as no kernel is needed: jumps land on instructions, every
// instruction is reachable, and none falls out at the end.
void expect_sound(const Code& code) {
  const auto& insns = code.insns;
  std::vector<bool> is_second_half(insns.size()), is_reached(insns.size());
  for (size_t i = 0; i < insns.size(); i++) {
    if (insns[i].code == (BPF_LD | BPF_DW | BPF_IMM)) is_second_half[++i] = true;
  }
  std::vector<size_t> open = {0};
  while (!open.empty()) {
    const size_t at = open.back();
    open.pop_back();
    ASSERT_LT(at, insns.size());
    ASSERT_FALSE(is_second_half[at]);
    if (is_reached[at]) continue;
    is_reached[at] = true;
    const bpf_insn& insn = insns[at];
    const int kind = BPF_CLASS(insn.code), op = BPF_OP(insn.code);
    const bool jumps = (kind == BPF_JMP || kind == BPF_JMP32) && op != BPF_CALL && op != BPF_EXIT;
    if (jumps) open.push_back(static_cast<size_t>(static_cast<int64_t>(at) + 1 + insn.off));
    if (kind == BPF_JMP && (op == BPF_EXIT || op == BPF_JA)) continue;
    open.push_back(at + (insn.code == (BPF_LD | BPF_DW | BPF_IMM) ? 2 : 1));
  }
  for (size_t i = 0; i < insns.size(); i++)
    EXPECT_TRUE(is_reached[i] || is_second_half[i]) << "instruction " << i;
  for (const size_t at : code.load_calls) EXPECT_EQ(insns[at].src_reg, BPF_PSEUDO_CALL);
}

TEST(Translate, AcceptAllReadsNothing) {
  const auto code = translate({kAccept}, kCast);
  ASSERT_TRUE(code);
  expect_sound(*code);
  EXPECT_TRUE(code->load_calls.empty());
  EXPECT_TRUE(std::none_of(code->insns.begin(), code->insns.end(), is_kfunc_call));
}

TEST(Translate, EveryExpressionIsSound) {
  for (const char* const text :
       {"icmp", "tcp port 9999", "host 10.0.0.1 or host fd00::1", "ip[ip[0] & 0xf] = 1",
        "ether[200:4] = 5", "ip[0] / ip[1] << ip[2] = 3", "protochain 6", "len > 5",
        "ip[0xffffffff] = 1", "tcp[13] & 2 != 0"}) {
    const auto classic = compile_classic(text, Layer::Ethernet);
    ASSERT_TRUE(classic) << text;
    for (const CastIds& ids : {kCast, CastIds{}}) {
      const auto code = translate(*classic, ids);
      ASSERT_TRUE(code) << text;
      SCOPED_TRACE(text);
      expect_sound(*code);
    }
  }
}

// Counts the comparisons, JEQ and JGE, on the longest path.
size_t most_comparisons(const std::vector<bpf_insn>& insns, size_t at) {
  size_t below = 0;
  const bpf_insn& insn = insns[at];
  const int kind = BPF_CLASS(insn.code), op = BPF_OP(insn.code);
  if (kind == BPF_JMP && op == BPF_EXIT) return 0;
  const auto target = static_cast<size_t>(static_cast<int64_t>(at) + 1 + insn.off);
  if (kind == BPF_JMP && op == BPF_JA) return most_comparisons(insns, target);
  if (kind == BPF_JMP32) below = most_comparisons(insns, target);
  below = std::max(below, most_comparisons(insns, at + 1));
  return below + (kind == BPF_JMP32 ? 1 : 0);
}

TEST(Translate, ALongListIsHalved) {
  ClassicProgram program = {{BPF_LD | BPF_W | BPF_LEN, 0, 0, 0}};
  constexpr uint32_t kConstants = 200;
  for (uint32_t i = 0; i < kConstants; i++)
    program.push_back(
        {BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint8_t>(kConstants - i), 0, (i * 2654435761u)});
  program.insert(program.end(), {kReject, kAccept});
  const auto code = translate(program, kCast);
  ASSERT_TRUE(code);
  expect_sound(*code);
  EXPECT_LE(most_comparisons(code->insns, 0), 10u);
}

// A comparison and a load both lead to the list. The comparison must not become a part of the list.
TEST(Analyze, AListBeginsWhereWaysJoin) {
  constexpr uint8_t kListed = 7;
  ClassicProgram program = {{BPF_LD | BPF_W | BPF_LEN, 0, 0, 0},
                            {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 1},
                            {BPF_LD | BPF_B | BPF_ABS, 0, 0, 0}};
  for (uint8_t i = 0; i < kListed; i++)
    program.push_back({BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint8_t>(kListed - i), 0, i + 10u});
  program.insert(program.end(), {kReject, kAccept});
  const Flow flow = analyze(program);
  ASSERT_EQ(flow.runs.size(), 1u);
  EXPECT_EQ(flow.runs.begin()->first, 3u);
  EXPECT_EQ(flow.runs.begin()->second.size(), size_t{kListed});
  EXPECT_FALSE(flow.is_inside_run[3]);
  EXPECT_TRUE(flow.is_inside_run[4]);
}

// Instruction 2 is reached by the jump back only. libpcap makes no such loop, and its rounds could
// not be counted.
TEST(CheckClassic, RefusesALoopThatIsEnteredByItsJumpBack) {
  const ClassicProgram program = {{BPF_LD | BPF_W | BPF_LEN, 0, 0, 0},
                                  {BPF_JMP | BPF_JEQ | BPF_K, 1, 2, 6},
                                  {BPF_LD | BPF_H | BPF_ABS, 0, 0, 12},
                                  {BPF_JMP | BPF_JA, 0, 0, static_cast<uint32_t>(-2)},
                                  kAccept};
  ASSERT_FALSE(check_classic(program));
  ClassicProgram entered_before = program;
  entered_before[1].jt = 0;
  EXPECT_TRUE(check_classic(entered_before));
}

// The second of two equal constants is never reached, so halving would lose the order between them.
TEST(Analyze, AListEndsBeforeAConstantThatItHas) {
  ClassicProgram program = {{BPF_LD | BPF_W | BPF_LEN, 0, 0, 0}};
  for (const uint32_t k : {1, 2, 3, 4, 5, 6, 1, 8})
    program.push_back({BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint8_t>(9 - program.size()), 0, k});
  program.insert(program.end(), {kReject, kAccept});
  const Flow flow = analyze(program);
  ASSERT_EQ(flow.runs.size(), 1u);
  EXPECT_EQ(flow.runs.begin()->second.size(), 6u);
}

TEST(Translate, OneCastServesTheFirstBytes) {
  const auto classic = compile_classic("tcp port 9999", Layer::Ip);
  ASSERT_TRUE(classic);
  const auto code = translate(*classic, kCast);
  ASSERT_TRUE(code);
  const auto direct = std::count_if(classic->begin(), classic->end(), [](const ClassicInsn& insn) {
    return insn.code == (BPF_LD | BPF_H | BPF_IND);
  });
  EXPECT_EQ(std::count_if(code->insns.begin(), code->insns.end(), is_kfunc_call), direct);
}

TEST(Translate, CopiedWayCallsNoKfunc) {
  const auto classic = compile_classic("tcp port 9999", Layer::Ethernet);
  ASSERT_TRUE(classic);
  const auto code = translate(*classic, {});
  ASSERT_TRUE(code);
  EXPECT_TRUE(std::none_of(code->insns.begin(), code->insns.end(), is_kfunc_call));
}

TEST(Translate, CodeBehindAReturnIsLeftOut) {
  const auto code = translate({kReject, {BPF_LD | BPF_B | BPF_ABS, 0, 0, 5}, kAccept}, kCast);
  ASSERT_TRUE(code);
  expect_sound(*code);
  EXPECT_TRUE(code->load_calls.empty());
}

TEST(Translate, WhatCanNeverSucceedIsAReject) {
  for (const ClassicInsn& hopeless : {ClassicInsn{BPF_ALU | BPF_DIV | BPF_K, 0, 0, 0},
                                      ClassicInsn{BPF_LD | BPF_W | BPF_ABS, 0, 0, 0x80000000}}) {
    const auto code = translate({hopeless, kAccept}, kCast);
    ASSERT_TRUE(code);
    expect_sound(*code);
    const auto reject = translate({kReject}, kCast);
    EXPECT_LE(code->insns.size(), reject->insns.size());
  }
}

TEST(Translate, RefusesWhatIsNoClassicProgram) {
  EXPECT_FALSE(translate({}, kCast));
  EXPECT_FALSE(translate({{BPF_LD | BPF_MEM, 0, 0, BPF_MEMWORDS}, kAccept}, kCast));
  EXPECT_FALSE(translate({{BPF_JMP | BPF_JEQ | BPF_K, 5, 0, 1}, kAccept}, kCast));
  EXPECT_FALSE(translate({{BPF_LD | BPF_W | BPF_MSH, 0, 0, 0}, kAccept}, kCast));
  EXPECT_FALSE(translate({{BPF_ALU | BPF_ADD | BPF_K, 0, 0, 1}}, kCast));
}

TEST(Translate, TooLongForAJump) {
  ClassicProgram program = {{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 1}, {BPF_JMP | BPF_JA, 0, 0, 40000}};
  program.insert(program.end(), 40000, {BPF_ALU | BPF_ADD | BPF_K, 0, 0, 1});
  program.push_back(kReject);
  const auto code = translate(program, kCast);
  ASSERT_FALSE(code);
  EXPECT_NE(code.error().what.find("too long for the kernel: "), std::string::npos);
}

}  // namespace
}  // namespace pwru::filter
