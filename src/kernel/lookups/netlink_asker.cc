// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/netlink_asker.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/xfrm.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

#include "base/process.h"
#include "base/sandbox.h"
#include "kernel/lookups/associations.h"
#include "kernel/netfilter/xt_table_part.h"
#include "kernel/proc/netns.h"

namespace pwru::kernel {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPatience{500};  // a search through all of /proc takes a twentieth of it
constexpr size_t kMostRequestBytes = 2048;
// The kernel makes no message larger than 32 KiB. What an answer has more of is left unread.
constexpr size_t kMessageBytes = 32768, kMostAnswerBytes = 2 * kMessageBytes;

struct Heading {
  uint32_t number = 0;
  uint32_t netns = 0;
  int32_t protocol = 0;
};

// In the place of a protocol: the request is the inode of a socket, or a XtTablePart.
constexpr int32_t kOwner = -1, kTablePart = -2;

constexpr uint16_t of_nft(uint16_t type) { return NFNL_SUBSYS_NFTABLES << 8 | type; }
constexpr std::array<uint16_t, 6> kReadsNetfilter = {
    of_nft(NFT_MSG_GETTABLE),
    of_nft(NFT_MSG_GETRULE),
    of_nft(NFT_MSG_GETSET),
    of_nft(NFT_MSG_GETSETELEM),
    NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET,
    NFNL_SUBSYS_IPSET << 8 | IPSET_CMD_GET_BYINDEX};
constexpr std::array<uint16_t, 6> kReadsRoutes = {RTM_GETROUTE, RTM_GETRULE,  RTM_GETNEIGH,
                                                  RTM_GETLINK,  RTM_GETQDISC, RTM_GETADDR};

constexpr std::array<uint16_t, 3> kReadsIpsec = {XFRM_MSG_GETPOLICY, XFRM_MSG_GETDEFAULT,
                                                 XFRM_MSG_GETSA};

// Whoever has taken the tracer over can still only read.
bool is_read_request(int protocol, Bytes request) {
  nlmsghdr head;
  if (!take(request, head) || head.nlmsg_len != request.size()) return false;
  const auto is_one_of = [&](const auto& types) {
    return std::ranges::find(types, head.nlmsg_type) != types.end();
  };
  // A message of a dump has several associations, and cut_keys_off() expects one.
  if (protocol == NETLINK_XFRM && head.nlmsg_type == XFRM_MSG_GETSA &&
      head.nlmsg_flags & NLM_F_DUMP)
    return false;
  return (protocol == NETLINK_NETFILTER && is_one_of(kReadsNetfilter)) ||
         (protocol == NETLINK_ROUTE && is_one_of(kReadsRoutes)) ||
         (protocol == NETLINK_XFRM && is_one_of(kReadsIpsec)) ||
         (protocol == NETLINK_SOCK_DIAG && head.nlmsg_type == SOCK_DIAG_BY_FAMILY);
}

// Whether more datagrams follow.
bool is_unfinished(Bytes messages) {
  nlmsghdr head;
  bool has_more = false;
  while (take(messages, head) && head.nlmsg_len >= sizeof(head)) {
    has_more = (head.nlmsg_flags & NLM_F_MULTI) && head.nlmsg_type != NLMSG_DONE;
    messages = after(messages, NLMSG_ALIGN(head.nlmsg_len));
  }
  return has_more;
}

bool enter(uint32_t netns) {
  const UniqueFd fd = open_netns_of(netns);
  return fd && ::setns(fd.get(), CLONE_NEWNET) == 0;
}

// Appends the answer. The kernel has it ready when send() returns, or when the part before it is
// read.
void ask_kernel(int protocol, Bytes request, std::vector<std::byte>& answer) {
  const UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
  if (!socket) return;
  // Without it (Linux 4.20) a dump of routes has all of them, and no part that was asked for.
  const int on = 1;
  if (protocol == NETLINK_ROUTE)
    ::setsockopt(socket.get(), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
  if (::send(socket.get(), request.data(), request.size(), 0) < 0) return;
  const size_t begin = answer.size();
  size_t at = begin;
  while (at - begin + kMessageBytes <= kMostAnswerBytes) {
    answer.resize(at + kMessageBytes);
    const ssize_t got = ::recv(socket.get(), answer.data() + at, kMessageBytes, MSG_DONTWAIT);
    auto part = std::span(answer).subspan(at, static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (protocol == NETLINK_XFRM) part = part.first(cut_keys_off(part));
    at += part.size();
    if (!is_unfinished(part)) break;
  }
  answer.resize(at);
}

void find_owner(uint32_t netns, Bytes request, std::vector<std::byte>& answer) {
  uint64_t socket = 0;
  if (!take(request, socket)) return;
  const auto until = steady_clock::now() + kPatience;
  const auto owner =
      find_socket_owner(netns, socket, [until] { return steady_clock::now() >= until; });
  if (!owner) return;
  const Bytes bytes = std::as_bytes(std::span(&*owner, 1));
  answer.insert(answer.end(), bytes.begin(), bytes.end());
}

bool is_to_enter(const Heading& heading, Bytes request) {
  return heading.protocol == kTablePart || is_read_request(heading.protocol, request);
}

[[noreturn]] void serve(int fd) {
  const UniqueFd own_netns(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
  become_helper("pwru-netlink", {fd, own_netns.get()});
  // To see whose socket it is takes CAP_DAC_READ_SEARCH: /proc/PID/fd belongs to the user of PID.
  keep_capabilities(
      capability_set({CAP_NET_ADMIN, CAP_SYS_ADMIN, CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH}));
  keep_netlink_only();  // every system call that is made from here on must be on that list
  std::vector<std::byte> request(sizeof(Heading) + kMostRequestBytes);
  std::vector<std::byte> answer;
  for (;;) {
    const ssize_t got = ::recv(fd, request.data(), request.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    Heading heading;
    const auto asked = Bytes(request).first(static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (!take(asked, heading)) ::_exit(0);
    answer.assign(asked.begin(), asked.begin() + sizeof(heading));
    const Bytes message = after(asked, sizeof(heading));
    if (heading.protocol == kOwner) {
      find_owner(heading.netns, message, answer);
    } else if (is_to_enter(heading, message) && enter(heading.netns)) {
      if (heading.protocol == kTablePart)
        read_xt_table_part(message, answer);
      else
        ask_kernel(heading.protocol, message, answer);
      ::setns(own_netns.get(), CLONE_NEWNET);  // whoever stays in a namespace keeps it alive
    }
    if (::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) < 0 && errno != EINTR) ::_exit(0);
  }
}

}  // namespace

std::optional<NetlinkAsker> NetlinkAsker::start() {
  const uint64_t needed = capability_set({CAP_NET_ADMIN, CAP_SYS_ADMIN});
  std::array<int, 2> ends = {};
  if ((effective_capabilities() & needed) != needed ||
      ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return std::nullopt;
  UniqueFd own(ends[0]), of_child(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) return std::nullopt;
  if (pid == 0) serve(of_child.get());
  return NetlinkAsker(std::move(own), pid);
}

NetlinkAsker::~NetlinkAsker() {
  if (!socket_) return;
  socket_.reset();
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::vector<std::byte> NetlinkAsker::ask(int protocol, uint32_t netns, Bytes request) {
  const Heading heading = {++asked_, netns, protocol};
  std::vector<std::byte> bytes(sizeof(heading));
  std::memcpy(bytes.data(), &heading, sizeof(heading));
  bytes.insert(bytes.end(), request.begin(), request.end());
  if (::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) return {};
  const auto until = steady_clock::now() + kPatience;
  bytes.resize(sizeof(heading) + kMostAnswerBytes);
  for (;;) {
    const auto rest = std::chrono::duration_cast<milliseconds>(until - steady_clock::now()).count();
    pollfd ready = {socket_.get(), POLLIN, 0};
    if (rest <= 0) return {};
    if (::poll(&ready, 1, static_cast<int>(rest)) <= 0) continue;
    const ssize_t got = ::recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    const auto answer = Bytes(bytes).first(static_cast<size_t>(std::max<ssize_t>(got, 0)));
    Heading of;
    if (!take(answer, of)) return {};   // the process is gone
    if (of.number != asked_) continue;  // comes too late
    bytes.resize(answer.size());
    bytes.erase(bytes.begin(), bytes.begin() + sizeof(of));
    return bytes;
  }
}

std::vector<std::byte> NetlinkAsker::table_part(uint32_t netns, Bytes request) {
  return ask(kTablePart, netns, request);
}

std::optional<SocketOwner> NetlinkAsker::owner(uint32_t netns, uint64_t socket) {
  const std::vector<std::byte> answer = ask(kOwner, netns, std::as_bytes(std::span(&socket, 1)));
  SocketOwner owner;
  if (!take(answer, owner)) return std::nullopt;
  return owner;
}

}  // namespace pwru::kernel
