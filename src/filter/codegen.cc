// SPDX-License-Identifier: Apache-2.0
#include "filter/codegen.h"

#include <fmt/core.h>

#include "filter/assembler.h"
#include "filter/body.h"
#include "filter/packet_loads.h"

namespace pwru::filter {

void emit_reject(Assembler& assembler, Label reject) {
  if (!assembler.is_used(reject)) return;
  assembler.bind(reject);
  assembler.mov32_imm(BPF_REG_0, 0);
  assembler.exit();
}

tl::unexpected<Error> too_much_memory() {
  return fail("it needs more stack than the kernel gives a program", ExitCode::BadUsage);
}

Result<> resolve(Assembler& assembler) {
  if (assembler.resolve()) return {};
  return fail(
      fmt::format("it is too long for the kernel: {} instructions", assembler.insns().size()),
      ExitCode::BadUsage);
}

Result<Code> translate(const ClassicProgram& program, const CastIds& ids,
                       const std::optional<MadeUpAddresses>& addresses) {
  PWRU_TRY(check_classic(program));
  Assembler assembler;
  const Label reject = assembler.new_label();
  PacketLoads loads(assembler, ids, reject, ids.rdonly_cast_id ? Reading::Cast : Reading::Copied);
  if (addresses) loads.set_made_up(*addresses);
  Body body(program, assembler, loads, std::nullopt, reject);
  if (!body.emit()) return too_much_memory();
  emit_reject(assembler, reject);
  PWRU_TRY(resolve(assembler));
  return Code{assembler.insns(), loads.calls(), {}, body.reads_len(), body.reads_ancillary()};
}

}  // namespace pwru::filter
