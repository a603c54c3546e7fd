// SPDX-License-Identifier: Apache-2.0
// The BTF of types.h.
#pragma once

#include <fmt/core.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "kernel/btf/btf.h"

extern "C" {
extern const char expr_test_types_begin[], expr_test_types_end[];
}

namespace pwru::test {

inline const kernel::Btf& test_btf() {
  static const auto btf =
      kernel::Btf::parse(std::string(expr_test_types_begin, expr_test_types_end), nullptr);
  if (!btf) {
    fmt::print(stderr, "{}\n", btf.error().what);
    std::abort();
  }
  return **btf;
}

}  // namespace pwru::test
