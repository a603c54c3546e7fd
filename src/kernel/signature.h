// SPDX-License-Identifier: Apache-2.0
// Where the calling convention puts the arguments of a kernel function that its BTF describes.
#pragma once

#include <cstdint>

#include "kernel/btf.h"

namespace pwru::kernel {

struct Signature {
  uint8_t skb_arg = 0;  // 1..5: the argument register; 0: there is none within reach
  // Likewise, of the first enum skb_drop_reason by value, or skb_free_reason (up to 6.3).
  uint8_t reason_arg = 0;
  bool is_free_reason = false;
  bool has_skb = false;  // a `struct sk_buff *` is among the parameters, within reach or not

  bool operator==(const Signature&) const = default;
};

[[nodiscard]] Signature signature_of(const Btf& btf, uint32_t func_proto_id);

}  // namespace pwru::kernel
