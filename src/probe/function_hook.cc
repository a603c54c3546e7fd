// SPDX-License-Identifier: Apache-2.0
#include "probe/function_hook.h"

#include <fmt/core.h>

#include <cstring>

#include "base/log.h"
#include "base/signals.h"

namespace pwru::probe {

Result<Attached> FunctionHook::attach(const OnProgress& on_progress) {
  const size_t wanted = count_sites(plan_);
  log_info("Attaching kprobes via={} to {} functions..", name(), wanted);
  Attached attached;
  PWRU_TRY(begin(plan_));
  const Result<> done = attach_groups(on_progress, attached);
  finish();
  if (!done) return tl::unexpected<Error>(done.error());
  attached.is_interrupted = stop_requested();
  if (wanted > 0 && attached.count == 0 && !attached.is_interrupted)
    return fail(
        fmt::format("attach to {} functions: {}", wanted, kernel::describe(attached.left_out)));
  for (const auto& [reason, count] : plan_.left_out) attached.left_out[reason] += count;
  return attached;
}

Result<> FunctionHook::attach_groups(const OnProgress& on_progress, Attached& attached) {
  const size_t wanted = count_sites(plan_);
  size_t done = 0;
  for (const Group& group : plan_.groups) {
    if (stop_requested()) break;
    const auto on_done = [&](size_t of_group) { on_progress(done + of_group, wanted); };
    PWRU_TRY(attach_group(group, on_done, attached));
    done += group.sites.size();
    on_progress(done, wanted);
  }
  return {};
}

Result<Attached> FunctionHook::attach_more(Plan more) {
  // Whether a probe behind the ftrace site would mislead the unwinder is read from /proc/kcore,
  // which takes a privilege that is given up by now.
  if (plan_.unwinds)
    for (Group& group : more.groups) group.must_stand_at_start = true;
  Attached attached;
  PWRU_TRY(begin(more));
  Result<> result;
  for (const Group& group : more.groups)
    if (result) result = add_to_group(group, attached);
  finish();
  if (!result) return tl::unexpected<Error>(result.error());
  return attached;
}

Result<> check_refused_group(std::string_view program, const Group& group, int code) {
  if (group.sites.size() > 1)
    return sys_fail(fmt::format("attach {} to {} functions: the kernel refused each of them",
                                program, group.sites.size()),
                    code);
  if (group.ends_ids)
    return sys_fail(fmt::format("attach {} to {}, where packets end: the kernel refused it; "
                                "without --filter-track-skb it is not needed",
                                program, group.sites.front().name),
                    code);
  if (!is_about_one_address(code) || code == EEXIST)
    return sys_fail(
        fmt::format("attach {} to {}: the kernel refused it", program, group.sites.front().name),
        code);
  return {};
}

bool is_about_one_address(int code) {
  return code == EINVAL || code == ENOENT || code == EADDRNOTAVAIL || code == EILSEQ ||
         code == EOPNOTSUPP || code == EBUSY || code == ERANGE || code == EEXIST;
}

bool is_about_all(int code) {
  return code == EPERM || code == EACCES || code == ENOMEM || code == EMFILE;
}

std::string refused_reason(int code) {
  return fmt::format("refused by the kernel ({})", std::strerror(code));
}

}  // namespace pwru::probe
