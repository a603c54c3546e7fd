// SPDX-License-Identifier: Apache-2.0
// Says of the record of a packet's end why the packet died, by what is known in knowledge/.
#pragma once

#include <array>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "knowledge/cause.h"
#include "resolve/record.h"

namespace pwru::diagnose {

enum class Kind : uint8_t {
  Died,      // a drop; `what` says why
  Harmless,  // the packet was consumed, or its end loses nothing
  Unknown,   // freed without a reason at a place that is not known: it may be a drop
};

// The views are valid until the diagnoser is asked again.
struct Diagnosis {
  Kind kind = Kind::Unknown;
  // knowledge::Cause::id; "reason" when only the kernel's word is known; "" for what was consumed
  std::string_view cause;
  knowledge::Certainty certainty = knowledge::Certainty::Certain;
  std::string_view what;
  std::string_view advice;                // "": none
  std::string_view before_nat;            // "10.1.0.2:4711->10.1.0.1:9000"; "": as it is now
  std::string_view rule;                  // the text of the rule that did it; "": not known
  std::string_view reason;                // the kernel's, without its prefix; "": it gave none
  std::string_view place;                 // the function that freed the packet, without an offset
  std::span<const std::string_view> way;  // the part of the record's stack from the place on
};

[[nodiscard]] std::string_view name_of(knowledge::Certainty certainty);

// Whether a packet ended in an XDP program, of the driver or before it had an skb.
[[nodiscard]] bool is_xdp_drop(const resolve::Record& record);

class Diagnoser {
 public:
  // `read`: which facts Record::readings has, in its order. `own_netns`: the inode number of the
  // network namespace where advice is read; 0: it is said of none where it holds.
  explicit Diagnoser(std::vector<knowledge::Fact> read, uint32_t own_netns = 0)
      : read_(std::move(read)), own_netns_(own_netns) {}

  [[nodiscard]] const Diagnosis& diagnose(const resolve::Record& record);

  // The facts that were read for the last diagnosis; "" for one that could not be read.
  [[nodiscard]] std::string_view fact(knowledge::Fact fact) const {
    return facts_[static_cast<size_t>(fact)];
  }

 private:
  void set_facts(const resolve::Record& record);
  void conclude_of_socket();
  void conclude_of_filters();
  void conclude_of_nat(const event::Tuple& tuple);
  [[nodiscard]] std::string tuple_before_nat(const event::Tuple& tuple) const;
  void forget(std::initializer_list<knowledge::Fact> facts) {
    for (const knowledge::Fact fact : facts) set(fact).clear();
  }
  void set_place(const resolve::Record& record);
  void infer_reason();
  void set_ports(const resolve::Ports& ports);
  [[nodiscard]] bool is_of_nft(const resolve::Nft& nft) const;
  void set_nft(const resolve::Nft& nft);
  void set_xt(const resolve::Xt& xt);
  void set_xt_rule(const resolve::Xt& xt);
  [[nodiscard]] bool is_untracked() const;
  void set_program(const resolve::Record& record);
  [[nodiscard]] bool holds(const knowledge::Condition& condition) const;
  [[nodiscard]] bool hold(std::span<const knowledge::Condition> conditions) const;
  [[nodiscard]] bool holds(const knowledge::Cause& cause) const;
  [[nodiscard]] const knowledge::Cause* find() const;
  void tell(const knowledge::Cause& cause);
  void tell_reason();
  [[nodiscard]] std::string where_to_type(std::string_view advice) const;
  enum class Use { ToRead, ToRun };
  // Puts facts in the place of names in braces. In what is to run they are quoted if need be.
  [[nodiscard]] std::string filled(std::string_view sentence, Use use) const;
  [[nodiscard]] std::string next_hop(bool is_v6) const;
  std::string& set(knowledge::Fact fact) { return facts_[static_cast<size_t>(fact)]; }

  std::vector<knowledge::Fact> read_;
  uint32_t own_netns_;
  std::array<std::string, knowledge::kFacts> facts_;
  std::string place_;
  std::string reason_;  // the kernel's, or what was inferred in its place
  // No answer is surer than what was inferred.
  knowledge::Certainty surest_ = knowledge::Certainty::Certain;
  bool is_unspecified_ = false;       // the kernel has reasons, and gave none
  std::vector<std::string> callers_;  // behind the place, innermost first
  std::string what_, advice_, rule_, before_nat_;
  Diagnosis diagnosis_;
};

}  // namespace pwru::diagnose
