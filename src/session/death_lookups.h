// SPDX-License-Identifier: Apache-2.0
// Asks routes, bridges, queues and IPsec policies about a packet that died, in its network
// namespace.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kernel/lookups/addresses.h"
#include "kernel/lookups/asking_time.h"
#include "kernel/lookups/associations.h"
#include "kernel/lookups/bridge.h"
#include "kernel/lookups/conntrack.h"
#include "kernel/lookups/ipsec.h"
#include "kernel/lookups/listeners.h"
#include "kernel/lookups/multicast_route.h"
#include "kernel/lookups/qdiscs.h"
#include "kernel/lookups/routes.h"
#include "kernel/lookups/tunnels.h"
#include "kernel/proc/socket_owner.h"
#include "knowledge/fact.h"
#include "resolve/record.h"
#include "session/death_questions.h"

namespace pwru {

class DeathLookups {
 public:
  using Clock = std::function<uint64_t()>;  // nanoseconds

  // What asks NETLINK_ROUTE, NETLINK_XFRM, NETLINK_NETFILTER and NETLINK_SOCK_DIAG (none where
  // conntrack, or listeners, are not to be asked); and for the process that has a socket.
  struct Ask {
    kernel::AskKernel routes, policies, conntrack, sockets;
    std::function<std::optional<kernel::SocketOwner>(uint32_t netns, uint64_t socket)> owner;
  };
  // `read`: which facts Record::readings has, in its order.
  DeathLookups(Ask ask, Clock clock, std::vector<knowledge::Fact> read)
      : ask_(std::move(ask)), clock_(std::move(clock)), read_(std::move(read)) {}

  // None for a packet that died elsewhere, and when the kernel does not answer. An answer is kept
  // for a tenth of a second. The views are valid until the next call.
  [[nodiscard]] std::optional<resolve::Lookups> look_up(const resolve::Record& record);

 private:
  // One of them has a value, or none has.
  struct Answer {
    std::optional<kernel::RefusingRoute> refusal = {};
    std::optional<kernel::WayBack> way_back = {};
    std::optional<bool> has_route = {};
    std::optional<kernel::BridgePort> port = {};
    std::optional<kernel::IpsecAnswer> policy = {};
    kernel::Association association = kernel::Association::Unknown;
    std::optional<kernel::DroppingQdisc> queue = {};
    std::optional<kernel::OwnAddress> own_address = {};
    std::optional<kernel::FoundTunnel> tunnel = {};
    std::optional<kernel::MulticastRoute> multicast_route = {};
    std::string process = {};
    std::optional<std::string> listener_device = {};
    std::optional<kernel::ConntrackTuple> original = {};
    uint64_t valid_until_ns = 0;
  };

  // "nginx (4711)"; "" when nobody is found.
  [[nodiscard]] std::string process_of(const DeathQuestions::Socket& socket) const;
  [[nodiscard]] std::optional<kernel::IpsecAnswer> find_policy(const DeathQuestions& death) const;
  [[nodiscard]] Answer ask(const DeathQuestions& death, Question question) const;
  // None when there is no time to ask. `ts_ns`: when the packet died.
  [[nodiscard]] const Answer* answer_to(const DeathQuestions& death, Question question,
                                        uint64_t ts_ns);

  Ask ask_;
  Clock clock_;
  std::vector<knowledge::Fact> read_;
  std::map<std::string, Answer> answers_;
  // A search through /proc takes longer than the rest: it must not keep others from being asked.
  kernel::AskingTime asking_, searching_;
};

}  // namespace pwru
