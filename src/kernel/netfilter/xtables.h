// SPDX-License-Identifier: Apache-2.0
// The tables of iptables-legacy, arptables-legacy and ebtables-legacy, and the tracking of
// connections: where they can be watched, and how the tables lie in memory.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "abi/xtables.h"
#include "kernel/btf/btf.h"
#include "kernel/symbols/site.h"
#include "kernel/symbols/symbols.h"

namespace pwru::kernel {

struct Xtables {
  pwru_xt_layout layout = {};  // of the tables
  // Which a packet enters: ipt_do_table() and the like; ebt_do_table(), whose result is needed too.
  std::vector<Site> tables, bridges;
  std::vector<Site> replaced;  // xt_replace_table() and the like: a table becomes another one
  std::vector<Site> hooks;     // functions that netfilter calls, of IPVS, SYNPROXY and BPF
  // Functions of conntrack that are only called when it has no room, or when two connections clash.
  std::vector<Site> full, clash;

  [[nodiscard]] bool is_empty() const {
    return tables.empty() && bridges.empty() && hooks.empty() && full.empty() && clash.empty();
  }
};

// BTF of modules, or of vmlinux where these are parts of it; null on a kernel that has none of
// modules (before 5.11).
struct XtablesTypes {
  const Btf* tables = nullptr;     // x_tables
  const Btf* bridges = nullptr;    // ebtables
  const Btf* functions = nullptr;  // a module that has one of the functions that packets enter
};

// `cpus`: possible ones.
[[nodiscard]] Xtables find_xtables(const Symbols& symbols, const XtablesTypes& types,
                                   uint32_t cpus);

// Whether the site is a table's.
[[nodiscard]] bool enters_table(std::string_view function);

}  // namespace pwru::kernel
