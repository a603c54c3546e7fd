// SPDX-License-Identifier: Apache-2.0
#include "tests/expr/interpreter.h"

#include <array>
#include <cstring>

namespace pwru::test {
namespace {

constexpr uint64_t kPage = 4096;
constexpr size_t kStackBytes = 512;
constexpr int kMaxSteps = 100'000;

class Machine {
 public:
  explicit Machine(const std::vector<bpf_insn>& code) : code_(code) {
    r_[10] = reinterpret_cast<uint64_t>(stack_.data() + kStackBytes);
  }

  std::optional<uint64_t> run(uint64_t r1, uint64_t r2) {
    r_[1] = r1;
    r_[2] = r2;
    for (int steps = 0; steps < kMaxSteps && !is_broken_; steps++) {
      if (at_ >= code_.size()) return std::nullopt;
      const bpf_insn& insn = code_[at_++];
      if (insn.code == (BPF_JMP | BPF_EXIT)) return r_[0];
      step(insn);
    }
    return std::nullopt;
  }

 private:
  void step(const bpf_insn& insn) {
    uint64_t& dst = r_[insn.dst_reg];
    const uint64_t src = r_[insn.src_reg];
    switch (BPF_CLASS(insn.code)) {
      case BPF_ALU64:
        dst = alu(insn, dst, operand(insn));
        break;
      case BPF_ALU:
        if (BPF_OP(insn.code) == BPF_END)
          dst = swap(dst, insn.imm);
        else
          dst = static_cast<uint32_t>(alu(insn, dst, operand(insn)));
        break;
      case BPF_LD:  // 64-bit constant in two instructions
        dst = static_cast<uint32_t>(insn.imm) | uint64_t{static_cast<uint32_t>(code_[at_++].imm)}
                                                    << 32;
        break;
      case BPF_LDX:
        dst = load(src + static_cast<uint64_t>(int64_t{insn.off}), size(insn));
        break;
      case BPF_STX:
        store(dst + static_cast<uint64_t>(int64_t{insn.off}), src, size(insn));
        break;
      case BPF_JMP:
        if (BPF_OP(insn.code) == BPF_CALL)
          call(insn.imm);
        else if (is_taken(insn, dst, operand(insn)))
          at_ += static_cast<size_t>(int64_t{insn.off});
        break;
      default:
        is_broken_ = true;
    }
  }

  uint64_t operand(const bpf_insn& insn) const {
    return BPF_SRC(insn.code) == BPF_X ? r_[insn.src_reg]
                                       : static_cast<uint64_t>(int64_t{insn.imm});
  }

  static uint32_t size(const bpf_insn& insn) {
    switch (BPF_SIZE(insn.code)) {
      case BPF_B:
        return 1;
      case BPF_H:
        return 2;
      case BPF_W:
        return 4;
      default:
        return 8;
    }
  }

  static uint64_t swap(uint64_t value, int bits) {
    if (bits == 16) return __builtin_bswap16(static_cast<uint16_t>(value));
    if (bits == 32) return __builtin_bswap32(static_cast<uint32_t>(value));
    return __builtin_bswap64(value);
  }

  uint64_t alu(const bpf_insn& insn, uint64_t a, uint64_t b) {
    switch (BPF_OP(insn.code)) {
      case BPF_ADD:
        return a + b;
      case BPF_SUB:
        return a - b;
      case BPF_MUL:
        return a * b;
      case BPF_DIV:
        return b ? a / b : 0;
      case BPF_MOD:
        return b ? a % b : a;
      case BPF_OR:
        return a | b;
      case BPF_AND:
        return a & b;
      case BPF_XOR:
        return a ^ b;
      case BPF_LSH:
        return a << (b & 63);
      case BPF_RSH:
        return a >> (b & 63);
      case BPF_ARSH:
        return static_cast<uint64_t>(static_cast<int64_t>(a) >> (b & 63));
      case BPF_NEG:
        return -a;
      case BPF_MOV:
        return b;
      default:
        is_broken_ = true;
        return 0;
    }
  }

  bool is_taken(const bpf_insn& insn, uint64_t a, uint64_t b) {
    const auto sa = static_cast<int64_t>(a), sb = static_cast<int64_t>(b);
    switch (BPF_OP(insn.code)) {
      case BPF_JA:
        return true;
      case BPF_JEQ:
        return a == b;
      case BPF_JNE:
        return a != b;
      case BPF_JLT:
        return a < b;
      case BPF_JLE:
        return a <= b;
      case BPF_JGT:
        return a > b;
      case BPF_JGE:
        return a >= b;
      case BPF_JSLT:
        return sa < sb;
      case BPF_JSLE:
        return sa <= sb;
      case BPF_JSGT:
        return sa > sb;
      case BPF_JSGE:
        return sa >= sb;
      default:
        is_broken_ = true;
        return false;
    }
  }

  // The flags of the stack bytes that an access touches; nullptr outside of the stack.
  bool* written(uint64_t address) {
    const uint64_t base = reinterpret_cast<uint64_t>(stack_.data());
    return address >= base && address < base + kStackBytes ? &written_[address - base] : nullptr;
  }

  uint64_t load(uint64_t address, uint32_t bytes) {
    uint64_t value = 0;
    for (uint32_t i = 0; i < bytes; i++) {
      const bool* const mark = written(address + i);
      is_broken_ |= mark && !*mark;
    }
    is_broken_ |= written(address) && address % bytes != 0;
    std::memcpy(&value, reinterpret_cast<const void*>(address), bytes);
    return value;
  }

  void mark_written(uint64_t address, uint64_t bytes) {
    for (uint64_t i = 0; i < bytes; i++) {
      if (bool* const mark = written(address + i)) *mark = true;
    }
  }

  void store(uint64_t address, uint64_t value, uint32_t bytes) {
    mark_written(address, bytes);
    std::memcpy(reinterpret_cast<void*>(address), &value, bytes);
  }

  void call(int function) {
    void* const to = reinterpret_cast<void*>(r_[1]);
    const auto bytes = static_cast<size_t>(r_[2]);
    const auto* const from = reinterpret_cast<const char*>(r_[3]);
    mark_written(r_[1], bytes);
    const bool is_readable = r_[3] >= kPage;
    if (function == BPF_FUNC_probe_read_kernel) {
      r_[0] = is_readable ? 0 : static_cast<uint64_t>(-14);
      if (is_readable)
        std::memcpy(to, from, bytes);
      else
        std::memset(to, 0, bytes);
    } else if (function == BPF_FUNC_probe_read_kernel_str) {
      r_[0] = static_cast<uint64_t>(-14);
      if (is_readable) {
        const size_t length = ::strnlen(from, bytes - 1);
        std::memset(to, 0xa5, bytes);  // bytes behind the string may have any value
        std::memcpy(to, from, length);
        static_cast<char*>(to)[length] = '\0';
        r_[0] = length + 1;
      }
    } else {
      is_broken_ = true;
    }
    for (int i = 1; i <= 5; i++) r_[i] = 0xbadbadbadbadbadull;
  }

  const std::vector<bpf_insn>& code_;
  std::array<uint64_t, 11> r_ = {};
  alignas(8) std::array<char, kStackBytes> stack_ = {};
  std::array<bool, kStackBytes> written_ = {};
  size_t at_ = 0;
  bool is_broken_ = false;
};

}  // namespace

std::optional<uint64_t> interpret(const std::vector<bpf_insn>& code, uint64_t r1, uint64_t r2) {
  return Machine(code).run(r1, r2);
}

}  // namespace pwru::test
