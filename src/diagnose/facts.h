// SPDX-License-Identifier: Apache-2.0
// What is known of a packet's end, by the names that the table of causes uses: the values that were
// read in the kernel, what the record has, and what follows from both.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "knowledge/fact.h"
#include "resolve/record.h"

namespace pwru::diagnose {

// Where a packet ended: the function, and those that called it, innermost first. Names are bare().
struct Place {
  std::string function;
  std::vector<std::string> callers;
};

// A hook of netfilter, by the functions on the stack.
struct StackHook {
  enum class Layer : uint8_t { None, Ip, Device, Bridge, Arp };
  Layer layer = Layer::None;
  std::string_view chain;  // that iptables and the like have there: "INPUT"
  std::string_view name;   // in an answer: "bridge input"
};

// "nft_do_chain[nf_tables]+0x46f" and "ip_rcv_finish_core.constprop.0+0x12" without what follows
// the name: the compiler and the linker choose it.
[[nodiscard]] std::string_view bare(std::string_view symbol);
// The part of a stack from the place on: before it are those that free for others.
[[nodiscard]] std::span<const std::string_view> behind_freeing(
    std::span<const std::string_view> stack);
[[nodiscard]] std::string_view without_quotes(std::string_view text);
// An errno without its sign: it is negative on some routes, positive on others.
[[nodiscard]] std::string_view without_sign(std::string_view text);
// Of Fact::GreFlags: GRE_KEY.
inline constexpr uint64_t kGreHasKey = 0x20;
// The number of the VLAN of a tag; nothing for a text that is no decimal number.
[[nodiscard]] std::optional<uint16_t> vlan_id(std::string_view tag);
// Nothing for a text that is no decimal number.
[[nodiscard]] std::optional<uint64_t> number(std::string_view text);

class Facts {
 public:
  // `read`: which facts Record::readings has, in its order.
  explicit Facts(std::vector<knowledge::Fact> read) : read_(std::move(read)) {}

  // Forgets the packet before.
  void take(const resolve::Record& record, const Place& place);

  // "" for what is not known.
  [[nodiscard]] std::string_view of(knowledge::Fact fact) const {
    return texts_[static_cast<size_t>(fact)];
  }
  std::string& set(knowledge::Fact fact) { return texts_[static_cast<size_t>(fact)]; }
  // The text of the rule of nf_tables or iptables-legacy.
  [[nodiscard]] std::string_view rule() const { return rule_; }
  // "10.1.0.2:4711->10.1.0.1:80"; "" when NAT has changed nothing.
  [[nodiscard]] std::string_view before_nat() const { return before_nat_; }

 private:
  void set_packet(const resolve::Packet& packet);
  void set_ports(const resolve::Ports& ports);
  void conclude_of_socket(uint64_t ts_ns);
  // Whether the window that is closed at this sequence number was so for more than a second.
  [[nodiscard]] bool stays_closed(uint32_t receive_next, uint64_t ts_ns);
  void conclude_of_timestamps();
  void conclude_of_filters();
  void conclude_of_mtu(uint32_t mtu);
  void conclude_of_nat(const resolve::Record& record);
  [[nodiscard]] std::string tuple_before_nat(const event::Tuple& tuple) const;
  [[nodiscard]] std::string next_hop(bool is_v6) const;
  // facts_lookups.cc
  void set_lookups(const resolve::Lookups& lookups);
  void set_refusal(const resolve::Lookups::Refusal& refusal);
  void set_way_back(const resolve::Lookups::WayBack& back);
  void set_own_address(const resolve::Lookups::OwnAddress& address);
  void set_bridge_port(const resolve::Lookups::Port& port);
  void set_policy(const resolve::Lookups::Policy& policy);
  void forget(std::initializer_list<knowledge::Fact> facts) {
    for (const knowledge::Fact fact : facts) set(fact).clear();
  }

  // facts_netfilter.cc
  void set_netfilter(const resolve::Record& record, const Place& place);
  [[nodiscard]] static bool is_of_nft(const resolve::Nft& nft, const Place& place,
                                      const StackHook& hook);
  void set_hook(const StackHook& hook);
  void set_nft(const resolve::Nft& nft);
  void set_xt(const resolve::Xt& xt, const Place& place, const StackHook& hook);
  void set_xt_rule(const resolve::Xt& xt);
  void conclude_of_state(const resolve::Packet& packet);
  [[nodiscard]] bool is_untracked() const;

  std::vector<knowledge::Fact> read_;
  std::array<std::string, knowledge::kFacts> texts_;
  std::string rule_, before_nat_;
  std::map<std::string, uint64_t> closed_windows_;  // when each was asked for first, as ts_ns
};

}  // namespace pwru::diagnose
