// SPDX-License-Identifier: Apache-2.0
#include "kernel/symbols/functions.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "kernel/btf/btf_builder_for_test.h"

namespace pwru::kernel {
namespace {

constexpr const char* kInlined = "inlined";
constexpr const char* kOptimised = "optimised by the compiler (.isra/.constprop/.part)";
constexpr const char* kAmbiguous = "ambiguous name";
constexpr const char* kNotTraceable = "not traceable by ftrace (notrace)";

// The types that most tests need, and a kallsyms that grows with each function.
class FunctionsTest : public ::testing::Test {
 protected:
  // Adds `name` to kallsyms at a new address, which is returned.
  uint64_t place(const std::string& name, const std::string& module = "") {
    next_addr_ += 0x100;
    place_at(next_addr_, name, module);
    return next_addr_;
  }
  void place_at(uint64_t addr, const std::string& name, const std::string& module = "") {
    char line[256];
    std::snprintf(line, sizeof(line), "%016llx t %s%s\n", static_cast<unsigned long long>(addr),
                  name.c_str(), module.empty() ? "" : ("\t[" + module + "]").c_str());
    kallsyms_ += line;
  }

  struct Query {
    NameTest is_wanted;
    std::string available;
  };
  Functions find(const Query& query = {}, const std::vector<ModuleBtf>* modules = nullptr) {
    vmlinux_ = *Btf::parse(types_.bytes(), nullptr);
    symbols_ = *Symbols::parse(kallsyms_);
    static const std::vector<ModuleBtf> kNone;
    FunctionSearch search(*vmlinux_, modules ? *modules : kNone, query.is_wanted);
    return search.find(*symbols_, query.available);
  }

  uint8_t skb_position(const std::vector<uint32_t>& params, uint32_t result = 0) {
    types_.function("probe_me", params, result);
    place("probe_me");
    const Functions functions = find();
    return functions.found.empty() ? 0 : functions.found.front().skb_arg;
  }

  BtfBuilder types_;
  std::string kallsyms_ = "ffffffff81000000 T _text\n";
  uint64_t next_addr_ = 0xffffffff81000000;
  std::unique_ptr<Btf> vmlinux_;
  std::optional<Symbols> symbols_;
  const uint32_t int_ = types_.integer("int", 4);
  const uint32_t skb_struct_ = types_.structure("sk_buff", 232);
  const uint32_t skb_ = types_.pointer(skb_struct_);
};

TEST_F(FunctionsTest, FindsPlainConstAndTypedef) {
  const uint32_t constant = types_.pointer(types_.add(BTF_KIND_CONST, "", skb_struct_));
  const uint32_t alias = types_.add(BTF_KIND_TYPEDEF, "skb_p", skb_);
  types_.function("plain", {int_, skb_});
  types_.function("constant", {constant});
  types_.function("alias", {types_.add(BTF_KIND_CONST, "", alias)});
  types_.function("other", {int_});
  types_.function("twice_removed", {types_.pointer(skb_)});
  for (const char* name : {"plain", "constant", "alias", "other", "twice_removed"}) place(name);
  const Functions functions = find();
  ASSERT_EQ(functions.found.size(), 3u);
  EXPECT_EQ(functions.found[0].name, "plain");
  EXPECT_EQ(functions.found[0].skb_arg, 2);
  EXPECT_EQ(functions.found[0].addr, 0xffffffff81000100);
  EXPECT_EQ(functions.found[1].name, "constant");
  EXPECT_EQ(functions.found[2].name, "alias");
  EXPECT_TRUE(functions.left_out.empty());
}

TEST_F(FunctionsTest, FirstSkbWins) { EXPECT_EQ(skb_position({int_, skb_, int_, skb_}), 2); }
TEST_F(FunctionsTest, FifthIsTheLast) {
  EXPECT_EQ(skb_position({int_, int_, int_, int_, skb_}), 5);
}

TEST_F(FunctionsTest, SixthIsLeftOut) {
  EXPECT_EQ(skb_position({int_, int_, int_, int_, int_, skb_}), 0);
  EXPECT_EQ(find().left_out.at("skb is not among the first five arguments"), 1u);
}

TEST_F(FunctionsTest, SmallStructTakesOneRegister) {
  EXPECT_EQ(skb_position({types_.structure("one", 8), skb_}), 2);
}
TEST_F(FunctionsTest, SixteenBytesTakeTwoRegisters) {
  EXPECT_EQ(skb_position({types_.structure("two", 16), skb_}), 3);
}
TEST_F(FunctionsTest, EmptyStructTakesNone) {
  EXPECT_EQ(skb_position({types_.structure("empty", 0), skb_}), 1);
}
TEST_F(FunctionsTest, FloatTakesNone) {
  EXPECT_EQ(skb_position({types_.add(BTF_KIND_FLOAT, "double", 8), skb_}), 1);
}
TEST_F(FunctionsTest, WideIntegerTakesTwo) {
  EXPECT_EQ(skb_position({types_.integer("__int128", 16), skb_}), 3);
}
TEST_F(FunctionsTest, BigStruct) {
#if defined(__aarch64__)
  constexpr int kExpected = 2;
#else
  constexpr int kExpected = 1;
#endif
  EXPECT_EQ(skb_position({types_.structure("big", 24), skb_}), kExpected);
}
TEST_F(FunctionsTest, BigResultTakesTheFirst) {
#if defined(__x86_64__)
  constexpr int kExpected = 2;
#else
  constexpr int kExpected = 1;
#endif
  EXPECT_EQ(skb_position({skb_}, types_.structure("big", 24)), kExpected);
}

TEST_F(FunctionsTest, DropReasonByValue) {
  const uint32_t reason = types_.enumeration("skb_drop_reason", {{"SKB_NOT_DROPPED_YET", 0}});
  types_.function("kfree_skb_reason", {skb_, types_.add(BTF_KIND_CONST, "", reason)});
  types_.function("by_pointer", {skb_, types_.pointer(reason)});
  place("kfree_skb_reason");
  place("by_pointer");
  const Functions functions = find();
  ASSERT_EQ(functions.found.size(), 2u);
  EXPECT_EQ(functions.found[0].reason_arg, 2);
  EXPECT_EQ(functions.found[1].reason_arg, 0);
}

// __dev_kfree_skb_irq() is like this up to 6.3.
TEST_F(FunctionsTest, FreeReasonByValue) {
  const uint32_t reason = types_.enumeration("skb_free_reason", {{"SKB_REASON_CONSUMED", 0}});
  types_.function("__dev_kfree_skb_irq", {skb_, reason});
  place("__dev_kfree_skb_irq");
  const Functions functions = find();
  ASSERT_EQ(functions.found.size(), 1u);
  EXPECT_EQ(functions.found[0].reason_arg, 2);
  EXPECT_TRUE(functions.found[0].is_free_reason);
}

TEST_F(FunctionsTest, InlinedAndClonesAreCounted) {
  for (const char* name : {"gone", "isra", "part", "cold_only", "whole"})
    types_.function(name, {skb_});
  for (const char* name : {"isra.isra.0", "part.part.0.constprop.0", "cold_only.cold", "whole",
                           "whole.cold", "__pfx_whole", "__cfi_whole"})
    place(name);
  const Functions functions = find();
  ASSERT_EQ(functions.found.size(), 1u);
  EXPECT_EQ(functions.found[0].name, "whole");
  EXPECT_EQ(functions.left_out, (LeftOut{{kInlined, 2}, {kOptimised, 2}}));
}

TEST_F(FunctionsTest, InitFunctionsAreCounted) {
  types_.function("setup", {skb_});
  place("_sinittext");
  place("setup");
  place("_einittext");
  EXPECT_EQ(find().left_out, (LeftOut{{"freed after boot (__init)", 1}}));
}

TEST_F(FunctionsTest, NamesakesThatDifferAreAmbiguous) {
  types_.function("moves", {skb_});
  types_.function("moves", {int_, skb_});
  types_.function("without", {skb_});
  types_.function("without", {int_});
  types_.function("same", {skb_});
  types_.function("same", {skb_, int_});
  for (const char* name : {"moves", "moves", "without", "without", "same", "same", "same"})
    place(name);
  const Functions functions = find();
  EXPECT_EQ(functions.found.size(), 3u);
  for (const Function& f : functions.found) EXPECT_EQ(f.name, "same");
  EXPECT_EQ(functions.left_out, (LeftOut{{kAmbiguous, 2}}));
}

TEST_F(FunctionsTest, AliasesAreOneAddress) {
  types_.function("alias_a", {skb_});
  types_.function("alias_b", {skb_});
  const uint64_t addr = place("alias_b");
  place_at(addr, "alias_a");
  ASSERT_EQ(find().found.size(), 1u);
  // ftrace lists only one of the names.
  const auto is_alias_a = [](std::string_view name) { return name == "alias_a"; };
  EXPECT_EQ(find({.is_wanted = is_alias_a, .available = "alias_b\n"}).found.size(), 1u);
}

TEST_F(FunctionsTest, AsksWhatFtraceLists) {
  for (const char* name : {"listed", "unlisted", "twice", "half"}) types_.function(name, {skb_});
  for (const char* name : {"listed", "unlisted", "twice", "twice", "half", "half"}) place(name);
  const Functions functions =
      find({.is_wanted = {}, .available = "twice\nlisted\ntwice\nhalf\nunlisted [mod]\n"});
  ASSERT_EQ(functions.found.size(), 3u);
  EXPECT_EQ(functions.found[0].name, "listed");
  EXPECT_EQ(functions.found[1].name, "twice");
  EXPECT_EQ(functions.left_out, (LeftOut{{kNotTraceable, 2}}));
}

TEST_F(FunctionsTest, WithoutTheListTracepointsAreLeftOut) {
  for (const char* name : {"perf_trace_kfree_skb", "__bpf_trace_kfree_skb", "fine"}) {
    types_.function(name, {skb_});
    place(name);
  }
  const Functions functions = find();
  ASSERT_EQ(functions.found.size(), 1u);
  EXPECT_EQ(functions.left_out, (LeftOut{{kNotTraceable, 2}}));
}

TEST_F(FunctionsTest, OnlyWantedNames) {
  for (const char* name : {"ip_rcv", "ip_rcv_core", "xip_rcv"}) {
    types_.function(name, {skb_});
    place(name);
  }
  const auto is_ip_rcv = [](std::string_view name) { return name == "ip_rcv"; };
  const auto is_of_ip = [](std::string_view name) { return name.starts_with("ip_"); };
  EXPECT_EQ(find({.is_wanted = is_ip_rcv, .available = ""}).found.size(), 1u);
  EXPECT_EQ(find({.is_wanted = is_of_ip, .available = ""}).found.size(), 2u);
}

TEST_F(FunctionsTest, ModulesHaveNamesOfTheirOwn) {
  types_.function("shared_inline", {skb_});
  types_.function("hidden", {skb_});
  types_.function("rcv", {skb_});
  const auto base = *Btf::parse(types_.bytes(), nullptr);
  BtfBuilder split(base.get(), types_.string_bytes());
  split.function("rcv", {int_, skb_});
  split.function("hidden", {int_});
  std::vector<ModuleBtf> modules;
  modules.push_back({"mod", *Btf::parse(split.bytes(), base.get())});
  place("rcv");
  const uint64_t in_module = place("rcv", "mod");
  const uint64_t inlined = place("shared_inline", "mod");
  place("hidden", "mod");
  place("rcv", "unasked");
  const Functions functions =
      find({.is_wanted = {}, .available = "rcv\nrcv [mod]\nshared_inline [mod]\n"}, &modules);
  ASSERT_EQ(functions.found.size(), 3u);
  EXPECT_EQ(functions.found[0].module, "");
  EXPECT_EQ(functions.found[0].skb_arg, 1);
  EXPECT_EQ(functions.found[1].addr, in_module);
  EXPECT_EQ(functions.found[1].module, "mod");
  EXPECT_EQ(functions.found[1].skb_arg, 2);
  EXPECT_EQ(functions.found[2].addr, inlined);
}

TEST(Functions, OfThisKernel) {
  const auto btf = load_kernel_btf("");
  const auto symbols = Symbols::load();
  if (!btf || !symbols) GTEST_SKIP() << "no BTF, or kallsyms is hidden";
  FunctionSearch search(**btf, {}, {});
  const Functions functions = search.find(*symbols, "");
  EXPECT_GT(functions.found.size(), 500u);
  EXPECT_TRUE(std::is_sorted(functions.found.begin(), functions.found.end(),
                             [](const Function& a, const Function& b) { return a.addr < b.addr; }));
  const auto clone = std::find_if(functions.found.begin(), functions.found.end(),
                                  [](const Function& f) { return f.name == "skb_clone"; });
  ASSERT_NE(clone, functions.found.end());
  EXPECT_EQ(clone->skb_arg, 1);
}

}  // namespace
}  // namespace pwru::kernel
