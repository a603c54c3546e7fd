// SPDX-License-Identifier: Apache-2.0
#include "session/late_modules.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/log.h"
#include "plan/needs.h"
#include "probe/plan.h"

namespace pwru {
namespace {

constexpr auto kPause = std::chrono::milliseconds(100);
constexpr const char* kNoProgram =
    "their skb is an argument that no function had before; start pwru again to trace them";

bool is_wanted(const cli::Options& options, const std::string& module) {
  return !options.kmods || std::ranges::find(*options.kmods, module) != options.kmods->end();
}

// `modules` are names with commas between them.
std::string were_loaded(const std::string& modules) {
  return modules.find(',') == std::string::npos ? fmt::format("module {} was loaded", modules)
                                                : fmt::format("modules {} were loaded", modules);
}

}  // namespace

void LateModules::look_again() {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_look_ < kPause) return;
  last_look_ = now;
  if (!search_.valid()) return look_for_changes();
  if (search_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
  if (auto attached = attach(search_.get()); !attached) log_warn("{}", attached.error().what);
}

void LateModules::look_for_changes() {
  forget_gone();
  const kernel::ModuleChanges changes = watch_.look();
  gone_ = changes.gone;
  std::vector<std::string> with_btf, without;
  for (const std::string& module : changes.appeared)
    if (is_wanted(trace_.options, module))
      (kernel::has_module_btf(module) ? with_btf : without).push_back(module);
  if (!without.empty())
    log_warn(
        "{} and cannot be traced: this kernel has no BTF for {} (Linux 5.11 with "
        "CONFIG_DEBUG_INFO_BTF_MODULES)",
        were_loaded(fmt::format("{}", fmt::join(without, ", "))),
        without.size() == 1 ? "it" : "them");
  if (!with_btf.empty()) search(std::move(with_btf));
}

// The rings may still have held their events when they were found to be gone.
void LateModules::forget_gone() {
  for (const std::string& module : gone_) forget(module);
  gone_.clear();
}

// Its addresses may be those of another module soon.
void LateModules::forget(const std::string& module) {
  std::erase_if(trace_.functions.found,
                [&](const kernel::Function& function) { return function.module == module; });
  trace_.names.forget_module(module);
}

void LateModules::search(std::vector<std::string> modules) {
  search_ =
      std::async(std::launch::async,
                 [&options = trace_.options, &vmlinux = trace_.vmlinux, &files = files_,
                  modules = std::move(modules)]() -> Result<Found> {
                   Found found = {fmt::format("{}", fmt::join(modules, ", ")), {}, {}};
                   const std::string what = were_loaded(found.modules) + " and cannot be traced: ";
                   auto btf = kernel::load_module_btf(vmlinux, modules);
                   if (!btf) return fail(what + btf.error().what);
                   found.btf = std::move(*btf);
                   auto functions = plan::find_module_functions(options, vmlinux, found.btf, files);
                   if (!functions) return fail(what + functions.error().what);
                   found.functions = std::move(*functions);
                   return found;
                 });
}

// Those that a program that is loaded can be attached to; the others are left out.
std::vector<kernel::Function> LateModules::take_attachable(kernel::Functions& functions) {
  const auto is_known = [this](const kernel::Function& function) {
    return std::ranges::binary_search(trace_.functions.found, function.addr, {},
                                      &kernel::Function::addr);
  };
  std::vector<kernel::Function> taken;
  for (kernel::Function& function : functions.found) {
    if (is_known(function)) continue;  // loaded while the functions were looked for at the start
    if (!trace_.tracer.trace(function.skb_arg) ||
        (trace_.arg_table && !plan::add_function(*trace_.arg_table, function)))
      functions.left_out[kNoProgram]++;
    else
      taken.push_back(std::move(function));
  }
  return taken;
}

Result<> LateModules::attach(Result<Found> result) {
  if (!result) return tl::unexpected<Error>(std::move(result.error()));
  forget_gone();
  kernel::Functions more = std::move(result->functions.functions);
  more.found = take_attachable(more);
  const bool chose_others = !trace_.options.filter_func.text.empty();
  if (more.found.empty() && more.left_out.empty() && chose_others) return {};

  // What an event needs is known before it can come.
  for (const kernel::ModuleBtf& module : result->btf) trace_.reasons.add(*module.btf);
  auto& found = trace_.functions.found;
  found.insert(found.end(), more.found.begin(), more.found.end());
  std::ranges::sort(found, {}, &kernel::Function::addr);
  probe::Plan plan = probe::make_plan(more, result->functions.symbols, trace_.tracer, false);
  // Whether it would mislead the unwinder behind the site is told by /proc/kcore, which takes a
  // privilege that is given up.
  if (trace_.unwinds)
    for (probe::Group& group : plan.groups) group.must_stand_at_start = true;
  if (plan::needs_of(trace_.options, true).address_names) {
    trace_.known.symbols = std::move(result->functions.symbols);
    trace_.names.forget_symbols();
  }
  if (trace_.arg_table) PWRU_TRY(trace_.tracer.set_arg_table(*trace_.arg_table));

  const size_t before = trace_.attached.count;
  kernel::LeftOut refused = trace_.attached.left_out;
  auto attached = trace_.backend.attach_more(plan, trace_.attached);
  if (!attached)
    return fail(were_loaded(result->modules) + " and cannot be traced: " + attached.error().what);
  for (const auto& [reason, count] : trace_.attached.left_out)
    if (count > refused[reason]) more.left_out[reason] += count - refused[reason];
  log_info("{}: attached to {} functions; left out: {}", were_loaded(result->modules),
           trace_.attached.count - before, kernel::describe(more.left_out));
  return {};
}

}  // namespace pwru
