// SPDX-License-Identifier: Apache-2.0
// The tables of iptables-legacy and arptables-legacy, and the tracking of connections: where they
// can be watched, and how the tables lie in memory.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "abi/xtables.h"
#include "kernel/btf.h"
#include "kernel/site.h"
#include "kernel/symbols.h"

namespace pwru::kernel {

struct Xtables {
  pwru_xt_layout layout = {};  // of the tables
  std::vector<Site> tables;    // ipt_do_table() and the like, which a packet enters
  std::vector<Site> replaced;  // xt_replace_table(), which makes a table another one
  std::vector<Site> hooks;     // functions that netfilter calls, of IPVS, SYNPROXY and BPF
  // Functions of conntrack that are only called when it has no room, or when two connections clash.
  std::vector<Site> full, clash;

  [[nodiscard]] bool is_empty() const {
    return tables.empty() && hooks.empty() && full.empty() && clash.empty();
  }
};

// `types` is the BTF of x_tables, `functions` that of ip_tables or the like; each is null on a
// kernel without BTF of modules (before 5.11). `cpus`: possible ones.
[[nodiscard]] Xtables find_xtables(const Symbols& symbols, const Btf* types, const Btf* functions,
                                   uint32_t cpus);

// Whether the site is a table's.
[[nodiscard]] bool enters_table(std::string_view function);

}  // namespace pwru::kernel
