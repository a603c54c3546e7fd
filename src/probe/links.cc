// SPDX-License-Identifier: Apache-2.0
#include "probe/links.h"

#include <bpf/bpf.h>
#include <fmt/core.h>
#include <linux/bpf.h>

#include <array>
#include <string>
#include <tuple>

#include "base/file.h"
#include "base/signals.h"

namespace pwru::probe {
namespace {

// struct bpf_link_info of Linux 6.7 and later; Debian 12's header ends before these fields.
struct LinkInfo {
  uint32_t type;
  uint32_t id;
  uint32_t prog_id;
  uint32_t pad0;
  union {
    struct {
      uint64_t addrs;
      uint32_t count;
      uint32_t flags;
      uint64_t missed;
    } kprobe_multi;
    struct {
      uint32_t perf_type;
      uint32_t pad1;
      uint64_t func_name;
      uint32_t name_len;
      uint32_t offset;
      uint64_t addr;
      uint64_t missed;
    } perf_kprobe;
    std::array<uint8_t, 64> room;
  };
};
constexpr uint32_t kLinkKprobeMulti = 8;  // BPF_LINK_TYPE_KPROBE_MULTI
constexpr uint32_t kLinkPerfEvent = 7;    // BPF_LINK_TYPE_PERF_EVENT
constexpr uint32_t kPerfEventKprobe = 3;  // BPF_PERF_EVENT_KPROBE
constexpr uint32_t kPerfEventKretprobe = 4;

}  // namespace

program::MissCounts missed_by(const Links& links) {
  program::MissCounts counts;
  for (const Link& link : links) {
    const int fd = link.link ? bpf_link__fd(link.link.get()) : -1;
    LinkInfo info = {};
    uint32_t size = sizeof(info);
    if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) != 0) continue;
    uint64_t missed = 0;
    if (info.type == kLinkKprobeMulti) missed = info.kprobe_multi.missed;
    if (info.type == kLinkPerfEvent && info.perf_kprobe.perf_type >= kPerfEventKprobe &&
        info.perf_kprobe.perf_type <= kPerfEventKretprobe)
      missed = info.perf_kprobe.missed;
    if (missed) counts.push_back({bpf_program__name(link.program), missed, 0});
  }
  return counts;
}

bool keep_in(const UniqueFd& folder, size_t number, int link_fd) {
  if (!folder) return false;
  const std::string path = fmt::format("{}/{}", path_of_fd(folder.get()), number);
  return bpf_obj_pin(link_fd, path.c_str()) == 0;
}

void take_off(Link& link) {
  if (stop_is_urgent()) {
    std::ignore = link.link.release();
    std::ignore = link.fd.release();
  } else {
    link.link.reset();
    link.fd.reset();
  }
}

void take_off(Links& links, const OnProgress& on_progress) {
  size_t done = 0;
  for (Link& link : links) {
    take_off(link);
    on_progress(++done, links.size());
  }
}

}  // namespace pwru::probe
