// SPDX-License-Identifier: Apache-2.0
#include "output/id_text.h"

#include <charconv>

#include "abi/event.h"
#include "abi/ring.h"

namespace pwru::output {
namespace {

char* append_id(char* to, uint64_t id) {
  to = std::to_chars(to, to + 5, id >> PWRU_ID_CPU_SHIFT).ptr;
  *to++ = '.';
  if (id & PWRU_ID_OF_PROG)
    for (uint64_t slot = id >> PWRU_ID_SLOT_SHIFT & (PWRU_NEST_SLOTS - 1);; slot--) {
      *to++ = 'x';
      if (slot == 0) break;
    }
  if (id & PWRU_ID_OF_CHILD) *to++ = 'c';
  return std::to_chars(to, to + 15, id & ((1ull << PWRU_ID_SLOT_SHIFT) - 1)).ptr;
}

}  // namespace

char* append_ids(char* to, uint64_t packet_id, uint64_t parent_id) {
  if (!packet_id) {
    *to++ = '-';
    return to;
  }
  to = append_id(to, packet_id);
  if (!parent_id) return to;
  *to++ = '<';
  return append_id(to, parent_id);
}

}  // namespace pwru::output
