// SPDX-License-Identifier: Apache-2.0
// One hit of a probed function, as every sink gets it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "abi/event.h"
#include "base/result.h"
#include "event/bpfmap.h"
#include "event/tunnel.h"
#include "event/tuple.h"

namespace pwru::event {

// Views point into the ring and are valid until the sink returns.
struct Event {
  uint64_t ts_ns = 0;  // CLOCK_MONOTONIC
  uint64_t func_ip = 0;
  uint64_t skb = 0;
  uint64_t packet_id = 0;  // 0: not followed
  uint64_t parent_id = 0;  // of the packet that it was made of; 0: none, or not asked for
  bool is_parent_forgotten =
      false;  // it was made of one, and the kernel side no longer knows which
  uint64_t caller_ip = 0;
  uint32_t cpu = 0;
  uint32_t pid = 0;
  std::string_view comm;
  uint32_t arg2 = 0;  // low halves of the 2nd and 3rd argument
  uint32_t arg3 = 0;
  pwru_event_type type = PWRU_EVENT_FUNC;
  int32_t verdict = 0;  // what a BPF program returned, at its exit

  bool has_meta = false;
#define PWRU_FIELD(type, name) type name = 0;
  PWRU_META_FIELDS(PWRU_FIELD)  // netns, mark and so on
#undef PWRU_FIELD
  std::string_view ifname;

  bool has_tuple = false;
  Tuple tuple;
  std::optional<Tunnel> tunnel;     // asked for, and the packet is one
  std::span<const uint64_t> stack;  // return addresses, innermost first
  bool has_stack_failed = false;    // the kernel could not take it
  std::span<const std::byte> skb_bytes;
  std::span<const std::byte> expr_bytes;  // see PWRU_PART_EXPR
  std::span<const std::byte> shinfo_bytes;
  std::span<const uint32_t> cb;   // __sk_buff->cb[]
  const pwru_nft* nft = nullptr;  // null: no rule is known
  const pwru_xt* xt = nullptr;    // the same of iptables-legacy, another hook or conntrack
  bool has_map_call = false;
  BpfMapCall map_call;

  std::span<const pwru_hop> path;  // what was kept until this event, see PWRU_PART_PATH
  uint64_t hops_written = 0;       // how long it was
  uint64_t hops_missing = 0;       // of it, hops that were overwritten
};

// Events of one CPU that found its ring full.
struct Loss {
  uint32_t cpu = 0;
  uint64_t count = 0;
  uint64_t since_ns = 0;  // the last event of that CPU before them, 0: none
  uint64_t until_ns = 0;  // the first one after them, 0: none any more
};

// How large the parts are that are not the same everywhere, as in pwru_config.
struct PartSizes {
  uint32_t skb_bytes = 0;
  uint32_t expr_bytes = 0;
  uint32_t shinfo_bytes = 0;
};

// Fails on a record that cannot be one of ours: too short for the parts it names.
[[nodiscard]] Result<Event> decode(std::span<const std::byte> record, uint32_t cpu,
                                   const PartSizes& sizes);

// The hits that an event's path has, from the oldest on; `at` counts from 0. Empty: two CPUs wrote
// there at once, and it is among the missing.
[[nodiscard]] std::optional<Event> hop_of(const Event& event, size_t at);

// The time and the loss counter of a record, without decoding the rest; `record` holds a
// pwru_event.
[[nodiscard]] const pwru_event& header_of(std::span<const std::byte> record);

}  // namespace pwru::event
