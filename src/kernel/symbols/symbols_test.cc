// SPDX-License-Identifier: Apache-2.0
#include "kernel/symbols/symbols.h"

#include <gtest/gtest.h>

namespace pwru::kernel {
namespace {

constexpr const char* kText =
    "ffffffff81000000 T _text\n"
    "ffffffff81000000 T startup_64\n"
    "ffffffff81000100 t dup\n"
    "ffffffff81000200 W weak_one\n"
    "ffffffff81000300 t dup\n"
    "ffffffff81000400 t last_one\n"
    "ffffffff81001000 T _etext\n"
    "ffffffff82000000 D some_data\n"
    "ffffffff82000008 B vmemmap_base\n"
    "ffffffff83000000 T _sinittext\n"
    "ffffffff83000010 t start_kernel\n"
    "ffffffff83000400 T _einittext\n"
    "ffffffffc0300000 t mod_rcv\t[mod]\n"
    "ffffffffc0300100 t mod_xmit\t[mod]\n"
    "ffffffffc0200000 t early\t[other]\n"
    "ffffffffc0400000 t bpf_prog_1234_f\t[bpf]\n"
    "ffffffffc0409000 t bpf_prog_5678_g\t[bpf]\n";

class SymbolsTest : public ::testing::Test {
 protected:
  Symbols symbols_ = *Symbols::parse(kText);
};

TEST_F(SymbolsTest, LocatesTheNearestBelow) {
  const auto located = symbols_.locate(0xffffffff81000210);
  ASSERT_TRUE(located);
  EXPECT_EQ(located->symbol.name, "weak_one");
  EXPECT_EQ(located->offset, 0x10u);
  EXPECT_EQ(symbols_.locate(0xffffffff81000000)->symbol.name, "startup_64");
  EXPECT_EQ(symbols_.locate(0xffffffffc03000ff)->symbol.name, "mod_rcv");
  EXPECT_EQ(symbols_.locate(0xffffffffc0300104)->symbol.module, "mod");
  EXPECT_EQ(symbols_.locate(0xffffffff83000020)->symbol.name, "start_kernel");
}

TEST_F(SymbolsTest, LocatesNothingInGaps) {
  EXPECT_FALSE(symbols_.locate(0));
  EXPECT_FALSE(symbols_.locate(0xffffffff80ffffff));
  EXPECT_FALSE(symbols_.locate(0xffffffff81001000));
  EXPECT_FALSE(symbols_.locate(0xffffffff82000004));
  EXPECT_FALSE(symbols_.locate(0xffffffff83000400));
  EXPECT_FALSE(symbols_.locate(0xffffffffc02f0000));
  EXPECT_FALSE(symbols_.locate(0xffffffffc0408000));
  EXPECT_FALSE(symbols_.locate(0xffffffffffffffff));
}

TEST_F(SymbolsTest, FindsAddressesByNameAndModule) {
  EXPECT_EQ(symbols_.addresses("dup", ""),
            (std::vector<uint64_t>{0xffffffff81000100, 0xffffffff81000300}));
  EXPECT_TRUE(symbols_.addresses("mod_rcv", "").empty());
  EXPECT_EQ(symbols_.addresses("mod_rcv", "mod"), (std::vector<uint64_t>{0xffffffffc0300000}));
  EXPECT_TRUE(symbols_.addresses("some_data", "").empty());
  EXPECT_TRUE(symbols_.addresses("du", "").empty());
}

TEST_F(SymbolsTest, FindsData) {
  EXPECT_EQ(symbols_.data("vmemmap_base"), 0xffffffff82000008);
  EXPECT_EQ(symbols_.data("some_data"), 0xffffffff82000000);
  EXPECT_FALSE(symbols_.data("base"));
  EXPECT_FALSE(symbols_.data("dup"));
}

TEST_F(SymbolsTest, Formats) {
  EXPECT_EQ(symbols_.format(0xffffffff81000200), "weak_one");
  EXPECT_EQ(symbols_.format(0xffffffff8100021a), "weak_one+0x1a");
  EXPECT_EQ(symbols_.format(0xffffffffc0300000), "mod_rcv[mod]");
  EXPECT_EQ(symbols_.format(0xffffffffc0300004), "mod_rcv[mod]+0x4");
  EXPECT_EQ(symbols_.format(0x1234), "0x1234");
}

TEST_F(SymbolsTest, IsSortedByAddress) {
  for (size_t n = 1; n < symbols_.size(); ++n)
    EXPECT_LE(symbols_.at(n - 1).addr, symbols_.at(n).addr);
  EXPECT_EQ(symbols_.at(symbols_.index_of(0xffffffffc0200000)).name, "early");
  EXPECT_EQ(symbols_.index_of(0xffffffffc0200001), symbols_.size());
  EXPECT_TRUE(symbols_.is_init_text(0xffffffff83000010));
  EXPECT_FALSE(symbols_.is_init_text(0xffffffff81000100));
}

TEST(Symbols, RefusesHiddenAddressesAndNothing) {
  const auto hidden = Symbols::parse("0000000000000000 T a\n0000000000000000 t b\n");
  ASSERT_FALSE(hidden);
  EXPECT_EQ(hidden.error().exit, ExitCode::NotSupported);
  EXPECT_EQ(hidden.error().code, EPERM);  // which makes the caller name what is missing
  EXPECT_FALSE(Symbols::parse(""));
}

TEST(Symbols, SkipsDamagedLines) {
  const auto symbols = Symbols::parse(
      "\n\nxyz\n12\nffffffff81000000 T\nffffffff81000000 T ]\nffffffff81000000 T []\n"
      "ffffffff81000008 T fine");
  ASSERT_TRUE(symbols);
  EXPECT_EQ(symbols->addresses("fine", ""), (std::vector<uint64_t>{0xffffffff81000008}));
  EXPECT_EQ(symbols->size(), 1u);
}

}  // namespace
}  // namespace pwru::kernel
