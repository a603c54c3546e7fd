// SPDX-License-Identifier: Apache-2.0
// Translates classic BPF to the body of one filter function of abi/filter.h, in the kernel's BPF.
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "filter/assembler.h"
#include "filter/classic.h"
#include "filter/filter.h"
#include "filter/made_up.h"

namespace pwru::filter {

struct Code {
  std::vector<bpf_insn> insns;
  // The instructions that call pwru_filter_load() and pwru_filter_matched(), for relocation.
  std::vector<size_t> load_calls, matched_calls;
  bool reads_len = false;        // pwru_filter_ctx.len
  bool reads_ancillary = false;  // SKF_AD_* values, which are no bytes of the packet
};

// With `ids` of zero the function reads the context's copy[] instead of casting. A read outside of
// the packet and a division by zero reject the packet, as in classic BPF. With `addresses`, a
// program on frames becomes one on packets without an Ethernet header, and these addresses are made
// up for the header.
[[nodiscard]] Result<Code> translate(const ClassicProgram& program, const CastIds& ids,
                                     const std::optional<MadeUpAddresses>& addresses = {});

// Parts of translate() that pwru_filter_hit() uses too: the code at `reject`, if anything jumps
// there, and the filling in of the jumps, which may fail.
void emit_reject(Assembler& assembler, Label reject);
[[nodiscard]] Result<> resolve(Assembler& assembler);
[[nodiscard]] tl::unexpected<Error> too_much_memory();

}  // namespace pwru::filter
