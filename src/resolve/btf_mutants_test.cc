// SPDX-License-Identifier: Apache-2.0
// BTF that somebody damaged, by chance or on purpose, through all that reads BTF: it is refused in
// one sentence, or does no harm.
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "expr/compile.h"
#include "expr/values.h"
#include "kernel/btf/btf_builder_for_test.h"
#include "kernel/drop_reasons.h"
#include "kernel/symbols/functions.h"
#include "kernel/symbols/symbols.h"
#include "resolve/shared_info_text.h"
#include "resolve/struct_text.h"

namespace pwru::resolve {
namespace {

// A small kernel: what is looked for by name, and one type of each kind.
std::string small_kernel() {
  kernel::BtfBuilder b;
  const uint32_t u32 = b.integer("unsigned int", 4);
  const uint32_t u8 = b.integer("unsigned char", 1);
  const uint32_t letter = b.add(BTF_KIND_INT, "char", 1, {uint32_t{BTF_INT_SIGNED} << 24 | 8});
  const uint32_t u64 = b.integer("u64", 8);
  const uint32_t color = b.enumeration("color", {{"RED", 1}, {"BLUE", 2}});
  const uint32_t cb = b.array(letter, u32, 8);
  const uint32_t be16 = b.add(BTF_KIND_TYPEDEF, "__be16", b.integer("u16", 2));
  const uint32_t device = b.record(BTF_KIND_STRUCT, "net_device", 16, {{"name", cb, 0}});
  const uint32_t halves = b.record(BTF_KIND_STRUCT, "", 4, {{"start", be16, 0}, {"end", be16, 16}});
  const uint32_t csum = b.record(BTF_KIND_UNION, "", 4, {{"csum", u32, 0}, {"", halves, 0}});
  const uint32_t skb = b.record(BTF_KIND_STRUCT, "sk_buff", 48,
                                {{"dev", b.pointer(b.add(BTF_KIND_CONST, "", device)), 0},
                                 {"len", u32, 64},
                                 {"", csum, 96},
                                 {"cb", cb, 128},
                                 {"cloned", u8, 192 | 1u << 24},
                                 {"color", color, 193 | 4u << 24},
                                 {"wide", u64, 201 | 64u << 24},
                                 {"protocol", be16, 272},
                                 {"grid", b.array(b.array(u8, u32, 3), u32, 2), 288},
                                 {"tail", b.array(u32, u32, 0), 384}},
                                true);
  b.record(BTF_KIND_STRUCT, "skb_shared_info", 16,
           {{"nr_frags", u8, 0}, {"gso_type", u32, 32}, {"frags", b.array(u32, u32, 2), 64}});
  b.enumeration("skb_drop_reason", {{"SKB_CONSUMED", 1}, {"SKB_DROP_REASON_X", 2}});
  b.add(BTF_KIND_ENUM64, "wide", 8, {b.string("W"), 1, 2}, 1);
  b.add(BTF_KIND_FWD, "sock", 0);
  b.add(BTF_KIND_FLOAT, "double", 8);
  const uint32_t pointer = b.pointer(skb);
  b.pointer(b.prototype({pointer, u32}, u32));
  b.function("ip_rcv", {pointer, u32}, u32);
  const uint32_t variable = b.add(BTF_KIND_VAR, "jiffies", u64, {BTF_VAR_STATIC});
  b.add(BTF_KIND_DATASEC, ".data", 8, {variable, 0, 8}, 1);
  b.add(BTF_KIND_DECL_TAG, "tag", variable, {0xffffffff});
  return b.bytes();
}

void compile(const kernel::Btf& btf) {
  for (const char* text :
       {"skb->len > 1", "skb->dev->name == \"lo\"", "skb->cb[3] && skb->color == BLUE",
        "skb->wide + skb->cloned + skb->start", "((struct skb_shared_info *)skb)->frags[1]",
        "skb->grid[1][2] == skb->protocol", "(unsigned char)skb->csum", "(*skb).no_such_member"})
    static_cast<void>(expr::compile_condition(btf, expr::skb_root(), text));
  const std::vector<std::string> lists = {"skb->len,*skb,skb->cb,skb->color,skb->wide,skb->dev"};
  const auto values = expr::compile_values(btf, expr::skb_root(), lists);
  if (!values) return;
  std::string bytes(values->bytes, '\xff');
  const kernel::Symbols symbols;
  const expr::ValueText text(values->list, btf, symbols);
  for (size_t i = 0; i < text.size(); i++)
    EXPECT_FALSE(text.text(i, std::as_bytes(std::span(bytes))).empty());
}

void print(const kernel::Btf& btf) {
  const std::string bytes(100, '\x9b');
  for (const size_t size : {0, 7, 48, 100}) {
    const auto some = std::as_bytes(std::span(bytes)).first(size);
    for (uint32_t id = 0; id < btf.end_id(); id++) {
      auto text = StructText::create(btf, id);
      if (!text) continue;
      EXPECT_LT(text->format(some).size(), size_t{2} << 20);
    }
    if (auto text = SharedInfoText::create(btf)) static_cast<void>(text->format(some));
    if (auto text = StructText::create(btf, "sk_buff")) static_cast<void>(text->format(some));
  }
}

// Whether it was accepted.
bool read_everything(const std::string& bytes) {
  const auto btf = kernel::Btf::parse(bytes, nullptr);
  if (!btf) {
    const std::string& what = btf.error().what;
    EXPECT_TRUE(what.starts_with("parse BTF: ") || what.starts_with("read BTF ")) << what;
    EXPECT_EQ(what.find('\n'), std::string::npos) << what;
    return false;
  }
  static_cast<void>(kernel::FunctionSearch(**btf, {}, {}).find(kernel::Symbols(), ""));
  static_cast<void>(kernel::DropReasons::collect(**btf, {}));
  compile(**btf);
  print(**btf);
  return true;
}

TEST(BtfMutants, TheOriginalIsRead) {
  const auto btf = kernel::Btf::parse(small_kernel(), nullptr);
  ASSERT_TRUE(btf) << btf.error().what;
  EXPECT_TRUE(expr::compile_condition(**btf, expr::skb_root(), "skb->cb[3] && skb->color == BLUE"));
  EXPECT_TRUE(read_everything(small_kernel()));
}

TEST(BtfMutants, CutAtEveryByte) {
  const std::string good = small_kernel();
  for (size_t length = 0; length < good.size(); length++)
    EXPECT_FALSE(read_everything(good.substr(0, length))) << length;
  // The types cut, and a header that says so.
  btf_header header;
  std::memcpy(&header, good.data(), sizeof(header));
  for (uint32_t length = 0; length < header.type_len; length += 4) {
    std::string bad = good;
    std::memcpy(bad.data() + offsetof(btf_header, type_len), &length, sizeof(length));
    read_everything(bad);
  }
}

// Each word of the header and the types in turn has what does harm: no type, each of the first
// types, other kinds, great numbers, many members.
TEST(BtfMutants, EveryWordChanged) {
  const std::string good = small_kernel();
  btf_header header;
  std::memcpy(&header, good.data(), sizeof(header));
  size_t accepted = 0, mutants = 0;
  for (size_t at = 0; at + 4 <= sizeof(header) + header.type_len; at += 4) {
    uint32_t before;
    std::memcpy(&before, good.data() + at, sizeof(before));
    for (const uint32_t word : {0u, 1u, 5u, 12u, 14u, before + 1, before - 1, before ^ 0x80000000,
                                before ^ 0x01000000, before ^ 0x02000000, before ^ 0x0a000000,
                                before | 0xffff, 64u << 24, 255u << 24, 0x7fffffffu, 0xffffffffu}) {
      std::string bad = good;
      std::memcpy(bad.data() + at, &word, sizeof(word));
      accepted += read_everything(bad);
      mutants++;
    }
  }
  EXPECT_GT(mutants, 2000u);
  EXPECT_GT(accepted, 100u);
  EXPECT_LT(accepted, mutants - 500);
}

TEST(BtfMutants, SeveralBytesChanged) {
  const std::string good = small_kernel();
  std::mt19937 random(7);
  size_t accepted = 0;
  for (int round = 0; round < 3000; round++) {
    std::string bad = good;
    const auto changes = 1 + random() % 3;
    for (size_t n = 0; n < changes; n++)
      bad[sizeof(btf_header) + random() % (bad.size() - sizeof(btf_header))] =
          static_cast<char>(random() % 3 ? random() % 32 : random());
    accepted += read_everything(bad);
  }
  EXPECT_GT(accepted, 100u);
  EXPECT_LT(accepted, 2900u);
}

}  // namespace
}  // namespace pwru::resolve
