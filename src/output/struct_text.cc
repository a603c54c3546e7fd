// SPDX-License-Identifier: Apache-2.0
#include "output/struct_text.h"

#include <bpf/btf.h>
#include <fmt/core.h>

#include <array>
#include <cstdarg>
#include <cstdio>

namespace pwru::output {
namespace {

void append_printf(void* context, const char* format, va_list args) {
  std::array<char, 1024> piece;
  const int length = std::vsnprintf(piece.data(), piece.size(), format, args);
  if (length > 0)
    static_cast<std::string*>(context)->append(
        piece.data(), std::min(static_cast<size_t>(length), piece.size() - 1));
}

}  // namespace

Result<StructText> StructText::create(std::string_view raw_btf, const std::string& struct_name) {
  StructText text;
  text.btf_.reset(btf__new(raw_btf.data(), static_cast<uint32_t>(raw_btf.size())));
  if (!text.btf_) return sys_fail("read the kernel's BTF to print struct " + struct_name);
  text.type_id_ = btf__find_by_name_kind(text.btf_.get(), struct_name.c_str(), BTF_KIND_STRUCT);
  if (text.type_id_ < 0)
    return fail(fmt::format("print struct {}: the kernel's BTF does not have it", struct_name),
                ExitCode::NotSupported);
  text.text_ = std::make_unique<std::string>();
  text.dump_.reset(btf_dump__new(text.btf_.get(), append_printf, text.text_.get(), nullptr));
  if (!text.dump_) return sys_fail("prepare printing struct " + struct_name);
  return text;
}

Result<StructText> StructText::create(const btf* types, uint32_t type_id) {
  uint32_t size = 0;
  const void* const raw = btf__raw_data(types, &size);
  StructText text;
  text.btf_.reset(raw ? btf__new(raw, size) : nullptr);
  if (!text.btf_) return sys_fail("read the BTF of a map");
  text.type_id_ = static_cast<int>(type_id);
  text.text_ = std::make_unique<std::string>();
  text.dump_.reset(btf_dump__new(text.btf_.get(), append_printf, text.text_.get(), nullptr));
  if (!text.dump_) return sys_fail("prepare printing the values of a map");
  return text;
}

Result<std::string_view> StructText::format(std::span<const std::byte> bytes) {
  text_->clear();
  LIBBPF_OPTS(btf_dump_type_data_opts, opts);
  const int result = btf_dump__dump_type_data(dump_.get(), static_cast<uint32_t>(type_id_),
                                              bytes.data(), bytes.size(), &opts);
  if (result < 0) return sys_fail("print a struct by its BTF", -result);
  return std::string_view(*text_);
}

}  // namespace pwru::output
