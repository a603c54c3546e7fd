// SPDX-License-Identifier: Apache-2.0
// Bytes of a kernel struct as text, by its BTF: every member, also one that is 0, and on every
// kernel that has BTF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "kernel/btf.h"
#include "resolve/struct_plan.h"

namespace pwru::resolve {

class StructText {
 public:
  // Fails when there is no such struct. `btf` is not needed afterwards.
  [[nodiscard]] static Result<StructText> create(const kernel::Btf& btf,
                                                 std::string_view struct_name);

  // Any type.
  [[nodiscard]] static Result<StructText> create(const kernel::Btf& btf, uint32_t type_id);

  // Shows only so many elements of a member that is an array, at most those that it has.
  void set_array_length(std::string_view member, uint32_t length);

  // Several lines without a newline at the end, valid until the next call. What `bytes` do not
  // reach is "not captured"; bytes behind the struct belong to the array that it ends with.
  [[nodiscard]] std::string_view format(std::span<const std::byte> bytes);

 private:
  explicit StructText(StructPlan plan) : plan_(std::move(plan)) {}

  StructPlan plan_;
  std::string text_;
};

}  // namespace pwru::resolve
