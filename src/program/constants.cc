// SPDX-License-Identifier: Apache-2.0
#include "program/constants.h"

#include <linux/bpf.h>

#include <bit>
#include <cstring>

#include "abi/event.h"
#include "base/round.h"

namespace pwru::program {
namespace {

// The instruction that loads a 64-bit number takes the room of two.
struct WideLoad {
  bpf_insn low, high;

  [[nodiscard]] uint64_t number() const {
    return static_cast<uint32_t>(low.imm) | static_cast<uint64_t>(static_cast<uint32_t>(high.imm))
                                                << 32;
  }
  void set_number(uint64_t number) {
    low.imm = static_cast<int32_t>(number);
    high.imm = static_cast<int32_t>(number >> 32);
  }
};

bool is_mark(const WideLoad& load) {
  return load.low.code == (BPF_LD | BPF_IMM | BPF_DW) && load.low.src_reg == 0 &&
         load.number() >> 16 == PWRU_CONSTANT_MARK >> 16;
}

}  // namespace

uint32_t fixed_bytes(const pwru_config& config) {
  const auto of = [&](uint32_t part, size_t bytes) {
    return config.parts & part ? round_up_8(bytes) : 0u;
  };
  return uint32_t{sizeof(pwru_event)} + of(PWRU_PART_STACK, sizeof(pwru_stack)) +
         of(PWRU_PART_SKB, config.skb_bytes) + of(PWRU_PART_CB, sizeof(pwru_cb)) +
         of(PWRU_PART_SHINFO, config.shinfo_bytes) + of(PWRU_PART_EXPR, config.expr_bytes) +
         of(PWRU_PART_TUNNEL, sizeof(pwru_tunnel));
}

// What follows from the other fields.
static void derive(pwru_config& config) {
  config.fixed_bytes = fixed_bytes(config);
  constexpr uint32_t kPlain = PWRU_PART_META | PWRU_PART_TUPLE4 | PWRU_PART_TUPLE6;
  if ((config.parts & ~uint32_t{PWRU_PART_CALLER}) == kPlain)
    config.plain_parts = config.parts & ~uint32_t{PWRU_PART_TUPLE6};
  const uint32_t chunks = config.ring_bytes >> config.chunk_shift;
  config.chunk_mask = config.chunk_bytes - 1;
  config.chunk_last = config.chunk_bytes - config.record_max_bytes;
  config.ring_chunk_mask = chunks - 1;
  config.ring_chunk_shift = static_cast<uint32_t>(std::countr_zero(chunks));
}

Result<> set_constants(std::string& elf, pwru_config config) {
  derive(config);
  for (size_t at = 0; at + sizeof(WideLoad) <= elf.size(); at += sizeof(bpf_insn)) {
    WideLoad load;
    std::memcpy(&load, elf.data() + at, sizeof(load));
    if (!is_mark(load)) continue;
    const size_t offset = load.number() & 0xff, bytes = load.number() >> 8 & 0xff;
    uint64_t value = 0;
    if (bytes > sizeof(value) || offset + bytes > sizeof(config))
      return fail("the built-in BPF object has a constant that is unknown: this build is broken");
    std::memcpy(&value, reinterpret_cast<const char*>(&config) + offset, bytes);
    load.set_number(value);
    std::memcpy(elf.data() + at, &load, sizeof(load));
  }
  return {};
}

}  // namespace pwru::program
