// SPDX-License-Identifier: Apache-2.0
// A set of names that may claim to hold a name that it does not. It rejects nearly all of the
// 200,000 names of kallsyms without looking into a table of strings. bpf/hooks/ksyms.bpf.c tests
// the same bits.
#pragma once

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include "abi/ksyms.h"

namespace pwru::kernel {

class NameSet {
 public:
  // The part of a name after a dot is ignored: "name.isra.0" is in the set when "name" is.
  void add(std::string_view name) {
    const uint32_t slot = slot_of(name);
    bits_[slot / kWordBits] |= uint64_t{1} << slot % kWordBits;
  }
  [[nodiscard]] bool may_have(std::string_view name) const {
    const uint32_t slot = slot_of(name);
    return (bits_[slot / kWordBits] >> slot % kWordBits & 1) != 0;
  }
  // The bits as struct pwru_ksym_query has them.
  [[nodiscard]] const std::vector<uint64_t>& bits() const { return bits_; }

 private:
  static constexpr unsigned kWordBits = 64;

  static uint32_t slot_of(std::string_view name) {
    constexpr size_t kWord = sizeof(uint64_t);
    name = name.substr(0, std::min<size_t>(name.find('.'), PWRU_KSYM_HASH_WORDS * kWord));
    __u64 hash = 0;
    for (size_t at = 0; at < name.size(); at += kWord) {
      __u64 word = 0;
      std::memcpy(&word, name.data() + at, std::min(kWord, name.size() - at));
      hash = pwru_ksym_hash(hash, word);
    }
    return pwru_ksym_slot(hash);
  }

  std::vector<uint64_t> bits_ =
      std::vector<uint64_t>((size_t{1} << PWRU_KSYM_SLOT_BITS) / kWordBits);
};

}  // namespace pwru::kernel
