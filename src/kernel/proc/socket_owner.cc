// SPDX-License-Identifier: Apache-2.0
#include "kernel/proc/socket_owner.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace pwru::kernel {
namespace {

bool leads_to(const std::string& path, std::string_view target) {
  char link[64];
  const ssize_t size = ::readlink(path.c_str(), link, sizeof(link));
  return size > 0 && std::string_view(link, static_cast<size_t>(size)) == target;
}

std::vector<int32_t> processes() {
  std::vector<int32_t> pids;
  for (const std::string& name : names_in("/proc")) {
    int32_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error == std::errc() && end == name.data() + name.size()) pids.push_back(pid);
  }
  std::ranges::sort(pids);
  return pids;
}

SocketOwner owner_with(int32_t pid, const std::string& folder) {
  SocketOwner owner;
  owner.pid = pid;
  std::string comm = read_file(folder + "/comm").value_or("");
  if (comm.ends_with('\n')) comm.pop_back();
  std::copy_n(comm.data(), std::min(comm.size(), sizeof(owner.comm)), owner.comm);
  return owner;
}

}  // namespace

std::optional<SocketOwner> find_socket_owner(uint32_t netns, uint64_t socket,
                                             const std::function<bool()>& is_late) {
  const std::string of_netns = fmt::format("net:[{}]", netns);
  const std::string of_socket = fmt::format("socket:[{}]", socket);
  std::optional<SocketOwner> found;
  for (const int32_t pid : processes()) {
    const std::string folder = fmt::format("/proc/{}", pid);
    if (is_late()) return std::nullopt;
    if (!leads_to(folder + "/ns/net", of_netns)) continue;
    for (const std::string& fd : names_in(folder + "/fd")) {
      if (is_late()) return std::nullopt;
      if (!leads_to(folder + "/fd/" + fd, of_socket)) continue;
      found = owner_with(pid, folder);
      break;
    }
    // systemd keeps the socket of a service that it starts when somebody connects.
    if (found && found->pid != 1) break;
  }
  return found;
}

}  // namespace pwru::kernel
