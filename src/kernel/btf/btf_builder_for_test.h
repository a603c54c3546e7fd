// SPDX-License-Identifier: Apache-2.0
// Writes small BTF blobs for unit tests.
#pragma once

#include <linux/btf.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/btf/btf.h"

namespace pwru::kernel {

class BtfBuilder {
 public:
  // With a `base` the result is split BTF over it.
  explicit BtfBuilder(const Btf* base = nullptr, uint32_t base_strings = 0)
      : next_id_(base ? base->end_id() : 1), string_base_(base_strings) {
    if (!base) strings_.push_back('\0');
  }

  uint32_t string(std::string_view text) {
    if (text.empty()) return 0;
    const auto offset = static_cast<uint32_t>(string_base_ + strings_.size());
    strings_.append(text).push_back('\0');
    return offset;
  }

  // Adds a type, with `trailing` words behind it, and returns its id.
  uint32_t add(uint32_t kind, std::string_view name, uint32_t size_or_type,
               const std::vector<uint32_t>& trailing = {}, uint32_t vlen = 0) {
    for (const uint32_t word : {string(name), kind << 24 | vlen, size_or_type}) put(word);
    for (const uint32_t word : trailing) put(word);
    return next_id_++;
  }

  uint32_t integer(std::string_view name, uint32_t bytes) {
    return add(BTF_KIND_INT, name, bytes, {bytes * 8});
  }
  uint32_t pointer(uint32_t to) { return add(BTF_KIND_PTR, "", to); }
  uint32_t array(uint32_t of, uint32_t index, uint32_t length) {
    return add(BTF_KIND_ARRAY, "", 0, {of, index, length});
  }
  uint32_t structure(std::string_view name, uint32_t bytes) {
    return add(BTF_KIND_STRUCT, name, bytes);
  }
  struct Member {
    std::string name;
    uint32_t type;
    uint32_t offset;  // in bits; with kind_flag the upper byte is the width of a bit-field
  };
  uint32_t record(uint32_t kind, std::string_view name, uint32_t bytes,
                  const std::vector<Member>& members, bool kind_flag = false) {
    std::vector<uint32_t> words;
    for (const Member& member : members)
      words.insert(words.end(), {string(member.name), member.type, member.offset});
    return add(kind, name, bytes, words,
               uint32_t{kind_flag} << 31 | static_cast<uint32_t>(members.size()));
  }
  uint32_t enumeration(std::string_view name,
                       const std::vector<std::pair<std::string, uint32_t>>& values) {
    std::vector<uint32_t> words;
    for (const auto& [text, value] : values) {
      words.push_back(string(text));
      words.push_back(value);
    }
    return add(BTF_KIND_ENUM, name, 4, words, static_cast<uint32_t>(values.size()));
  }
  uint32_t prototype(const std::vector<uint32_t>& params, uint32_t result = 0) {
    std::vector<uint32_t> words;
    for (const uint32_t type : params) {
      words.push_back(0);
      words.push_back(type);
    }
    return add(BTF_KIND_FUNC_PROTO, "", result, words, static_cast<uint32_t>(params.size()));
  }
  uint32_t function(std::string_view name, const std::vector<uint32_t>& params,
                    uint32_t result = 0) {
    return add(BTF_KIND_FUNC, name, prototype(params, result));
  }

  [[nodiscard]] uint32_t string_bytes() const { return static_cast<uint32_t>(strings_.size()); }

  [[nodiscard]] std::string bytes() const {
    const auto types = static_cast<uint32_t>(types_.size());
    const btf_header header{BTF_MAGIC, BTF_VERSION, 0,     sizeof(btf_header),
                            0,         types,       types, string_bytes()};
    std::string blob(reinterpret_cast<const char*>(&header), sizeof(header));
    return blob + types_ + strings_;
  }

 private:
  void put(uint32_t word) { types_.append(reinterpret_cast<const char*>(&word), sizeof(word)); }

  uint32_t next_id_;
  uint32_t string_base_;
  std::string types_;
  std::string strings_;
};

}  // namespace pwru::kernel
