// SPDX-License-Identifier: Apache-2.0
// Messages for people, on stderr. Events are never printed here.
#pragma once

#include <fmt/core.h>

#include <cstdio>
#include <string_view>
#include <utility>

namespace pwru {

// Writes one line to stderr in one write(2), so that lines of several threads do not mix. `text` is
// escaped here (base/escape.h), newlines included. No caller escapes, because every message passes
// through this function.
void log_line(std::string_view prefix, std::string_view text);
// Writes `text` unescaped. Waits as long as nobody reads, except after a stop was asked for: then
// only a moment.
void write_stderr(std::string_view text);
// Writes each line of `text` with log_line(), for example a log of libbpf.
void log_lines(std::string_view text);

// Writes `source` and, below it, a caret under the character at `column`, counted from 1. A long
// text is cut around the caret.
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
