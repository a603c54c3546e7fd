// SPDX-License-Identifier: Apache-2.0
// The maps that all objects of a trace have in common.
#pragma once

#include <bpf/libbpf.h>

#include <functional>

#include "base/result.h"

namespace pwru::program {

// `object` is open, and gets those of another one: `map_fd` has its descriptors by their names.
[[nodiscard]] Result<> share_maps(bpf_object* object,
                                  const std::function<int(const char*)>& map_fd);

}  // namespace pwru::program
