// SPDX-License-Identifier: Apache-2.0
// What the numbers in an event are called: functions, drop reasons, callers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "event/event.h"
#include "kernel/drop_reasons.h"
#include "kernel/functions.h"
#include "kernel/netns_names.h"
#include "kernel/packet_ends.h"
#include "kernel/symbols.h"

namespace pwru::resolve {

class Names {
 public:
  // All three must outlive it, and may change: what is no longer true is forgotten by a call.
  Names(const kernel::Functions& functions, const kernel::Symbols& symbols,
        const kernel::DropReasons& reasons);

  struct Func {
    std::string text;             // "kfree_skb", "nft_do_chain[nf_tables]"
    uint8_t reason_arg = 0;       // which argument says why the packet ends; 0: none
    bool is_free_reason = false;  // as in kernel::Function
    kernel::Ending ending = kernel::Ending::None;
    bool is_plain_free = false;  // kfree_skb() of kernels that have no drop reasons
  };
  // The text of an address is made once; the reference lives as long as this object.
  [[nodiscard]] const Func& function(uint64_t ip);
  // A BPF program whose events carry this address.
  void add_bpf_program(uint64_t ip, std::string text);
  // A module that is gone, or was loaded anew.
  void forget_module(std::string_view module);
  // The symbols are others.
  void forget_symbols() { symbols_by_ip_.clear(); }
  // "name+0xoffset".
  [[nodiscard]] const std::string& symbol(uint64_t ip);

  // What a network namespace is called; "" when it has no name, or names are not wanted.
  [[nodiscard]] std::string_view netns(uint32_t inode) {
    return netns_names_ ? netns_names_->name(inode) : std::string_view();
  }
  void use_netns_names(kernel::NetnsNames names) { netns_names_ = std::move(names); }

  // Freed: without a reason, so that nobody knows whether it was a drop.
  enum class EndKind : uint8_t { Dropped, Freed, Consumed };
  struct End {
    EndKind kind = EndKind::Dropped;
    // Without parentheses: the reason of a drop, or on kernels without reasons who freed it, or a
    // word for the kind; "" when the function's name says it all.
    std::string_view text;
    bool is_unknown = false;  // a number that no enum names
    bool is_caller = false;   // who freed it
  };
  // How the packet ended, if this event is its end.
  [[nodiscard]] std::optional<End> end(const event::Event& event, const Func& func);

 private:
  [[nodiscard]] std::optional<End> end_by_reason(uint32_t value, const Func& func);

  const kernel::Functions& functions_;
  const kernel::Symbols& symbols_;
  const kernel::DropReasons& reasons_;
  std::unordered_map<uint64_t, Func> funcs_;
  std::unordered_map<uint64_t, std::string> symbols_by_ip_;
  std::string number_;
  std::optional<kernel::NetnsNames> netns_names_;
};

}  // namespace pwru::resolve
