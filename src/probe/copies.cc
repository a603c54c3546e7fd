// SPDX-License-Identifier: Apache-2.0
#include "probe/copies.h"

#include <bpf/libbpf.h>

#include <cerrno>
#include <cstring>

#include "base/log.h"
#include "base/signals.h"
#include "kernel/private_mount.h"
#include "probe/links.h"

namespace pwru::probe {
namespace {

class Copies : public Hook {
 public:
  explicit Copies(const program::Tracer& tracer) : tracer_(tracer) {}

  std::string_view name() const override { return "fentry and fexit"; }
  Result<Attached> attach(const OnProgress& on_progress) override;
  program::MissCounts missed() const override { return missed_by(links_); }
  void detach(const OnProgress& on_progress) override;

 private:
  const program::Tracer& tracer_;
  UniqueFd folder_;  // a bpffs with links: when it closes, the kernel takes them off
  Links links_;      // those that could not be put there
};

Result<Attached> Copies::attach(const OnProgress& on_progress) {
  const auto& programs = tracer_.programs().copies;
  Attached attached;
  folder_ = kernel::private_mount("bpf");
  int code = 0;
  for (bpf_program* const program : programs) {
    if (stop_requested()) {
      attached.is_interrupted = true;
      return attached;
    }
    Link link = {BpfLink(bpf_program__attach(program)), program};
    if (!link.link) {
      code = errno;
      attached.left_out[std::strerror(code)]++;
      continue;
    }
    if (!keep_in(folder_, attached.count, bpf_link__fd(link.link.get())))
      links_.push_back(std::move(link));
    on_progress(++attached.count, programs.size());
  }
  if (code)
    log_warn(
        "some copies, segments or fragments of a packet are not followed: the kernel refused {} of "
        "{} fentry and fexit programs ({})",
        programs.size() - attached.count, programs.size(), std::strerror(code));
  return attached;
}

// The programs run until the kernel has taken their links off, and are to follow nothing then.
void Copies::detach(const OnProgress& on_progress) {
  take_off(links_, on_progress);
  folder_.reset();
  tracer_.end_tracking();
}

}  // namespace

std::unique_ptr<Hook> make_copies(const program::Tracer& tracer) {
  return std::make_unique<Copies>(tracer);
}

}  // namespace pwru::probe
