// SPDX-License-Identifier: Apache-2.0
// The columns that say the same of a packet event after event, as text that can be used again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "event/event.h"

namespace pwru::output {

class PacketColumns {
 public:
  // The address, the CPU, the process, the meta data and the tuple are those of the event that was
  // kept last, and the column of the tuple is as wide.
  [[nodiscard]] bool are_of(const event::Event& event, size_t tuple_width) const;
  void keep(const event::Event& event, size_t tuple_width, std::string_view text);
  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  struct Numbers {
    uint64_t skb;
    uint32_t cpu;
    uint32_t pid;
    uint32_t netns;
    uint32_t mark;
    uint32_t ifindex;
    uint32_t len_bytes;
    uint32_t mtu;
    uint16_t proto;
    bool has_tuple;
    bool operator==(const Numbers&) const = default;
  };
  static Numbers numbers_of(const event::Event& event);

  bool is_known_ = false;
  size_t tuple_width_ = 0;
  Numbers numbers_ = {};
  std::string comm_;
  std::string ifname_;
  event::Tuple tuple_;
  std::string text_;
};

}  // namespace pwru::output
