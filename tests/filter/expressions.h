// SPDX-License-Identifier: Apache-2.0
// The expressions that the tests compare. None of them needs a name service.
#pragma once

#include <string>
#include <vector>

namespace pwru::test {

[[nodiscard]] std::vector<std::string> accepted_expressions();
// Expressions that libpcap refuses, and those that have no meaning for a tracer.
[[nodiscard]] std::vector<std::string> refused_expressions();

}  // namespace pwru::test
