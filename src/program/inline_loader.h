// SPDX-License-Identifier: Apache-2.0
// Has libbpf put pwru_filter_hit() into the programs that call it, before it loads them.
#pragma once

#include <bpf/libbpf.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "program/programs.h"
#include "program/section_handler.h"

namespace pwru::program {

// Must live from before an object is opened until it is loaded.
class InlineLoader {
 public:
  // Of the programs of this family; of one whose hits do more, none is changed.
  explicit InlineLoader(plan::Family family);
  // Of programs of fentry-multi, whose section libbpf does not know.
  InlineLoader(plan::Family family, const char* section, bpf_attach_type attach);
  InlineLoader(const InlineLoader&) = delete;
  InlineLoader& operator=(const InlineLoader&) = delete;

  // What libbpf said of it.
  [[nodiscard]] Result<> check() const;
  // The object is open.
  void look_up_types(const bpf_object* object);

 private:
  static int put_hit_inline(bpf_program* program, bpf_prog_load_opts* options, long cookie);

  plan::Family family_;
  uint32_t hit_type_id_ = 0;  // of pwru_filter_hit()
  std::vector<std::vector<bpf_func_info>> functions_;
  std::optional<SectionHandler> handler_;
};

}  // namespace pwru::program
