// SPDX-License-Identifier: Apache-2.0
// Says of the record of a packet's end why the packet died, by what is known in knowledge/.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "diagnose/facts.h"
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
      : own_netns_(own_netns), facts_(std::move(read)) {}

  [[nodiscard]] const Diagnosis& diagnose(const resolve::Record& record);

  // The facts that were read for the last diagnosis; "" for one that could not be read.
  [[nodiscard]] std::string_view fact(knowledge::Fact fact) const { return facts_.of(fact); }

 private:
  void set_place(const resolve::Record& record);
  void infer_reason();
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

  uint32_t own_netns_;
  Facts facts_;
  Place place_;
  std::string reason_;  // the kernel's, or what was inferred in its place
  // No answer is surer than what was inferred.
  knowledge::Certainty surest_ = knowledge::Certainty::Certain;
  bool is_unspecified_ = false;  // the kernel has reasons, and gave none
  std::string what_, advice_;
  Diagnosis diagnosis_;
};

}  // namespace pwru::diagnose
