// SPDX-License-Identifier: Apache-2.0
#include "probe/fentry.h"

#include <bpf/bpf.h>
#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>

#include "base/log.h"
#include "base/signals.h"
#include "kernel/private_mount.h"
#include "plan/fentry_ids.h"
#include "program/counters.h"

namespace pwru::probe {
namespace {

constexpr const char* kTooLate =
    "loaded after the start, and fentry is only put on then; start pwru again to trace them";

// Which program takes the place of one at kprobes.
class Counterparts {
 public:
  Counterparts(plan::Family family, const program::Programs& programs)
      : entry_(family == plan::Family::Trace ? "trace" : "plain"), programs_(programs) {}

  // False for one that has none.
  bool find(const bpf_program* program, FentrySite& site) const {
    site.program = "";
    if (program == programs_.trace_release) site.program = "trace_release";
    if (program == programs_.release) site.program = "release";
    if (program == programs_.trace_dying) site.program = "dying";
    for (size_t arg = 1; arg < programs_.by_arg.size(); arg++) {
      if (program != programs_.by_arg[arg]) continue;
      site.program = entry_;
      site.skb_arg = static_cast<uint8_t>(arg);
    }
    return program && !site.program.empty();
  }

 private:
  std::string_view entry_;
  const program::Programs& programs_;
};

class Fentry : public FunctionHook {
 public:
  Fentry(Plan plan, std::vector<FentrySite> sites, std::unique_ptr<program::ProgTemplate> programs,
         const kernel::Btf& vmlinux, MakeFunctionHook make_kprobes)
      : FunctionHook(Plan{}),
        rest_(std::move(plan)),
        sites_(std::move(sites)),
        programs_(std::move(programs)),
        vmlinux_(vmlinux),
        make_kprobes_(std::move(make_kprobes)) {}

  std::string_view name() const override { return "fentry"; }
  const Plan& plan() const override { return kprobes_ ? kprobes_->plan() : FunctionHook::plan(); }
  Result<Attached> attach(const OnProgress& on_progress) override;
  Result<Attached> attach_more(Plan more) override;
  program::MissCounts missed() const override;
  void detach(const OnProgress& on_progress) override;

 private:
  struct Traced {
    UniqueFd program;
    UniqueFd link;  // where it could not be put into the folder
    std::string name;
  };

  Result<> begin(const Plan&) override { return {}; }
  Result<> attach_group(const Group&, const OnDone&, Attached&) override { return {}; }
  // The kernel's word on this function; none when it is attached.
  Result<std::optional<std::string>> attach_one(const FentrySite& site);
  Result<> attach_rest(const OnProgress& on_progress, size_t total, Attached& attached);
  void leave_to_kprobes(const FentrySite& site);

  Plan rest_;  // what kprobes get
  std::vector<FentrySite> sites_;
  std::unique_ptr<program::ProgTemplate> programs_;
  const kernel::Btf& vmlinux_;
  MakeFunctionHook make_kprobes_;
  UniqueFd folder_;  // a bpffs with links: when it closes, the kernel takes them off
  std::vector<Traced> traced_;
  std::unique_ptr<FunctionHook> kprobes_;  // none where nothing is left to them
};

Result<std::optional<std::string>> Fentry::attach_one(const FentrySite& site) {
  auto program = programs_->load_function(
      site.program, {.function_id = site.function_id,
                     .ip = site.site.id,
                     .skb_arg = site.skb_arg,
                     .numbers = plan::number_arguments(vmlinux_, site.function_id)});
  if (!program) {
    if (program.error().code == EPERM || program.error().code == ENOMEM)
      return fail(fmt::format("load the program for {}: {}", site.site.name, program.error().what),
                  program.error().exit, program.error().code);
    return program.error().what;
  }
  // Before 5.17 there is no other way to attach it than a raw tracepoint without a name.
  UniqueFd link(bpf_raw_tracepoint_open(nullptr, program->get()));
  const int code = errno;
  if (!link && is_about_all(code)) return sys_fail("attach fentry to " + site.site.name, code);
  if (!link) return std::strerror(code);
  if (keep_in(folder_, traced_.size(), link.get())) link.reset();
  traced_.push_back({std::move(*program), std::move(link), site.site.name});
  return std::nullopt;
}

void Fentry::leave_to_kprobes(const FentrySite& site) {
  auto group = std::ranges::find(rest_.groups, site.instead.program, &Group::program);
  if (group == rest_.groups.end()) group = rest_.groups.insert(group, site.instead);
  group->sites.push_back(site.site);
  group->ends_ids |= site.instead.ends_ids;
}

Result<Attached> Fentry::attach(const OnProgress& on_progress) {
  const size_t total = sites_.size() + count_sites(rest_);
  log_info("Attaching kprobes via={} to {} functions..", name(), sites_.size());
  folder_ = kernel::private_mount("bpf");
  Attached attached;
  size_t done = 0;
  std::string refusal;
  for (const FentrySite& site : sites_) {
    if (stop_requested()) {
      attached.is_interrupted = true;
      return attached;
    }
    PWRU_ASSIGN(const auto refused, attach_one(site));
    if (!refused) {
      on_progress(++done, total);
      continue;
    }
    if (refusal.empty()) refusal = fmt::format("{}: {}", site.site.name, *refused);
    leave_to_kprobes(site);
  }
  if (done < sites_.size())
    log_warn("{} of {} functions get kprobes, because the kernel refused fentry ({})",
             sites_.size() - done, sites_.size(), refusal);
  attached.count = done;
  PWRU_TRY(attach_rest(on_progress, total, attached));
  return attached;
}

Result<> Fentry::attach_rest(const OnProgress& on_progress, size_t total, Attached& attached) {
  if (count_sites(rest_) == 0) {
    attached.left_out = std::move(rest_.left_out);
    return {};
  }
  kprobes_ = make_kprobes_(std::move(rest_));
  const size_t before = attached.count;
  PWRU_ASSIGN(auto more,
              kprobes_->attach([&](size_t done, size_t) { on_progress(before + done, total); }));
  attached.count += more.count;
  attached.left_out = std::move(more.left_out);
  attached.is_interrupted = more.is_interrupted;
  return {};
}

Result<Attached> Fentry::attach_more(Plan more) {
  if (kprobes_) return kprobes_->attach_more(std::move(more));
  Attached attached;
  attached.left_out[kTooLate] = static_cast<unsigned>(count_sites(more));
  return attached;
}

program::MissCounts Fentry::missed() const {
  program::MissCounts counts;
  if (kprobes_) counts = kprobes_->missed();
  for (const Traced& traced : traced_)
    program::add_misses(traced.program.get(), traced.name, counts);
  return counts;
}

void Fentry::detach(const OnProgress& on_progress) {
  if (kprobes_) kprobes_->detach([](size_t, size_t) {});
  take_off_each(traced_, on_progress);
  folder_.reset();
}

}  // namespace

std::vector<FentrySite> take_fentry_sites(Plan& plan, const FentryWish& wish,
                                          const program::Programs& programs) {
  const Counterparts counterparts(wish.family, programs);
  std::vector<FentrySite> taken;
  for (Group& group : plan.groups) {
    FentrySite made;
    if (group.is_return || !counterparts.find(group.program, made)) continue;
    made.instead = group;
    made.instead.sites.clear();
    std::erase_if(group.sites, [&](const kernel::Site& site) {
      const auto id = wish.ids.find(site.address);
      if (id == wish.ids.end()) return false;
      made.site = site;
      made.function_id = id->second;
      taken.push_back(made);
      return true;
    });
    group.ends_ids &= std::ranges::any_of(
        group.sites, [&](const kernel::Site& site) { return site.address == wish.release.addr; });
  }
  std::erase_if(plan.groups, [](const Group& group) { return group.sites.empty(); });
  return taken;
}

std::unique_ptr<FunctionHook> make_fentry(Plan plan, std::vector<FentrySite> sites,
                                          std::unique_ptr<program::ProgTemplate> programs,
                                          const kernel::Btf& vmlinux,
                                          MakeFunctionHook make_kprobes) {
  return std::make_unique<Fentry>(std::move(plan), std::move(sites), std::move(programs), vmlinux,
                                  std::move(make_kprobes));
}

}  // namespace pwru::probe
