// SPDX-License-Identifier: Apache-2.0
// The files of this source tree, for tests that compare documents with the code.
#pragma once

#include <string>

namespace pwru::test {

// The path of a file whose `name` begins at the root of the source tree. __FILE__ does not lead
// there: -ffile-prefix-map makes it a relative path.
std::string project_path(const std::string& name);

// That file's text. Reports a failure of the running test, and returns "", if it cannot be read.
std::string read_project_file(const std::string& name);

}  // namespace pwru::test
