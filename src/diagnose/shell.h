// SPDX-License-Identifier: Apache-2.0
// Names of others in commands that root may paste.
#pragma once

#include <string>
#include <string_view>

namespace pwru::diagnose {

// Whoever owns a container names its devices, and root may paste the command. In the name of a
// sysctl a dot of an interface's name is written as a slash.
[[nodiscard]] std::string for_shell(std::string_view value, bool is_in_sysctl);

}  // namespace pwru::diagnose
