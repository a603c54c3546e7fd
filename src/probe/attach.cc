// SPDX-License-Identifier: Apache-2.0
#include "probe/attach.h"

#include <bpf/bpf.h>
#include <fmt/core.h>
#include <linux/bpf.h>
#include <sys/syscall.h>

#include <array>
#include <cstring>
#include <string>
#include <tuple>

#include "base/file.h"
#include "base/signals.h"
#include "kernel/private_mount.h"

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

void take_off(BpfLink& link) {
  if (stop_is_urgent())
    std::ignore = link.release();
  else
    link.reset();
}

void Attached::add(BpfLink link, const bpf_program* program) {
  links.push_back(std::move(link));
  programs.push_back(program);
}

program::MissCounts Attached::missed() const {
  program::MissCounts counts;
  for (size_t i = 0; i < links.size(); i++) {
    const int fd = bpf_link__fd(links[i].get());
    LinkInfo info = {};
    uint32_t size = sizeof(info);
    if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) != 0) continue;
    uint64_t missed = 0;
    if (info.type == kLinkKprobeMulti) missed = info.kprobe_multi.missed;
    if (info.type == kLinkPerfEvent && info.perf_kprobe.perf_type >= kPerfEventKprobe &&
        info.perf_kprobe.perf_type <= kPerfEventKretprobe)
      missed = info.perf_kprobe.missed;
    if (missed) counts.push_back({bpf_program__name(programs[i]), missed, 0});
  }
  return counts;
}

Result<> Backend::attach_more(const Plan& plan, Attached& attached) {
  PWRU_ASSIGN(Attached more, attach(plan, [](size_t) {}));
  for (size_t i = 0; i < more.links.size(); i++)
    attached.add(std::move(more.links[i]), more.programs[i]);
  attached.count += more.count;
  for (const auto& [reason, count] : more.left_out) attached.left_out[reason] += count;
  return {};
}

namespace {

// Keeps the link in `folder`, in a bpffs, instead of by its descriptor.
bool keep_in(const UniqueFd& folder, size_t number, BpfLink& link) {
  if (!folder) return false;
  const std::string path = fmt::format("{}/{}", path_of_fd(folder.get()), number);
  if (bpf_obj_pin(bpf_link__fd(link.get()), path.c_str()) != 0) return false;
  link.reset();
  return true;
}

}  // namespace

// A trampoline is taken off under ftrace's lock, while the kernel waits for a grace period of RCU
// tasks. On 6.1 and 6.12 their thread pauses for 100 ms after each (gp_sleep in
// kernel/rcu/tasks.h), and whoever closes a link waits with it. The kernel itself takes off what
// goes with an inode of bpffs (bpf_link_put() from bpf_free_inode()), in a kernel thread.
void attach_copies(const std::vector<bpf_program*>& programs, Attached& attached) {
  if (programs.empty()) return;
  attached.copies = kernel::private_mount("bpf");
  for (size_t i = 0; i < programs.size(); i++) {
    BpfLink link(bpf_program__attach(programs[i]));
    if (!link) {
      attached
          .left_out[std::string("fexit refused by the kernel (") + std::strerror(errno) + ")"]++;
      continue;
    }
    if (!keep_in(attached.copies, i, link)) attached.add(std::move(link), programs[i]);
  }
}

}  // namespace pwru::probe
