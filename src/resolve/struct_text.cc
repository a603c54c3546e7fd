// SPDX-License-Identifier: Apache-2.0
#include "resolve/struct_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <iterator>

namespace pwru::resolve {
namespace {

using Kind = PlannedType::Kind;
using Bytes = std::span<const std::byte>;

// Nested unions may show the same bytes again and again.
constexpr size_t kLongestText = 1 << 20;
constexpr std::string_view kNotCaptured = "not captured";

bool is_zero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

// Reads `bits` bits, at most 64, beginning at any bit. `bytes` must reach to the last one.
uint64_t read_bits(Bytes bytes, uint64_t bit_offset, uint32_t bits) {
  const uint64_t first = bit_offset / 8;
  const unsigned shift = bit_offset % 8;
  const size_t size = (shift + bits + 7) / 8;
  uint64_t word = 0;
  std::memcpy(&word, bytes.data() + first, std::min(size, sizeof(word)));
  word >>= shift;
  if (size > sizeof(word)) word |= std::to_integer<uint64_t>(bytes[first + 8]) << (64 - shift);
  return bits < 64 ? word & ((uint64_t{1} << bits) - 1) : word;
}

int64_t extend_sign(uint64_t value, uint32_t bits) {
  return static_cast<int64_t>(value << (64 - bits)) >> (64 - bits);
}

// Whether the bytes are text up to a 0, and zeros behind it.
bool is_text(Bytes bytes) {
  const auto end = std::find(bytes.begin(), bytes.end(), std::byte{0});
  if (end == bytes.end()) return false;
  return std::all_of(bytes.begin(), end,
                     [](std::byte b) { return b >= std::byte{' '} && b <= std::byte{'~'}; }) &&
         std::all_of(end, bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

class Writer {
 public:
  Writer(const StructPlan& plan, Bytes bytes, std::string& text)
      : plan_(plan), bytes_(bytes), text_(text) {}

  void write() { value(plan_.root, {0, 0, UINT32_MAX, true, true}); }

 private:
  struct Place {
    uint64_t bit_offset;
    uint32_t bits;    // of a bit-field, else 0
    uint32_t length;  // the most elements of an array
    bool has_cast;
    bool is_last;  // bytes behind it can only be more elements of it
  };

  void value(uint32_t index, const Place& place) {
    const PlannedType& type = plan_.types[index];
    if (place.has_cast) text_ += type.cast;
    const uint64_t at = place.bit_offset / 8;
    if (type.kind == Kind::Record) return record(type, place);
    if (type.kind == Kind::Array) return array(type, at, place);
    const uint64_t end = place.bits ? (place.bit_offset + place.bits + 7) / 8 : at + type.bytes;
    if (end > bytes_.size()) {
      text_ += kNotCaptured;
      return;
    }
    scalar(type, place);
  }

  void record(const PlannedType& type, const Place& place) {
    const uint64_t at = place.bit_offset / 8;
    if (type.bytes > 0 && at >= bytes_.size()) {
      text_ += kNotCaptured;
      return;
    }
    text_ += '{';
    depth_++;
    for (const PlannedMember& member : type.members) {
      if (!begin_line()) break;
      text_ += member.label;
      const bool is_last = place.is_last && (type.is_union || &member == &type.members.back());
      value(member.type, {place.bit_offset + member.bit_offset, member.bits, member.length,
                          place.has_cast, is_last});
      text_ += ',';
    }
    depth_--;
    if (!type.members.empty()) indent();
    text_ += '}';
  }

  void array(const PlannedType& type, uint64_t at, const Place& place) {
    const PlannedType& element = plan_.types[type.element];
    const uint64_t reached = at < bytes_.size() ? bytes_.size() - at : 0;
    uint64_t count = std::min(type.count, place.length);
    // Bytes up to the size of the struct are padding.
    const bool has_more = place.is_last && bytes_.size() > plan_.types[plan_.root].bytes;
    if (type.count == 0 && has_more && element.bytes) count = reached / element.bytes;
    const uint64_t wanted = count * element.bytes;
    const Bytes bytes = bytes_.subspan(reached ? at : 0, std::min(reached, wanted));
    if (element.is_char && bytes.size() == wanted && is_text(bytes)) return quoted(bytes);
    text_ += '[';
    depth_++;
    // An element of size 0 has nothing to show.
    const uint64_t there = element.bytes ? (bytes.size() + element.bytes - 1) / element.bytes : 0;
    const uint64_t shown = there - zeros_at_the_end(bytes, element.bytes, there);
    for (uint64_t n = 0; n < shown && begin_line(); n++) {
      value(type.element, {(at + n * element.bytes) * 8, 0, UINT32_MAX, false, false});
      text_ += ',';
    }
    remark(there - shown, "all 0");
    if (element.bytes) remark(count - there, kNotCaptured);
    depth_--;
    if (count && element.bytes) indent();
    text_ += ']';
  }

  // The number of zero elements at the end, if there are too many to list.
  static uint64_t zeros_at_the_end(Bytes bytes, uint64_t size, uint64_t count) {
    constexpr uint64_t kFew = 8;
    if (count <= kFew || bytes.size() % size != 0) return 0;
    uint64_t zeros = 0;
    while (zeros < count && is_zero(bytes.subspan((count - zeros - 1) * size, size))) zeros++;
    return zeros > kFew ? zeros : 0;
  }

  void remark(uint64_t count, std::string_view what) {
    if (count == 0 || !begin_line()) return;
    text_ += "… ";
    number(count);
    text_ += " more, ";
    text_ += what;
  }

  void quoted(Bytes bytes) {
    text_ += '"';
    for (const std::byte b : bytes) {
      const char c = std::to_integer<char>(b);
      if (c == '\0') break;
      if (c == '"' || c == '\\') text_ += '\\';
      text_ += c;
    }
    text_ += '"';
  }

  void scalar(const PlannedType& type, const Place& place) {
    const uint64_t at = place.bit_offset / 8;
    switch (type.kind) {
      case Kind::Wide:
        return wide(bytes_.subspan(at, type.bytes));
      case Kind::Float:
        return real(bytes_.subspan(at, type.bytes));
      case Kind::Unknown:
        text_ += '?';
        return;
      default:
        break;
    }
    const uint32_t bits = place.bits ? place.bits : static_cast<uint32_t>(type.bytes * 8);
    const uint64_t raw = read_bits(bytes_, place.bit_offset, bits);
    if (type.kind == Kind::Enum && named(type, raw, bits)) return;
    if (type.kind == Kind::Pointer || (place.bits && !type.is_signed))
      hex(raw);
    else if (type.is_signed)
      number(extend_sign(raw, bits));
    else
      number(raw);
  }

  bool named(const PlannedType& type, uint64_t raw, uint32_t bits) {
    for (const auto& [value, name] : type.values) {
      if ((value ^ raw) << (64 - bits)) continue;
      text_ += name;
      return true;
    }
    return false;
  }

  // An integer of more than 64 bits, the lowest byte first in memory.
  void wide(Bytes bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    size_t size = bytes.size();
    while (size > 1 && bytes[size - 1] == std::byte{0}) size--;
    text_ += "0x";
    while (size > 0) {
      const auto byte = std::to_integer<unsigned>(bytes[--size]);
      text_ += kDigits[byte >> 4];
      text_ += kDigits[byte & 15];
    }
  }

  void real(Bytes bytes) {
    if (bytes.size() == sizeof(float)) return real_as<float>(bytes);
    if (bytes.size() == sizeof(double)) return real_as<double>(bytes);
    wide(bytes);
  }

  template <class T>
  void real_as(Bytes bytes) {
    T value;
    std::memcpy(&value, bytes.data(), sizeof(value));
    fmt::format_to(std::back_inserter(text_), "{}", value);
  }

  void hex(uint64_t value) {
    text_ += "0x";
    number(value, 16);
  }

  template <class T>
  void number(T value, int base = 10) {
    std::array<char, 24> digits;
    char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
    text_.append(digits.data(), end);
  }

  // False when the text is too long. Its last line says so.
  bool begin_line() {
    if (is_full_) return false;
    indent();
    is_full_ = text_.size() > kLongestText;
    if (is_full_) text_ += "… cut: longer than 1 MiB";
    return !is_full_;
  }

  void indent() {
    text_ += '\n';
    text_.append(depth_, '\t');
  }

  const StructPlan& plan_;
  Bytes bytes_;
  std::string& text_;
  size_t depth_ = 0;
  bool is_full_ = false;
};

}  // namespace

Result<StructText> StructText::create(const kernel::Btf& btf, std::string_view struct_name) {
  const uint32_t id = btf.find(struct_name, BTF_KIND_STRUCT);
  if (id == 0)
    return fail(fmt::format("print struct {}: the kernel's BTF does not have it", struct_name),
                ExitCode::NotSupported);
  PWRU_ASSIGN(StructPlan plan, plan_struct(btf, id, true));
  return StructText(std::move(plan));
}

Result<StructText> StructText::create(const kernel::Btf& btf, uint32_t type_id) {
  PWRU_ASSIGN(StructPlan plan, plan_struct(btf, type_id, false));
  return StructText(std::move(plan));
}

void StructText::set_array_length(std::string_view member_name, uint32_t length) {
  for (PlannedMember& member : plan_.types[plan_.root].members) {
    const std::string_view label = member.label;
    if (label.size() == member_name.size() + std::string_view(". = ").size() &&
        label.substr(1).starts_with(member_name))
      member.length = length;
  }
}

std::string_view StructText::format(std::span<const std::byte> bytes) {
  text_.clear();
  Writer(plan_, bytes, text_).write();
  return text_;
}

}  // namespace pwru::resolve
