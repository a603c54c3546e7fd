// SPDX-License-Identifier: Apache-2.0
// Generates comparisons with strings and addresses: bytes are copied to the stack and compared
// there.
#include <linux/bpf.h>

#include <algorithm>
#include <cstring>

#include "expr/check.h"
#include "expr/generate.h"

namespace pwru::expr {
namespace {

// How much of a string is compared when the pattern has a wildcard before its end.
constexpr uint32_t kTextBytes = kMaxPattern + 2;

constexpr uint8_t r0 = BPF_REG_0, r1 = BPF_REG_1, r2 = BPF_REG_2, r3 = BPF_REG_3,
                  frame = BPF_REG_10;

// The verifier requires aligned loads from the stack.
uint32_t chunk_at(int16_t at, uint32_t left) {
  for (uint32_t bytes = 8; bytes > 1; bytes /= 2) {
    if (left >= bytes && at % static_cast<int>(bytes) == 0) return bytes;
  }
  return 1;
}

uint64_t word_of(const uint8_t* bytes, uint32_t size) {
  uint64_t word = 0;
  std::memcpy(&word, bytes, size);
  return word;
}

const uint8_t* bytes_of(const std::string& text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

// How many bytes of a string decide a comparison, the NUL included.
uint32_t bytes_seen(const Pattern& pattern) {
  const auto length = static_cast<uint32_t>(pattern.pieces[0].size());
  if (pattern.pieces.size() == 1) return length + 1;
  const bool is_prefix = pattern.pieces.size() == 2 && pattern.pieces[1].empty();
  return is_prefix ? std::max(length, 1u) : kTextBytes;
}

}  // namespace

void Generator::match(const Node& node, Label yes, Label no) {
  const bool is_equal = node.op == Op::Equal;
  const Label same = is_equal ? yes : no, differs = is_equal ? no : yes;
  if (node.right->kind == NodeKind::String)
    match_string(node, same, differs);
  else
    match_address(node, same, differs);
}

// Compares bytes on the stack with constants, in the bits of the mask. Falls through when they are
// equal.
void Generator::compare_bytes(int16_t at, const uint8_t* bytes, const uint8_t* mask, uint32_t size,
                              Label differs) {
  for (uint32_t done = 0; done < size;) {
    const auto here = static_cast<int16_t>(at + static_cast<int>(done));
    const uint32_t chunk = chunk_at(here, size - done);
    const uint64_t all = chunk == 8 ? ~uint64_t{0} : (uint64_t{1} << 8 * chunk) - 1;
    const uint64_t bits = mask ? word_of(mask + done, chunk) : all;
    if (bits) {
      asm_.load(load_size(chunk), r1, frame, here);
      if (bits != all) {
        asm_.load_imm64(r2, bits);
        asm_.alu64(BPF_AND, r1, r2);
      }
      set_constant(r2, word_of(bytes + done, chunk) & bits);
      asm_.jump64(BPF_JNE, r1, r2, differs);
    }
    done += chunk;
  }
}

void Generator::match_address(const Node& node, Label yes, Label no) {
  const Address& address = node.right->address;
  const Slot slot(*this, address.size);
  read_memory(frame, slot.at(), place(*node.left), address.size);
  compare_bytes(slot.at(), address.bytes.data(), address.mask.data(), address.size, no);
  asm_.jump_always(yes);
}

void Generator::match_string(const Node& node, Label yes, Label no) {
  const Pattern& pattern = node.right->pattern;
  const Type& type = node.left->type;
  uint32_t room = bytes_seen(pattern);
  if (type.is_array()) {
    room = std::min(room, type.count);
    const Slot slot(*this, room);
    read_memory(frame, slot.at(), place(*node.left), room);
    return match_pieces(pattern, slot.at(), room, yes, no);
  }
  // Reads one byte more than is compared: in a longer string the helper puts the NUL there.
  room = std::min(room + 1, kTextBytes);
  const Slot slot(*this, room);
  value(*node.left);
  asm_.mov(r3, r0);
  set_address(r1, {frame, slot.at()});
  set_constant(r2, room);
  asm_.call(0, BPF_FUNC_probe_read_kernel_str);
  asm_.jump64_imm(BPF_JSLT, r0, 0, unreadable_);
  match_pieces(pattern, slot.at(), room, yes, no);
}

// Every offset into the stack must be a constant (5.10), so the search for a piece is unrolled: one
// attempt for each place where the piece may begin. For all pieces except the last the first match
// is good. The last piece must be followed by the end of the string.
void Generator::match_pieces(const Pattern& pattern, int16_t text, uint32_t room, Label yes,
                             Label no) {
  const auto at = [&](uint32_t offset) {
    return static_cast<int16_t>(text + static_cast<int>(offset));
  };
  const auto& pieces = pattern.pieces;
  const auto jump_unless_end = [&](uint32_t offset, Label target) {
    if (offset >= room) return;
    asm_.load(BPF_B, r1, frame, at(offset));
    asm_.jump64_imm(BPF_JNE, r1, 0, target);
  };
  const auto size_of = [&](size_t piece) { return static_cast<uint32_t>(pieces[piece].size()); };

  compare_bytes(text, bytes_of(pieces[0]), nullptr, size_of(0), no);
  if (pieces.size() == 1) {
    jump_unless_end(size_of(0), no);
    return asm_.jump_always(yes);
  }
  // labels[offset] is the code that continues the search for the piece at that offset.
  std::vector<Label> labels;
  std::vector<bool> is_wanted;
  const auto start_row = [&] {
    labels.clear();
    for (uint32_t i = 0; i <= room; i++) labels.push_back(asm_.new_label());
    is_wanted.assign(room + 1, false);
  };
  start_row();
  is_wanted[size_of(0)] = true;
  asm_.jump_always(labels[size_of(0)]);
  for (size_t piece = 1; piece < pieces.size(); piece++) {
    const bool is_last = piece + 1 == pieces.size();
    const std::vector<Label> row = labels;
    const std::vector<bool> row_wanted = is_wanted;
    start_row();
    bool is_reached = false;
    for (uint32_t offset = 0; offset <= room; offset++) {
      is_reached |= row_wanted[offset];
      if (!is_reached) continue;
      asm_.bind(row[offset]);
      if (pieces[piece].empty()) {
        asm_.jump_always(is_last ? yes : labels[offset]);
        is_wanted[offset] = true;
        is_reached = false;
        continue;
      }
      if (offset + size_of(piece) > room) {
        asm_.jump_always(no);
        is_reached = false;
        continue;
      }
      const Label next = row[offset + 1];
      // Bytes behind the end of the string may have any value.
      asm_.load(BPF_B, r1, frame, at(offset));
      asm_.jump64_imm(BPF_JEQ, r1, 0, no);
      compare_bytes(at(offset), bytes_of(pieces[piece]), nullptr, size_of(piece), next);
      if (is_last) {
        jump_unless_end(offset + size_of(piece), next);
        asm_.jump_always(yes);
      } else {
        asm_.jump_always(labels[offset + size_of(piece)]);
        is_wanted[offset + size_of(piece)] = true;
      }
    }
  }
}

}  // namespace pwru::expr
