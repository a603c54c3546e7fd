// SPDX-License-Identifier: Apache-2.0
#include "probe/tracepoints.h"

#include <bpf/bpf.h>
#include <fmt/core.h>
#include <linux/bpf.h>

#include <cerrno>

#include "base/signals.h"
#include "probe/function_hook.h"
#include "probe/links.h"
#include "program/counters.h"

namespace pwru::probe {

Result<> Tracepoints::attach_one(const plan::TracepointSite& site, Attached& attached) {
  const std::string& name = site.tracepoint.name;
  auto program = programs_->load_raw(site.program, name, site.site.id);
  if (!program)
    return fail(
        fmt::format("load the program for the tracepoint {}: {}", name, program.error().what),
        program.error().exit, program.error().code);
  UniqueFd link(bpf_raw_tracepoint_open(name.c_str(), program->get()));
  if (link) {
    attached.count += site.is_shown;
    traced_.push_back({std::move(*program), std::move(link), site.site.name});
    return {};
  }
  const int code = errno;
  if (code == EPERM || code == EACCES || code == ENOMEM || code == EMFILE)
    return sys_fail(fmt::format("attach to the tracepoint {}", name), code);
  attached.left_out[refused_reason(code)]++;
  return {};
}

Result<Attached> Tracepoints::attach(const OnProgress& on_progress) {
  Attached attached;
  attached.left_out = sites_.left_out;
  size_t done = 0, shown = 0;
  for (const plan::TracepointSite& site : sites_.found) {
    if (stop_requested()) {
      attached.is_interrupted = true;
      return attached;
    }
    PWRU_TRY(attach_one(site, attached));
    shown += site.is_shown;
    on_progress(++done, sites_.found.size());
  }
  if (shown > 0 && attached.count == 0)
    return fail(
        fmt::format("attach to {} tracepoints: {}", shown, kernel::describe(attached.left_out)));
  return attached;
}

void Tracepoints::detach(const OnProgress& on_progress) { take_off_each(traced_, on_progress); }

program::MissCounts Tracepoints::missed() const {
  program::MissCounts counts;
  for (const Traced& traced : traced_)
    program::add_misses(traced.program.get(), traced.name, counts);
  return counts;
}

}  // namespace pwru::probe
