// SPDX-License-Identifier: Apache-2.0
#include "probe/kprobe_multi.h"

#include <bpf/bpf.h>

#include "base/signals.h"

namespace pwru::probe {

Result<> KprobeMulti::attach_group(const Group& group, const OnDone&, Attached& attached) {
  std::vector<unsigned long> addresses;
  for (const kernel::Site& site : group.sites) addresses.push_back(site.address);
  return attach_span(group, addresses, attached);
}

// One address that ftrace refuses makes the whole call fail: halve until it stands alone.
Result<> KprobeMulti::attach_span(const Group& group, std::span<const unsigned long> addresses,
                                  Attached& attached) {
  if (addresses.empty() || stop_requested()) return {};
  LIBBPF_OPTS(bpf_kprobe_multi_opts, opts, .addrs = addresses.data(), .cnt = addresses.size(),
              .retprobe = group.is_return);
  BpfLink link(bpf_program__attach_kprobe_multi_opts(group.program, nullptr, &opts));
  const int code = errno;
  if (link) {
    links_.push_back({std::move(link), group.program});
    attached.count += addresses.size();
    return {};
  }
  if (is_about_all(code))
    return sys_fail("attach kprobe.multi to " + std::to_string(addresses.size()) + " functions",
                    code);
  if (addresses.size() == 1) {
    attached.left_out[refused_reason(code)]++;
    return {};
  }
  const size_t half = addresses.size() / 2;
  PWRU_TRY(attach_span(group, addresses.first(half), attached));
  return attach_span(group, addresses.subspan(half), attached);
}

std::unique_ptr<FunctionHook> make_kprobe_multi(Plan plan) {
  return std::make_unique<KprobeMulti>(std::move(plan));
}

}  // namespace pwru::probe
