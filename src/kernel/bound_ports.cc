// SPDX-License-Identifier: Apache-2.0
#include "kernel/bound_ports.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/clock.h"
#include "base/strings.h"
#include "kernel/proc_words.h"

namespace pwru::kernel {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint64_t kShareOfReading = 20;
constexpr size_t kMostNetns = 64;  // whose sockets are kept
constexpr size_t kMostAddresses = 3;
// enum tcp_state. An unconnected UDP socket is TCP_CLOSE.
constexpr std::string_view kListen = "0A", kClose = "07";

// "0100007F:0035": the address as words in the byte order of the host, the port as a number.
bool read_address(std::string_view word, BoundPort& bound) {
  const size_t colon = word.find(':');
  if (colon != 8 && colon != 32) return false;
  bound.is_v6 = colon == 32;
  for (size_t at = 0; at < colon; at += 8) {
    uint32_t bytes = 0;
    if (!read_number(word.substr(at, 8), bytes, 16)) return false;
    std::memcpy(bound.address.data() + at / 2, &bytes, sizeof(bytes));
  }
  return read_number(word.substr(colon + 1), bound.port, 16);
}

std::string address_text(const BoundPort& bound) {
  std::array<char, INET6_ADDRSTRLEN> address;
  ::inet_ntop(bound.is_v6 ? AF_INET6 : AF_INET, bound.address.data(), address.data(),
              address.size());
  return bound.is_v6 ? fmt::format("[{}]:{}", address.data(), bound.port)
                     : fmt::format("{}:{}", address.data(), bound.port);
}

}  // namespace

// tcp4_seq_show(), tcp6_seq_show(), udp4_seq_show(), udp6_seq_show(): "  0: LOCAL REMOTE STATE ..."
std::vector<BoundPort> parse_bound_ports(std::string_view text) {
  std::vector<BoundPort> ports;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    BoundPort bound;
    if (!take_word(line).ends_with(':') || !read_address(take_word(line), bound)) continue;
    take_word(line);
    const std::string_view state = take_word(line);
    if (bound.port && (state == kListen || state == kClose)) ports.push_back(bound);
  }
  return ports;
}

BoundPorts BoundPorts::in(NetnsTable namespaces) {
  const auto read = [table = std::move(namespaces)](uint32_t netns, const char* file) {
    const auto found = std::ranges::find(*table, netns, &NetnsFiles::inode);
    return found == table->end() ? "" : found->files.read(file).value_or("");
  };
  return {read, monotonic_ns};
}

BoundPorts::Sockets BoundPorts::read(uint32_t netns, bool is_tcp) const {
  Sockets sockets;
  const uint64_t begin_ns = clock_();
  for (const char* file : is_tcp ? std::array{"tcp", "tcp6"} : std::array{"udp", "udp6"}) {
    const auto found = parse_bound_ports(read_(netns, file));
    sockets.ports.insert(sockets.ports.end(), found.begin(), found.end());
  }
  const uint64_t end_ns = clock_();
  sockets.valid_until_ns = end_ns + std::max(kSecond, (end_ns - begin_ns) * kShareOfReading);
  return sockets;
}

std::string BoundPorts::text(uint32_t netns, bool is_tcp, uint16_t port) {
  if (sockets_.size() > 2 * kMostNetns) sockets_.clear();
  Sockets& sockets = sockets_[{netns, is_tcp}];
  if (clock_() >= sockets.valid_until_ns) sockets = read(netns, is_tcp);
  std::vector<std::string> addresses;
  for (const BoundPort& bound : sockets.ports) {
    if (bound.port != port) continue;
    std::string address = address_text(bound);
    if (std::ranges::find(addresses, address) != addresses.end()) continue;  // SO_REUSEPORT
    if (addresses.size() == kMostAddresses) return join(addresses) + ", …";
    addresses.push_back(std::move(address));
  }
  return join(addresses);
}

}  // namespace pwru::kernel
