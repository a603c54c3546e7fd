// SPDX-License-Identifier: Apache-2.0
// Paths of source files as people know them: from the root of the kernel's sources on.
#pragma once

#include <string>

#include "kernel/dwarf/line_unit.h"

namespace pwru::kernel::dwarf {

// "net/ipv4/tcp_ipv4.c", whatever folder the kernel was built in. A path that lies elsewhere (a
// module built outside of the kernel) stays whole.
[[nodiscard]] std::string short_path(const FilePath& file);

}  // namespace pwru::kernel::dwarf
