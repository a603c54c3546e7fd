// SPDX-License-Identifier: Apache-2.0
#include "kernel/symbols/held_functions.h"

#include <fcntl.h>

#include <algorithm>
#include <charconv>

#include "base/file.h"
#include "base/handle.h"
#include "kernel/symbols/tracefs.h"

namespace pwru::kernel {
namespace {

constexpr const char* kFile = "enabled_functions";

// "ip_rcv (2) R   D   M \ttramp: ..", from t_show() in kernel/trace/ftrace.c: how many have the
// function, of which a trampoline is one (D). Lines about it that follow begin with a tab, and
// "name [module] (1)" is of a module. None: this is no such line.
std::string_view held_in(std::string_view line) {
  const std::string_view name = line.substr(0, line.find(' '));
  std::string_view rest = line.substr(name.size());
  if (name.empty() || name.front() == '\t' || !rest.starts_with(" (")) return {};
  rest.remove_prefix(2);
  unsigned count = 0;
  const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), count);
  if (parsed.ec != std::errc()) return {};
  const std::string_view flags = rest.substr(0, rest.find('\t'));
  return count > (flags.find('D') == std::string_view::npos ? 0u : 1u) ? name : std::string_view{};
}

}  // namespace

FunctionNames held_functions(std::string_view enabled_functions) {
  FunctionNames names;
  while (!enabled_functions.empty()) {
    const std::string_view line = enabled_functions.substr(0, enabled_functions.find('\n'));
    enabled_functions.remove_prefix(std::min(enabled_functions.size(), line.size() + 1));
    if (const std::string_view name = held_in(line); !name.empty()) names.emplace(name);
  }
  return names;
}

Result<FunctionNames> find_held_functions() {
  PWRU_ASSIGN(const UniqueFd tracefs, open_tracefs(kFile, O_RDONLY));
  const UniqueFd file(::openat(tracefs.get(), kFile, O_RDONLY | O_CLOEXEC));
  if (!file) return sys_fail("open enabled_functions in tracefs");
  PWRU_ASSIGN(const std::string text, read_all(file.get(), kFile));
  return held_functions(text);
}

}  // namespace pwru::kernel
