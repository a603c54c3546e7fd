// SPDX-License-Identifier: Apache-2.0
#include "probe/placement.h"

#include <algorithm>
#include <array>

#include "kernel/symbols/functions.h"

namespace pwru::probe {
namespace {

constexpr size_t kSiteBytes = 5;
constexpr size_t kEndbrBytes = kernel::kEntryBytes - kSiteBytes;

// endbr64, and what the kernel writes over it in functions that are never jumped to indirectly: the
// second since 6.11, the third before (gen_endbr_poison()).
constexpr std::array<std::array<uint8_t, kEndbrBytes>, 3> kEndbr = {
    {{0xf3, 0x0f, 0x1e, 0xfa}, {0x0f, 0x1f, 0x40, 0xd6}, {0x66, 0x0f, 0x1f, 0x00}}};

bool begins_with_endbr(std::span<const uint8_t> code) {
  return std::any_of(kEndbr.begin(), kEndbr.end(), [&](const auto& endbr) {
    return std::equal(endbr.begin(), endbr.end(), code.begin());
  });
}

bool is_push(uint8_t opcode) { return (opcode & 0xf8) == 0x50; }

}  // namespace

bool begins_with_push(std::span<const uint8_t> code) {
  if (code.size() <= kernel::kEntryBytes) return false;
  return is_push(code[begins_with_endbr(code) ? kernel::kEntryBytes : kSiteBytes]);
}

Placement::Placement(const Plan& plan) : plan_(plan) {
#if defined(__x86_64__)
  if (plan.unwinds) text_ = kernel::Text::open();
#endif
}

bool Placement::may_stand_behind_site(const Group& group, uint64_t address) const {
  if (!plan_.may_stand_behind_site(group, address)) return false;
  std::array<uint8_t, kernel::kEntryBytes + 1> code = {};
  return !text_.read(address, code) || !begins_with_push(code);
}

}  // namespace pwru::probe
