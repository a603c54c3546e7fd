// SPDX-License-Identifier: Apache-2.0
#include "plan/fentry_ids.h"

#include <gtest/gtest.h>

#include <fmt/core.h>

#include <ctime>

#include "kernel/btf/btf_builder_for_test.h"

namespace pwru::plan {
namespace {

constexpr uint64_t kText = 0xffffffff81000000;

kernel::Function function(std::string name, uint64_t addr, std::string module = "",
                          uint8_t skb_arg = 1) {
  kernel::Function made;
  made.name = std::move(name);
  made.module = std::move(module);
  made.addr = addr;
  made.skb_arg = skb_arg;
  return made;
}

kernel::Symbols parse(std::string text) {
  auto symbols = kernel::Symbols::parse(std::move(text));
  EXPECT_TRUE(symbols) << symbols.error().what;
  return std::move(*symbols);
}

std::unique_ptr<kernel::Btf> btf_of(const std::vector<std::string>& names) {
  kernel::BtfBuilder builder;
  const uint32_t skb = builder.pointer(builder.structure("sk_buff", 232));
  for (const std::string& name : names) builder.function(name.c_str(), {skb});
  auto btf = kernel::Btf::parse(builder.bytes(), nullptr);
  EXPECT_TRUE(btf) << btf.error().what;
  return std::move(*btf);
}

TEST(FentryIds, TheNameIsThatOfOneFunctionOfTheKernel) {
  const auto btf = btf_of({"ip_rcv", "twice", "also_in_module", "skb_release_head_state"});
  const auto symbols = parse(
      "ffffffff81000100 T ip_rcv\n"
      "ffffffff81000200 t twice\n"
      "ffffffff81000300 t twice\n"
      "ffffffff81000400 t also_in_module\n"
      "ffffffff81000500 t no_type\n"
      "ffffffff81000600 T skb_release_head_state\n"
      "ffffffffc0000100 t also_in_module\t[some]\n"
      "ffffffffc0000200 t of_module\t[some]\n");
  const std::vector<kernel::Function> functions = {
      function("ip_rcv", kText + 0x100),
      function("twice", kText + 0x200),
      function("also_in_module", kText + 0x400),
      function("no_type", kText + 0x500),
      function("of_module", 0xffffffffc0000200, "some"),
      function("ip_rcv", kText + 0x700, "", 0),
  };
  const Release release = {"skb_release_head_state", kText + 0x600};
  const auto id = [&](const char* name) { return btf->find(name, BTF_KIND_FUNC); };
  const FentryIds expected = {{kText + 0x100, id("ip_rcv")},
                              {kText + 0x400, id("also_in_module")},
                              {kText + 0x600, id("skb_release_head_state")}};
  EXPECT_EQ(find_fentry_sites(functions, release, *btf, symbols, {}).ids, expected);
  const FentrySites beside =
      find_fentry_sites(functions, release, *btf, symbols, {"ip_rcv", "twice", "another"});
  EXPECT_EQ(beside.ids.size(), expected.size() - 1);
  EXPECT_FALSE(beside.ids.contains(kText + 0x100));
  EXPECT_EQ(beside.held_by_others, 1u);
}

// Of this thread on the CPU, so that other work of the machine does not count.
uint64_t cpu_time_ns() {
  timespec time = {};
  EXPECT_EQ(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time), 0);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

// A search of all symbols and types for each of the functions took seconds.
TEST(FentryIds, ManyFunctionsAmongManySymbols) {
  std::string text;
  std::vector<std::string> names;
  std::vector<kernel::Function> functions;
  for (uint64_t i = 0; i < 50'000; i++) {
    names.push_back(fmt::format("function_{}", i));
    text += fmt::format("{:x} T {}\n", kText + 16 * i, names.back());
    if (i % 25 == 0) functions.push_back(function(names.back(), kText + 16 * i));
  }
  const auto btf = btf_of(names);
  const auto symbols = parse(std::move(text));
  const uint64_t begin_ns = cpu_time_ns();
  EXPECT_EQ(find_fentry_sites(functions, {}, *btf, symbols, {}).ids.size(), functions.size());
  const uint64_t done_ns = cpu_time_ns();
  for (size_t i = 0; i < functions.size() / 10; i++) {
    const std::string& name = functions[i * 10].name;
    EXPECT_EQ(symbols.addresses(name, "").size(), 1u);
    EXPECT_NE(btf->find(name, BTF_KIND_FUNC), 0u);
  }
  EXPECT_LT(done_ns - begin_ns, cpu_time_ns() - done_ns);
}

}  // namespace
}  // namespace pwru::plan
