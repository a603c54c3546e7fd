// SPDX-License-Identifier: Apache-2.0
// nf_tables: where its rules can be watched, and how its structs lie in memory.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "abi/nft.h"
#include "kernel/btf/btf.h"
#include "kernel/symbols/site.h"
#include "kernel/symbols/symbols.h"

namespace pwru::kernel {

inline constexpr std::string_view kNftModule = "nf_tables";

// The functions of nf_tables that begin a base chain or may end a rule, in whatever module. None
// when nf_tables is not there.
[[nodiscard]] std::vector<Site> nft_sites(const Symbols& symbols);

// Of these functions, the one that begins a base chain; the last of them.
[[nodiscard]] bool begins_rules(const Site& site);

// Of these functions, those whose verdict is noted when they return, with
// pwru_nft_layout::notes_returns: all but the one that begins a chain, and constant verdicts.
[[nodiscard]] std::vector<Site> sites_that_return(std::vector<Site> sites);

// `types`: BTF with the structs of nf_tables. None when it has not all of them.
[[nodiscard]] std::optional<pwru_nft_layout> nft_layout(const Btf& types, const Symbols& symbols);

// The same of a kernel that has no BTF of modules, by its release, "5.10.0-32-amd64". None for
// another one than 5.10.
[[nodiscard]] std::optional<pwru_nft_layout> nft_layout_of_release(std::string_view release,
                                                                   const Symbols& symbols);

}  // namespace pwru::kernel
