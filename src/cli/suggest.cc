// SPDX-License-Identifier: Apache-2.0
#include "cli/suggest.h"

#include "base/strings.h"
#include "cli/table.h"

namespace pwru::cli {
namespace {

std::string_view only_option_starting_with(std::string_view name) {
  std::string_view found;
  for (const OptionRow& row : option_table()) {
    if (!row.name.starts_with(name)) continue;
    if (!found.empty()) return "";
    found = row.name;
  }
  return found;
}

}  // namespace

std::string_view nearest_option(std::string_view name) {
  if (name.size() < 2) return "";  // -i, -c: any guess would be arbitrary
  if (const std::string_view found = only_option_starting_with(name); !found.empty()) return found;
  std::string_view nearest;
  size_t least = std::max<size_t>(name.size() / 3, 1) + 1;
  for (const OptionRow& row : option_table()) {
    const size_t distance = edit_distance(name, row.name);
    if (distance >= least) continue;
    least = distance;
    nearest = row.name;
  }
  return nearest;
}

}  // namespace pwru::cli
