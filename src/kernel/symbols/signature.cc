// SPDX-License-Identifier: Apache-2.0
#include "kernel/symbols/signature.h"

namespace pwru::kernel {
namespace {

constexpr unsigned kRegisterBytes = 8;
constexpr unsigned kLastArgument = 5;  // the last one that BPF programs can read: PT_REGS_PARM5

bool is_aggregate(uint32_t kind) { return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION; }

bool is_enum(uint32_t kind) { return kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64; }

// How many general registers a value takes as an argument.
unsigned registers_of(const Btf& btf, uint32_t resolved_id) {
  const uint32_t kind = btf.kind(resolved_id);
  if (kind == BTF_KIND_FLOAT) return 0;
  if (!is_aggregate(kind) && kind != BTF_KIND_INT) return 1;
  const unsigned words = (btf.type(resolved_id).size + kRegisterBytes - 1) / kRegisterBytes;
  if (words <= 2) return words;
#if defined(__aarch64__)
  return 1;  // AAPCS64: the caller passes a pointer to a copy
#else
  return 0;  // System V x86-64: in memory, on the stack
#endif
}

// The register in which the first declared argument is passed.
unsigned first_register([[maybe_unused]] const Btf& btf, [[maybe_unused]] uint32_t proto_id) {
#if defined(__x86_64__)
  // A result of more than 16 bytes is written through a pointer in the first register.
  const uint32_t result = btf.resolve(btf.type(proto_id).type);
  if (is_aggregate(btf.kind(result)) && btf.type(result).size > 2 * kRegisterBytes) return 2;
#endif
  return 1;
}

bool is_skb_pointer(const Btf& btf, uint32_t resolved_id) {
  if (btf.kind(resolved_id) != BTF_KIND_PTR) return false;
  const uint32_t target = btf.resolve(btf.type(resolved_id).type);
  const uint32_t kind = btf.kind(target);
  return (kind == BTF_KIND_STRUCT || kind == BTF_KIND_FWD) && btf.is_named(target, "sk_buff");
}

bool is_drop_reason(const Btf& btf, uint32_t resolved_id) {
  return is_enum(btf.kind(resolved_id)) && btf.is_named(resolved_id, "skb_drop_reason");
}

// __dev_kfree_skb_irq() and __dev_kfree_skb_any() take one up to 6.3.
bool is_free_reason(const Btf& btf, uint32_t resolved_id) {
  return is_enum(btf.kind(resolved_id)) && btf.is_named(resolved_id, "skb_free_reason");
}

}  // namespace

Signature signature_of(const Btf& btf, uint32_t func_proto_id) {
  Signature signature;
  unsigned position = first_register(btf, func_proto_id);
  for (const btf_param& param : btf.params(func_proto_id)) {
    const uint32_t type = btf.resolve(param.type);
    const auto reachable = static_cast<uint8_t>(position <= kLastArgument ? position : 0);
    if (!signature.has_skb && is_skb_pointer(btf, type)) {
      signature.has_skb = true;
      signature.skb_arg = reachable;
    } else if (signature.reason_arg == 0 &&
               (is_drop_reason(btf, type) || is_free_reason(btf, type))) {
      signature.reason_arg = reachable;
      signature.is_free_reason = is_free_reason(btf, type);
    }
    position += registers_of(btf, type);
  }
  return signature;
}

}  // namespace pwru::kernel
