// SPDX-License-Identifier: Apache-2.0
// Three sources are combined here: BTF has prototypes by name, kallsyms has addresses by name, and
// ftrace lists the names that it can trace. A name is no identity: static functions share names,
// and the compiler makes clones of a function. A function on which the three do not agree is left
// out and counted.
#include "kernel/symbols/functions.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "kernel/symbols/signature.h"

namespace pwru::kernel {
namespace {

constexpr const char* kAmbiguous = "ambiguous name";
constexpr const char* kInlined = "inlined";
constexpr const char* kOptimised = "optimised by the compiler (.isra/.constprop/.part)";
constexpr const char* kNotTraceable = "not traceable by ftrace (notrace)";
constexpr const char* kInit = "freed after boot (__init)";
constexpr const char* kOutOfReach = "skb is not among the first five arguments";

// What is known of one name in one module.
struct Candidate {
  Signature signature;  // without has_skb: a namesake, which hides vmlinux' function
  bool is_ambiguous = false;
  bool has_clone = false;  // kallsyms has name.isra.0 or the like
  bool is_init = false;    // kallsyms has the name in the text that is freed after boot
  unsigned listed = 0;     // how often ftrace lists this name, or another name of its addresses
  std::vector<uint64_t> addresses;
};

template <class T>
using ByName = std::unordered_map<std::string_view, T>;

// One module; vmlinux has the name "". The views point into the strings of BTF and the text of
// Symbols.
struct Module {
  ByName<Candidate> candidates;
  // Other names of the addresses that were found: ftrace lists only one name of each address.
  ByName<std::vector<Candidate*>> aliases;
};

// What TRACE_EVENT() generates for a tracepoint (include/trace/trace_events.h, perf.h, bpf_probe.h)
// is notrace in every kernel, so ftrace's list is not needed to leave it out.
bool is_tracepoint_glue(std::string_view name) {
  return name.starts_with("perf_trace_") || name.starts_with("trace_event_raw_event_") ||
         name.starts_with("__bpf_trace_");
}

// __cfi_ and __pfx_ are the padding before a function. A name with a dot is a clone.
bool is_function_itself(std::string_view name) {
  return !name.empty() && !name.starts_with("__cfi_") && !name.starts_with("__pfx_") &&
         name.find('.') == std::string_view::npos;
}

}  // namespace

std::string describe(const LeftOut& left_out) {
  std::string text;
  for (const auto& [reason, count] : left_out)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, reason);
  return text.empty() ? "none" : text;
}

class Finder {
 public:
  void add_types(const Btf& btf, std::string_view module, const NameTest& is_wanted);
  [[nodiscard]] const NameSet& names() const { return names_; }
  void add_symbols(const Symbols& symbols);
  void add_available(const Symbols& symbols, std::string_view text);
  [[nodiscard]] Functions result(bool has_vmlinux) const;

 private:
  [[nodiscard]] Candidate* candidate_of(Module& module, std::string_view name);
  void add_aliases(const Symbols& symbols, Module& module, Candidate& candidate,
                   std::string_view name);
  [[nodiscard]] const char* why_not(std::string_view name, const Candidate& candidate) const;

  bool knows_available_ = false;
  NameSet names_;  // of all candidates and aliases
  ByName<Module> modules_;
  Module& vmlinux_ = modules_[""];
};

// Adds all functions of one BTF that take an skb. Namesakes with another prototype (static
// functions of other files) make the name ambiguous, because kallsyms does not say which address
// belongs to which.
// Several addresses of one FUNC are not ambiguous: pahole merges functions that agree in name and
// prototype, and since 1.25 (Linux 6.4) drops those that differ. Before, it kept only the first of
// those that differ. Such a name looks like a harmless one, so it is taken.
void Finder::add_types(const Btf& btf, std::string_view module, const NameTest& is_wanted) {
  auto& candidates = modules_[module].candidates;
  std::vector<std::string_view> others;
  for (uint32_t id = btf.first_id(); id < btf.end_id(); ++id) {
    if (btf.kind(id) != BTF_KIND_FUNC) continue;
    const Signature signature = signature_of(btf, btf.type(id).type);
    const std::string_view name = btf.name(id);
    if (!signature.has_skb) {
      others.push_back(name);
    } else if (is_function_itself(name) && (!is_wanted || is_wanted(name))) {
      const auto [it, is_new] = candidates.try_emplace(name);
      if (is_new) it->second.signature = signature;
      names_.add(name);
      it->second.is_ambiguous |= it->second.signature != signature;
    }
  }
  for (const std::string_view name : others) {
    if (!names_.may_have(name)) continue;
    if (const auto it = candidates.find(name); it != candidates.end())
      it->second.is_ambiguous |= it->second.signature.has_skb;
    else if (vmlinux_.candidates.contains(name))
      candidates.try_emplace(name);
  }
}

// A module's BTF leaves out what it shares with vmlinux, for example an inline function of a header
// that was compiled into both. The prototype of such a function is vmlinux'.
Candidate* Finder::candidate_of(Module& module, std::string_view name) {
  if (const auto it = module.candidates.find(name); it != module.candidates.end())
    return &it->second;
  if (&module == &vmlinux_) return nullptr;
  const auto it = vmlinux_.candidates.find(name);
  if (it == vmlinux_.candidates.end()) return nullptr;
  Candidate& copy = module.candidates[name];
  copy.signature = it->second.signature;
  copy.is_ambiguous = it->second.is_ambiguous;
  return &copy;
}

void Finder::add_symbols(const Symbols& symbols) {
  Module* module = nullptr;
  std::string_view module_name;
  for (size_t n = 0; n < symbols.size(); ++n) {
    const Symbol symbol = symbols.at(n);
    if (n == 0 || symbol.module != module_name) {
      module_name = symbol.module;
      const auto it = modules_.find(module_name);
      module = it == modules_.end() ? nullptr : &it->second;
    }
    if (!module) continue;
    const std::string_view name = symbol.name.substr(0, symbol.name.find('.'));
    const bool is_clone = name.size() != symbol.name.size();
    // The code that was split off as rarely executed (.cold) says nothing about the arguments of
    // the function.
    if (is_clone && symbol.name.ends_with(".cold")) continue;
    if (!names_.may_have(name)) continue;
    Candidate* candidate = candidate_of(*module, name);
    if (!candidate) continue;
    if (is_clone)
      candidate->has_clone = true;
    else if (symbols.is_init_text(symbol.addr))
      candidate->is_init = true;
    else if (candidate->addresses.empty() || candidate->addresses.back() != symbol.addr)
      candidate->addresses.push_back(symbol.addr);
  }
}

void Finder::add_aliases(const Symbols& symbols, Module& module, Candidate& candidate,
                         std::string_view name) {
  for (const uint64_t addr : candidate.addresses) {
    for (size_t n = symbols.index_of(addr); n < symbols.size(); ++n) {
      const Symbol symbol = symbols.at(n);
      if (symbol.addr != addr) break;
      if (symbol.name == name) continue;
      module.aliases[symbol.name].push_back(&candidate);
      names_.add(symbol.name);
    }
  }
}

// Each line is "name" or "name [module]".
void Finder::add_available(const Symbols& symbols, std::string_view text) {
  knows_available_ = true;
  for (auto& [module_name, module] : modules_)
    for (auto& [name, candidate] : module.candidates) add_aliases(symbols, module, candidate, name);
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const size_t space = line.find(' ');
    const std::string_view name = line.substr(0, space);
    if (!names_.may_have(name)) continue;
    std::string_view module_name;
    if (space != std::string_view::npos && line.size() >= space + 3 && line.back() == ']')
      module_name = line.substr(space + 2, line.size() - space - 3);
    const auto module = modules_.find(module_name);
    if (module == modules_.end()) continue;
    if (const auto it = module->second.candidates.find(name); it != module->second.candidates.end())
      ++it->second.listed;
    if (const auto it = module->second.aliases.find(name); it != module->second.aliases.end())
      for (Candidate* candidate : it->second) ++candidate->listed;
  }
}

// Why the function cannot be probed; null when it can.
const char* Finder::why_not(std::string_view name, const Candidate& candidate) const {
  if (candidate.addresses.empty()) {
    if (candidate.is_init) return kInit;
    return candidate.has_clone ? kOptimised : kInlined;
  }
  if (candidate.is_ambiguous) return kAmbiguous;
  if (candidate.signature.skb_arg == 0) return kOutOfReach;
  if (!knows_available_ && is_tracepoint_glue(name)) return kNotTraceable;
  // One address that ftrace does not know makes the whole kprobe.multi link fail, and ftrace's list
  // does not say which of several addresses it is.
  if (knows_available_ && candidate.listed < candidate.addresses.size()) return kNotTraceable;
  return nullptr;
}

Functions Finder::result(bool has_vmlinux) const {
  Functions functions;
  for (const auto& [module_name, module] : modules_) {
    if (module_name.empty() && !has_vmlinux) continue;
    for (const auto& [name, candidate] : module.candidates) {
      if (!candidate.signature.has_skb) continue;
      if (const char* reason = why_not(name, candidate)) {
        ++functions.left_out[reason];
        functions.names_left_out.push_back({std::string(name), std::string(module_name), reason});
        continue;
      }
      for (const uint64_t addr : candidate.addresses)
        functions.found.push_back({std::string(name), std::string(module_name), addr,
                                   candidate.signature.skb_arg, candidate.signature.reason_arg,
                                   MapOp::None, candidate.signature.is_free_reason});
    }
  }
  std::sort(functions.found.begin(), functions.found.end(),
            [](const Function& a, const Function& b) {
              return std::tie(a.addr, a.name) < std::tie(b.addr, b.name);
            });
  const auto end =
      std::unique(functions.found.begin(), functions.found.end(),
                  [](const Function& a, const Function& b) { return a.addr == b.addr; });
  functions.found.erase(end, functions.found.end());
  return functions;
}

FunctionSearch::FunctionSearch(FunctionSearch&& other) noexcept = default;
FunctionSearch& FunctionSearch::operator=(FunctionSearch&& other) noexcept = default;
FunctionSearch::~FunctionSearch() = default;

FunctionSearch::FunctionSearch(const Btf& vmlinux, const std::vector<ModuleBtf>& modules,
                               const NameTest& is_wanted)
    : finder_(std::make_unique<Finder>()) {
  finder_->add_types(vmlinux, "", is_wanted);
  for (const ModuleBtf& module : modules) finder_->add_types(*module.btf, module.module, is_wanted);
}

NameSet FunctionSearch::names() const { return finder_->names(); }

Functions FunctionSearch::find(const Symbols& symbols, std::string_view available) {
  return find(symbols, available, true);
}

Functions FunctionSearch::find_in_modules(const Symbols& symbols, std::string_view available) {
  return find(symbols, available, false);
}

Functions FunctionSearch::find(const Symbols& symbols, std::string_view available,
                               bool has_vmlinux) {
  finder_->add_symbols(symbols);
  if (!available.empty()) finder_->add_available(symbols, available);
  Functions functions = finder_->result(has_vmlinux);
  functions.are_in_ftrace_list = !available.empty();
  return functions;
}

}  // namespace pwru::kernel
