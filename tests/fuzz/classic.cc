// SPDX-License-Identifier: Apache-2.0
// Classic BPF, valid or not, to the kernel's BPF, by both ways of reading a packet.
#include <cstdint>
#include <cstring>

#include "filter/classic_flow.h"
#include "filter/codegen.h"
#include "tests/fuzz/code.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace pwru;
  constexpr size_t kMostInsns = 256;
  filter::ClassicProgram program;
  for (size_t at = 0; at + 8 <= size && program.size() < kMostInsns; at += 8) {
    filter::ClassicInsn insn;
    std::memcpy(&insn.code, data + at, 2);
    insn.jt = data[at + 2];
    insn.jf = data[at + 3];
    std::memcpy(&insn.k, data + at + 4, 4);
    program.push_back(insn);
  }
  for (const filter::CastIds& ids : {filter::CastIds{}, filter::CastIds{1000, 2000}}) {
    const auto code = filter::translate(program, ids);
    if (code)
      fuzz::check_code(*code);
    else
      fuzz::check_error(code.error());
  }
  return 0;
}
