// SPDX-License-Identifier: Apache-2.0
#include "kernel/netfilter/nft.h"

#include <gtest/gtest.h>

#include "kernel/btf/btf_builder_for_test.h"

namespace pwru::kernel {
namespace {

constexpr const char* kSymbols =
    "ffffffff81000000 T ip_rcv\n"
    "ffffffffc0000010 t nft_cmp_eval\t[nf_tables]\n"
    "ffffffffc0000100 t nft_do_chain\t[nf_tables]\n"
    "ffffffffc0000200 t nft_immediate_eval\t[nf_tables]\n"
    "ffffffffc0000300 t nft_lookup_eval\t[nf_tables]\n"
    "ffffffffc0001000 t nft_reject_inet_eval\t[nft_reject_inet]\n"
    "ffffffffc0001100 t nft_reject_inet_dump\t[nft_reject_inet]\n";

class NftTest : public ::testing::Test {
 protected:
  void record(std::string_view name, const std::vector<BtfBuilder::Member>& members,
              bool has_bit_fields = false) {
    types_.record(BTF_KIND_STRUCT, name, 256, members, has_bit_fields);
  }
  // As on Linux 6.12, as far as it matters here.
  void chain(const char* blob) {
    record("nft_chain", {{blob, pointer_, 0},
                         {"blob_gen_1", pointer_, 64},
                         {"list", pointer_, 192},
                         {"table", pointer_, 448},
                         {"name", pointer_, 640}});
  }
  void add_others() {
    record("nft_pktinfo", {{"skb", pointer_, 0}, {"state", pointer_, 64}});
    record("nft_rule_blob", {{"size", pointer_, 0}, {"data", pointer_, 64}});
    record("nft_base_chain", {{"policy", pointer_, 320}, {"chain", pointer_, 512}});
    record("nft_table",
           {{"chains", pointer_, 1216},
            {"handle", pointer_, 1792},
            {"family", short_, 6u << 24 | 1888},
            {"name", pointer_, 1920}},
           true);
    record("nft_set", {BtfBuilder::Member{"dtype", pointer_, 544}});
    record("nft_expr_ops", {{"eval", pointer_, 0}, {"type", pointer_, 768}});
    record("nft_expr_type", {BtfBuilder::Member{"name", pointer_, 256}});
  }
  void parse() {
    auto parsed = Btf::parse(types_.bytes(), nullptr);
    ASSERT_TRUE(parsed) << parsed.error().what;
    btf_ = std::move(*parsed);
  }
  std::optional<pwru_nft_layout> layout() {
    parse();
    return nft_layout(*btf_, symbols_);
  }

  BtfBuilder types_;
  const uint32_t pointer_ = types_.pointer(0);
  const uint32_t short_ = types_.integer("unsigned short", 2);
  std::unique_ptr<Btf> btf_;
  const Symbols symbols_ = *Symbols::parse(kSymbols);
};

TEST_F(NftTest, SitesAreWhatMayEndARuleInWhateverModule) {
  std::vector<std::string> names;
  for (const Site& site : nft_sites(symbols_)) names.push_back(site.name + " " + site.module);
  // The function that begins a base chain comes last.
  EXPECT_EQ(names, (std::vector<std::string>{
                       "nft_immediate_eval nf_tables", "nft_lookup_eval nf_tables",
                       "nft_reject_inet_eval nft_reject_inet", "nft_do_chain nf_tables"}));
}

TEST_F(NftTest, WithoutNfTablesThereIsNothing) {
  const Symbols others = *Symbols::parse("ffffffff81000000 T ip_rcv\n");
  EXPECT_TRUE(nft_sites(others).empty());
  chain("blob_gen_0");
  add_others();
  parse();
  EXPECT_FALSE(nft_layout(*btf_, others));
}

TEST_F(NftTest, TheLayoutIsInBytes) {
  chain("blob_gen_0");
  add_others();
  const auto found = layout();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->do_chain_ip, 0xffffffffc0000100);
  EXPECT_EQ(found->immediate_ip, 0xffffffffc0000200);
  EXPECT_EQ(found->chain_blob0, 0);
  EXPECT_EQ(found->chain_blob1, 8);
  EXPECT_EQ(found->chain_table, 56);
  EXPECT_EQ(found->base_policy, 40);
  EXPECT_EQ(found->base_chain, 64);
  EXPECT_EQ(found->table_handle, 224);
  EXPECT_EQ(found->table_family, 236);
  EXPECT_EQ(found->type_name, 32);
}

// Up to 5.16 a chain has arrays of pointers in the place of blobs.
TEST_F(NftTest, OlderRulesLieInArrays) {
  record("nft_chain", {{"rules_gen_0", pointer_, 0},
                       {"rules_gen_1", pointer_, 64},
                       {"list", pointer_, 256},
                       {"table", pointer_, 512},
                       {"name", pointer_, 704}});
  add_others();
  EXPECT_FALSE(layout());
  record("nft_rule", {{"list", pointer_, 0}, {"handle", pointer_, 128}, {"data", pointer_, 192}});
  const auto found = layout();
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->has_arrays);
  EXPECT_EQ(found->chain_blob1, 8);
  EXPECT_EQ(found->chain_list, 32);
  EXPECT_EQ(found->rule_header, 16);
  EXPECT_EQ(found->rule_data, 24);
}

TEST_F(NftTest, WithoutTypesOneReleaseIsKnown) {
  const auto found = nft_layout_of_release("5.10.0-32-amd64", symbols_);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->has_arrays);
  EXPECT_EQ(found->do_chain_ip, 0xffffffffc0000100);
  EXPECT_FALSE(nft_layout_of_release("5.4.0", symbols_));
  EXPECT_FALSE(nft_layout_of_release("5.10.0-32-rt-amd64", symbols_));
  EXPECT_FALSE(nft_layout_of_release("5.100.1", symbols_));
}

// Since 6.11 nft_do_chain() frees what it drops, so that its frame is there at the drop.
TEST_F(NftTest, ReturnsAreNotedWhereTheFrameMayBeGone) {
  chain("blob_gen_0");
  add_others();
  EXPECT_TRUE(layout().value().notes_returns);
  const Symbols newer =
      *Symbols::parse(std::string("ffffffff81000100 T sk_skb_reason_drop\n") + kSymbols);
  EXPECT_FALSE(nft_layout(*btf_, newer).value().notes_returns);
}

TEST_F(NftTest, ConstantVerdictsAreNotWatchedWhenTheyReturn) {
  std::vector<std::string> names;
  for (const Site& site : sites_that_return(nft_sites(symbols_))) names.push_back(site.name);
  EXPECT_EQ(names, (std::vector<std::string>{"nft_lookup_eval", "nft_reject_inet_eval"}));
}

TEST_F(NftTest, AMemberThatIsMissing) {
  chain("blob_gen_0");
  EXPECT_FALSE(layout());
}

}  // namespace
}  // namespace pwru::kernel
