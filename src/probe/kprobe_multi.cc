// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>

#include <span>

#include "base/signals.h"
#include "probe/attach.h"
#include "probe/kprobe_pmu.h"

namespace pwru::probe {
namespace {

class KprobeMulti : public Backend {
 public:
  std::string_view name() const override { return "kprobe-multi"; }

  Result<Attached> attach(const Plan& plan, const OnProgress& on_progress) override {
    Attached attached;
    size_t done = 0;
    for (const Group& group : plan.groups) {
      PWRU_TRY(attach_span(group, group.addresses, attached));
      done += group.addresses.size();
      on_progress(done);
      if (stop_requested()) {
        attached.is_interrupted = true;
        break;
      }
    }
    return attached;
  }

  void detach(Attached attached, const OnProgress& on_progress) override {
    size_t done = 0;
    for (BpfLink& link : attached.links) {
      take_off(link);
      on_progress(++done);
    }
  }

 private:
  // One address that ftrace refuses makes the whole call fail: halve until it stands alone.
  Result<> attach_span(const Group& group, std::span<const uint64_t> addresses,
                       Attached& attached) {
    if (addresses.empty() || stop_requested()) return {};
    LIBBPF_OPTS(bpf_kprobe_multi_opts, opts,
                .addrs = reinterpret_cast<const unsigned long*>(addresses.data()),
                .cnt = addresses.size(), .retprobe = group.is_return);
    BpfLink link(bpf_program__attach_kprobe_multi_opts(group.program, nullptr, &opts));
    const int code = errno;
    if (link) {
      attached.add(std::move(link), group.program);
      attached.count += addresses.size();
      return {};
    }
    if (code == EPERM || code == EACCES || code == ENOMEM || code == EMFILE)
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
};

}  // namespace

std::unique_ptr<Backend> make_kprobe_multi() { return std::make_unique<KprobeMulti>(); }

}  // namespace pwru::probe
