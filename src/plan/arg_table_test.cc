// SPDX-License-Identifier: Apache-2.0
#include "plan/arg_table.h"

#include <gtest/gtest.h>

#include "abi/config.h"

namespace pwru::plan {
namespace {

// Functions as far apart as the kernel's, with their skb here and there.
std::vector<kernel::Function> some_functions(size_t count) {
  std::vector<kernel::Function> functions;
  uint64_t addr = 0xffffffff81000000;
  for (size_t i = 0; i < count; ++i) {
    kernel::Function function;
    addr += 16 * (1 + i * i % 97);
    function.addr = addr;
    function.skb_arg = static_cast<uint8_t>(i * 7 % 11 % 6);
    functions.push_back(function);
  }
  return functions;
}

uint8_t look_up(const ArgTable& table, uint64_t ip) {
  return table.positions[PWRU_ARG_SLOT(ip, table.multiplier, table.shift)];
}

void expect_all_found(const std::vector<kernel::Function>& functions) {
  const auto table = make_arg_table(functions);
  ASSERT_TRUE(table);
  for (const kernel::Function& function : functions) {
    if (function.skb_arg < 2) continue;
    EXPECT_EQ(look_up(*table, function.addr), function.skb_arg);
    EXPECT_EQ(look_up(*table, function.addr + 4), function.skb_arg) << "behind endbr64";
  }
}

TEST(ArgTable, KnowsThePositionOfEveryFunction) { expect_all_found(some_functions(1000)); }

TEST(ArgTable, GrowsWithTheNumberOfFunctions) { expect_all_found(some_functions(6000)); }

TEST(ArgTable, IsNotNeededForOnePosition) {
  std::vector<kernel::Function> functions = some_functions(100);
  for (kernel::Function& function : functions) function.skb_arg = function.skb_arg ? 3 : 1;
  EXPECT_FALSE(make_arg_table(functions));
  EXPECT_FALSE(make_arg_table({}));
}

// No multiplier parts what is in the same 16 bytes.
TEST(ArgTable, GivesUpWhereTwoFunctionsAreTooClose) {
  std::vector<kernel::Function> functions(2);
  functions[0].addr = 0xffffffff81000000;
  functions[0].skb_arg = 2;
  functions[1].addr = 0xffffffff81000008;
  functions[1].skb_arg = 3;
  EXPECT_FALSE(make_arg_table(functions));
}

TEST(ArgTable, TakesMoreFunctionsWhereThereIsRoom) {
  std::vector<kernel::Function> functions(2);
  functions[0].addr = 0xffffffff81000000;
  functions[0].skb_arg = 2;
  functions[1].addr = 0xffffffff81000100;
  functions[1].skb_arg = 3;
  auto table = make_arg_table(functions);
  ASSERT_TRUE(table);
  kernel::Function later;
  later.addr = 0xffffffffc0001000;
  later.skb_arg = 4;
  ASSERT_TRUE(add_function(*table, later));
  EXPECT_EQ(table->positions[PWRU_ARG_SLOT(later.addr, table->multiplier, table->shift)], 4);
  later.skb_arg = 5;
  EXPECT_FALSE(add_function(*table, later));
  later.skb_arg = 1;
  EXPECT_TRUE(add_function(*table, later));
}

}  // namespace
}  // namespace pwru::plan
