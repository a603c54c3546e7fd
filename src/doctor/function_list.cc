// SPDX-License-Identifier: Apache-2.0
#include "doctor/function_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "base/escape.h"
#include "base/log.h"
#include "kernel/features.h"
#include "output/json_writer.h"
#include "plan/prepare.h"
#include "program/libbpf_log.h"

namespace pwru::doctor {
namespace {

// Both lists by name; the functions that are probed come first.
template <class Item>
std::vector<const Item*> sorted(const std::vector<Item>& items) {
  std::vector<const Item*> pointers;
  for (const Item& item : items) pointers.push_back(&item);
  std::ranges::sort(pointers, [](const Item* a, const Item* b) {
    return std::tie(a->name, a->module) < std::tie(b->name, b->module);
  });
  return pointers;
}

// A dash for vmlinux, so that columns can be counted.
std::string module_text(const std::string& module) {
  return module.empty() ? "-" : escaped(module);
}

template <class Item>
void widen(const std::vector<Item>& items, size_t& name, size_t& module) {
  for (const Item& item : items) {
    name = std::max(name, escaped(item.name).size());
    module = std::max(module, module_text(item.module).size());
  }
}

void begin_json(output::JsonWriter& json, std::string_view type, const std::string& name,
                const std::string& module) {
  json.clear();
  json.begin_object();
  json.key("version");
  json.number(1);
  json.key("type");
  json.plain(type);
  json.key("func");
  json.string(name);
  if (module.empty()) return;
  json.key("module");
  json.string(module);
}

void end_json(output::JsonWriter& json, std::string& lines) {
  json.end_object();
  lines.append(json.text()).append("\n");
}

// Tracepoints are listed like functions, by the names that their events have.
kernel::Functions probed_by(const plan::Plan& plan) {
  kernel::Functions functions = plan.functions;
  for (const plan::TracepointSite& site : plan.tracepoints.found)
    if (site.is_shown)
      functions.found.push_back({.name = site.site.name,
                                 .module = site.site.module,
                                 .addr = 0,
                                 .skb_arg = site.tracepoint.skb_arg});
  for (const auto& [reason, count] : plan.tracepoints.left_out) functions.left_out[reason] += count;
  return functions;
}

// Fentry leaves some functions to the kind of kprobe that there is.
std::string_view hook_at(const plan::Plan& plan, const kernel::Function& function) {
  cli::Backend hook = plan.backend;
  if (!plan.fentry_ids.contains(function.addr)) {
    if (hook == cli::Backend::Fentry) hook = cli::Backend::Kprobe;
    if (hook == cli::Backend::FentryMulti) hook = cli::Backend::KprobeMulti;
  }
  return cli::name_of(hook);
}

}  // namespace

std::string table_of(const kernel::Functions& functions, const HookOf& hook_of) {
  size_t name = 24, module = 6;
  widen(functions.found, name, module);
  widen(functions.names_left_out, name, module);
  std::string text;
  const auto add = [&](std::string_view func, std::string_view of, std::string_view arg,
                       std::string_view how) {
    text += fmt::format("{:{}} {:{}} {:3} {}\n", func, name, of, module, arg, how);
  };
  add("FUNC", "MODULE", "ARG", "HOOK, OR WHY LEFT OUT");
  for (const kernel::Function* function : sorted(functions.found))
    add(escaped(function->name), module_text(function->module), std::to_string(function->skb_arg),
        hook_of(*function));
  for (const kernel::LeftOutFunction* function : sorted(functions.names_left_out))
    add(escaped(function->name), module_text(function->module), "-", function->reason);
  return text;
}

std::string json_of(const kernel::Functions& functions, const HookOf& hook_of) {
  output::JsonWriter json;
  std::string lines;
  for (const kernel::Function* function : sorted(functions.found)) {
    begin_json(json, "probe", function->name, function->module);
    json.key("arg");
    json.number(function->skb_arg);
    json.key("hook");
    json.string(hook_of(*function));
    end_json(json, lines);
  }
  for (const kernel::LeftOutFunction* function : sorted(functions.names_left_out)) {
    begin_json(json, "left-out", function->name, function->module);
    json.key("reason");
    json.string(function->reason);
    end_json(json, lines);
  }
  return lines;
}

Result<std::string> list_functions(const cli::Options& options) {
  program::capture_libbpf_log(options.debug);
  kernel::raise_memlock_limit();
  PWRU_ASSIGN(const plan::Prepared prepared, plan::prepare(options));
  const kernel::Functions functions = probed_by(prepared.plan);
  const std::string_view hook = cli::name_of(prepared.plan.backend);
  for (const std::string& warning : prepared.plan.warnings) log_warn("{}", warning);
  log_info("{} {} would be probed by {}; left out: {}", functions.found.size(),
           prepared.plan.tracepoints.found.empty() ? "functions" : "tracepoints", hook,
           kernel::describe(functions.left_out));
  const HookOf hook_of = [&](const kernel::Function& function) {
    return hook_at(prepared.plan, function);
  };
  return options.output_json ? json_of(functions, hook_of) : table_of(functions, hook_of);
}

}  // namespace pwru::doctor
