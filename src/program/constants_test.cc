// SPDX-License-Identifier: Apache-2.0
#include "program/constants.h"

#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <array>
#include <cstring>

namespace pwru::program {
namespace {

std::string elf_of(const std::array<bpf_insn, 4>& instructions) {
  std::string elf(sizeof(instructions), '\0');
  std::memcpy(elf.data(), instructions.data(), sizeof(instructions));
  return elf;
}

bpf_insn call(int32_t helper, uint8_t kind = 0) {
  bpf_insn insn = {};
  insn.code = BPF_JMP | BPF_CALL;
  insn.src_reg = kind & 0xf;
  insn.imm = helper;
  return insn;
}

// Before Linux 5.5. A call of a function of our own may have the same number.
TEST(Constants, OldCopies) {
  std::string elf =
      elf_of({call(BPF_FUNC_probe_read_kernel), call(BPF_FUNC_probe_read_kernel_str),
              call(BPF_FUNC_ktime_get_ns), call(BPF_FUNC_probe_read_kernel, BPF_PSEUDO_CALL)});
  use_old_copies(elf);
  EXPECT_EQ(elf, elf_of({call(BPF_FUNC_probe_read), call(BPF_FUNC_probe_read_str),
                         call(BPF_FUNC_ktime_get_ns),
                         call(BPF_FUNC_probe_read_kernel, BPF_PSEUDO_CALL)}));
}

}  // namespace
}  // namespace pwru::program
