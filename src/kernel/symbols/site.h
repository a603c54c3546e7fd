// SPDX-License-Identifier: Apache-2.0
// A place in the kernel that can be probed.
#pragma once

#include <cstdint>
#include <string>

#include "kernel/symbols/functions.h"
#include "kernel/symbols/symbols.h"

namespace pwru::kernel {

enum class SiteKind : uint8_t { Function, BpfProgram, Tracepoint };

struct Site {
  uint64_t id = 0;  // func_ip of its events: its address, if it has one
  SiteKind kind = SiteKind::Function;
  std::string name;      // "ip_rcv", "from_container(tc)"
  std::string module;    // "" for vmlinux
  uint64_t address = 0;  // 0: it has none, or the kernel does not say
};

[[nodiscard]] inline Site site_of(const Function& function) {
  return {function.addr, SiteKind::Function, function.name, function.module, function.addr};
}

[[nodiscard]] inline Site site_of(const Symbol& symbol) {
  return {symbol.addr, SiteKind::Function, std::string(symbol.name), std::string(symbol.module),
          symbol.addr};
}

}  // namespace pwru::kernel
