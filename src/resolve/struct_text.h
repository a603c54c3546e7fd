// SPDX-License-Identifier: Apache-2.0
// Prints the bytes of a kernel struct by its BTF. Every member is shown, also one that is 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "kernel/btf/btf.h"
#include "resolve/struct_plan.h"

namespace pwru::resolve {

class StructText {
 public:
  // Fails when there is no such struct. `btf` is not needed afterwards.
  [[nodiscard]] static Result<StructText> create(const kernel::Btf& btf,
                                                 std::string_view struct_name);

  // The same for any type.
  [[nodiscard]] static Result<StructText> create(const kernel::Btf& btf, uint32_t type_id);

  // Shows at most `length` elements of a member that is an array.
  void set_array_length(std::string_view member, uint32_t length);

  // Several lines without a newline at the end, valid until the next call. Members behind the end
  // of `bytes` are "not captured". Bytes behind the struct belong to the array that it ends with.
  [[nodiscard]] std::string_view format(std::span<const std::byte> bytes);

 private:
  explicit StructText(StructPlan plan) : plan_(std::move(plan)) {}

  StructPlan plan_;
  std::string text_;
};

}  // namespace pwru::resolve
