// SPDX-License-Identifier: Apache-2.0
#include "kernel/netfilter/xt_entry.h"

namespace pwru::kernel {
namespace {

// struct xt_entry_match and xt_entry_target: the size of all of it, the name, the revision.
constexpr size_t kNameAt = 2, kNameBytes = 29, kRevisionAt = 31, kDataAt = 32;

std::optional<XtExtension> extension(Bytes bytes) {
  if (bytes.size() < kDataAt) return std::nullopt;
  return XtExtension{text_of(bytes.subspan(kNameAt, kNameBytes)),
                     std::to_integer<uint8_t>(bytes[kRevisionAt]), bytes.subspan(kDataAt)};
}

// Of the first one; 0 when it is broken.
size_t extension_size(Bytes bytes) {
  uint16_t size = 0;
  return take(bytes, size) && size >= kDataAt && size <= bytes.size() ? size : 0;
}

class Sum {
 public:
  void add(uint64_t word) { sum_ = pwru_xt_sum(sum_, word); }
  // Words of the host, the last of which may be a part of one.
  void add(Bytes bytes) {
    for (; !bytes.empty(); bytes = after(bytes, sizeof(uint64_t)))
      add(host_number(bytes.first(std::min(bytes.size(), sizeof(uint64_t)))));
  }
  [[nodiscard]] uint32_t folded() const { return pwru_xt_fold(sum_); }

 private:
  uint64_t sum_ = PWRU_XT_SUM_BEGIN;
};

void add_match(Bytes match, Sum& sum) {
  sum.add(match.size());
  sum.add(match.subspan(kNameAt, PWRU_XT_SUM_NAME_BYTES));
  sum.add(std::to_integer<uint64_t>(match[kRevisionAt]));
  sum.add(match.subspan(kDataAt));
}

}  // namespace

std::optional<XtEntry> xt_entry(uint8_t family, Bytes bytes) {
  struct {
    uint16_t target = 0;
    uint16_t next = 0;
  } offsets;
  if (family > PWRU_XT_ARP) return std::nullopt;
  const size_t offsets_at = pwru_xt_offsets_at(family);
  const size_t matches_at = pwru_xt_counters_at(family) + PWRU_XT_COUNTER_BYTES;
  if (!take(after(bytes, offsets_at), offsets) || offsets.next > bytes.size() ||
      offsets.target < matches_at || offsets.target > offsets.next)
    return std::nullopt;
  const Bytes rest = bytes.first(offsets.next).subspan(offsets.target);
  const auto target = extension(rest.first(extension_size(rest)));
  if (!target) return std::nullopt;
  return XtEntry{family, bytes.first(offsets_at),
                 bytes.subspan(matches_at, offsets.target - matches_at), *target};
}

bool take_match(Bytes& matches, XtExtension& match) {
  const size_t size = extension_size(matches);
  const auto taken = extension(matches.first(size));
  if (!taken) return false;
  match = *taken;
  matches = after(matches, size);
  return true;
}

uint32_t xt_entry_sum(const XtEntry& entry) {
  Sum sum;
  sum.add(entry.head);
  Bytes matches = entry.matches;
  while (const size_t size = extension_size(matches)) {
    add_match(matches.first(size), sum);
    matches = after(matches, size);
  }
  if (!matches.empty()) return 0;
  uint32_t decision = 0;  // the verdict of a standard target, how REJECT answers
  if (!take(entry.target.data, decision)) return 0;
  sum.add(decision);
  return sum.folded();
}

}  // namespace pwru::kernel
