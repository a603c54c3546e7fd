// SPDX-License-Identifier: Apache-2.0
// Diagnostics for people, on stderr; events never pass here.
#pragma once

#include <fmt/core.h>

#include <cstdio>
#include <string_view>
#include <utility>

namespace pwru {

// Writes one line to stderr in one write(2), so that lines of several threads do not mix. `text` is
// escaped here (base/escape.h), a newline in it too, and nowhere else: every message passes here.
void log_line(std::string_view prefix, std::string_view text);
// As it is. Waits while nobody reads, but once a stop is asked for only shortly.
void write_stderr(std::string_view text);
// The same for each line of `text`, such as a log of libbpf.
void log_lines(std::string_view text);

// Writes `source` and, in a second line, a caret under its character at `column`, from 1. Of a long
// text the surroundings are shown.
void log_caret(std::string_view source, size_t column);

template <class... A>
void log_info(fmt::format_string<A...> f, A&&... a) {
  log_line("", fmt::format(f, std::forward<A>(a)...));
}

template <class... A>
void log_warn(fmt::format_string<A...> f, A&&... a) {
  log_line("warning: ", fmt::format(f, std::forward<A>(a)...));
}

}  // namespace pwru
