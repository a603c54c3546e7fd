// SPDX-License-Identifier: Apache-2.0
#include "kernel/symbols/held_functions.h"

#include <gtest/gtest.h>

namespace pwru::kernel {
namespace {

// As Linux 7.2 prints it.
TEST(HeldFunctions, AreThoseWithMoreThanATrampoline) {
  EXPECT_EQ(held_functions(
                "skb_panic (1) R   D   M \ttramp: ftrace_regs_caller+0x0/0x61 "
                "(call_direct_funcs+0x0/0x20)\n"
                "\tdirect-->bpf_trampoline_6442557401+0x0/0xcf\n"
                "ip_rcv (2) R   D   M \ttramp: ftrace_regs_caller+0x0/0x61 (ftrace_ops_list)\n"
                "\tdirect-->bpf_trampoline_6442557353+0x0/0xc7\n"
                "tcp_v4_rcv (1)           M \ttramp: 0xffffffffc0 (function_graph_enter+0x0/0x20) "
                "->Debug\n"
                "ip_output (1) R I     \ttramp: 0xffffffffc0 (kprobe_ftrace_handler+0x0/0x1d0)\n"
                "ipt_do_table [ip_tables] (1)     \ttramp: 0xffffffffc0 (x)\n"),
            (FunctionNames{"ip_rcv", "tcp_v4_rcv", "ip_output"}));
}

TEST(HeldFunctions, OtherTextHoldsNone) {
  EXPECT_TRUE(held_functions("").empty());
  EXPECT_TRUE(held_functions("ip_rcv\nip_rcv (\nip_rcv (x)\n (1)\n\n\t(1)\nip_rcv (0)\n").empty());
  EXPECT_TRUE(held_functions("ip_rcv (99999999999999999999)").empty());
}

}  // namespace
}  // namespace pwru::kernel
