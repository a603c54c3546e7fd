// SPDX-License-Identifier: Apache-2.0
#include "kernel/symbols/bpf_helpers.h"

#include <bpf/bpf.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/handle.h"

namespace pwru::kernel {
namespace {

constexpr uint32_t kNetfilter = 32;  // BPF_PROG_TYPE_NETFILTER (6.4)
constexpr std::array<uint32_t, 16> kPacketTypes = {
    BPF_PROG_TYPE_SOCKET_FILTER,  BPF_PROG_TYPE_SCHED_CLS,
    BPF_PROG_TYPE_SCHED_ACT,      BPF_PROG_TYPE_XDP,
    BPF_PROG_TYPE_CGROUP_SKB,     BPF_PROG_TYPE_LWT_IN,
    BPF_PROG_TYPE_LWT_OUT,        BPF_PROG_TYPE_LWT_XMIT,
    BPF_PROG_TYPE_LWT_SEG6LOCAL,  BPF_PROG_TYPE_SOCK_OPS,
    BPF_PROG_TYPE_SK_SKB,         BPF_PROG_TYPE_SK_MSG,
    BPF_PROG_TYPE_SK_LOOKUP,      BPF_PROG_TYPE_SK_REUSEPORT,
    BPF_PROG_TYPE_FLOW_DISSECTOR, kNetfilter};

bool handles_packets(uint32_t type) {
  return std::find(kPacketTypes.begin(), kPacketTypes.end(), type) != kPacketTypes.end();
}

// Empty when the kernel does not show the code.
std::vector<bpf_insn> read_code(int fd, uint32_t bytes) {
  std::vector<bpf_insn> code(bytes / sizeof(bpf_insn));
  bpf_prog_info info = {};
  uint32_t size = sizeof(info);
  info.xlated_prog_len = bytes;
  info.xlated_prog_insns = reinterpret_cast<uint64_t>(code.data());
  const bool is_shown = bpf_obj_get_info_by_fd(fd, &info, &size) == 0 && info.xlated_prog_insns;
  if (!is_shown) code.clear();
  return code;
}

}  // namespace

void add_called(std::span<const bpf_insn> code, uint64_t call_base, const Symbols& symbols,
                std::set<std::string>& names) {
  for (const bpf_insn& insn : code) {
    if (insn.code != (BPF_JMP | BPF_CALL) || insn.src_reg == BPF_PSEUDO_CALL) continue;
    const uint64_t addr = call_base + static_cast<int64_t>(insn.imm);
    const size_t index = symbols.index_of(addr);  // exact, because a tail call has no address
    if (index < symbols.size() && addr != call_base) names.emplace(symbols.at(index).name);
  }
}

Result<CalledHelpers> find_called_helpers(const Symbols& symbols) {
  const auto base = symbols.addresses("__bpf_call_base", "");
  if (base.empty())
    return fail(
        "find the helpers of BPF programs: /proc/kallsyms has no __bpf_call_base; the kernel "
        "needs CONFIG_BPF_SYSCALL",
        ExitCode::NotSupported);
  CalledHelpers helpers;
  std::set<std::string> names;
  for (uint32_t id = 0; bpf_prog_get_next_id(id, &id) == 0;) {
    const UniqueFd fd(bpf_prog_get_fd_by_id(id));
    bpf_prog_info info = {};
    uint32_t size = sizeof(info);
    // A program that was unloaded meanwhile calls nothing any more.
    if (!fd || bpf_obj_get_info_by_fd(fd.get(), &info, &size) != 0) continue;
    if (!handles_packets(info.type)) continue;
    helpers.programs++;
    const std::vector<bpf_insn> code = read_code(fd.get(), info.xlated_prog_len);
    if (code.empty())
      helpers.unreadable.push_back(fmt::format("{} {}", id, info.name));
    else
      add_called(code, base.front(), symbols, names);
  }
  helpers.names.assign(names.begin(), names.end());
  return helpers;
}

}  // namespace pwru::kernel
