// SPDX-License-Identifier: Apache-2.0
#include "tests/support/project_file.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace pwru::test {

std::string project_path(const std::string& name) { return PWRU_SOURCE_DIR "/" + name; }

std::string read_project_file(const std::string& name) {
  const Result<std::string> text = read_file(project_path(name));
  EXPECT_TRUE(text) << text.error().what;
  return text.value_or("");
}

}  // namespace pwru::test
