// SPDX-License-Identifier: Apache-2.0
#include "diagnose/diagnoser.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "diagnose/shell.h"
#include "knowledge/inferred.h"

namespace pwru::diagnose {
namespace {

using knowledge::Cause;
using knowledge::Certainty;
using knowledge::Condition;
using knowledge::Fact;

constexpr size_t kMostCallers = 8;

// The subsystems of the kernel have prefixes of their own, which are part of the names.
std::string_view without_prefix(std::string_view reason) {
  constexpr std::string_view kPrefix = "SKB_DROP_REASON_";
  if (reason.starts_with(kPrefix)) reason.remove_prefix(kPrefix.size());
  return reason;
}

// Since 5.17 what frees takes a reason, which may be NOT_SPECIFIED.
bool has_reasons(const resolve::Record& record) {
  return !record.stack.empty() &&
         bare(record.stack.front()).find("reason") != std::string_view::npos;
}

const knowledge::FactRow* fact_of_name(std::string_view name) {
  for (const knowledge::FactRow& row : knowledge::facts())
    if (row.name == name) return &row;
  return nullptr;
}

}  // namespace

std::string_view name_of(Certainty certainty) {
  constexpr std::array<std::string_view, 3> kNames = {"certain", "likely", "possible"};
  return kNames[static_cast<size_t>(certainty)];
}

const Diagnosis& Diagnoser::diagnose(const resolve::Record& record) {
  diagnosis_ = {};
  if (record.end && record.end->kind == resolve::End::Kind::Consumed) {
    diagnosis_.kind = Kind::Harmless;
    return diagnosis_;
  }
  set_place(record);
  facts_.take(record, place_);
  if (is_xdp_drop(record)) set_program(record);
  reason_.clear();
  const bool is_drop = record.end && record.end->kind == resolve::End::Kind::Dropped;
  if (is_drop) reason_ = without_prefix(record.end->text);
  is_unspecified_ = !is_drop && has_reasons(record);
  diagnosis_.reason = reason_;
  if (record.end && record.end->kind == resolve::End::Kind::Refused) reason_ = knowledge::kRefused;
  diagnosis_.place = place_.function;
  surest_ = Certainty::Certain;
  if (record.end && record.end->is_caller) infer_reason();
  const Cause* const cause = find();
  if (cause && cause->is_harmless()) {
    diagnosis_.kind = Kind::Harmless;
    diagnosis_.cause = cause->id;
  } else if (cause)
    tell(*cause);
  else if (is_drop)
    tell_reason();
  if (diagnosis_.kind == Kind::Died) diagnosis_.before_nat = facts_.before_nat();
  return diagnosis_;
}

bool is_xdp_drop(const resolve::Record& record) {
  return record.type == PWRU_EVENT_XDP_EXIT && record.verdict && record.verdict->is_drop;
}

void Diagnoser::infer_reason() {
  const auto inferences = knowledge::inferences();
  const auto found =
      std::ranges::find_if(inferences, [this](const knowledge::Inference& inference) {
        return knowledge::is_in_list(place_.function, inference.places) && hold(inference.when);
      });
  if (found == inferences.end()) return;
  reason_ = found->reason;
  surest_ = found->certainty;
}

// No function frees such a packet: the driver takes its buffer back. So the verdict is the place.
void Diagnoser::set_program(const resolve::Record& record) {
  // bpf_warn_invalid_xdp_action(): what is no verdict is XDP_ABORTED.
  place_.function = record.verdict->name.empty() ? "XDP_ABORTED" : record.verdict->name;
  facts_.set(Fact::XdpProgram) = record.function.substr(0, record.function.rfind('('));
}

// The functions behind what is probed: first those that free for others, then the place.
void Diagnoser::set_place(const resolve::Record& record) {
  diagnosis_.way = behind_freeing(record.stack);
  place_.function.clear();
  place_.callers.clear();
  if (!diagnosis_.way.empty()) {
    place_.function = bare(diagnosis_.way.front());
    const auto callers = diagnosis_.way.subspan(1);
    for (const std::string_view caller : callers.first(std::min(callers.size(), kMostCallers)))
      place_.callers.emplace_back(bare(caller));
    return;
  }
  const std::string_view caller = bare(record.caller);  // there without a stack, too
  if (!knowledge::is_freeing(caller)) place_.function = caller;
}

bool Diagnoser::holds(const Condition& condition) const {
  if (condition.test == Condition::Test::None) return true;
  const std::string_view value = fact(condition.fact);
  if (value.empty()) return false;
  switch (condition.test) {
    case Condition::Test::Is:
      return knowledge::is_in_list(value, condition.value);
    case Condition::Test::IsNot:
      return !knowledge::is_in_list(value, condition.value);
    case Condition::Test::Above: {
      const knowledge::FactRow* const other = fact_of_name(condition.value);
      const auto left = number(value);
      const auto right = other ? number(fact(other->id)) : std::nullopt;
      return left && right && *left > *right;
    }
    case Condition::Test::None:
      break;
  }
  return true;
}

bool Diagnoser::hold(std::span<const Condition> conditions) const {
  return std::ranges::all_of(conditions,
                             [this](const Condition& condition) { return holds(condition); });
}

bool Diagnoser::holds(const Cause& cause) const {
  if (!cause.places.empty() && !knowledge::is_in_list(place_.function, cause.places)) return false;
  const std::string_view reason = reason_.empty() ? "-" : std::string_view(reason_);
  if (!cause.reasons.empty() && !knowledge::is_in_list(reason, cause.reasons) &&
      !(is_unspecified_ && knowledge::is_in_list("NOT_SPECIFIED", cause.reasons)))
    return false;
  if (!cause.callers.empty() &&
      std::none_of(place_.callers.begin(), place_.callers.end(), [&](const std::string& caller) {
        return knowledge::is_in_list(caller, cause.callers);
      }))
    return false;
  return hold(cause.when);
}

const Cause* Diagnoser::find() const {
  const auto search = [this](std::span<const Cause> causes) {
    const auto found = std::find_if(causes.begin(), causes.end(),
                                    [this](const Cause& cause) { return holds(cause); });
    return found == causes.end() ? nullptr : &*found;
  };
  const Cause* by_place = nullptr;
  for (const auto causes : knowledge::causes_by_place())
    if (!by_place) by_place = search(causes);
  return by_place || reason_.empty() ? by_place : search(knowledge::causes_by_reason());
}

void Diagnoser::tell(const Cause& cause) {
  what_ = filled(cause.what, Use::ToRead);
  advice_ = where_to_type(cause.advice) + filled(cause.advice, Use::ToRun);
  diagnosis_.kind = Kind::Died;
  diagnosis_.cause = cause.id;
  diagnosis_.certainty = std::max(cause.certainty, surest_);
  diagnosis_.what = what_;
  diagnosis_.advice = advice_;
  if (!fact(Fact::NftHandle).empty() || !fact(Fact::XtRule).empty())
    diagnosis_.rule = facts_.rule();
}

// A container's eth0 is not that of the host.
std::string Diagnoser::where_to_type(std::string_view advice) const {
  const std::string_view netns = fact(Fact::Netns);
  if (advice.empty() || !own_netns_ || netns.empty() || netns == fmt::to_string(own_netns_) ||
      advice.starts_with("in netns ") || advice.starts_with("on the host: "))
    return "";
  return fmt::format("in netns {}: ", netns);
}

void Diagnoser::tell_reason() {
  what_ = fmt::format("the kernel gives the reason {}", reason_);
  diagnosis_.kind = Kind::Died;
  diagnosis_.cause = "reason";
  diagnosis_.what = what_;
}

std::string Diagnoser::filled(std::string_view sentence, Use use) const {
  std::string out;
  for (size_t at = 0; at < sentence.size();) {
    const size_t open = std::min(sentence.find('{', at), sentence.size());
    out.append(sentence.substr(at, open - at));
    if (open == sentence.size()) break;
    const size_t close = sentence.find('}', open);
    const knowledge::FactRow* const named =
        fact_of_name(sentence.substr(open + 1, close - open - 1));
    const std::string_view value = named ? fact(named->id) : std::string_view();
    if (value.empty())
      out.append(named ? named->unknown : "?");
    else if (use == Use::ToRead)
      out.append(value);
    else
      out.append(for_shell(value, out.ends_with(".conf.") || out.ends_with(".neigh.")));
    at = close + 1;
  }
  return out;
}

}  // namespace pwru::diagnose
