// SPDX-License-Identifier: Apache-2.0
#include "doctor/kernel_checks.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <linux/bpf.h>
#include <sys/utsname.h>

#include "base/handle.h"
#include "base/strings.h"
#include "kernel/drop_reasons.h"
#include "kernel/features.h"
#include "kernel/modules.h"
#include "kernel/tracefs.h"

namespace pwru::doctor {
namespace {

constexpr size_t kNamed = 3;

Check release() {
  utsname name = {};
  if (::uname(&name) != 0) return {"kernel", State::Unknown, std::strerror(errno)};
  return {"kernel", State::Ok, fmt::format("{} {} {}", name.sysname, name.release, name.machine)};
}

Check types(const kernel::Btf* btf, const std::string& error) {
  if (!btf) return {"BTF", State::Failed, error};
  return {"BTF", State::Ok, fmt::format("{} types", btf->end_id())};
}

Check module_types() {
  const size_t loaded = kernel::loaded_modules().size();
  const std::vector<std::string> without = kernel::modules_without_btf();
  if (without.empty()) return {"module BTF", State::Ok, fmt::format("all {} modules", loaded)};
  return {"module BTF", State::Warning,
          fmt::format("{} of {} modules have none ({}): their functions are not found",
                      without.size(), loaded, join(without, ", ", kNamed))};
}

Check map_of(std::string_view id, bpf_map_type type, uint32_t flags, uint32_t entries) {
  LIBBPF_OPTS(bpf_map_create_opts, options);
  options.map_flags = flags;
  const bool is_ring = type == BPF_MAP_TYPE_RINGBUF;
  constexpr uint32_t kBytes = 4;
  const int fd = bpf_map_create(type, "pwru_doctor", is_ring ? 0 : kBytes, is_ring ? 0 : kBytes,
                                entries, &options);
  const UniqueFd map(fd);
  if (map) return {id, State::Ok, "can be made"};
  return {id, State::Failed, fmt::format("make one: {}", std::strerror(-fd))};
}

void add_features(const kernel::Btf* btf, std::vector<Check>& checks) {
  if (!btf) return;
  const auto features = kernel::probe_features(*btf);
  if (!features) {
    checks.push_back({"BPF programs", State::Failed, features.error().what});
    return;
  }
  checks.push_back({"BPF programs", State::Ok, "can be loaded"});
  checks.push_back(
      features->rdonly_cast_id
          ? Check{"plain loads (cast)", State::Ok, "bpf_rdonly_cast"}
          : Check{"plain loads (cast)", State::Absent,
                  "no bpf_rdonly_cast (Linux 6.2): memory is copied, which is dearer"});
  checks.push_back(features->has_get_func_ip
                       ? Check{"bpf_get_func_ip", State::Ok, "can be called"}
                       : Check{"bpf_get_func_ip", State::Absent, "not in this kernel (5.15)"});
}

Check drop_reasons(const kernel::Btf& btf) {
  if (!kernel::DropReasons::collect(btf, {}).empty())
    return {"drop reasons", State::Ok, "have names"};
  return {"drop reasons", State::Absent,
          "none before Linux 5.17: the caller of kfree_skb is shown instead"};
}

Check tracefs() {
  if (kernel::open_tracefs("kprobe_events", O_RDWR | O_APPEND))
    return {"tracefs", State::Ok, "kprobe_events can be written to"};
  const auto readable = kernel::open_available_functions();
  if (readable) return {"tracefs", State::Warning, "can be read only: detaching kprobes is slow"};
  return {"tracefs", State::Warning, readable.error().what};
}

}  // namespace

Group check_kernel(const kernel::Btf* btf, const std::string& btf_error, const Machine& machine) {
  Group group = {"Kernel", "kernel", {release(), types(btf, btf_error), module_types()}};
  std::vector<Check>& checks = group.checks;
  checks.push_back(machine.shows_addresses
                       ? Check{"symbol addresses", State::Ok, "in /proc/kallsyms"}
                       : Check{"symbol addresses", State::Failed,
                               "hidden in /proc/kallsyms, or /proc is not mounted"});
  checks.push_back(tracefs());
  checks.push_back(map_of("mmapable arrays", BPF_MAP_TYPE_ARRAY, BPF_F_MMAPABLE, 1));
  checks.push_back(map_of("ring buffer", BPF_MAP_TYPE_RINGBUF, 0, 1 << 16));
  add_features(btf, checks);
  if (btf) checks.push_back(drop_reasons(*btf));
  return group;
}

}  // namespace pwru::doctor
