// SPDX-License-Identifier: Apache-2.0
// Gives a file for --kernel-btf to all code that reads types: functions, expressions, dumps.
#include <cstdint>
#include <string>

#include "expr/compile.h"
#include "kernel/btf/btf.h"
#include "kernel/drop_reasons.h"
#include "kernel/symbols/functions.h"
#include "resolve/struct_text.h"
#include "tests/fuzz/code.h"

namespace pwru {
namespace {

void use(const kernel::Btf& btf) {
  (void)kernel::FunctionSearch(btf, {}, {}).names();
  (void)kernel::DropReasons::collect(btf, {});
  for (const char* text : {"skb->len > 1", "skb->dev->name == \"lo\"", "skb->cb[3] && *skb"})
    if (const auto code = expr::compile_condition(btf, expr::skb_root(), text))
      fuzz::check_code(*code);
  const std::string bytes(64, '\x9b');
  for (uint32_t id = 1; id < btf.end_id(); id++) {
    auto dump = resolve::StructText::create(btf, id);
    if (dump) (void)dump->format(std::as_bytes(std::span(bytes)));
  }
}

}  // namespace
}  // namespace pwru

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace pwru;
  const auto btf =
      kernel::Btf::parse(std::string(reinterpret_cast<const char*>(data), size), nullptr);
  if (btf)
    use(**btf);
  else
    fuzz::check_error(btf.error());
  return 0;
}
