// SPDX-License-Identifier: Apache-2.0
#include "session/sources.h"

#include <memory>

#include "diagnose/place_address.h"
#include "kernel/dwarf/source_lines.h"

namespace pwru {

void name_sources(const kernel::Symbols& symbols, resolve::Resolver& resolver) {
  const auto lines = std::make_shared<kernel::SourceLines>(symbols);
  resolver.ask_for_sources([lines](const resolve::Record& record) -> std::string_view {
    const auto address = diagnose::place_address(record);
    return address ? lines->line_of(*address) : std::string_view();
  });
}

}  // namespace pwru
