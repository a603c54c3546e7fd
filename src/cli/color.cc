// SPDX-License-Identifier: Apache-2.0
#include "cli/color.h"

#include <string_view>

namespace pwru::cli {
namespace {

std::string_view text_of(const char* value) { return value == nullptr ? "" : value; }

}  // namespace

bool use_color(ColorChoice choice, const ColorEnvironment& environment, bool is_tty) {
  if (choice != ColorChoice::Auto) return choice == ColorChoice::Always;
  if (!text_of(environment.no_color).empty()) return false;
  const std::string_view force = text_of(environment.clicolor_force);
  if (!force.empty() && force != "0") return true;
  return is_tty && text_of(environment.term) != "dumb";
}

}  // namespace pwru::cli
