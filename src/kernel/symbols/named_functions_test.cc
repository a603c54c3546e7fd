// SPDX-License-Identifier: Apache-2.0
#include "kernel/symbols/named_functions.h"

#include <gtest/gtest.h>

namespace pwru::kernel {
namespace {

constexpr const char* kKallsyms =
    "ffffffff81000000 T _text\n"
    "ffffffff81000100 T fib_table_lookup\n"
    "ffffffff81000200 t twin\n"
    "ffffffff81000300 t twin\n"
    "ffffffff81000400 T other_name\n"
    "ffffffff81000400 T known_name\n"
    "ffffffff81000500 t not_traced\n"
    "ffffffff81001000 T _etext\n"
    "ffffffffc0000100 t helper\t[nf_tables]\n"
    "ffffffffc0000200 t bpf_prog_1_main\t[bpf]\n";

class NamedFunctionsTest : public ::testing::Test {
 protected:
  NamedFunctions find(const std::vector<std::string>& names, std::string_view available = "") {
    return find_named_functions(names, symbols_, available);
  }

  Symbols symbols_ = *Symbols::parse(kKallsyms);
};

TEST_F(NamedFunctionsTest, FindsThemInTheKernelAndInModules) {
  const auto functions = find({"helper", "fib_table_lookup"});
  ASSERT_EQ(functions.found.size(), 2u);
  EXPECT_EQ(functions.found[0].name, "fib_table_lookup");
  EXPECT_EQ(functions.found[0].addr, 0xffffffff81000100u);
  EXPECT_EQ(functions.found[0].skb_arg, 0);
  EXPECT_EQ(functions.found[1].module, "nf_tables");
  EXPECT_TRUE(functions.left_out.empty());
}

TEST_F(NamedFunctionsTest, ANameGivenTwiceIsOneFunction) {
  EXPECT_EQ(find({"helper", "helper"}).found.size(), 1u);
}

TEST_F(NamedFunctionsTest, NamesWhatIsNotThere) {
  const auto functions = find({"helper", "gone", "bpf_prog_1_main"});
  EXPECT_EQ(functions.found.size(), 1u);
  ASSERT_EQ(functions.left_out.size(), 2u);
  EXPECT_EQ(functions.left_out[0].name, "bpf_prog_1_main");
  EXPECT_EQ(functions.left_out[1].name, "gone");
}

TEST_F(NamedFunctionsTest, LeavesOutWhatFtraceDoesNotList) {
  const auto functions = find({"not_traced", "helper"}, "helper [nf_tables]\nnot_traced [other]\n");
  EXPECT_EQ(functions.found.size(), 1u);
  ASSERT_EQ(functions.left_out.size(), 1u);
  EXPECT_EQ(functions.left_out[0].why, "ftrace cannot trace it (notrace)");
}

TEST_F(NamedFunctionsTest, FtraceMayListAnotherNameOfTheAddress) {
  EXPECT_EQ(find({"known_name"}, "other_name\n").found.size(), 1u);
}

TEST_F(NamedFunctionsTest, TakesAllOfOneNameIfFtraceKnowsAll) {
  EXPECT_EQ(find({"twin"}, "twin\ntwin\n").found.size(), 2u);
  EXPECT_TRUE(find({"twin"}, "twin\n").found.empty());  // nothing says which of the two
}

TEST_F(NamedFunctionsTest, AddsOnlyNewAddressesInOrder) {
  Functions functions;
  functions.found = {{"ip_rcv", "", 0xffffffff81000050, 1}, {"twin", "", 0xffffffff81000200, 2}};
  add_functions(find({"twin", "helper", "fib_table_lookup"}).found, functions);
  ASSERT_EQ(functions.found.size(), 5u);
  EXPECT_EQ(functions.found[1].name, "fib_table_lookup");
  EXPECT_EQ(functions.found[2].skb_arg, 2);  // known before
  EXPECT_EQ(functions.found[3].skb_arg, 0);
  EXPECT_EQ(functions.found[4].name, "helper");
}

}  // namespace
}  // namespace pwru::kernel
