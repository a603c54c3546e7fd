// SPDX-License-Identifier: Apache-2.0
// Strict readers of option values: the whole text is the value, or it is refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "cli/options.h"

namespace pwru::cli {

// The words that Go's pflag takes: 1 t T true TRUE True, 0 f F false FALSE False.
[[nodiscard]] std::optional<bool> read_bool(std::string_view text);

// Decimal digits, or 0x and hex digits; no sign, no blank, at most `max`.
[[nodiscard]] std::optional<uint64_t> read_number(std::string_view text, uint64_t max);

// A number with an optional K, M or G (powers of 1024, either case).
[[nodiscard]] std::optional<uint64_t> read_size(std::string_view text);

// MARK[/MASK], 32 bits each; without a mask all bits count.
[[nodiscard]] std::optional<MarkFilter> read_mark(std::string_view text);

// A trigger of --on, which is added to the others: a word, slow=TIME, or what may be an expression.
[[nodiscard]] bool add_trigger(Triggers& triggers, std::string_view text);

// "/path", or "inode:N" with N from 1 to 2^32-1 in decimal.
[[nodiscard]] bool is_netns(std::string_view text);

}  // namespace pwru::cli
