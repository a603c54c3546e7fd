// SPDX-License-Identifier: Apache-2.0
#include "diagnose/shell.h"

#include <cctype>

namespace pwru::diagnose {

std::string for_shell(std::string_view value, bool is_in_sysctl) {
  std::string text;
  bool is_plain = true;
  for (const char c : value) {
    const bool is_word = std::isalnum(static_cast<unsigned char>(c)) != 0;
    const std::string_view plain = is_in_sysctl ? "._:@-" : "._:@-/";
    is_plain = is_plain && (is_word || plain.find(c) != std::string_view::npos);
    if (c == '\'')
      text += "'\\''";
    else
      text += is_in_sysctl && c == '.' ? '/' : c;
  }
  return is_plain ? text : "'" + text + "'";
}

}  // namespace pwru::diagnose
