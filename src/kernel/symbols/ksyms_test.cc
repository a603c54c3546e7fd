// SPDX-License-Identifier: Apache-2.0
#include "kernel/symbols/ksyms.h"

#include <gtest/gtest.h>

#include <string>

namespace pwru::kernel {
namespace {

std::string record(uint64_t addr, char type, bool is_site, const std::string& name,
                   const std::string& module = "") {
  pwru_ksym head = {};
  head.addr = addr;
  head.type = static_cast<__u8>(type);
  head.is_site = is_site;
  head.name_bytes = static_cast<__u16>(name.size());
  head.module_bytes = static_cast<__u16>(module.size());
  return std::string(reinterpret_cast<const char*>(&head), sizeof(head)) + name + module;
}

TEST(Ksyms, RecordsBecomeTheTextsOfTheKernel) {
  const KsymTexts texts = texts_of(record(0xffffffff81000100, 'T', true, "ip_rcv") +
                                   record(0xffffffff81000200, 't', false, "notrace") +
                                   record(0xffffffffc0000100, 't', true, "rcv", "mod"));
  EXPECT_EQ(texts.kallsyms,
            "ffffffff81000100 T ip_rcv\n"
            "ffffffff81000200 t notrace\n"
            "ffffffffc0000100 t rcv\t[mod]\n");
  EXPECT_EQ(texts.available, "ip_rcv\nrcv [mod]\n");
}

TEST(Ksyms, OneNameOfAnAddressIsListed) {
  const KsymTexts texts =
      texts_of(record(0x100, 'd', true, "data") + record(0x100, 'T', true, "first") +
               record(0x100, 'T', true, "alias"));
  EXPECT_EQ(texts.available, "first\n");
}

TEST(Ksyms, WhatIsCutOffIsNotRead) {
  const std::string whole = record(0x100, 'T', true, "first");
  for (size_t bytes = 0; bytes < whole.size(); bytes++)
    EXPECT_EQ(texts_of(whole.substr(0, bytes)).kallsyms, "");
}

TEST(Ksyms, NameSetCutsAtTheDot) {
  const std::string endless(200, 'x');
  NameSet names;
  for (const char* name : {"skb_clone", "exactly8", endless.c_str()}) names.add(name);
  for (const std::string name : {"skb_clone", "skb_clone.isra.0", "exactly8", "exactly8.cold"})
    EXPECT_TRUE(names.may_have(name)) << name;
  EXPECT_TRUE(names.may_have(endless));
  EXPECT_FALSE(names.may_have("skb_clonf"));
  EXPECT_FALSE(names.may_have("exactly88"));
}

// Checks that the program hashes names as NameSet does, and that the addresses are those of
// /proc/kallsyms.
TEST(Ksyms, OfThisKernel) {
  const auto btf = load_kernel_btf("");
  const auto all = Symbols::load();
  if (!btf || !all) GTEST_SKIP() << "no BTF, or kallsyms is hidden";
  WantedSymbols wanted;
  const char* const kNames[] = {"skb_clone", "ip_rcv", "__x64_sys_read",
                                "__traceiter_br_fdb_external_learn_add"};
  for (const char* name : kNames) wanted.functions.add(name);
  wanted.data = {"vmemmap_base"};
  const auto some = symbols_of(wanted, **btf);
  if (!some) GTEST_SKIP() << "no iterator over the kernel's symbols";
  for (const char* name : kNames)
    EXPECT_EQ(some->symbols.addresses(name, ""), all->addresses(name, "")) << name;
  EXPECT_EQ(some->symbols.data("vmemmap_base"), all->data("vmemmap_base"));
  EXPECT_LT(some->symbols.size(), all->size() / 100);
  EXPECT_NE(("\n" + some->available).find("\nskb_clone\n"), std::string::npos);
}

}  // namespace
}  // namespace pwru::kernel
