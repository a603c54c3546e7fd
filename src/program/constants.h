// SPDX-License-Identifier: Apache-2.0
// The constants of a BPF object: see bpf/config.bpf.h.
#ifndef PWRU_PROGRAM_CONSTANTS_H
#define PWRU_PROGRAM_CONSTANTS_H

#include <cstdint>
#include <string>

#include "abi/config.h"
#include "base/result.h"

namespace pwru::program {

// Of a record without map data, parent and tuple, which not every record has.
uint32_t fixed_bytes(const pwru_config& config);

// Puts the values into the instructions of an ELF image that was not opened yet. Fails when it
// asks for a field that the configuration does not have.
Result<> set_constants(std::string& elf, pwru_config config);

}  // namespace pwru::program

#endif
