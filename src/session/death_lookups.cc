// SPDX-License-Identifier: Apache-2.0
#include "session/death_lookups.h"

#include <fmt/format.h>

#include <cstring>

#include "session/lookup_views.h"

namespace pwru {
namespace {

using knowledge::Fact;

constexpr size_t kMostAnswers = 256;
constexpr uint64_t kFreshNs = 100'000'000;
constexpr uint64_t kProcessFreshNs = 5'000'000'000;

}  // namespace

std::string DeathLookups::process_of(const DeathQuestions::Socket& socket) const {
  const auto owner = ask_.owner(socket.first, socket.second);
  if (!owner) return "";
  const std::string_view comm(owner->comm, ::strnlen(owner->comm, sizeof(owner->comm)));
  return fmt::format("{} ({})", comm, owner->pid);
}

std::optional<kernel::IpsecAnswer> DeathLookups::find_policy(const DeathQuestions& death) const {
  using enum kernel::IpsecDirection;
  const kernel::RouteQuestion packet = death.route();
  const auto direction = death.is_discarded() ? Out : In;
  kernel::IpsecAnswer found =
      death.is_forwarded()
          ? kernel::find_forward_policy(ask_.policies, packet, death.fact(Fact::Protected) == "1")
          : kernel::find_ipsec_policy(ask_.policies, packet, direction);
  return found.is_known ? std::optional(std::move(found)) : std::nullopt;
}

DeathLookups::Answer DeathLookups::ask(const DeathQuestions& death, Question question) const {
  Answer answer;
  switch (question) {
    case Question::Refusal:
      answer.refusal = kernel::find_refusing_route(ask_.routes, death.route());
      break;
    case Question::WayBack:
      answer.way_back = kernel::find_way_back(ask_.routes, death.route());
      break;
    case Question::WayTo:
      answer.has_route = kernel::has_route(ask_.routes, death.route());
      break;
    case Question::Port:
      if (const auto asked = death.bridge())
        answer.port = kernel::find_bridge_port(ask_.routes, *asked);
      break;
    case Question::Queue:
      answer.queue = kernel::find_dropping_qdisc(ask_.routes, death.qdisc());
      break;
    case Question::Policy:
      answer.policy = find_policy(death);
      break;
    case Question::Association:
      answer.association = kernel::find_association(ask_.policies, death.route(), death.spi());
      break;
    case Question::Original:
      answer.original = kernel::find_original_tuple(ask_.conntrack, death.route());
      break;
    case Question::Address:
      answer.own_address = kernel::find_own_address(ask_.routes, death.route());
      break;
    case Question::Tunnel:
      answer.tunnel = kernel::find_tunnel(ask_.routes, death.tunnel());
      break;
    case Question::MulticastRoute:
      answer.multicast_route = kernel::find_multicast_route(
          ask_.routes, death.route(), static_cast<unsigned>(death.number(Fact::Ttl)));
      break;
    case Question::Owner:
      answer.process = process_of(*death.full_socket());
      break;
    case Question::Listener:
      answer.process = process_of(*death.other_socket());
      break;
    case Question::ListenerDevice:
      answer.listener_device =
          kernel::find_device_of_listener(ask_.sockets, ask_.routes, death.route());
      break;
  }
  return answer;
}

const DeathLookups::Answer* DeathLookups::answer_to(const DeathQuestions& death, Question question,
                                                    uint64_t ts_ns) {
  const bool searches = question == Question::Owner || question == Question::Listener;
  kernel::AskingTime& asking = searches ? searching_ : asking_;
  const uint64_t now_ns = clock_();
  Answer& known = answers_[death.key(question)];
  if (now_ns < known.valid_until_ns) return &known;
  if (!asking.may_ask(now_ns, ts_ns)) return nullptr;
  known = ask(death, question);
  const uint64_t end_ns = clock_();
  asking.add(end_ns - now_ns);
  known.valid_until_ns = end_ns + (searches ? kProcessFreshNs : kFreshNs);
  return &known;
}

std::optional<resolve::Lookups> DeathLookups::look_up(const resolve::Record& record) {
  const DeathQuestions death(record, read_);
  const auto question = death.question(ask_.sockets != nullptr);
  const bool asks_conntrack = ask_.conntrack && death.may_hide_nat();
  const bool asks_address = death.may_be_for_own();
  if (!question && !asks_conntrack && !asks_address) return std::nullopt;
  if (answers_.size() >= kMostAnswers) answers_.clear();
  resolve::Lookups lookups;
  if (const Answer* const answer = question ? answer_to(death, *question, record.ts_ns) : nullptr) {
    if (answer->refusal) lookups.refusal = view_of(*answer->refusal);
    lookups.has_route = answer->has_route;
    if (answer->way_back) lookups.way_back = view_of(*answer->way_back);
    if (answer->tunnel) lookups.tunnel = view_of(*answer->tunnel);
    if (answer->multicast_route) lookups.multicast_route = view_of(*answer->multicast_route);
    if (answer->port) lookups.port = view_of(*answer->port);
    if (answer->policy) lookups.policy = view_of(*answer->policy);
    lookups.association = view_of(answer->association);
    if (const auto& queue = answer->queue)
      lookups.queue = {queue->kind, queue->parent, queue->len_packets};
    if (answer->listener_device) lookups.listener_device = *answer->listener_device;
    (*question == Question::Owner ? lookups.owner : lookups.listener) = answer->process;
  }
  if (const Answer* const answer =
          asks_conntrack ? answer_to(death, Question::Original, record.ts_ns) : nullptr;
      answer && answer->original)
    lookups.original = {answer->original->source, answer->original->destination,
                        answer->original->sport, answer->original->dport};
  if (const Answer* const answer =
          asks_address ? answer_to(death, Question::Address, record.ts_ns) : nullptr;
      answer && answer->own_address)
    lookups.own_address = view_of(*answer->own_address);
  return lookups;
}

}  // namespace pwru
