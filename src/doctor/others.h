// SPDX-License-Identifier: Apache-2.0
// Hooks of others on this machine: they cost time, and a second hook on a function may cost more.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "doctor/report.h"

namespace pwru::doctor {

[[nodiscard]] Group check_others();

// The functions in the text of ftrace's enabled_functions.
[[nodiscard]] std::vector<std::string> hooked_functions(std::string_view enabled_functions);
// The events in the text of kprobe_events, "group/event".
[[nodiscard]] std::vector<std::string> kprobe_event_names(std::string_view kprobe_events);

}  // namespace pwru::doctor
