// SPDX-License-Identifier: Apache-2.0
#include "output/struct_text.h"

#include <bpf/btf.h>
#include <fmt/core.h>

#include <algorithm>
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

// The array that a member is; the BTF is our own copy, and we change it.
struct btf_array* array_of(btf* types, const btf_member& member) {
  const int id = btf__resolve_type(types, member.type);
  const btf_type* const type = id < 0 ? nullptr : btf__type_by_id(types, static_cast<uint32_t>(id));
  return type && btf_is_array(type) ? const_cast<struct btf_array*>(btf_array(type)) : nullptr;
}

std::span<const btf_member> members_of(const btf* types, int struct_id) {
  const btf_type* const type = btf__type_by_id(types, static_cast<uint32_t>(struct_id));
  return {btf_members(type), btf_vlen(type)};
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
  text.show_bytes_as_words();
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

// libbpf takes an array of bytes for a string and stops at its first 0: skb->cb[] would be cut.
void StructText::show_bytes_as_words() {
  const int word = btf__find_by_name_kind(btf_.get(), "unsigned int", BTF_KIND_INT);
  if (word < 0) return;
  for (const btf_member& member : members_of(btf_.get(), type_id_)) {
    auto* const array = array_of(btf_.get(), member);
    if (!array || array->nelems % sizeof(uint32_t) != 0) continue;
    if (btf__resolve_size(btf_.get(), array->type) != 1) continue;
    array->type = static_cast<uint32_t>(word);
    array->nelems /= sizeof(uint32_t);
  }
}

void StructText::set_array_length(std::string_view member_name, uint32_t length) {
  for (const btf_member& member : members_of(btf_.get(), type_id_)) {
    if (member_name != btf__name_by_offset(btf_.get(), member.name_off)) continue;
    auto* const array = array_of(btf_.get(), member);
    if (!array) return;
    const auto whole = array_lengths_.try_emplace(std::string(member_name), array->nelems).first;
    array->nelems = std::min(length, whole->second);
    return;
  }
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
