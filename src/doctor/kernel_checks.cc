// SPDX-License-Identifier: Apache-2.0
#include "doctor/kernel_checks.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <linux/bpf.h>
#include <sys/utsname.h>

#include <algorithm>

#include "base/handle.h"
#include "base/strings.h"
#include "kernel/drop_reasons.h"
#include "kernel/features.h"
#include "kernel/proc/modules.h"
#include "kernel/symbols/tracefs.h"
#include "plan/kernel_facts.h"

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

struct MapFeature {
  std::string_view id;
  cli::Feature feature;
  bpf_map_type type;
  uint32_t flags;
  uint32_t bytes;  // of key and value
  uint32_t entries;
  std::string_view instead;
};
constexpr MapFeature kMmapableArrays = {
    "mmapable arrays",
    cli::Feature::MmapArrays,
    BPF_MAP_TYPE_ARRAY,
    BPF_F_MMAPABLE,
    4,
    1,
    "not in this kernel (5.5): events are sent through perf buffers, and fexit is not used"};
constexpr MapFeature kRingBuffer = {
    "ring buffer",
    cli::Feature::RingBuffer,
    BPF_MAP_TYPE_RINGBUF,
    0,
    0,
    1 << 16,
    "not in this kernel (5.8): events are looked for every 5 to 50 ms"};

Check map_of(const MapFeature& map, const std::vector<cli::Feature>& unwanted) {
  if (std::ranges::find(unwanted, map.feature) != unwanted.end())
    return {map.id, State::Absent, std::string(map.instead)};
  LIBBPF_OPTS(bpf_map_create_opts, options);
  options.map_flags = map.flags;
  const int fd =
      bpf_map_create(map.type, "pwru_doctor", map.bytes, map.bytes, map.entries, &options);
  const UniqueFd made(fd);
  if (made) return {map.id, State::Ok, "can be made"};
  if (fd == -EINVAL) return {map.id, State::Absent, std::string(map.instead)};
  return {map.id, State::Failed, fmt::format("make one: {}", std::strerror(-fd))};
}

void add_features(const kernel::Btf* btf, const std::vector<cli::Feature>& unwanted,
                  std::vector<Check>& checks) {
  if (!btf) return;
  auto features = kernel::probe_features(*btf);
  if (!features) {
    checks.push_back({"BPF programs", State::Failed, features.error().what});
    return;
  }
  plan::leave_out(unwanted, *features);
  checks.push_back({"BPF programs", State::Ok, "can be loaded"});
  if (!features->has_probe_read_kernel)
    checks.push_back({"bpf_probe_read_kernel", State::Absent,
                      "not in this kernel (5.5): bpf_probe_read is called"});
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

Group check_kernel(const kernel::Btf* btf, const std::string& btf_error, const Machine& machine,
                   const std::vector<cli::Feature>& unwanted) {
  Group group = {"Kernel", "kernel", {release(), types(btf, btf_error), module_types()}};
  std::vector<Check>& checks = group.checks;
  checks.push_back(machine.shows_addresses
                       ? Check{"symbol addresses", State::Ok, "in /proc/kallsyms"}
                       : Check{"symbol addresses", State::Failed,
                               "hidden in /proc/kallsyms, or /proc is not mounted"});
  checks.push_back(tracefs());
  checks.push_back(map_of(kMmapableArrays, unwanted));
  checks.push_back(map_of(kRingBuffer, unwanted));
  add_features(btf, unwanted, checks);
  if (btf) checks.push_back(drop_reasons(*btf));
  return group;
}

}  // namespace pwru::doctor
