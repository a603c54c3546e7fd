// SPDX-License-Identifier: Apache-2.0
#include "kernel/fentry_multi.h"

#include "probe/halving.h"
#include "probe/kprobe_multi.h"

namespace pwru::probe {
namespace {

// Trampolines for the functions that may have one, and kprobe-multi for all others.
class FentryMulti : public KprobeMulti {
 public:
  using KprobeMulti::KprobeMulti;
  std::string_view name() const override { return "fentry-multi"; }

 private:
  Result<> attach_group(const Group& group, const OnDone& on_done, Attached& attached) override {
    if (!group.instead) return KprobeMulti::attach_group(group, on_done, attached);
    const auto attach = [&](Range range) {
      kernel::FentryMultiLink wanted;
      wanted.program_fd = static_cast<uint32_t>(bpf_program__fd(group.program));
      wanted.ids = reinterpret_cast<uint64_t>(group.fentry_ids.data() + range.begin);
      wanted.cookies = reinterpret_cast<uint64_t>(group.skb_args.data() + range.begin);
      wanted.count = static_cast<uint32_t>(range.size());
      UniqueFd link = kernel::create_fentry_multi(wanted);
      if (!link) return errno;
      links_.push_back({nullptr, group.program, std::move(link)});
      attached.count += range.size();
      return 0;
    };
    Group others;
    others.program = group.instead;
    for (const Refused& refused : attach_by_halves(group.sites.size(), attach))
      for (size_t i = refused.range.begin; i < refused.range.end; i++)
        others.sites.push_back(group.sites[i]);
    if (others.sites.empty()) return {};
    return KprobeMulti::attach_group(others, on_done, attached);
  }
};

}  // namespace

std::unique_ptr<FunctionHook> make_fentry_multi(Plan plan) {
  return std::make_unique<FentryMulti>(std::move(plan));
}

}  // namespace pwru::probe
