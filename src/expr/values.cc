// SPDX-License-Identifier: Apache-2.0
#include "expr/values.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>

namespace pwru::expr {
namespace {

uint64_t word_at(std::span<const std::byte> bytes, size_t offset, size_t size) {
  uint64_t word = 0;
  std::memcpy(&word, bytes.data() + offset, size);
  return word;
}

template <class... Args>
void append(std::string& out, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
}

// Appends characters so that they are printable and cannot end the quotes or the line.
void append_characters(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '"' || c == '\\')
      append(out, "\\{}", c);
    else if (c >= ' ' && c <= '~')
      out += c;
    else
      append(out, "\\x{:02x}", static_cast<unsigned char>(c));
  }
}

// Some arrays of characters hold no text: for example skb->cb.
bool is_binary(std::span<const std::byte> bytes) {
  return std::any_of(bytes.begin(), bytes.end(), [](std::byte b) {
    const char c = std::to_integer<char>(b);
    return (c > 0 && c < ' ' && c != '\n' && c != '\t') || c == '\x7f';
  });
}

void append_hex(std::string& out, std::span<const std::byte> bytes) {
  out += "0x";
  for (const std::byte b : bytes) append(out, "{:02x}", std::to_integer<unsigned>(b));
}

void append_text(std::string& out, std::span<const std::byte> bytes) {
  const char* const text = reinterpret_cast<const char*>(bytes.data());
  out += '"';
  append_characters(out, {text, ::strnlen(text, bytes.size())});
  out += '"';
}

void append_mac(std::string& out, std::span<const std::byte> bytes) {
  for (size_t i = 0; i < bytes.size(); i++)
    append(out, "{}{:02x}", i ? ":" : "", std::to_integer<unsigned>(bytes[i]));
}

void append_ip(std::string& out, int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text;
  out += ::inet_ntop(family, address, text.data(), text.size());
}

// Reads a number from memory, sign- or zero-extended, in the byte order of the host.
uint64_t read_number(const Type& type, const FieldPlace& place, std::span<const std::byte> bytes) {
  const uint32_t bits = type.bits ? type.bits : 8 * type.bytes;
  const uint32_t size = type.bits ? (place.shift + bits + 7) / 8 : type.bytes;
  uint64_t word = word_at(bytes, place.byte, size);
  if (type.is_big_endian) word = __builtin_bswap64(word) >> (64 - bits);
  word <<= 64 - place.shift - bits;
  return type.is_signed ? static_cast<uint64_t>(static_cast<int64_t>(word) >> (64 - bits))
                        : word >> (64 - bits);
}

}  // namespace

std::string ValueText::text(size_t index, Bytes bytes) const {
  const Value& value = values_[index];
  std::string out;
  if (!(word_at(bytes, index / 64 * 8, 8) >> index % 64 & 1)) return "?";
  const Bytes mine = bytes.subspan(value.offset, value.bytes);
  if (value.transfer == Transfer::Number)
    append_scalar(out, value.form, value.type, word_at(mine, 0, 8));
  else if (value.transfer == Transfer::Text)
    append_text(out, mine);
  else
    append_memory(out, value.type, mine);
  return out;
}

void ValueText::append_scalar(std::string& out, Form form, const Type& type, uint64_t value) const {
  switch (form) {
    case Form::Bool:
      out += value ? "true" : "false";
      return;
    case Form::Enum:
      return append_enum(out, type, value);
    case Form::Pointer:
      return append_pointer(out, value);
    case Form::Ipv4Number: {
      const uint32_t address = htonl(static_cast<uint32_t>(value));
      return append_ip(out, AF_INET, &address);
    }
    case Form::Character:
      if (value >= ' ' && value <= '~') return append(out, "'{}'", static_cast<char>(value));
      break;
    default:
      break;
  }
  if (type.is_signed)
    append(out, "{}", static_cast<int64_t>(value));
  else
    append(out, "{}", value);
}

// Only a pointer into the kernel's code has a name.
void ValueText::append_pointer(std::string& out, uint64_t value) const {
  if (symbols_.locate(value))
    out += symbols_.format(value);
  else
    append(out, "{:#x}", value);
}

void ValueText::append_enum(std::string& out, const Type& type, uint64_t value) const {
  const std::string_view name = types_.enumerator_name(type.enum_id, static_cast<int64_t>(value));
  if (name.empty())
    append_scalar(out, Form::Number, type, value);
  else
    out += name;
}

void ValueText::append_memory(std::string& out, const Type& type, Bytes bytes) const {
  switch (form_of_memory(types_, type)) {
    case Form::Text:
      return is_binary(bytes) ? append_hex(out, bytes) : append_text(out, bytes);
    case Form::Mac:
      return append_mac(out, bytes);
    case Form::Ipv4:
      return append_ip(out, AF_INET, bytes.data());
    case Form::Ipv6:
      return append_ip(out, AF_INET6, bytes.data());
    default:
      break;
  }
  if (type.is_array())
    append_array(out, type, bytes);
  else
    append_record(out, type, bytes);
}

void ValueText::append_array(std::string& out, const Type& type, Bytes bytes) const {
  const Type element = types_.target_of(type);
  out += '[';
  for (uint32_t i = 0; i < type.count && element.bytes; i++) {
    if (i) out += ',';
    append_member(out, {{i * element.bytes, 0, 0}, element}, "", bytes);
  }
  out += ']';
}

void ValueText::append_record(std::string& out, const Type& type, Bytes bytes) const {
  out += '{';
  bool is_first = true;
  types_.each_field(type, [&](std::string_view name, const Field& field) {
    if (!is_first) out += ',';
    is_first = false;
    if (!name.empty()) append(out, "{}=", name);
    append_member(out, field, name, bytes);
  });
  out += '}';
}

void ValueText::append_member(std::string& out, const Field& field, std::string_view name,
                              Bytes bytes) const {
  const Type& type = field.type;
  if (type.is_scalar())
    append_scalar(out, form_of_scalar(type, name), type, read_number(type, field.place, bytes));
  else if (type.is_array() || type.kind == Type::Kind::Record)
    append_memory(out, type, bytes.subspan(field.place.byte, type.bytes));
  else
    out += '?';
}

}  // namespace pwru::expr
