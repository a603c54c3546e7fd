// SPDX-License-Identifier: Apache-2.0
#include "probe/halving.h"

#include "base/signals.h"
#include "probe/function_hook.h"

namespace pwru::probe {

std::vector<Refused> attach_by_halves(size_t count, const AttachRange& attach) {
  std::vector<Refused> refused;
  std::vector<Range> to_do = {{0, count}};
  while (!to_do.empty() && !stop_requested()) {
    const Range range = to_do.back();
    to_do.pop_back();
    if (range.size() == 0) continue;
    const int code = attach(range);
    if (code == 0) continue;
    if (is_about_all(code)) {
      refused.push_back({{range.begin, count}, code});
      break;
    }
    if (range.size() == 1) {
      refused.push_back({range, code});
      continue;
    }
    const size_t half = range.begin + range.size() / 2;
    to_do.push_back({half, range.end});
    to_do.push_back({range.begin, half});
  }
  return refused;
}

}  // namespace pwru::probe
