// SPDX-License-Identifier: Apache-2.0
// Texts of rules that were read from the kernel. They are read anew after a second, and not longer
// than AskingTime allows.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "kernel/lookups/asking_time.h"

namespace pwru::kernel {

// By `Key`, which names a rule.
template <class Key>
class RuleTexts {
 public:
  using Clock = std::function<uint64_t()>;  // nanoseconds

  // A rule that is no longer there keeps its text for `kept_ns`: what is deleted by now has dropped
  // this packet all the same.
  RuleTexts(Clock clock, uint64_t kept_ns) : clock_(std::move(clock)), kept_ns_(kept_ns) {}

  // `read` gives the text, "" when the rule is not there. The result is valid until the next call.
  template <class Read>
  [[nodiscard]] std::string_view text(Key key, uint64_t event_ns, const Read& read) {
    const uint64_t now_ns = clock_();
    if (entries_.size() >= kMostEntries) entries_.clear();
    Entry& known = entries_[std::move(key)];
    if (now_ns < known.valid_until_ns || !asking_.may_ask(now_ns, event_ns)) return known.text;
    std::string text = read();
    const uint64_t end_ns = clock_();
    asking_.add(end_ns - now_ns);
    known.valid_until_ns = end_ns + kFreshNs;
    if (!text.empty() || end_ns >= known.kept_until_ns) {
      known.text = std::move(text);
      known.kept_until_ns = end_ns + kept_ns_;
    }
    return known.text;
  }

 private:
  static constexpr size_t kMostEntries = 256;
  static constexpr uint64_t kFreshNs = 1'000'000'000;
  struct Entry {
    std::string text;
    uint64_t valid_until_ns = 0;
    uint64_t kept_until_ns = 0;
  };

  Clock clock_;
  uint64_t kept_ns_;
  std::map<Key, Entry> entries_;
  AskingTime asking_;
};

}  // namespace pwru::kernel
