// SPDX-License-Identifier: Apache-2.0
// Analyses a classic program before it is translated.
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
  // Long runs of comparisons of A with different constants, in which only the comparison before
  // leads to the next. The key is the first comparison. libpcap makes such a run of the addresses
  // or ports of a list.
  std::map<size_t, std::vector<size_t>> runs;
  std::vector<bool> is_inside_run;  // in a run, and not its first
};

// Refuses a program with unknown instructions, or with jumps or memory out of range.
[[nodiscard]] Result<> check_classic(const ClassicProgram& program);
// `program` must be one that check_classic() accepts.
[[nodiscard]] Flow analyze(const ClassicProgram& program);

// The SKF_AD_* value of a load that reads no bytes, only what Linux knows of a packet; none for any
// other instruction. As in bpf_convert_filter(), the offset alone decides.
[[nodiscard]] std::optional<uint32_t> ancillary_of(const ClassicInsn& insn);
// Whether the instruction loads packet bytes: absolute, indirect (X + k), or four times the low
// half of a byte.
[[nodiscard]] bool is_packet_load(const ClassicInsn& insn);
[[nodiscard]] bool is_indirect(const ClassicInsn& insn);
[[nodiscard]] uint32_t load_bytes(const ClassicInsn& insn);
// Whether the instruction rejects every packet: it reads behind any packet, or divides by a
// constant zero.
[[nodiscard]] bool never_succeeds(const ClassicInsn& insn);
[[nodiscard]] bool is_backward_jump(const ClassicInsn& insn);
// The comparison that is true exactly when `op` is false. BPF_JSET has none.
[[nodiscard]] std::optional<uint8_t> opposite_of(uint8_t op);
// The target of BPF_JA. Its k is signed in libpcap.
[[nodiscard]] size_t jump_target(size_t at, const ClassicInsn& insn);

}  // namespace pwru::filter
