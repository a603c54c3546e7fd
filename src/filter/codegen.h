// SPDX-License-Identifier: Apache-2.0
// Classic BPF to the kernel's BPF: the body of one filter function of abi/filter.h. Bytes in,
// bytes out.
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
  // Instructions that call pwru_filter_load() and pwru_filter_matched(), to be relocated.
  std::vector<size_t> load_calls, matched_calls;
  bool reads_len = false;        // pwru_filter_ctx.len
  bool reads_ancillary = false;  // what is no byte of the packet
};

// `ids` of zero make a function that reads the context's copy[] instead of casting. What classic
// BPF would read outside of the packet, and a division by zero, rejects the packet. A program on
// frames is made into one on packets without an Ethernet header by the `addresses` to make up.
[[nodiscard]] Result<Code> translate(const ClassicProgram& program, const CastIds& ids,
                                     const std::optional<MadeUpAddresses>& addresses = {});

// Pieces of it that pwru_filter_hit() has as well: what stands at `reject`, if anything goes there;
// the jumps filled in; and an error.
void emit_reject(Assembler& assembler, Label reject);
[[nodiscard]] Result<> resolve(Assembler& assembler);
[[nodiscard]] tl::unexpected<Error> too_much_memory();

}  // namespace pwru::filter
