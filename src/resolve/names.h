// SPDX-License-Identifier: Apache-2.0
// Names for the addresses and numbers in an event: functions, drop reasons, callers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "event/event.h"
#include "kernel/drop_reasons.h"
#include "kernel/symbols/functions.h"
#include "kernel/symbols/packet_ends.h"
#include "kernel/symbols/site.h"
#include "kernel/symbols/symbols.h"
#include "kernel/symbols/tracepoints.h"
#include "resolve/record.h"

namespace pwru::resolve {

class Names {
 public:
  // All three must outlive it. They may change, and then one of the forget_ functions is called.
  Names(const kernel::Functions& functions, const kernel::Symbols& symbols,
        const kernel::DropReasons& reasons);

  struct Func {
    std::string text;             // "kfree_skb", "nft_do_chain[nf_tables]"
    uint8_t reason_arg = 0;       // which argument says why the packet ends; 0: none
    bool is_free_reason = false;  // as in kernel::Function
    kernel::Ending ending = kernel::Ending::None;
    bool is_plain_free = false;  // kfree_skb() of kernels that have no drop reasons
    bool may_end = false;        // false: end() returns nothing
  };
  // The text of an address is made once; the reference lives until the module is forgotten.
  [[nodiscard]] const Func& function(uint64_t ip) {
    Recent& recent = recent_[(ip >> 4) % kRecents];
    if (recent.ip != ip || !recent.func) recent = {ip, &look_up(ip)};
    return *recent.func;
  }
  // Names a BPF program whose events carry this address.
  void add_bpf_program(uint64_t ip, std::string text);
  // Names a tracepoint, whose events carry the id of `site`.
  void add_tracepoint(const kernel::Site& site, const kernel::Tracepoint& tracepoint);
  // Called when a module is gone, or was loaded anew.
  void forget_module(std::string_view module);
  // Called when the symbols have changed.
  void forget_symbols() { symbols_by_ip_.clear(); }
  // "name+0xoffset".
  [[nodiscard]] const std::string& symbol(uint64_t ip);

  // How the packet ended, if this event is its end. Valid until the next call.
  [[nodiscard]] std::optional<End> end(const event::Event& event, const Func& func);

 private:
  // The latest answers, so that most events do not pay for the hash map's division by a prime.
  static constexpr size_t kRecents = 256;
  struct Recent {
    uint64_t ip = 0;
    const Func* func = nullptr;
  };

  [[nodiscard]] const Func& look_up(uint64_t ip);
  [[nodiscard]] std::optional<End> end_by_reason(uint32_t value, const Func& func);

  const kernel::Functions& functions_;
  const kernel::Symbols& symbols_;
  const kernel::DropReasons& reasons_;
  std::unordered_map<uint64_t, Func> funcs_;
  std::array<Recent, kRecents> recent_ = {};
  std::unordered_map<uint64_t, std::string> symbols_by_ip_;
  std::string number_;
};

}  // namespace pwru::resolve
