// SPDX-License-Identifier: Apache-2.0
#include "plan/function_advice.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "base/log.h"
#include "base/strings.h"
#include "cli/suggest.h"
#include "kernel/symbols/packet_ends.h"
#include "kernel/symbols/signature.h"

namespace pwru::plan {
namespace {

constexpr size_t kMentioned = 4;

bool is_plain_name(const std::string& pattern) {
  return std::all_of(pattern.begin(), pattern.end(),
                     [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

void add_skb_functions(const kernel::Btf& btf, std::set<std::string>& names) {
  for (uint32_t id = btf.first_id(); id < btf.end_id(); id++)
    if (btf.kind(id) == BTF_KIND_FUNC && kernel::signature_of(btf, btf.type(id).type).skb_arg)
      names.emplace(btf.name(id));
}

// "did you mean ip_rcv?", or a few names that have this one in them.
std::string similar_names(const std::string& name, const kernel::Btf& vmlinux,
                          const std::vector<kernel::ModuleBtf>& modules) {
  std::set<std::string> names;
  add_skb_functions(vmlinux, names);
  for (const kernel::ModuleBtf& module : modules) add_skb_functions(*module.btf, names);
  std::vector<std::string_view> related;
  for (const std::string& other : names)
    if (other.find(name) != std::string::npos) related.emplace_back(other);
  if (!related.empty()) return "; there are " + join(related, ", ", kMentioned);
  const std::string nearest = nearest_name(name, {names.begin(), names.end()});
  return nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest);
}

std::string drops_with(const kernel::Btf& vmlinux) {
  return fmt::format("this kernel drops packets with {}: --filter-func @drops",
                     kernel::drop_functions(vmlinux));
}

bool means_drops(const cli::FuncFilter& filter) {
  const auto names = kernel::all_drop_functions();
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return filter.pattern_matches(name); });
}

}  // namespace

kernel::NameTest names_wanted(const cli::FuncFilter& filter, const kernel::Btf& vmlinux) {
  if (filter.text.empty()) return nullptr;
  std::vector<std::string_view> drops;
  if (filter.wants_drops) drops = kernel::names_of_drops(vmlinux);
  if (filter.wants_refusals)
    std::ranges::copy(kernel::names_of_refusals(), std::back_inserter(drops));
  return [filter, drops](std::string_view name) {
    return std::ranges::find(drops, name) != drops.end() || filter.pattern_matches(name);
  };
}

std::string why_none_matches(const cli::FuncFilter& filter, const kernel::Btf& vmlinux,
                             const std::vector<kernel::ModuleBtf>& modules,
                             const kernel::LeftOut& left_out) {
  if (filter.wants_drops) return "";
  if (means_drops(filter)) return "; " + drops_with(vmlinux);
  if (!left_out.empty()) return "; left out: " + kernel::describe(left_out);
  if (filter.pattern.starts_with("tp:"))
    return "; that is a tracepoint, which --backend tracepoint traces";
  if (is_plain_name(filter.pattern)) return similar_names(filter.pattern, vmlinux, modules);
  return cli::pattern_hint(filter.pattern);
}

void warn_about_missed_drops(const cli::FuncFilter& filter, const kernel::Btf& vmlinux) {
  const std::string_view drop = kernel::drop_function(vmlinux);
  if (filter.wants_drops || filter.pattern.empty() || drop.empty()) return;
  if (filter.pattern_matches(drop) || !means_drops(filter)) return;
  log_warn("--filter-func '{}' sees few drops: {}", filter.pattern, drops_with(vmlinux));
}

}  // namespace pwru::plan
