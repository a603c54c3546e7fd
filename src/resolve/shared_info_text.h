// SPDX-License-Identifier: Apache-2.0
// The struct skb_shared_info of a packet as text: segmentation offload and page fragments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "kernel/btf/btf.h"
#include "resolve/struct_text.h"

namespace pwru::resolve {

class SharedInfoText {
 public:
  [[nodiscard]] static Result<SharedInfoText> create(const kernel::Btf& btf);

  // Several lines without a newline at the end, valid until the next call. Only the fragments in
  // use are shown. The names of its bits follow gso_type: SKB_GSO_TCPV4|SKB_GSO_DODGY.
  [[nodiscard]] std::string_view format(std::span<const std::byte> bytes);

 private:
  explicit SharedInfoText(StructText text) : text_(std::move(text)) {}
  void find_gso_names(const kernel::Btf& btf);
  void name_gso_type(uint32_t gso_type);

  StructText text_;
  std::vector<std::pair<uint32_t, std::string>> gso_names_;
  size_t nr_frags_at_ = 0;  // offsets in the struct
  size_t gso_type_at_ = 0;
  std::string result_;
};

}  // namespace pwru::resolve
