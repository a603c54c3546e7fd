// SPDX-License-Identifier: Apache-2.0
#include "program/constants.h"

#include <bpf/btf.h>
#include <linux/bpf.h>

#include <cerrno>
#include <cstring>

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

// Calls replace(call) for each call of a helper that copies kernel memory.
template <class Replace>
void for_each_copy(std::string& elf, Replace replace) {
  for (size_t at = 0; at + sizeof(bpf_insn) <= elf.size(); at += sizeof(bpf_insn)) {
    bpf_insn call;
    std::memcpy(&call, elf.data() + at, sizeof(call));
    const bool is_call = call.code == (BPF_JMP | BPF_CALL) && call.dst_reg == 0 &&
                         call.src_reg == 0 && call.off == 0;
    if (!is_call ||
        (call.imm != BPF_FUNC_probe_read_kernel && call.imm != BPF_FUNC_probe_read_kernel_str))
      continue;
    replace(call);
    std::memcpy(elf.data() + at, &call, sizeof(call));
  }
}

}  // namespace

void leave_out_copies(std::string& elf) {
  bpf_insn fail_instead = {};
  fail_instead.code = BPF_ALU64 | BPF_MOV | BPF_K;
  fail_instead.dst_reg = BPF_REG_0;
  fail_instead.imm = -EPERM;
  for_each_copy(elf, [&](bpf_insn& call) { call = fail_instead; });
}

void use_old_copies(std::string& elf) {
  for_each_copy(elf, [](bpf_insn& call) {
    call.imm =
        call.imm == BPF_FUNC_probe_read_kernel ? BPF_FUNC_probe_read : BPF_FUNC_probe_read_str;
  });
}

void make_functions_static(bpf_object* object) {
  const btf* const types = bpf_object__btf(object);
  for (uint32_t id = 1; id < btf__type_cnt(types); id++) {
    auto* const type = const_cast<btf_type*>(btf__type_by_id(types, id));
    if (btf_is_func(type) && btf_vlen(type) == BTF_FUNC_GLOBAL)
      type->info = static_cast<uint32_t>(BTF_KIND_FUNC) << 24 | BTF_FUNC_STATIC;
  }
}

Result<> set_constants(std::string& elf, const pwru_config& config) {
  for (size_t at = 0; at + sizeof(WideLoad) <= elf.size(); at += sizeof(bpf_insn)) {
    WideLoad load;
    std::memcpy(&load, elf.data() + at, sizeof(load));
    if (!is_mark(load)) continue;
    const size_t offset = load.number() & 0xfff, bytes = load.number() >> 12 & 0xf;
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
