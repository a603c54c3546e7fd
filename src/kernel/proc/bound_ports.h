// SPDX-License-Identifier: Apache-2.0
// Where programs wait for packets: the addresses of listening TCP, of UDP and of raw sockets.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/proc/proc_net.h"

namespace pwru::kernel {

enum class SocketKind : uint8_t { Tcp, Udp, Raw };

struct SocketAddress {
  std::array<uint8_t, 16> bytes = {};  // an IPv4 address has the first four
  uint16_t port = 0;                   // of a raw socket the protocol

  bool operator==(const SocketAddress&) const = default;
};

struct BoundPort {
  bool is_v6 = false;
  SocketAddress local;
  SocketAddress remote;       // of a connected UDP or raw socket; 0: it takes packets of all
  uint64_t unread_bytes = 0;  // memory of the packets that its program has not read yet
  uint64_t inode = 0;
};

// A connection that has ended here.
struct WaitingPort {
  BoundPort ends;
  uint64_t since_ns = 0;  // when TIME_WAIT began
};

// The connections of "tcp" or "tcp6" that are in TIME_WAIT, of a text that was read at that time.
[[nodiscard]] std::vector<WaitingPort> parse_waiting_ports(std::string_view text,
                                                           uint64_t read_at_ns);

// The sockets of a file of /proc/net, "tcp6", "udp" or "raw", that wait for packets. Of TCP these
// are listeners. A line that cannot be read is left out.
[[nodiscard]] std::vector<BoundPort> parse_bound_ports(std::string_view text, SocketKind kind);

// A packet, as its receiver sees it.
struct PortQuestion {
  uint32_t netns = 0;  // inode number
  uint64_t ts_ns = 0;  // when it died
  SocketKind kind = SocketKind::Tcp;
  bool is_v6 = false;
  SocketAddress source, destination;
  bool looks_elsewhere = true;  // also for PortAnswer::open_in
};

struct PortAnswer {
  // Where the port is open, "127.0.0.1:53, [::1]:53"; "" when nobody has it. Connected sockets are
  // left out.
  std::string open_at;
  // When nobody has it: other network namespaces where a socket of that port has the destination's
  // address, or all: "4026532194 (web)".
  std::string open_in;
  // One of the sockets has these addresses, or all. None: one of IPv6 may take packets of IPv4,
  // which /proc does not tell.
  std::optional<bool> takes_packet = false;
  uint64_t unread_bytes = 0;  // the most that one of those has
  // Datagrams that found a receive buffer full in that namespace, since pwru began.
  std::optional<uint64_t> buffer_errors;
  // A connection with the packet's addresses and ports was in TIME_WAIT before it died.
  bool is_in_time_wait = false;
  bool is_newer = false;  // all this was read after the packet died
  // The socket, when open_at is one address, or open_in one namespace: its inode number, and that
  // of its namespace; 0: none.
  uint64_t only_inode = 0;
  uint32_t only_netns = 0;
};

// Asks for a port of a network namespace. Takes no privileges, and keeps no namespace alive.
class BoundPorts {
 public:
  using Clock = std::function<uint64_t()>;  // nanoseconds
  // The text of a file ("tcp6") of a namespace, by its inode number; "" when it cannot be read.
  using Read = std::function<std::string(uint32_t netns, const char* file)>;

  // `namespaces`: those whose counters are read now, to know later what has risen.
  BoundPorts(Read read, Clock clock, const std::vector<uint32_t>& namespaces = {});
  // `reads_counters`: without them PortAnswer::buffer_errors is not known, and nothing is read now.
  [[nodiscard]] static BoundPorts in(NetnsTable table, bool reads_counters);

  // From now on these are looked at too, for PortAnswer::open_in. By inode number, with their
  // names.
  void look_into(std::vector<std::pair<uint32_t, std::string>> namespaces) {
    namespaces_ = std::move(namespaces);
  }

  // Reads anew for a packet that died after the last time, unless reading would take more than a
  // twentieth of the time. None when the sockets of that namespace cannot be read.
  [[nodiscard]] std::optional<PortAnswer> ask(const PortQuestion& question);

 private:
  struct Sockets {
    std::vector<BoundPort> ports;
    std::vector<WaitingPort> waiting;
    std::optional<uint64_t> buffer_errors;
    bool are_known = false;
    uint64_t read_at_ns = 0;
    uint64_t not_before_ns = 0;  // read again
  };
  Sockets read(uint32_t netns, SocketKind kind) const;
  // For PortAnswer::open_in.
  void look_elsewhere(const PortQuestion& question, PortAnswer& answer);
  [[nodiscard]] uint64_t buffer_errors(uint32_t netns) const;

  Read read_;
  Clock clock_;
  std::map<std::pair<uint32_t, SocketKind>, Sockets> sockets_;
  std::map<uint32_t, uint64_t> first_buffer_errors_;
  std::vector<std::pair<uint32_t, std::string>> namespaces_;
  // When sockets of other namespaces are read again.
  std::map<SocketKind, uint64_t> elsewhere_not_before_ns_;
};

}  // namespace pwru::kernel
