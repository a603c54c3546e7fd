// SPDX-License-Identifier: Apache-2.0
#include "probe/kprobe_multi.h"

#include <bpf/bpf.h>

#include "probe/halving.h"

namespace pwru::probe {

Result<> KprobeMulti::attach_group(const Group& group, const OnDone&, Attached& attached) {
  std::vector<unsigned long> addresses;
  for (const kernel::Site& site : group.sites) addresses.push_back(site.address);
  const auto attach = [&](Range range) {
    LIBBPF_OPTS(bpf_kprobe_multi_opts, opts, .addrs = addresses.data() + range.begin,
                .cnt = range.size(), .retprobe = group.is_return);
    BpfLink link(bpf_program__attach_kprobe_multi_opts(group.program, nullptr, &opts));
    if (!link) return errno;
    links_.push_back({std::move(link), group.program});
    attached.count += range.size();
    return 0;
  };
  for (const Refused& refused : attach_by_halves(addresses.size(), attach)) {
    if (is_about_all(refused.code))
      return sys_fail(
          "attach kprobe.multi to " + std::to_string(refused.range.size()) + " functions",
          refused.code);
    attached.left_out[refused_reason(refused.code)] += static_cast<unsigned>(refused.range.size());
  }
  return {};
}

std::unique_ptr<FunctionHook> make_kprobe_multi(Plan plan) {
  return std::make_unique<KprobeMulti>(std::move(plan));
}

}  // namespace pwru::probe
