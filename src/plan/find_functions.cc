// SPDX-License-Identifier: Apache-2.0
#include "plan/find_functions.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/file.h"
#include "base/log.h"
#include "base/strings.h"
#include "kernel/symbols/ksyms.h"
#include "kernel/symbols/tracefs.h"
#include "plan/function_advice.h"
#include "plan/needs.h"
#include "plan/stack_functions.h"
#include "plan/tracking.h"

namespace pwru::plan {
namespace {

// What is looked up besides: by Symbols::is_init_text(), probe_single_kprobe(), find_release() and
// make_configs().
constexpr std::array kOtherFunctions = {"_sinittext", "_einittext", "skb_release_head_state", kGone,
                                        kCached};
constexpr std::array kData = {"vmemmap_base", "page_offset_base"};

// Their functions cannot be found; that belongs into the line of what was left out.
void count_modules_without_btf(const cli::Options& options, kernel::LeftOut& left_out) {
  constexpr size_t kNamed = 3;
  if (options.kmods) return;  // the user chose
  const std::vector<std::string> modules = kernel::modules_without_btf();
  if (modules.empty()) return;
  const std::string reason = "modules without BTF (" + join(modules, ", ", kNamed) + ")";
  left_out[reason] = static_cast<unsigned>(modules.size());
}

std::string read_available() {
  auto available = kernel::read_available_functions();
  if (available) return std::move(*available);
  log_warn("{}; every function is tried instead", available.error().what);
  return {};
}

}  // namespace

Result<KnownSymbols> read_symbols(const cli::Options& options, const kernel::Btf& vmlinux,
                                  const kernel::FunctionSearch& search) {
  if (!needs_of(options).address_names) {
    kernel::WantedSymbols wanted = {search.names(), {kData.begin(), kData.end()}};
    for (const char* name : kOtherFunctions) wanted.functions.add(name);
    if (auto named = kernel::symbols_of(wanted, vmlinux))
      return KnownSymbols{std::move(named->symbols), std::move(named->available)};
  }
  PWRU_ASSIGN(auto symbols, kernel::Symbols::load());
  return KnownSymbols{std::move(symbols), std::nullopt};
}

kernel::FunctionSearch search_functions(const cli::Options& options, const kernel::Btf& vmlinux,
                                        const std::vector<kernel::ModuleBtf>& modules) {
  return kernel::FunctionSearch(vmlinux, modules, names_wanted(options.filter_func, vmlinux));
}

Result<kernel::Functions> find_functions(const cli::Options& options, const kernel::Btf& vmlinux,
                                         const std::vector<kernel::ModuleBtf>& modules,
                                         kernel::FunctionSearch& search, KnownSymbols& known) {
  warn_about_missed_drops(options.filter_func, vmlinux);
  if (!known.available) known.available = read_available();
  kernel::Functions functions = search.find(known.symbols, *known.available);
  // Programs may be all that is wanted.
  const bool needs_functions = !options.filter_trace_tc && !options.filter_trace_xdp;
  if (functions.found.empty() && needs_functions && options.filter_func.text.empty())
    return fail("find functions that take an skb: this kernel's BTF names none that can be probed",
                ExitCode::NotSupported);
  if (functions.found.empty() && needs_functions)
    return fail(
        fmt::format("find functions that take an skb: none matches --filter-func '{}'{}",
                    options.filter_func.text,
                    why_none_matches(options.filter_func, vmlinux, modules, functions.left_out)),
        ExitCode::BadUsage);
  PWRU_TRY(add_stack_functions(options, vmlinux, known.symbols, *known.available, functions));
  count_modules_without_btf(options, functions.left_out);
  return functions;
}

SymbolFiles open_symbol_files() {
  SymbolFiles files;
  if (auto kallsyms = open_file("/proc/kallsyms", O_RDONLY)) files.kallsyms = std::move(*kallsyms);
  if (auto available = kernel::open_available_functions()) files.available = std::move(*available);
  return files;
}

Result<kernel::Symbols> read_symbols_again(const SymbolFiles& files) {
  if (::lseek(files.kallsyms.get(), 0, SEEK_SET) != 0) return sys_fail("read /proc/kallsyms");
  PWRU_ASSIGN(auto text, read_all(files.kallsyms.get(), "/proc/kallsyms"));
  return kernel::Symbols::parse(std::move(text));
}

Result<kernel::Functions> find_module_functions(const cli::Options& options,
                                                const kernel::Btf& vmlinux,
                                                const std::vector<kernel::ModuleBtf>& modules,
                                                const kernel::Symbols& symbols,
                                                const SymbolFiles& files) {
  kernel::FunctionSearch search(vmlinux, modules, names_wanted(options.filter_func, vmlinux));
  std::string available;
  if (files.available && ::lseek(files.available.get(), 0, SEEK_SET) == 0) {
    PWRU_ASSIGN(available, read_all(files.available.get(), "available_filter_functions"));
  }
  return search.find_in_modules(symbols, available);
}

}  // namespace pwru::plan
