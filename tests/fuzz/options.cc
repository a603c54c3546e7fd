// SPDX-License-Identifier: Apache-2.0
// Parses a command line: words that end with a zero byte.
#include <cstdint>
#include <string>
#include <vector>

#include "cli/options.h"
#include "tests/fuzz/code.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<std::string> words = {"pwru", ""};
  for (size_t i = 0; i < size; i++) {
    if (data[i] == 0)
      words.emplace_back();
    else
      words.back() += static_cast<char>(data[i]);
  }
  std::vector<const char*> argv;
  for (const std::string& word : words) argv.push_back(word.c_str());
  const auto options = pwru::cli::parse(static_cast<int>(argv.size()), argv.data());
  if (!options) pwru::fuzz::check_error(options.error());
  return 0;
}
