// SPDX-License-Identifier: Apache-2.0
// nf_tables: where its rules can be watched, and how its structs lie in memory.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "abi/nft.h"
#include "kernel/btf.h"
#include "kernel/site.h"
#include "kernel/symbols.h"

namespace pwru::kernel {

inline constexpr std::string_view kNftModule = "nf_tables";

// The functions of nf_tables that begin a base chain or may end a rule, in whatever module. None
// when nf_tables is not there.
[[nodiscard]] std::vector<Site> nft_sites(const Symbols& symbols);

// Of these functions, the one that begins a base chain; the last of them.
[[nodiscard]] bool begins_rules(const Site& site);

// `types`: BTF with the structs of nf_tables. None for one older than 5.17, whose rules lie
// elsewhere.
[[nodiscard]] std::optional<pwru_nft_layout> nft_layout(const Btf& types, const Symbols& symbols);

}  // namespace pwru::kernel
