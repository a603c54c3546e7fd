// SPDX-License-Identifier: Apache-2.0
#include "kernel/netfilter/xtables.h"

#include <gtest/gtest.h>

#include "kernel/btf/btf_builder_for_test.h"

namespace pwru::kernel {
namespace {

constexpr const char* kSymbols =
    "ffffffff81000000 T ip_rcv\n"
    "ffffffff81000100 t nf_hook_run_bpf\n"
    "ffffffff82000000 D __per_cpu_offset\n"
    "ffffffffc0000100 t ipt_do_table\t[ip_tables]\n"
    "ffffffffc0001100 t ip6t_do_table\t[ip6_tables]\n"
    "ffffffffc0001900 t arpt_do_table\t[arp_tables]\n"
    "ffffffffc0000800 t xt_replace_table\t[x_tables]\n"
    "ffffffffc0001a00 t ebt_do_table\t[ebtables]\n"
    "ffffffffc0001b00 t do_replace_finish\t[ebtables]\n"
    "ffffffffc0001c00 t do_replace_finish\t[other]\n"
    "ffffffffc0002100 t early_drop\t[nf_conntrack]\n"
    "ffffffffc0002200 t nf_ct_resolve_clash\t[nf_conntrack]\n"
    "ffffffffc0002800 t ip_vs_in_hook\t[ip_vs]\n"
    "ffffffffc0003100 t early_drop\t[other]\n";

std::vector<std::string> names_of(const std::vector<Site>& sites) {
  std::vector<std::string> names;
  for (const Site& site : sites) names.push_back(site.name + " " + site.module);
  return names;
}

class XtablesTest : public ::testing::Test {
 protected:
  Xtables find(const Btf* types, const Btf* functions, uint32_t cpus = 2) {
    return find_xtables(symbols_, {types, types, functions}, cpus);
  }
  const Btf* parse() {
    auto parsed = Btf::parse(types_.bytes(), nullptr);
    EXPECT_TRUE(parsed);
    btf_ = std::move(*parsed);
    return btf_.get();
  }

  BtfBuilder types_;
  const uint32_t pointer_ = types_.pointer(0);
  std::unique_ptr<Btf> btf_;
  Symbols symbols_ = *Symbols::parse(kSymbols);
};

TEST_F(XtablesTest, TablesAndWhereConntrackRefuses) {
  const Xtables found = find(nullptr, nullptr);
  EXPECT_EQ(names_of(found.tables),
            (std::vector<std::string>{"ipt_do_table ip_tables", "ip6t_do_table ip6_tables",
                                      "arpt_do_table arp_tables"}));
  EXPECT_EQ(names_of(found.bridges), std::vector<std::string>{"ebt_do_table ebtables"});
  EXPECT_EQ(names_of(found.replaced),
            (std::vector<std::string>{"xt_replace_table x_tables", "do_replace_finish ebtables"}));
  EXPECT_EQ(names_of(found.full), std::vector<std::string>{"early_drop nf_conntrack"});
  EXPECT_EQ(names_of(found.clash), std::vector<std::string>{"nf_ct_resolve_clash nf_conntrack"});
  EXPECT_EQ(names_of(found.hooks),
            (std::vector<std::string>{"nf_hook_run_bpf ", "ip_vs_in_hook ip_vs"}));
  EXPECT_EQ(found.layout.run_bpf_ip, 0xffffffff81000100);
  EXPECT_EQ(found.layout.ip6t_ip, 0xffffffffc0001100);
  EXPECT_EQ(found.layout.arpt_ip, 0xffffffffc0001900);
  EXPECT_EQ(found.layout.ebt_ip, 0xffffffffc0001a00);
  EXPECT_EQ(found.layout.per_cpu_offset, 0xffffffff82000000);
}

// What is known of a table would stay known of the next one in its place.
TEST_F(XtablesTest, ATableThatIsReplacedUnseenIsNotWatched) {
  symbols_ = *Symbols::parse(
      "ffffffff82000000 D __per_cpu_offset\n"
      "ffffffffc0000100 t ipt_do_table\t[ip_tables]\n"
      "ffffffffc0001a00 t ebt_do_table\t[ebtables]\n"
      "ffffffffc0001b00 t do_replace_finish\t[ebtables]\n");
  const Xtables found = find(nullptr, nullptr);
  EXPECT_TRUE(found.tables.empty());
  EXPECT_EQ(found.bridges.size(), 1u);
}

// Its packets may be those of nf_hook_slow() then, and no other hook is to be blamed.
TEST_F(XtablesTest, NfTablesIsAHookWhereItMayNotFree) {
  const std::string nft = std::string(kSymbols) + "ffffffffc0004100 t nft_do_chain\t[nf_tables]\n";
  symbols_ = *Symbols::parse(nft);
  EXPECT_EQ(find(nullptr, nullptr).layout.nft_ip, 0xffffffffc0004100);
  EXPECT_EQ(find(nullptr, nullptr).hooks.size(), 3u);
  symbols_ = *Symbols::parse("ffffffff81000050 T sk_skb_reason_drop\n" + nft);
  EXPECT_EQ(find(nullptr, nullptr).layout.nft_ip, 0u);
  EXPECT_EQ(find(nullptr, nullptr).hooks.size(), 2u);
}

TEST_F(XtablesTest, WithoutTypesItIsTheLayoutOf5_10) {
  const pwru_xt_layout layout = find(nullptr, nullptr).layout;
  EXPECT_EQ(layout.table_private, 24);
  EXPECT_EQ(layout.table_name, 56);
  EXPECT_EQ(layout.info_entries, 64);
  EXPECT_EQ(layout.match_usersize, 108);
  EXPECT_EQ(layout.ebt_private, 72);
  EXPECT_EQ(layout.ebt_counters, 128);
  EXPECT_FALSE(layout.is_table_first);
  EXPECT_TRUE(layout.has_several_cpus);
}

TEST_F(XtablesTest, TheLayoutIsInBytes) {
  types_.record(BTF_KIND_STRUCT, "xt_table", 128,
                {{"private", pointer_, 8 * 32}, {"name", pointer_, 8 * 72}});
  types_.record(BTF_KIND_STRUCT, "xt_table_info", 128,
                {BtfBuilder::Member{"entries", pointer_, 8 * 80}});
  types_.record(BTF_KIND_STRUCT, "xt_match", 128,
                {BtfBuilder::Member{"usersize", pointer_, 8 * 92}});
  types_.record(BTF_KIND_STRUCT, "ebt_table", 128,
                {BtfBuilder::Member{"private", pointer_, 8 * 88}});
  types_.record(BTF_KIND_STRUCT, "ebt_table_info", 256,
                {BtfBuilder::Member{"counters", pointer_, 8 * 192}});
  const pwru_xt_layout layout = find(parse(), nullptr).layout;
  EXPECT_EQ(layout.table_private, 32);
  EXPECT_EQ(layout.table_name, 72);
  EXPECT_EQ(layout.info_entries, 80);
  EXPECT_EQ(layout.match_usersize, 92);
  EXPECT_EQ(layout.ebt_private, 88);
  EXPECT_EQ(layout.ebt_counters, 192);
}

TEST_F(XtablesTest, TheTableComesFirstSince5_16) {
  types_.function("ipt_do_table", {pointer_, types_.pointer(types_.structure("sk_buff", 8))});
  EXPECT_TRUE(find(nullptr, parse()).layout.is_table_first);
}

TEST_F(XtablesTest, BeforeThePacketDid) {
  types_.function("ip6t_do_table", {types_.pointer(types_.structure("sk_buff", 8)), pointer_});
  EXPECT_FALSE(find(nullptr, parse()).layout.is_table_first);
}

TEST_F(XtablesTest, OneCpuHasItsCountersInTheEntries) {
  symbols_ = *Symbols::parse(
      "ffffffffc0000100 t ipt_do_table\t[ip_tables]\n"
      "ffffffffc0000800 t xt_replace_table\t[x_tables]\n");
  const Xtables found = find(nullptr, nullptr, 1);
  EXPECT_FALSE(found.layout.has_several_cpus);
  EXPECT_EQ(found.tables.size(), 1u);
  // Those of several cannot be found without this variable.
  EXPECT_TRUE(find(nullptr, nullptr, 2).is_empty());
}

}  // namespace
}  // namespace pwru::kernel
