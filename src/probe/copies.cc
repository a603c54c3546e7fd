// SPDX-License-Identifier: Apache-2.0
#include "probe/copies.h"

#include <bpf/bpf.h>
#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/file.h"
#include "base/log.h"
#include "base/signals.h"
#include "kernel/private_mount.h"
#include "probe/links.h"

namespace pwru::probe {
namespace {

// Keeps the link in `folder`, in a bpffs, instead of by its descriptor.
bool keep_in(const UniqueFd& folder, size_t number, Link& link) {
  if (!folder) return false;
  const std::string path = fmt::format("{}/{}", path_of_fd(folder.get()), number);
  if (bpf_obj_pin(bpf_link__fd(link.link.get()), path.c_str()) != 0) return false;
  link.link.reset();
  return true;
}

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

// A trampoline is taken off under ftrace's lock, while the kernel waits for a grace period of RCU
// tasks. On 6.1 and 6.12 their thread pauses for 100 ms after each (gp_sleep in
// kernel/rcu/tasks.h), and whoever closes a link waits with it. The kernel itself takes off what
// goes with an inode of bpffs (bpf_link_put() from bpf_free_inode()), in a kernel thread.
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
    if (!keep_in(folder_, attached.count, link)) links_.push_back(std::move(link));
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
