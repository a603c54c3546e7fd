// SPDX-License-Identifier: Apache-2.0
// Writes to files, pipes and terminals, reports how much arrived, and cuts off a half record.
#pragma once

#include <string>
#include <string_view>

#include "base/handle.h"
#include "base/result.h"

namespace pwru::output {

// Error::code of Written::result: after a stop, the reader took nothing for a while.
constexpr int kNobodyReads = ETIMEDOUT;

struct Written {
  size_t bytes = 0;
  Result<> result;  // an error when not everything was written
};

// Writes everything. Waits for the reader until a stop is asked for. An error calls `fd` `name`;
// its code is EPIPE when the reader is gone.
[[nodiscard]] Written write_out(int fd, const std::string& name, std::string_view bytes);

// Cuts the last `bytes` that were written off a regular file. False when `fd` is no regular file,
// or somebody else has written behind them.
bool take_back(int fd, size_t bytes);

// Standard output. A pipe or a terminal is opened anew so that it does not block: O_NONBLOCK on the
// shared description would disturb the other processes that have it.
[[nodiscard]] Result<UniqueFd> open_stdout();

// Makes a pipe or a terminal that was opened here non-blocking.
void make_patient(int fd);

}  // namespace pwru::output
