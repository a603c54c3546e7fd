// SPDX-License-Identifier: Apache-2.0
#include "kernel/proc/bound_ports.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/clock.h"
#include "base/strings.h"
#include "kernel/counters/loss_counters.h"
#include "kernel/proc/proc_words.h"

namespace pwru::kernel {
namespace {

constexpr uint64_t kShareOfReading = 20;
constexpr size_t kMostNetns = 64;  // whose sockets are kept
constexpr size_t kKinds = 3;       // SocketKind
constexpr size_t kMostAddresses = 3;
// enum tcp_state. A UDP or raw socket is TCP_CLOSE, and TCP_ESTABLISHED when it is connected.
constexpr std::string_view kListen = "0A", kClose = "07", kEstablished = "01", kTimeWait = "06";
// TCP_TIMEWAIT_LEN. /proc tells what is left of it, in ticks of USER_HZ.
constexpr uint64_t kTimeWaitNs = 60'000'000'000, kTickNs = 10'000'000;

bool is_waiting(std::string_view state, SocketKind kind) {
  return kind == SocketKind::Tcp ? state == kListen : state == kClose || state == kEstablished;
}

std::array<const char*, 2> files_of(SocketKind kind) {
  switch (kind) {
    case SocketKind::Tcp:
      return {"tcp", "tcp6"};
    case SocketKind::Udp:
      return {"udp", "udp6"};
    case SocketKind::Raw:
      break;
  }
  return {"raw", "raw6"};
}

// "0100007F:0035": the address as words in the byte order of the host, the port as a number.
bool read_address(std::string_view word, SocketAddress& address, bool& is_v6) {
  const size_t colon = word.find(':');
  if (colon != 8 && colon != 32) return false;
  is_v6 = colon == 32;
  for (size_t at = 0; at < colon; at += 8) {
    uint32_t bytes = 0;
    if (!read_number(word.substr(at, 8), bytes, 16)) return false;
    std::memcpy(address.bytes.data() + at / 2, &bytes, sizeof(bytes));
  }
  return read_number(word.substr(colon + 1), address.port, 16);
}

// "TX:RX", in hexadecimal digits. 0 when it cannot be read.
uint64_t unread_bytes(std::string_view queues) {
  uint64_t bytes = 0;
  const size_t colon = queues.find(':');
  if (colon == std::string_view::npos || !read_number(queues.substr(colon + 1), bytes, 16))
    return 0;
  return bytes;
}

std::string address_text(const BoundPort& bound) {
  std::array<char, INET6_ADDRSTRLEN> address;
  ::inet_ntop(bound.is_v6 ? AF_INET6 : AF_INET, bound.local.bytes.data(), address.data(),
              address.size());
  return bound.is_v6 ? fmt::format("[{}]:{}", address.data(), bound.local.port)
                     : fmt::format("{}:{}", address.data(), bound.local.port);
}

bool is_any(const SocketAddress& address) {
  return std::ranges::all_of(address.bytes, [](uint8_t byte) { return byte == 0; });
}

// "::ffff:10.0.0.1", as which a socket of IPv6 has an address of IPv4.
SocketAddress mapped(const SocketAddress& v4) {
  SocketAddress address = {{}, v4.port};
  address.bytes[10] = address.bytes[11] = 0xff;
  std::copy_n(v4.bytes.begin(), 4, address.bytes.begin() + 12);
  return address;
}

bool has_addresses_of(const BoundPort& bound, const PortQuestion& packet) {
  if (packet.is_v6 && !bound.is_v6) return false;
  const bool is_mapped = bound.is_v6 && !packet.is_v6;
  const auto as_here = [&](const SocketAddress& address) {
    return is_mapped ? mapped(address) : address;
  };
  const bool is_connected = !is_any(bound.remote);
  return (is_any(bound.local) || bound.local == as_here(packet.destination)) &&
         (!is_connected || bound.remote == as_here(packet.source));
}

// tcp4_seq_show(), udp6_seq_show(), raw_seq_show() and others: "  0: LOCAL REMOTE STATE TX:RX ..."
// Takes all up to the state, which it gives; "" of a line that is none.
std::string_view take_ends(std::string_view& line, BoundPort& ends) {
  if (!take_word(line).ends_with(':') || !read_address(take_word(line), ends.local, ends.is_v6) ||
      !read_address(take_word(line), ends.remote, ends.is_v6))
    return "";
  return take_word(line);
}

// A tick of doubt: a connection may also have ended since the packet died.
bool was_waiting(const std::vector<WaitingPort>& waiting, const PortQuestion& packet) {
  const auto is_its = [&](const WaitingPort& port) {
    return port.since_ns + 2 * kTickNs < packet.ts_ns && !is_any(port.ends.local) &&
           port.ends.local.port == packet.destination.port &&
           port.ends.remote.port == packet.source.port && has_addresses_of(port.ends, packet);
  };
  return packet.kind == SocketKind::Tcp && std::ranges::any_of(waiting, is_its);
}

}  // namespace

std::vector<BoundPort> parse_bound_ports(std::string_view text, SocketKind kind) {
  std::vector<BoundPort> ports;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    BoundPort bound;
    if (!is_waiting(take_ends(line, bound), kind) || !bound.local.port) continue;
    bound.unread_bytes = unread_bytes(take_word(line));
    for (int skipped = 0; skipped < 4; skipped++) take_word(line);  // timer, retries, uid, timeout
    if (!read_number(take_word(line), bound.inode, 10)) bound.inode = 0;
    ports.push_back(bound);
  }
  return ports;
}

// get_timewait4_sock(), get_timewait6_sock(): "  0: LOCAL REMOTE 06 0:0 03:TICKS ..."
std::vector<WaitingPort> parse_waiting_ports(std::string_view text, uint64_t read_at_ns) {
  std::vector<WaitingPort> waiting;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    WaitingPort found;
    if (take_ends(line, found.ends) != kTimeWait) continue;
    take_word(line);  // queues
    std::string_view timer = take_word(line);
    uint64_t ticks = 0;
    if (!timer.starts_with("03:") || !read_number(timer.substr(3), ticks, 16)) continue;
    const uint64_t left_ns = std::min(ticks * kTickNs, kTimeWaitNs);
    found.since_ns = read_at_ns - std::min(kTimeWaitNs - left_ns, read_at_ns);
    waiting.push_back(found);
  }
  return waiting;
}

BoundPorts::BoundPorts(Read read, Clock clock, const std::vector<uint32_t>& namespaces)
    : read_(std::move(read)), clock_(std::move(clock)) {
  for (const uint32_t netns : namespaces) first_buffer_errors_[netns] = buffer_errors(netns);
}

BoundPorts BoundPorts::in(NetnsTable table, bool reads_counters) {
  std::vector<uint32_t> inodes;
  if (reads_counters)
    for (const NetnsFiles& netns : *table) inodes.push_back(netns.inode);
  const auto read = [table](uint32_t netns, const char* file) {
    const auto found = std::ranges::find(*table, netns, &NetnsFiles::inode);
    return found == table->end() ? "" : found->files.read(file).value_or("");
  };
  BoundPorts ports(read, monotonic_ns, inodes);
  std::vector<std::pair<uint32_t, std::string>> names;
  for (const NetnsFiles& netns : *table) names.emplace_back(netns.inode, netns.name);
  ports.look_into(std::move(names));
  return ports;
}

// Of IPv4 and IPv6.
uint64_t BoundPorts::buffer_errors(uint32_t netns) const {
  uint64_t sum = 0;
  const auto add = [&](CounterFile file, const char* name, std::string_view counter) {
    for (const CounterValue& value : parse_counters(file, read_(netns, name), netns))
      if (value.name == counter) sum += value.value;
  };
  add(CounterFile::Snmp, "snmp", "UdpRcvbufErrors");
  add(CounterFile::Snmp6, "snmp6", "Udp6RcvbufErrors");
  return sum;
}

BoundPorts::Sockets BoundPorts::read(uint32_t netns, SocketKind kind) const {
  Sockets sockets;
  sockets.read_at_ns = clock_();
  for (const char* file : files_of(kind)) {
    const std::string text = read_(netns, file);
    sockets.are_known |= !text.empty();  // there is a line of headings at least
    const auto found = parse_bound_ports(text, kind);
    sockets.ports.insert(sockets.ports.end(), found.begin(), found.end());
    if (kind != SocketKind::Tcp) continue;
    const auto waiting = parse_waiting_ports(text, clock_());
    sockets.waiting.insert(sockets.waiting.end(), waiting.begin(), waiting.end());
  }
  const auto first = first_buffer_errors_.find(netns);
  if (kind == SocketKind::Udp && first != first_buffer_errors_.end())
    sockets.buffer_errors = buffer_errors(netns) - first->second;
  const uint64_t end_ns = clock_();
  sockets.not_before_ns = end_ns + (end_ns - sockets.read_at_ns) * kShareOfReading;
  return sockets;
}

std::optional<PortAnswer> BoundPorts::ask(const PortQuestion& question) {
  if (sockets_.size() > kKinds * kMostNetns) sockets_.clear();
  Sockets& sockets = sockets_[{question.netns, question.kind}];
  if (sockets.read_at_ns <= question.ts_ns && clock_() >= sockets.not_before_ns)
    sockets = read(question.netns, question.kind);
  if (!sockets.are_known) return std::nullopt;
  PortAnswer answer;
  answer.is_newer = sockets.read_at_ns > question.ts_ns;
  answer.buffer_errors = sockets.buffer_errors;
  answer.is_in_time_wait = was_waiting(sockets.waiting, question);
  std::vector<std::string> addresses;
  uint64_t only_inode = 0;
  for (const BoundPort& bound : sockets.ports) {
    if (bound.local.port != question.destination.port) continue;
    if (has_addresses_of(bound, question)) {
      const bool may_be_of_v6_only = bound.is_v6 && !question.is_v6 && is_any(bound.local);
      if (!may_be_of_v6_only) answer.takes_packet = true;
      if (answer.takes_packet != true) answer.takes_packet.reset();
      answer.unread_bytes = std::max(answer.unread_bytes, bound.unread_bytes);
    }
    if (!is_any(bound.remote)) continue;
    if (addresses.empty()) only_inode = bound.inode;
    std::string address = address_text(bound);
    if (std::ranges::find(addresses, address) != addresses.end()) continue;  // SO_REUSEPORT
    addresses.push_back(std::move(address));
  }
  const bool are_more = addresses.size() > kMostAddresses;
  addresses.resize(std::min(addresses.size(), kMostAddresses));
  answer.open_at = join(addresses) + (are_more ? ", …" : "");
  if (addresses.size() == 1) {
    answer.only_inode = only_inode;
    answer.only_netns = question.netns;
  }
  if (addresses.empty() && question.looks_elsewhere && !namespaces_.empty())
    look_elsewhere(question, answer);
  return answer;
}

// All are read at once, and then not for twenty times as long.
void BoundPorts::look_elsewhere(const PortQuestion& question, PortAnswer& answer) {
  const uint64_t now_ns = clock_();
  uint64_t& not_before_ns = elsewhere_not_before_ns_[question.kind];
  const bool reads = now_ns >= not_before_ns;
  std::vector<std::string> found;
  for (const auto& [inode, name] : namespaces_) {
    if (inode == question.netns) continue;
    if (reads) sockets_[{inode, question.kind}] = read(inode, question.kind);
    const auto sockets = sockets_.find({inode, question.kind});
    if (sockets == sockets_.end()) continue;
    const auto& ports = sockets->second.ports;
    const auto takes_it = [&](const BoundPort& bound) {
      return bound.local.port == question.destination.port && is_any(bound.remote) &&
             has_addresses_of(bound, question);
    };
    const auto first = std::ranges::find_if(ports, takes_it);
    if (first == ports.end()) continue;
    answer.only_inode = found.empty() ? first->inode : 0;
    answer.only_netns = inode;
    found.push_back(name.empty() ? fmt::to_string(inode) : fmt::format("{} ({})", inode, name));
  }
  const uint64_t end_ns = clock_();
  if (reads) not_before_ns = end_ns + (end_ns - now_ns) * kShareOfReading;
  const bool are_more = found.size() > kMostAddresses;
  found.resize(std::min(found.size(), kMostAddresses));
  answer.open_in = join(found) + (are_more ? ", …" : "");
}

}  // namespace pwru::kernel
