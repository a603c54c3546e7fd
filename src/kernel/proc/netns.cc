// SPDX-License-Identifier: Apache-2.0
#include "kernel/proc/netns.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/magic.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <charconv>
#include <memory>
#include <thread>
#include <vector>

#include "base/file.h"
#include "base/strings.h"

// The one line of <linux/nsfs.h> that is needed: it asks for the type of a namespace file (Linux
// 4.11).
#ifndef NS_GET_NSTYPE
#define NS_GET_NSTYPE _IO(0xb7, 0x3)
#endif

namespace pwru::kernel {
namespace {

constexpr std::string_view kInodePrefix = "inode:";
constexpr const char* kOwnNetns = "/proc/self/ns/net";

Result<uint32_t> parse_inode(const std::string& spec) {
  const std::string_view digits = std::string_view(spec).substr(kInodePrefix.size());
  uint32_t inode = 0;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), inode);
  if (error != std::errc() || end != digits.end() || inode == 0)
    return fail(
        fmt::format("'{}' names no network namespace: after inode: a decimal number from 1 to "
                    "4294967295 is needed, as in ls -Li /proc/PID/ns/net",
                    spec),
        ExitCode::BadUsage);
  return inode;
}

Result<UniqueFd> open_netns(const std::string& path) {
  // A pipe without a writer is not waited for.
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd && errno == ENOENT)
    return fail(fmt::format("there is no network namespace {}; see 'ip netns list'", path),
                ExitCode::BadUsage, ENOENT);
  if (!fd) return sys_fail(fmt::format("open network namespace {}", path));
  struct statfs fs {};
  const bool is_nsfs = ::fstatfs(fd.get(), &fs) == 0 && fs.f_type == NSFS_MAGIC;
  if (!is_nsfs || ::ioctl(fd.get(), NS_GET_NSTYPE) != CLONE_NEWNET)
    return fail(
        fmt::format("{} is no network namespace: name one below /run/netns, or /proc/PID/ns/net",
                    path),
        ExitCode::BadUsage);
  return fd;
}

Result<uint32_t> inode_of(const std::string& path) {
  PWRU_ASSIGN(const UniqueFd fd, open_netns(path));
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) return sys_fail(fmt::format("stat network namespace {}", path));
  return static_cast<uint32_t>(st.st_ino);
}

std::vector<std::string> interface_names() {
  std::vector<std::string> names;
  const std::unique_ptr<struct if_nameindex, Deleter<if_freenameindex>> list(::if_nameindex());
  if (!list) return names;
  for (const struct if_nameindex* entry = list.get(); entry->if_index != 0; ++entry)
    names.emplace_back(entry->if_name);
  return names;
}

Result<uint32_t> ifindex_here(const std::string& ifname, const std::string& where) {
  if (const unsigned index = ::if_nametoindex(ifname.c_str()); index != 0) return index;
  const std::string nearest = nearest_name(ifname, interface_names());
  return fail(
      fmt::format("find interface '{}' in {}: there is no such interface{}", ifname, where,
                  nearest.empty() ? "; see ip link" : fmt::format("; did you mean {}?", nearest)),
      ExitCode::BadUsage, ENODEV);
}

}  // namespace

Result<uint32_t> netns_inode(const std::string& spec) {
  if (spec.starts_with(kInodePrefix)) return parse_inode(spec);
  if (!spec.starts_with('/'))
    return fail(
        fmt::format("'{}' names no network namespace: give a path such as /run/netns/NAME, or "
                    "inode:NUMBER",
                    spec),
        ExitCode::BadUsage);
  return inode_of(spec);
}

Result<uint32_t> current_netns_inode() { return inode_of(kOwnNetns); }

UniqueFd open_netns_of(uint32_t inode) {
  const auto open_if_it_is = [inode](const std::string& path) {
    struct stat st {};
    UniqueFd fd;
    if (::stat(path.c_str(), &st) != 0 || st.st_ino != inode) return fd;
    fd.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (fd && (::fstat(fd.get(), &st) != 0 || st.st_ino != inode)) fd.reset();
    return fd;
  };
  if (UniqueFd own = open_if_it_is(kOwnNetns)) return own;
  for (const std::string& name : names_in("/run/netns"))
    if (UniqueFd named = open_if_it_is("/run/netns/" + name)) return named;
  for (const std::string& pid : names_in("/proc"))
    if (pid[0] >= '0' && pid[0] <= '9')
      if (UniqueFd of_process = open_if_it_is("/proc/" + pid + "/ns/net")) return of_process;
  return {};
}

Result<uint32_t> ifindex_of(const std::string& ifname, const std::string& netns_path) {
  if (netns_path.empty()) return ifindex_here(ifname, "the current network namespace");
  PWRU_ASSIGN(const UniqueFd netns, open_netns(netns_path));
  const std::string where = fmt::format("network namespace {}", netns_path);
  Result<uint32_t> result = 0;
  std::jthread([&] {
    // Only this thread enters the namespace, and it ends here.
    result = ::setns(netns.get(), CLONE_NEWNET) == 0
                 ? ifindex_here(ifname, where)
                 : Result<uint32_t>(sys_fail(fmt::format("enter {}", where)));
  }).join();
  return result;
}

}  // namespace pwru::kernel
