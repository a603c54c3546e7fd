// SPDX-License-Identifier: Apache-2.0
// The constants of a BPF object: see bpf/config.bpf.h.
#pragma once

#include <bpf/libbpf.h>

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

// They are made by the helpers that were there before Linux 5.5 (bpf_probe_read), which do the same
// with the addresses of the kernel.
void use_old_copies(std::string& elf);

// Of an object that is open: its global functions become static ones, as libbpf makes them itself
// where the kernel knows no others (before Linux 5.6).
void make_functions_static(bpf_object* object);

}  // namespace pwru::program
