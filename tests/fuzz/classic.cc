// SPDX-License-Identifier: Apache-2.0
// Translates classic BPF, valid or not, to the kernel's BPF: for each way of reading a packet, with
// an Ethernet header and without.
#include <cstdint>
#include <cstring>

#include "filter/classic_flow.h"
#include "filter/codegen.h"
#include "filter/made_up.h"
#include "tests/fuzz/code.h"

namespace {

void check(const pwru::Result<pwru::filter::Code>& code) {
  if (code)
    pwru::fuzz::check_code(*code);
  else
    pwru::fuzz::check_error(code.error());
}

}  // namespace

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
    check(filter::translate(program, ids));
    if (filter::check_classic(program))
      check(filter::translate(program, ids, filter::make_up_addresses(program)));
  }
  return 0;
}
