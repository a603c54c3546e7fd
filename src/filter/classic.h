// SPDX-License-Identifier: Apache-2.0
// Compiles filters with libpcap to classic BPF. The instructions have a type of their own, because
// the headers of libpcap and of the kernel define struct bpf_insn differently.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace pwru::filter {

struct ClassicInsn {
  uint16_t code = 0;
  uint8_t jt = 0;
  uint8_t jf = 0;
  uint32_t k = 0;
};
using ClassicProgram = std::vector<ClassicInsn>;

// The layer that a packet begins with.
enum class Layer { Ethernet, Ip };

// Compiles with libpcap; the error is libpcap's own message.
[[nodiscard]] Result<ClassicProgram> compile_classic(const std::string& expression, Layer layer);

}  // namespace pwru::filter
