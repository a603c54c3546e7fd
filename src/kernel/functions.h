// SPDX-License-Identifier: Apache-2.0
// Which kernel functions handle an skb, where they are, and which of their arguments it is.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kernel/btf.h"
#include "kernel/name_set.h"
#include "kernel/symbols.h"

namespace pwru::kernel {

// A probe may stand behind endbr64 and the 5 bytes of the ftrace site, with nothing run before it.
inline constexpr uint64_t kEntryBytes = 9;

// What a function does with a BPF map, and so which program it gets.
enum class MapOp : uint8_t { None, Lookup, Update, Delete };

// One address to probe. Static functions that share a name give one Function each.
struct Function {
  std::string name;
  std::string module;  // "" for vmlinux
  uint64_t addr = 0;   // as in kallsyms, at the start of the function (before an endbr)
  // 1..5: which register-passed argument is the skb; 0: none, it is probed for the packet whose
  // stack it is on.
  uint8_t skb_arg = 0;
  uint8_t reason_arg = 0;       // which one says why the packet ends, an enum by value; 0: none
  MapOp map_op = MapOp::None;   // with skb_arg 0
  bool is_free_reason = false;  // the reason is an enum skb_free_reason, else skb_drop_reason
};

// Why functions were left out, for the one-line report: reason -> how many.
using LeftOut = std::map<std::string, unsigned>;
// "3 inlined, 2 ambiguous name", or "none".
[[nodiscard]] std::string describe(const LeftOut& left_out);

struct Functions {
  std::vector<Function> found;  // sorted by addr, no address twice
  LeftOut left_out;
  bool are_in_ftrace_list = false;  // all of them, because the list was known
};

// Whether the function with this name is wanted; null: every function is.
using NameTest = std::function<bool(std::string_view)>;

// BTF_KIND_FUNC with a `struct sk_buff *` (const, behind typedefs) among the first five arguments,
// counted in registers: a struct passed by value takes two, or goes to the stack and takes none.
// Left out and counted: names that kallsyms does not have (inlined), .isra/.constprop/.part clones,
// names that ftrace does not list.
class FunctionSearch {
 public:
  // Reads the prototypes of the functions that are wanted. The BTF must outlive the search.
  FunctionSearch(const Btf& vmlinux, const std::vector<ModuleBtf>& modules,
                 const NameTest& is_wanted);
  FunctionSearch(FunctionSearch&& other) noexcept;
  FunctionSearch& operator=(FunctionSearch&& other) noexcept;
  ~FunctionSearch();

  // The names whose symbols find() needs to know.
  [[nodiscard]] NameSet names() const;
  // Once. `available`: what ftrace allows to probe, one "name" or "name [module]" a line; empty
  // when that is not known: then every symbol is taken and an attach is allowed to fail.
  [[nodiscard]] Functions find(const Symbols& symbols, std::string_view available);
  // The same for those of modules only.
  [[nodiscard]] Functions find_in_modules(const Symbols& symbols, std::string_view available);

 private:
  [[nodiscard]] Functions find(const Symbols& symbols, std::string_view available,
                               bool has_vmlinux);

  std::unique_ptr<class Finder> finder_;
};

}  // namespace pwru::kernel
