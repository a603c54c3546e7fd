// SPDX-License-Identifier: Apache-2.0
// Where the calling convention passes the arguments of a kernel function that BTF describes.
#pragma once

#include <cstdint>

#include "kernel/btf/btf.h"

namespace pwru::kernel {

struct Signature {
  uint8_t skb_arg = 0;  // 1..5: the argument register; 0: none of the five has an skb
  // The same for the first enum skb_drop_reason, or skb_free_reason (up to 6.3), that is passed by
  // value.
  uint8_t reason_arg = 0;
  bool is_free_reason = false;
  bool has_skb = false;  // any parameter is a `struct sk_buff *`, also behind the fifth

  bool operator==(const Signature&) const = default;
};

[[nodiscard]] Signature signature_of(const Btf& btf, uint32_t func_proto_id);

}  // namespace pwru::kernel
