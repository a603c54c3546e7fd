// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <fmt/core.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <thread>

#include "base/handle.h"
#include "tests/filter/packets.h"

namespace pwru::test {
namespace {

constexpr uint16_t kPort = 9999;
constexpr int kMtu = 1500;  // the MTU of loopback is too large to fragment anything

struct Address {
  sockaddr_storage storage = {};
  socklen_t length = 0;
  int family = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

Address loopback(int family, uint16_t port) {
  Address address;
  address.family = family;
  if (family == AF_INET) {
    sockaddr_in in = {};
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::memcpy(&address.storage, &in, address.length = sizeof(in));
  } else {
    sockaddr_in6 in6 = {};
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(port);
    in6.sin6_addr = in6addr_loopback;
    std::memcpy(&address.storage, &in6, address.length = sizeof(in6));
  }
  return address;
}

Result<UniqueFd> open_socket(int family, int type, int protocol = 0) {
  UniqueFd fd(::socket(family, type | SOCK_CLOEXEC, protocol));
  if (!fd) return sys_fail("open a socket");
  return fd;
}

Result<> bring_loopback_up() {
  PWRU_ASSIGN(const UniqueFd control, open_socket(AF_INET, SOCK_DGRAM));
  ifreq request = {};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_mtu = kMtu;
  if (::ioctl(control.get(), SIOCSIFMTU, &request) != 0) return sys_fail("set the MTU of lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (::ioctl(control.get(), SIOCSIFFLAGS, &request) != 0) return sys_fail("bring lo up");
  return {};
}

Result<> send_udp(int family) {
  const Address to = loopback(family, kPort);
  PWRU_ASSIGN(const UniqueFd server, open_socket(family, SOCK_DGRAM));
  if (::bind(server.get(), to.get(), to.length) != 0) return sys_fail("bind");
  PWRU_ASSIGN(const UniqueFd client, open_socket(family, SOCK_DGRAM));
  for (const size_t size : {0, 10, 4000}) {
    const std::string text(size, 'u');
    if (::sendto(client.get(), text.data(), size, 0, to.get(), to.length) < 0)
      return sys_fail("send");
    std::array<char, 8192> answer;
    if (::recv(server.get(), answer.data(), answer.size(), 0) < 0) return sys_fail("receive");
  }
  return {};
}

Result<> connect_tcp(int family) {
  const Address to = loopback(family, kPort);
  PWRU_ASSIGN(const UniqueFd server, open_socket(family, SOCK_STREAM));
  if (::bind(server.get(), to.get(), to.length) != 0 || ::listen(server.get(), 1) != 0)
    return sys_fail("listen");
  PWRU_ASSIGN(UniqueFd client, open_socket(family, SOCK_STREAM));
  if (::connect(client.get(), to.get(), to.length) != 0) return sys_fail("connect");
  const UniqueFd session(::accept(server.get(), nullptr, nullptr));
  if (!session) return sys_fail("accept");
  constexpr std::string_view kRequest = "GET / HTTP/1.1\r\n\r\n";
  std::array<char, 64> got;
  if (::send(client.get(), kRequest.data(), kRequest.size(), 0) < 0 ||
      ::recv(session.get(), got.data(), got.size(), 0) < 0)
    return sys_fail("send over TCP");
  client.reset();
  while (::recv(session.get(), got.data(), got.size(), 0) > 0) continue;
  // Nobody listens there, so the answer is a reset.
  const Address nobody = loopback(family, kPort + 1);
  PWRU_ASSIGN(const UniqueFd refused, open_socket(family, SOCK_STREAM));
  if (::connect(refused.get(), nobody.get(), nobody.length) == 0)
    return fail("a closed port answered");
  return {};
}

Result<> ping(int family) {
  const Address to = loopback(family, 0);
  PWRU_ASSIGN(
      const UniqueFd raw,
      open_socket(family, SOCK_RAW, family == AF_INET ? int{IPPROTO_ICMP} : int{IPPROTO_ICMPV6}));
  // An echo request with its checksum. The kernel fills in that of ICMPv6.
  const uint8_t type = family == AF_INET ? 8 : 128;
  const std::array<uint8_t, 8> request = {type, 0, 0xf6, 0xfd, 0, 1, 1, 1};
  if (::sendto(raw.get(), request.data(), request.size(), 0, to.get(), to.length) < 0)
    return sys_fail("ping");
  std::array<char, 256> answer;
  for (int answers = 0; answers < 2; answers++) {  // first the request itself, then the reply
    if (::recv(raw.get(), answer.data(), answer.size(), 0) < 0)
      return sys_fail("wait for the ping's answer");
  }
  return {};
}

Result<std::vector<Packet>> exchange_and_catch() {
  if (::unshare(CLONE_NEWNET) != 0) return sys_fail("make a network namespace");
  PWRU_ASSIGN(const UniqueFd tap, open_socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)));
  PWRU_TRY(bring_loopback_up());
  for (const int family : {AF_INET, AF_INET6}) {
    PWRU_TRY(ping(family));
    PWRU_TRY(send_udp(family));
    PWRU_TRY(connect_tcp(family));
  }
  // Every exchange has waited for its answer, so all frames have arrived.
  std::vector<Packet> packets;
  std::array<char, 65536> frame;
  for (;;) {
    sockaddr_ll from = {};
    socklen_t length = sizeof(from);
    const ssize_t size = ::recvfrom(tap.get(), frame.data(), frame.size(), MSG_DONTWAIT,
                                    reinterpret_cast<sockaddr*>(&from), &length);
    if (size <= 0) break;
    // Each frame is captured twice: on its way out and in.
    if (from.sll_pkttype == PACKET_OUTGOING)
      packets.push_back({fmt::format("captured {}", packets.size()),
                         std::string(frame.data(), static_cast<size_t>(size))});
  }
  return packets;
}

}  // namespace

Result<std::vector<Packet>> captured_packets() {
  Result<std::vector<Packet>> packets;
  // In a thread of its own, because a thread changes its namespace for good.
  std::jthread([&] { packets = exchange_and_catch(); }).join();
  return packets;
}

}  // namespace pwru::test
