// SPDX-License-Identifier: Apache-2.0
#include "output/bpfmap_text.h"

#include <bpf/bpf.h>
#include <fmt/core.h>

#include <memory>

#include "abi/event.h"
#include "base/escape.h"
#include "base/handle.h"
#include "kernel/btf.h"

namespace pwru::output {
namespace {

constexpr size_t kBytesInRow = 16;

// As `hexdump -C` prints it, but for the last line, which is only an offset.
void append_hexdump(std::string& text, std::span<const std::byte> bytes) {
  for (size_t row = 0; row < bytes.size(); row += kBytesInRow) {
    std::string hex, characters;
    for (size_t i = row; i < row + kBytesInRow; i++) {
      if (i % 8 == 0) hex += ' ';
      if (i >= bytes.size()) {
        hex += "   ";
        continue;
      }
      const auto byte = static_cast<unsigned char>(bytes[i]);
      hex += fmt::format("{:02x} ", byte);
      characters += byte >= ' ' && byte <= '~' ? static_cast<char>(byte) : '.';
    }
    text += fmt::format("\n{:08x} {} |{}|", row, hex, characters);
  }
}

// Null for a map that has none, or is gone.
std::unique_ptr<kernel::Btf> load_btf(uint32_t id) {
  const UniqueFd fd(bpf_btf_get_fd_by_id(id));
  bpf_btf_info info = {};
  uint32_t size = sizeof(info);
  if (!fd || bpf_obj_get_info_by_fd(fd.get(), &info, &size) != 0) return nullptr;
  std::string bytes(info.btf_size, '\0');
  info = {};
  info.btf = reinterpret_cast<uintptr_t>(bytes.data());
  info.btf_size = static_cast<uint32_t>(bytes.size());
  size = sizeof(info);
  if (bpf_obj_get_info_by_fd(fd.get(), &info, &size) != 0) return nullptr;
  // The kernel has checked it when it was loaded. Its strings are lines of source text, too.
  auto btf = kernel::Btf::parse(std::move(bytes), nullptr, kernel::Btf::Origin::Kernel);
  return btf ? std::move(*btf) : nullptr;
}

std::optional<resolve::StructText> type_of(const kernel::Btf& btf, uint32_t id) {
  if (id == 0 || id >= btf.end_id()) return std::nullopt;
  auto text = resolve::StructText::create(btf, id);
  return text ? std::optional<resolve::StructText>(std::move(*text)) : std::nullopt;
}

}  // namespace

MapTypes load_map_types(uint32_t map_id) {
  MapTypes types;
  const UniqueFd map(bpf_map_get_fd_by_id(map_id));
  bpf_map_info info = {};
  uint32_t size = sizeof(info);
  if (!map || bpf_obj_get_info_by_fd(map.get(), &info, &size) != 0 || info.btf_id == 0)
    return types;
  const auto btf = load_btf(info.btf_id);
  if (!btf) return types;
  types.key = type_of(*btf, info.btf_key_type_id);
  types.value = type_of(*btf, info.btf_value_type_id);
  return types;
}

void BpfMapText::append_bytes(std::string_view what, std::span<const std::byte> bytes,
                              uint32_t size, std::optional<resolve::StructText>& type) {
  text_ += fmt::format("\n{}({}):", what, size);
  if (bytes.empty()) {
    text_ += " not readable here";
    return;
  }
  const bool is_whole = bytes.size() == size;
  if (type && is_whole) {
    text_ += ' ';
    text_ += type->format(bytes);
    return;
  }
  append_hexdump(text_, bytes);
  if (!is_whole) text_ += fmt::format("\n… {} more bytes", size - bytes.size());
}

std::string_view BpfMapText::format(const event::BpfMapCall& call) {
  auto known = types_.find(call.id);
  if (known == types_.end()) known = types_.emplace(call.id, load_(call.id)).first;
  text_ = fmt::format("map_id: {}\nmap_name: {}", call.id, escaped(call.name));
  append_bytes("key", call.key, call.key_size, known->second.key);
  if (call.op == PWRU_MAP_LOOKUP_FAILED)
    text_ += fmt::format("\nvalue({}): none", call.value_size);
  else if (call.op != PWRU_MAP_DELETE)
    append_bytes("value", call.value, call.value_size, known->second.value);
  return text_;
}

}  // namespace pwru::output
