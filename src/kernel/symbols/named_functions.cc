// SPDX-License-Identifier: Apache-2.0
#include "kernel/symbols/named_functions.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace pwru::kernel {
namespace {

using NameInModule = std::pair<std::string_view, std::string_view>;
using Addresses = std::vector<uint64_t>;

// The addresses of the names. Several static functions may share one name.
std::map<NameInModule, Addresses> locate(const std::set<std::string_view>& names,
                                         const Symbols& symbols) {
  std::map<NameInModule, Addresses> located;
  for (size_t i = 0; i < symbols.size(); i++) {
    const Symbol symbol = symbols.at(i);
    // ftrace and kprobes do not accept JITed programs ("bpf").
    if (symbol.module == "bpf" || symbols.is_init_text(symbol.addr) || !names.contains(symbol.name))
      continue;
    Addresses& addresses = located[{symbol.name, symbol.module}];
    if (addresses.empty() || addresses.back() != symbol.addr) addresses.push_back(symbol.addr);
  }
  return located;
}

// How often ftrace lists each name that the located addresses may have. ftrace lists only one name
// of each address.
class Listed {
 public:
  Listed(const std::map<NameInModule, Addresses>& located, const Symbols& symbols,
         std::string_view available) {
    for (const auto& [name, addresses] : located)
      for (const uint64_t addr : addresses)
        for (const std::string_view alias : names_at(symbols, addr)) counts_[{alias, name.second}];
    while (!available.empty()) {
      const std::string_view line = available.substr(0, available.find('\n'));
      available.remove_prefix(std::min(available.size(), line.size() + 1));
      const size_t space = line.find(' ');  // "name" or "name [module]"
      std::string_view module;
      if (space != std::string_view::npos && line.back() == ']')
        module = line.substr(space + 2, line.size() - space - 3);
      const auto it = counts_.find({line.substr(0, space), module});
      if (it != counts_.end()) it->second++;
    }
  }

  [[nodiscard]] bool has_all(const NameInModule& name, const Addresses& addresses,
                             const Symbols& symbols) const {
    return std::all_of(addresses.begin(), addresses.end(), [&](uint64_t addr) {
      unsigned count = 0;
      for (const std::string_view alias : names_at(symbols, addr))
        count += counts_.at({alias, name.second});
      return count >= addresses.size();
    });
  }

 private:
  static std::vector<std::string_view> names_at(const Symbols& symbols, uint64_t addr) {
    std::vector<std::string_view> names;
    for (size_t i = symbols.index_of(addr); i < symbols.size() && symbols.at(i).addr == addr; i++)
      names.push_back(symbols.at(i).name);
    return names;
  }

  std::map<NameInModule, unsigned> counts_;
};

bool is_before(const Function& a, const Function& b) {
  return std::tie(a.addr, a.name) < std::tie(b.addr, b.name);
}

}  // namespace

NamedFunctions find_named_functions(const std::vector<std::string>& names, const Symbols& symbols,
                                    std::string_view available) {
  NamedFunctions functions;
  const std::set<std::string_view> wanted(names.begin(), names.end());
  const auto located = locate(wanted, symbols);
  const Listed listed(located, symbols, available);
  for (const std::string_view name : wanted) {
    const char* why = "this kernel has no function of that name that can be probed";
    size_t found = 0;
    for (auto it = located.lower_bound({name, ""}); it != located.end() && it->first.first == name;
         ++it) {
      if (!available.empty() && !listed.has_all(it->first, it->second, symbols)) {
        why = "ftrace cannot trace it (notrace)";
        continue;
      }
      for (const uint64_t addr : it->second) {
        functions.found.push_back({std::string(name), std::string(it->first.second), addr});
        found++;
      }
    }
    if (found == 0) functions.left_out.push_back({std::string(name), why});
  }
  return functions;
}

void add_functions(std::vector<Function> more, Functions& functions) {
  auto& found = functions.found;
  const size_t before = found.size();
  for (Function& function : more) {
    const auto end = found.begin() + static_cast<ptrdiff_t>(before);
    const auto it =
        std::lower_bound(found.begin(), end, function.addr,
                         [](const Function& known, uint64_t addr) { return known.addr < addr; });
    if (it == end || it->addr != function.addr) found.push_back(std::move(function));
  }
  std::sort(found.begin(), found.end(), is_before);
  const auto end =
      std::unique(found.begin(), found.end(),
                  [](const Function& a, const Function& b) { return a.addr == b.addr; });
  found.erase(end, found.end());
}

}  // namespace pwru::kernel
