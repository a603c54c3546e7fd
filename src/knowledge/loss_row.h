// SPDX-License-Identifier: Apache-2.0
// Counters of the kernel that mean loss: a table. Those that rise while everything works are in no
// row, nor are sums of others.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace pwru::knowledge {

// What an end must have in common with the counter to account for it, besides a reason, a place or
// a cause of the row.
enum class Near : uint8_t {
  // It was in the counter's network namespace; not at its device, because what a VLAN or a tunnel
  // counts dies at the device below it.
  Netns,
  Machine,  // nothing: the counter is of the whole machine
};

// Lists are names separated by blanks.
struct LossRow {
  std::string_view
      counter;  // kernel::CounterValue::name; those that begin so when it ends in a colon
  Near near = Near::Netns;
  // Which ends account for a rise: deaths with one of these reasons, or at one of these places; and
  // ends of one of these causes, also harmless ones. Place "*": every end that did
  // not consume the packet.
  std::string_view reasons = {}, places = {}, causes = {};
  // Places that account for it wherever the packet was.
  std::string_view anywhere = {};
  // Counters in this table that rise together with this one, and say more.
  std::string_view parts = {};
  // What is lost there is no packet yet, so that no filter can hide its end.
  bool is_before_packets = false;
  // {owner}: the device or the CPU.
  std::string_view what = {}, advice = {};
};

[[nodiscard]] std::span<const LossRow> loss_rows();

// Whether a counter of that name is in the row.
[[nodiscard]] bool is_counter_of(const LossRow& row, std::string_view name);
// Whether it is in any row.
[[nodiscard]] bool means_loss(std::string_view name);

}  // namespace pwru::knowledge
