// SPDX-License-Identifier: Apache-2.0
// What the kernel has counted: protocols, devices and the CPUs' backlogs, of the network
// namespaces of this machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/handle.h"
#include "kernel/proc/proc_net.h"

namespace pwru::kernel {

struct CounterValue {
  uint32_t netns = 0;  // inode number; 0: of the whole machine
  std::string owner;   // the device, or the number of the CPU; "" for a protocol
  std::string name;    // as nstat writes it: "TcpExtListenOverflows"; of a device "rx_drop"
  uint64_t value = 0;
};
using CounterValues = std::vector<CounterValue>;

// The name of the one counter that means no loss: packets that a device handled itself, so that no
// function of the kernel saw them.
inline constexpr std::string_view kInHardware = "in_hardware";

// The files of /proc/net, by their text.
enum class CounterFile : uint8_t { Snmp, Netstat, Snmp6, Dev, Softnet };
[[nodiscard]] CounterValues parse_counters(CounterFile file, std::string_view text, uint32_t netns);

// Where the counters are read, now and later. Nothing in here keeps a namespace alive, and reading
// takes no privileges.
class LossCounters {
 public:
  // More namespaces than so many are not looked at.
  static constexpr size_t kMostNetns = 64;

  // `only`: the inode number of the one namespace that is asked for; 0: this process's own, and all
  // others that a process is in.
  [[nodiscard]] static LossCounters open(uint32_t only);
  // Without those of namespaces that are gone.
  [[nodiscard]] CounterValues read() const;
  [[nodiscard]] const NetnsTable& namespaces() const { return namespaces_; }
  [[nodiscard]] bool are_all() const { return are_all_; }

 private:
  NetnsTable namespaces_;
  UniqueFd rtnetlink_;  // of this process's own, if it is looked at
  uint32_t own_ = 0;
  bool has_machine_ = true;  // the counters of CPUs are read too
  bool are_all_ = true;      // no namespace was left out for its number
};

}  // namespace pwru::kernel
