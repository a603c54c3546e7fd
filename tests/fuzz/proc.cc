// SPDX-License-Identifier: Apache-2.0
// Reads text as from /proc and as the kernel's symbols. The first byte picks the reader.
#include <cstdint>
#include <string>

#include "kernel/proc/mountinfo.h"
#include "kernel/proc/netns_names.h"
#include "kernel/symbols/ksyms.h"
#include "kernel/symbols/symbols.h"
#include "program/libbpf_log.h"
#include "tests/fuzz/code.h"

namespace pwru {
namespace {

void read_symbols(const std::string& text) {
  const auto symbols = kernel::Symbols::parse(text);
  if (!symbols) return fuzz::check_error(symbols.error());
  for (size_t i = 0; i < symbols->size(); i++) {
    const kernel::Symbol symbol = symbols->at(i);
    (void)symbols->addresses(symbol.name, symbol.module);
    (void)symbols->format(symbol.addr + 1);
    (void)symbols->is_init_text(symbol.addr);
    fuzz::require(symbols->index_of(symbol.addr) <= i);
  }
  (void)symbols->data("vmemmap_base");
}

}  // namespace
}  // namespace pwru

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace pwru;
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 5) {
    case 0:
      read_symbols(text);
      break;
    case 1:
      (void)kernel::mount_points(text, "tracefs");
      break;
    case 2:
      (void)kernel::container_of(text);
      break;
    case 3:
      (void)kernel::texts_of(text);
      break;
    default:
      (void)program::reason_in(text);
  }
  return 0;
}
