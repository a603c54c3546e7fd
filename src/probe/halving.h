// SPDX-License-Identifier: Apache-2.0
// Attaching to many functions by calls of which each is all or nothing.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace pwru::probe {

// A run of functions, from the one at `begin` to before the one at `end`.
struct Range {
  size_t begin = 0;
  size_t end = 0;

  [[nodiscard]] size_t size() const { return end - begin; }
};

struct Refused {
  Range range;
  int code = 0;  // errno
};

// Attaches to a range: 0, or the errno of why the kernel takes none of it.
using AttachRange = std::function<int(Range)>;

// Attaches to all but those that are refused, which are returned. One that is refused makes a call
// fail, so a range is halved until it stands alone. After an error that is about all of them
// nothing more is tried, nor after a request to stop; then nothing is refused.
[[nodiscard]] std::vector<Refused> attach_by_halves(size_t count, const AttachRange& attach);

}  // namespace pwru::probe
