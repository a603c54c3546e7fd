// SPDX-License-Identifier: Apache-2.0
#include "kernel/counters/driver_counters.h"

#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

namespace pwru::kernel {
namespace {

constexpr uint32_t kMostCounters = 65536;

// `request` begins with a command of ethtool.
bool ask(const UniqueFd& socket, const std::string& device, void* request) {
  ifreq whom = {};
  if (device.size() >= sizeof(whom.ifr_name)) return false;
  std::memcpy(whom.ifr_name, device.data(), device.size());
  whom.ifr_data = static_cast<char*>(request);
  return ::ioctl(socket.get(), SIOCETHTOOL, &whom) == 0;
}

// 0 when the driver has none.
uint32_t count_of(const UniqueFd& socket, const std::string& device) {
  struct {  // struct ethtool_sset_info, with room for one number
    uint32_t cmd = ETHTOOL_GSSET_INFO, reserved = 0;
    uint64_t sset_mask = 1 << ETH_SS_STATS;
    uint32_t count = 0;
  } request;
  if (!ask(socket, device, &request) || !request.sset_mask) return 0;
  return std::min(request.count, kMostCounters);
}

bool contains_one_of(std::string_view name, std::span<const std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) {
    const auto is_same = [](unsigned char a, char b) { return std::tolower(a) == b; };
    return std::search(name.begin(), name.end(), word.begin(), word.end(), is_same) != name.end();
  });
}

}  // namespace

bool is_loss_by_name(std::string_view name) {
  constexpr auto kLoss =
      std::to_array<std::string_view>({"drop", "discard", "miss", "no_buf", "nobuf", "no_desc",
                                       "out_of_buf", "overrun", "overflow", "fifo", "alloc_fail"});
  // What is sent has an skb, whose end is seen. An XDP program decides what it drops. The tables of
  // a device may miss a flow.
  constexpr auto kOther = std::to_array<std::string_view>({"tx", "xdp", "fdir", "cache", "flow"});
  return contains_one_of(name, kLoss) && !contains_one_of(name, kOther);
}

void append_driver_counters(const UniqueFd& socket, const std::string& device, uint32_t netns,
                            CounterValues& values) {
  const uint32_t count = count_of(socket, device);
  if (count == 0) return;
  // The kernel writes as many as there are, which may be more by now: another number of queues.
  const uint32_t room = 2 * count + 256;
  std::vector<char> names(sizeof(ethtool_gstrings) + size_t{room} * ETH_GSTRING_LEN);
  std::vector<uint64_t> numbers(sizeof(ethtool_stats) / sizeof(uint64_t) + room);
  auto* const strings = reinterpret_cast<ethtool_gstrings*>(names.data());
  auto* const stats = reinterpret_cast<ethtool_stats*>(numbers.data());
  strings->cmd = ETHTOOL_GSTRINGS;
  strings->string_set = ETH_SS_STATS;
  strings->len = room;
  stats->cmd = ETHTOOL_GSTATS;
  stats->n_stats = room;
  if (!ask(socket, device, strings) || !ask(socket, device, stats)) return;
  const uint32_t known = std::min({strings->len, stats->n_stats, room});
  for (uint32_t i = 0; i < known; i++) {
    const char* const at = names.data() + sizeof(ethtool_gstrings) + size_t{i} * ETH_GSTRING_LEN;
    const std::string_view name(at, ::strnlen(at, ETH_GSTRING_LEN));
    if (is_loss_by_name(name))
      values.push_back({netns, device, "ethtool:" + std::string(name),
                        numbers[sizeof(ethtool_stats) / sizeof(uint64_t) + i]});
  }
}

}  // namespace pwru::kernel
