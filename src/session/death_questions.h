// SPDX-License-Identifier: Apache-2.0
// What routes, bridges, queues, policies and sockets are to be asked about a packet that died.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "kernel/lookups/bridge.h"
#include "kernel/lookups/qdiscs.h"
#include "kernel/lookups/routes.h"
#include "kernel/lookups/tunnels.h"
#include "knowledge/fact.h"
#include "resolve/record.h"

namespace pwru {

enum class Question : uint8_t {
  Refusal,
  WayBack,
  WayTo,
  Port,
  Queue,
  Policy,
  Association,
  Original,
  Address,
  Tunnel,
  MulticastRoute,
  Owner,
  Listener,
  ListenerDevice
};

class DeathQuestions {
 public:
  // `read`: which facts Record::readings has, in its order. Both must outlive it.
  DeathQuestions(const resolve::Record& record, std::span<const knowledge::Fact> read);

  // The one that the place of the death poses; none for a packet that died elsewhere.
  [[nodiscard]] std::optional<Question> question(bool may_ask_sockets) const;
  // Whether Question::Original, and Question::Address, are to be asked as well.
  [[nodiscard]] bool may_hide_nat() const;
  [[nodiscard]] bool may_be_for_own() const;
  // All that an answer depends on.
  [[nodiscard]] std::string key(Question question) const;

  [[nodiscard]] std::string_view fact(knowledge::Fact fact) const;  // "" when it was not read
  [[nodiscard]] uint64_t number(knowledge::Fact number) const;      // 0 also for one that was not
  [[nodiscard]] kernel::RouteQuestion route() const;
  [[nodiscard]] std::optional<kernel::BridgeQuestion> bridge() const;
  [[nodiscard]] kernel::TunnelQuestion tunnel() const;  // of Question::Tunnel only
  [[nodiscard]] kernel::QdiscQuestion qdisc() const;
  [[nodiscard]] uint32_t spi() const { return record_.packet.tuple.spi; }
  // Of Question::Policy: forwarding ended it, or a route that discards.
  [[nodiscard]] bool is_forwarded() const;
  [[nodiscard]] bool is_discarded() const;
  // Inode numbers of a namespace and a socket.
  using Socket = std::pair<uint32_t, uint64_t>;
  // The packet's socket, where its process is to blame, and the one that has its port elsewhere.
  [[nodiscard]] std::optional<Socket> full_socket() const;
  [[nodiscard]] std::optional<Socket> other_socket() const;

 private:
  [[nodiscard]] bool may_have_died_of_ipsec() const;
  [[nodiscard]] bool may_be_of_other_device() const;

  const resolve::Record& record_;
  std::span<const knowledge::Fact> read_;
  std::string_view place_;  // the function that freed the packet for itself
};

}  // namespace pwru
