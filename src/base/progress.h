// SPDX-License-Identifier: Apache-2.0
// Shows how far a long step is: a bar on a terminal, nothing elsewhere.
#pragma once

#include <cstddef>
#include <string>

namespace pwru {

class Progress {
 public:
  // `what` stands in front of the bar, e.g. "Attaching".
  Progress(std::string what, size_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance_to(size_t done);

 private:
  std::string what_;
  size_t total_;
  bool is_terminal_;
  int shown_percent_ = -1;
};

}  // namespace pwru
