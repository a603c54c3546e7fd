// SPDX-License-Identifier: Apache-2.0
// Which kernel functions end packets, and which take lists of packets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/btf/btf.h"
#include "kernel/symbols/functions.h"

namespace pwru::kernel {

// Drops: a function for packets that did not arrive; the reason says whether this packet was
// dropped. Consumes: a function for packets that did arrive.
// Refuses: a function that says no to some packets, which the kernel then ends as if all were well.
// With plan::Plan::tells_refusals it is only shown with these.
enum class Ending : uint8_t { None, Drops, Consumes, Refuses };
[[nodiscard]] Ending ending_of(std::string_view function);

// Names of functions that drop. On this kernel each packet that dies is given to exactly one of
// them. This kernel may lack some of them.
[[nodiscard]] std::vector<std::string_view> names_of_drops(const Btf& vmlinux);
// With it, the packet is the 2nd argument, and the first the socket that it was given to.
inline constexpr std::string_view kDropOfSocket = "sk_skb_reason_drop";
// The functions that refuse.
inline constexpr std::string_view kRefusesSyn = "tcp_conn_request";
inline constexpr std::string_view kRefusesEcho4 = "icmp_rcv", kRefusesEcho6 = "icmpv6_rcv";
[[nodiscard]] std::vector<std::string_view> names_of_refusals();
// Those of names_of_drops() that this kernel has, as a list for a message.
[[nodiscard]] std::string drop_functions(const Btf& vmlinux);
// The functions that drop one packet, on all kernels.
[[nodiscard]] std::vector<std::string_view> all_drop_functions();
// The one of these that this kernel has, such as "sk_skb_reason_drop"; "" when there is none.
[[nodiscard]] std::string_view drop_function(const Btf& vmlinux);

// Whether the skb that the function is given is the first of a list (skb->next) that it handles.
[[nodiscard]] bool takes_list(const Function& function);

// Whether the function runs on an skb between its release and the return of its memory.
[[nodiscard]] bool runs_after_release(const Function& function);

}  // namespace pwru::kernel
