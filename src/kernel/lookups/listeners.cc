// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/listeners.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "kernel/lookups/links.h"

namespace pwru::kernel {
namespace {

constexpr uint32_t kListen = 1U << 10;  // TCP_LISTEN

// Whether a listener has the packet's destination, or all addresses.
bool takes(const inet_diag_msg& listener, const RouteQuestion& packet) {
  IpBytes local = {};
  std::memcpy(local.data(), listener.id.idiag_src, sizeof(listener.id.idiag_src));
  const bool is_v6 = listener.idiag_family == AF_INET6;
  if (local == IpBytes{}) return true;
  if (is_v6 == packet.is_v6)
    return std::ranges::equal(bytes_of(local, is_v6), bytes_of(packet.destination, is_v6));
  // "::ffff:10.0.0.1"
  return is_v6 && local[10] == 0xff && local[11] == 0xff &&
         std::equal(local.begin() + 12, local.end(), packet.destination.begin());
}

// inet_diag_dump_icsk(): the devices of those that listen on the port, 0 for none. False when the
// kernel does not list them all.
bool read_devices(const AskKernel& ask, const RouteQuestion& packet, uint8_t family,
                  std::vector<uint32_t>& devices) {
  Message request(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP);
  inet_diag_req_v2 asked = {};
  asked.sdiag_family = family;
  asked.sdiag_protocol = IPPROTO_TCP;
  asked.idiag_states = kListen;
  asked.id.idiag_sport = htons(*packet.dport);
  request.append_value(asked);
  return for_each_message(ask(packet.netns, request.bytes()), SOCK_DIAG_BY_FAMILY, [&](Bytes body) {
    inet_diag_msg listener = {};
    if (!take(body, listener) || listener.id.idiag_sport != asked.id.idiag_sport) return;
    if (takes(listener, packet)) devices.push_back(listener.id.idiag_if);
  });
}

}  // namespace

bool may_ask_listeners(const Symbols& symbols) {
  return !symbols.addresses("tcp_diag_dump", "tcp_diag").empty() ||
         !symbols.addresses("tcp_diag_dump", "").empty();
}

std::optional<std::string> find_device_of_listener(const AskKernel& ask, const AskKernel& routes,
                                                   const RouteQuestion& packet) {
  if (!packet.dport) return std::nullopt;
  std::vector<uint32_t> devices;
  if (!packet.is_v6 && !read_devices(ask, packet, AF_INET, devices)) return std::nullopt;
  if (!read_devices(ask, packet, AF_INET6, devices) || devices.empty()) return std::nullopt;
  const auto own = read_device(routes, packet.netns, packet.ifindex);
  if (!own) return std::nullopt;
  // inet_bound_dev_eq(): the device by which it came, or its VRF. Of what came by a port of a VRF
  // the skb may name the VRF.
  std::string name;
  for (const uint32_t ifindex : devices) {
    if (!ifindex || ifindex == packet.ifindex || ifindex == own->master) return std::nullopt;
    const auto bound = read_device(routes, packet.netns, ifindex);
    if (!bound || bound->name.empty() || bound->master == packet.ifindex) return std::nullopt;
    if (name.empty()) name = bound->name;
  }
  return name;
}

}  // namespace pwru::kernel
