// SPDX-License-Identifier: Apache-2.0
// The expressions that are compared. None needs a name service.
#pragma once

#include <string>
#include <vector>

namespace pwru::test {

[[nodiscard]] std::vector<std::string> accepted_expressions();
// Those that libpcap does not take, and those that make no sense for a tracer.
[[nodiscard]] std::vector<std::string> refused_expressions();

}  // namespace pwru::test
