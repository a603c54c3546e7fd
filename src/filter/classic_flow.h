// SPDX-License-Identifier: Apache-2.0
// What a classic program does, as far as its translation has to know before.
#pragma once

#include <linux/bpf.h>
#include <linux/filter.h>

#include <array>
#include <map>
#include <optional>
#include <vector>

#include "base/result.h"
#include "filter/classic.h"

namespace pwru::filter {

struct Flow {
  std::vector<bool> is_reachable;  // the verifier refuses code that no jump reaches
  std::vector<bool> is_loop_head;  // a backward jump leads here (protochain)
  bool has_loops = false;
  std::array<bool, BPF_MEMWORDS> uses_memory = {};
  // Long runs of comparisons of A with different constants, each of which only the one before leads
  // to: by the first of each. libpcap makes one of the addresses or ports of a list.
  std::map<size_t, std::vector<size_t>> runs;
  std::vector<bool> is_inside_run;  // behind its first
};

// Refuses what is no classic program: unknown instructions, jumps and memory out of range.
[[nodiscard]] Result<> check_classic(const ClassicProgram& program);
// Of a program that check_classic() takes.
[[nodiscard]] Flow analyze(const ClassicProgram& program);

// A load of classic BPF that is not of bytes but of what Linux knows of a packet (SKF_AD_*), and
// which: as bpf_convert_filter() tells it, by its offset alone.
[[nodiscard]] std::optional<uint32_t> ancillary_of(const ClassicInsn& insn);
// A load of packet bytes: absolute, indirect (X + k), or four times the low half of a byte.
[[nodiscard]] bool is_packet_load(const ClassicInsn& insn);
[[nodiscard]] bool is_indirect(const ClassicInsn& insn);
[[nodiscard]] uint32_t load_bytes(const ClassicInsn& insn);
// Rejects every packet: reads behind any, or divides by a zero in the instruction.
[[nodiscard]] bool never_succeeds(const ClassicInsn& insn);
[[nodiscard]] bool is_backward_jump(const ClassicInsn& insn);
// The comparison that is true when this one is not; BPF_JSET has none.
[[nodiscard]] std::optional<uint8_t> opposite_of(uint8_t op);
// Of BPF_JA, whose k is signed in libpcap.
[[nodiscard]] size_t jump_target(size_t at, const ClassicInsn& insn);

}  // namespace pwru::filter
