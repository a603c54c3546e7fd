// SPDX-License-Identifier: Apache-2.0
// Compiles C expressions on the types of tests/expr/types.h: a condition, and a list of values.
#include <cstdint>
#include <string>

#include "expr/compile.h"
#include "tests/expr/test_btf.h"
#include "tests/fuzz/code.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace pwru;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto code = expr::compile_condition(test::test_btf(), expr::skb_root(), text))
    fuzz::check_code(*code);
  else
    fuzz::check_error(code.error());
  const std::vector<std::string> lists = {text};
  if (const auto values = expr::compile_values(test::test_btf(), expr::skb_root(), lists))
    fuzz::check_code(values->code);
  else
    fuzz::check_error(values.error());
  return 0;
}
