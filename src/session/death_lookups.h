// SPDX-License-Identifier: Apache-2.0
// Asks routes, bridges and IPsec policies about a packet that died, in its network namespace.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kernel/asking_time.h"
#include "kernel/bridge.h"
#include "kernel/ipsec.h"
#include "kernel/routes.h"
#include "kernel/socket_owner.h"
#include "knowledge/fact.h"
#include "resolve/record.h"

namespace pwru {

class DeathLookups {
 public:
  using Clock = std::function<uint64_t()>;  // nanoseconds

  // What asks NETLINK_ROUTE, and what asks NETLINK_XFRM; and for the process that has a socket.
  struct Ask {
    kernel::AskKernel routes, policies;
    std::function<std::optional<kernel::SocketOwner>(uint32_t netns, uint64_t socket)> owner;
  };
  // `read`: which facts Record::readings has, in its order.
  DeathLookups(Ask ask, Clock clock, std::vector<knowledge::Fact> read)
      : ask_(std::move(ask)), clock_(std::move(clock)), read_(std::move(read)) {}

  // None for a packet that died elsewhere, and when the kernel does not answer. An answer is kept
  // for a tenth of a second. The views are valid until the next call.
  [[nodiscard]] std::optional<resolve::Lookups> look_up(const resolve::Record& record);

 private:
  // One of them has a value, or none.
  struct Answer {
    std::optional<kernel::RefusingRoute> refusal = {};
    std::optional<kernel::WayBack> back = {};
    std::optional<kernel::BridgePort> port = {};
    std::optional<kernel::IpsecPolicy> policy = {};
    std::string owner = {};
    uint64_t valid_until_ns = 0;
  };
  enum class Question : uint8_t { Refusal, Back, Port, Policy, Owner };

  [[nodiscard]] std::string_view fact(const resolve::Record& record, knowledge::Fact fact) const;
  [[nodiscard]] std::optional<Question> question_about(const resolve::Record& record) const;
  [[nodiscard]] kernel::RouteQuestion route_question(const resolve::Record& record) const;
  [[nodiscard]] std::optional<kernel::BridgeQuestion> bridge_question(
      const resolve::Record& record) const;
  [[nodiscard]] std::optional<kernel::IpsecPolicy> find_policy(const resolve::Record& record) const;
  // Inode numbers of the namespace and the socket whose process is of interest; 0: none is.
  [[nodiscard]] std::pair<uint32_t, uint64_t> socket_of(const resolve::Record& record) const;
  [[nodiscard]] Answer ask(const resolve::Record& record, Question question) const;
  [[nodiscard]] std::string key(const resolve::Record& record, Question question) const;

  Ask ask_;
  Clock clock_;
  std::vector<knowledge::Fact> read_;
  std::map<std::string, Answer> answers_;
  kernel::AskingTime asking_;
};

}  // namespace pwru
