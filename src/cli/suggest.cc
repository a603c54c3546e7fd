// SPDX-License-Identifier: Apache-2.0
#include "cli/suggest.h"

#include <algorithm>
#include <numeric>
#include <vector>

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

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);  // distances of the prefix of a to every prefix of b
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

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
