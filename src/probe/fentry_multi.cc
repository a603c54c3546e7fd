// SPDX-License-Identifier: Apache-2.0
#include "kernel/fentry_multi.h"

#include "base/signals.h"
#include "probe/kprobe_multi.h"

namespace pwru::probe {
namespace {

// The functions of a group from `begin` to before `end`.
struct Range {
  size_t begin = 0;
  size_t end = 0;

  [[nodiscard]] size_t size() const { return end - begin; }
};

// Trampolines for the functions that may have one, and kprobe-multi for all others.
class FentryMulti : public KprobeMulti {
 public:
  using KprobeMulti::KprobeMulti;
  std::string_view name() const override { return "fentry-multi"; }

 private:
  Result<> attach_group(const Group& group, const OnDone& on_done, Attached& attached) override {
    if (!group.instead) return KprobeMulti::attach_group(group, on_done, attached);
    Group refused;
    refused.program = group.instead;
    attach_range(group, {0, group.sites.size()}, refused, attached);
    if (refused.sites.empty()) return {};
    return KprobeMulti::attach_group(refused, on_done, attached);
  }

  // One function that the kernel refuses makes the whole call fail: halve until it stands alone.
  void attach_range(const Group& group, Range range, Group& refused, Attached& attached) {
    if (range.size() == 0 || stop_requested()) return;
    kernel::FentryMultiLink wanted;
    wanted.program_fd = static_cast<uint32_t>(bpf_program__fd(group.program));
    wanted.ids = reinterpret_cast<uint64_t>(group.fentry_ids.data() + range.begin);
    wanted.cookies = reinterpret_cast<uint64_t>(group.skb_args.data() + range.begin);
    wanted.count = static_cast<uint32_t>(range.size());
    UniqueFd link = kernel::create_fentry_multi(wanted);
    const int code = errno;
    if (link) {
      links_.push_back({nullptr, group.program, std::move(link)});
      attached.count += range.size();
    } else if (range.size() == 1 || is_about_all(code)) {
      for (size_t i = range.begin; i < range.end; i++) refused.sites.push_back(group.sites[i]);
    } else {
      const size_t half = range.begin + range.size() / 2;
      attach_range(group, {range.begin, half}, refused, attached);
      attach_range(group, {half, range.end}, refused, attached);
    }
  }
};

}  // namespace

std::unique_ptr<FunctionHook> make_fentry_multi(Plan plan) {
  return std::make_unique<FentryMulti>(std::move(plan));
}

}  // namespace pwru::probe
