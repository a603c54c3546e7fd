// SPDX-License-Identifier: Apache-2.0
// What the names of the kernel's functions say about packets: which end them, and which take lists.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/btf.h"
#include "kernel/functions.h"

namespace pwru::kernel {

// Drops: a function for packets that did not get where they should; whether this one did, its
// reason says. Consumes: one for those that did.
enum class Ending : uint8_t { None, Drops, Consumes };
[[nodiscard]] Ending ending_of(std::string_view function);

// Names of functions that drop, so that each packet that dies on this kernel is given to one of
// them, and to one only. Not all of them need exist here.
[[nodiscard]] std::vector<std::string_view> names_of_drops(const Btf& vmlinux);
// The same as a list to read, of those that this kernel has.
[[nodiscard]] std::string drop_functions(const Btf& vmlinux);
// Those that one packet each is given to, on all kernels.
[[nodiscard]] std::vector<std::string_view> all_drop_functions();
// The one of them that this kernel has: "sk_skb_reason_drop"; "" when there is none.
[[nodiscard]] std::string_view drop_function(const Btf& vmlinux);

// Whether the skb that it is given is the first of a list that it handles (skb->next).
[[nodiscard]] bool takes_list(const Function& function);

}  // namespace pwru::kernel
