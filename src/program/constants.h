// SPDX-License-Identifier: Apache-2.0
// The constants of a BPF object: see bpf/config.bpf.h.
#pragma once

#include <string>

#include "abi/config.h"
#include "base/result.h"

namespace pwru::program {

// Puts the values into the instructions of an ELF image that was not opened yet. Fails when it
// asks for a field that the configuration does not have.
[[nodiscard]] Result<> set_constants(std::string& elf, const pwru_config& config);

// Copies of kernel memory (bpf_probe_read_kernel) fail instead, so that the verifier of a kernel
// that is locked down, which refuses programs that call it, need not see the calls.
void leave_out_copies(std::string& elf);

}  // namespace pwru::program
