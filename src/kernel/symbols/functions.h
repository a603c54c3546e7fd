// SPDX-License-Identifier: Apache-2.0
// Finds the kernel functions that handle an skb, their addresses, and which argument is the skb.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kernel/btf/btf.h"
#include "kernel/symbols/name_set.h"
#include "kernel/symbols/symbols.h"

namespace pwru::kernel {

// A probe may stand this far inside a function, behind endbr64 and the 5 bytes of the ftrace site:
// nothing has run before it.
inline constexpr uint64_t kEntryBytes = 9;

// What a function does with a BPF map, which decides the program that it gets.
enum class MapOp : uint8_t { None, Lookup, Update, Delete };

// One address to probe. Each of several static functions that share a name is a Function of its
// own.
struct Function {
  std::string name;
  std::string module;  // "" for vmlinux
  uint64_t addr = 0;   // as in kallsyms: the start of the function, before an endbr
  // 1..5: which argument, counted in registers, is the skb. 0: none; the function is probed for the
  // packet that its call stack is handling.
  uint8_t skb_arg = 0;
  uint8_t reason_arg = 0;       // the argument that says why the packet ends, an enum; 0: none
  MapOp map_op = MapOp::None;   // only with skb_arg 0
  bool is_free_reason = false;  // the reason is an enum skb_free_reason, not skb_drop_reason
};

// Why functions were left out, for the one-line report: reason -> how many.
using LeftOut = std::map<std::string, unsigned>;
// "3 inlined, 2 ambiguous name", or "none".
[[nodiscard]] std::string describe(const LeftOut& left_out);

struct LeftOutFunction {
  std::string name;
  std::string module;  // "" for vmlinux
  std::string_view reason;
};

struct Functions {
  std::vector<Function> found;  // sorted by addr, no address twice
  LeftOut left_out;             // also what has no name here, like modules without BTF
  std::vector<LeftOutFunction> names_left_out;
  bool are_in_ftrace_list = false;  // ftrace lists them all; false when its list is unknown
};

// Whether the function with this name is wanted; null: every function is.
using NameTest = std::function<bool(std::string_view)>;

// Searches BTF for functions with a `struct sk_buff *` (const, or behind typedefs) among the first
// five arguments. Arguments are counted in registers: a struct that is passed by value takes two,
// or lies on the stack and takes none. Left out and counted are names that kallsyms does not have
// (inlined), .isra/.constprop/.part clones, and names that ftrace does not list.
class FunctionSearch {
 public:
  // Reads the prototypes of the functions that are wanted. The BTF must outlive the search.
  FunctionSearch(const Btf& vmlinux, const std::vector<ModuleBtf>& modules,
                 const NameTest& is_wanted);
  FunctionSearch(FunctionSearch&& other) noexcept;
  FunctionSearch& operator=(FunctionSearch&& other) noexcept;
  ~FunctionSearch();

  // The names of the symbols that find() needs.
  [[nodiscard]] NameSet names() const;
  // Call it once. `available` is ftrace's list of what it can probe, one "name" or "name [module]"
  // a line. It is empty when that is unknown: then every symbol is taken, and an attach may fail.
  [[nodiscard]] Functions find(const Symbols& symbols, std::string_view available);
  // The same for the functions of modules only.
  [[nodiscard]] Functions find_in_modules(const Symbols& symbols, std::string_view available);

 private:
  [[nodiscard]] Functions find(const Symbols& symbols, std::string_view available,
                               bool has_vmlinux);

  std::unique_ptr<class Finder> finder_;
};

}  // namespace pwru::kernel
