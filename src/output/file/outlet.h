// SPDX-License-Identifier: Apache-2.0
// Writing to what others read, or do not: how much arrived, and what can be taken back.
#pragma once

#include <string>
#include <string_view>

#include "base/handle.h"
#include "base/result.h"

namespace pwru::output {

// Error::code of Written::result when whoever reads took nothing for a while after a stop.
constexpr int kNobodyReads = ETIMEDOUT;

struct Written {
  size_t bytes = 0;
  Result<> result;  // an error when these are not all
};

// Writes all, and waits for whoever reads as long as no stop is asked for. `name` is what an error
// calls `fd`. EPIPE: nobody reads on.
[[nodiscard]] Written write_out(int fd, const std::string& name, std::string_view bytes);

// Takes the last bytes that were written out of a regular file; false where that cannot be: it is
// none, or somebody else has written behind them.
bool take_back(int fd, size_t bytes);

// Standard output; a pipe or a terminal as a description of our own that does not block, so that
// nobody who shares it is disturbed.
[[nodiscard]] Result<UniqueFd> open_stdout();

// The same for a file that was opened here.
void make_patient(int fd);

}  // namespace pwru::output
