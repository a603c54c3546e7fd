// SPDX-License-Identifier: Apache-2.0
// Asks routes and bridges about a packet that died, in its network namespace.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kernel/asking_time.h"
#include "kernel/bridge.h"
#include "kernel/routes.h"
#include "knowledge/fact.h"
#include "resolve/record.h"

namespace pwru {

class DeathLookups {
 public:
  using Clock = std::function<uint64_t()>;  // nanoseconds

  // `read`: which facts Record::readings has, in its order.
  DeathLookups(kernel::AskRoutes ask, Clock clock, std::vector<knowledge::Fact> read)
      : ask_(std::move(ask)), clock_(std::move(clock)), read_(std::move(read)) {}

  // None for a packet that died elsewhere, and when the kernel does not answer. An answer is kept
  // for a second. The views are valid until the next call.
  [[nodiscard]] std::optional<resolve::Lookups> look_up(const resolve::Record& record);

 private:
  // One of them has a value, or none.
  struct Answer {
    std::optional<kernel::RefusingRoute> refusal = {};
    std::optional<kernel::WayBack> back = {};
    std::optional<kernel::BridgePort> port = {};
    uint64_t valid_until_ns = 0;
  };
  enum class Question : uint8_t { Refusal, Back, Port };

  [[nodiscard]] std::string_view fact(const resolve::Record& record, knowledge::Fact fact) const;
  [[nodiscard]] std::optional<Question> question_about(const resolve::Record& record) const;
  [[nodiscard]] kernel::RouteQuestion route_question(const resolve::Record& record) const;
  [[nodiscard]] std::optional<kernel::BridgeQuestion> bridge_question(
      const resolve::Record& record) const;
  [[nodiscard]] Answer ask(const resolve::Record& record, Question question) const;
  [[nodiscard]] std::string key(const resolve::Record& record, Question question) const;

  kernel::AskRoutes ask_;
  Clock clock_;
  std::vector<knowledge::Fact> read_;
  std::map<std::string, Answer> answers_;
  kernel::AskingTime asking_;
};

}  // namespace pwru
