// SPDX-License-Identifier: Apache-2.0
// Which time of an event is printed: --timestamp.
#pragma once

namespace pwru::output {

enum class TimeColumn { None, Current, Relative, Absolute };

}  // namespace pwru::output
