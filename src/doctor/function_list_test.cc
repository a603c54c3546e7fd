// SPDX-License-Identifier: Apache-2.0
#include "doctor/function_list.h"

#include <gtest/gtest.h>

namespace pwru::doctor {
namespace {

kernel::Functions some() {
  kernel::Functions functions;
  functions.found = {{.name = "tcp_v4_rcv", .module = "", .addr = 1, .skb_arg = 1},
                     {.name = "ipt_do_table", .module = "ip_tables", .addr = 2, .skb_arg = 2}};
  functions.names_left_out = {{"skb_x", "", "inlined"}};
  return functions;
}

std::string_view by_kprobe(const kernel::Function&) { return "kprobe"; }

TEST(FunctionList, IsATableByName) {
  EXPECT_EQ(table_of(some(), by_kprobe),
            "FUNC                     MODULE    ARG HOOK, OR WHY LEFT OUT\n"
            "ipt_do_table             ip_tables 2   kprobe\n"
            "tcp_v4_rcv               -         1   kprobe\n"
            "skb_x                    -         -   inlined\n");
}

TEST(FunctionList, IsOneObjectALineInJson) {
  EXPECT_EQ(
      json_of(some(), by_kprobe),
      R"({"version":1,"type":"probe","func":"ipt_do_table","module":"ip_tables","arg":2,"hook":"kprobe"}
{"version":1,"type":"probe","func":"tcp_v4_rcv","arg":1,"hook":"kprobe"}
{"version":1,"type":"left-out","func":"skb_x","reason":"inlined"}
)");
}

// A name may come from a file that somebody else made (--kernel-btf).
TEST(FunctionList, EscapesNames) {
  kernel::Functions functions;
  functions.found = {{.name = "a\n\x1b[2J", .module = "b\tc", .addr = 1, .skb_arg = 1}};
  const std::string table = table_of(functions, by_kprobe);
  EXPECT_NE(table.find(R"(a\x0a\x1b[2J)"), std::string::npos) << table;
  EXPECT_EQ(std::ranges::count(table, '\n'), 2);
  EXPECT_EQ(table.find('\x1b'), std::string::npos);
  EXPECT_EQ(json_of(functions, by_kprobe).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace pwru::doctor
