// SPDX-License-Identifier: Apache-2.0
// Bytes of a kernel struct as text, by its BTF: what bpf_snprintf_btf() prints, but never cut short
// and on every kernel that has BTF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/handle.h"
#include "base/result.h"

namespace pwru::output {

class StructText {
 public:
  // `raw_btf` is copied. Fails when there is no such struct.
  [[nodiscard]] static Result<StructText> create(std::string_view raw_btf,
                                                 const std::string& struct_name);

  // Any type of `types`, which is copied.
  [[nodiscard]] static Result<StructText> create(const btf* types, uint32_t type_id);

  // Shows only so many elements of a member that is an array, at most those that it has.
  void set_array_length(std::string_view member, uint32_t length);

  // Several lines without a newline at the end; fields that are zero are left out.
  [[nodiscard]] Result<std::string_view> format(std::span<const std::byte> bytes);

 private:
  void show_bytes_as_words();

  BtfHandle btf_;
  BtfDump dump_;
  std::unique_ptr<std::string> text_;  // libbpf's callback writes here
  int type_id_ = 0;
  std::map<std::string, uint32_t, std::less<>> array_lengths_;  // as they are in the kernel
};

}  // namespace pwru::output
