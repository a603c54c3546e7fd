// SPDX-License-Identifier: Apache-2.0
#include "program/link.h"

#include <bpf/libbpf.h>
#include <fmt/core.h>

#include <vector>

#include "base/file.h"
#include "base/handle.h"

namespace pwru::program {

Result<std::string> link_objects(std::span<const std::string_view> objects) {
  // The linker only takes paths.
  PWRU_ASSIGN(const UniqueFd output, memfd_with("pwru_linked", ""));
  const BpfLinker linker(bpf_linker__new(path_of_fd(output.get()).c_str(), nullptr));
  if (!linker) return sys_fail("start libbpf's linker");
  std::vector<UniqueFd> files;
  for (const std::string_view object : objects) {
    PWRU_ASSIGN(UniqueFd file, memfd_with("pwru_object", object));
    if (const int error =
            bpf_linker__add_file(linker.get(), path_of_fd(file.get()).c_str(), nullptr);
        error)
      return sys_fail(fmt::format("link the filter into the tracer: object {}", files.size() + 1),
                      -error);
    files.push_back(std::move(file));
  }
  if (const int error = bpf_linker__finalize(linker.get()); error)
    return sys_fail("link the filter into the tracer", -error);
  return read_file(path_of_fd(output.get()));
}

}  // namespace pwru::program
