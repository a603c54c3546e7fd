// SPDX-License-Identifier: Apache-2.0
#include "kernel/btf/btf.h"

#include <elf.h>
#include <gtest/gtest.h>

#include <random>

#include "base/file.h"
#include "kernel/btf/btf_builder_for_test.h"
#include "kernel/btf/btf_file.h"

namespace pwru::kernel {
namespace {

std::string error_of(std::string bytes, const Btf* base = nullptr) {
  const auto btf = Btf::parse(std::move(bytes), base);
  return btf ? "" : btf.error().what;
}

// Makes every look-up on every type. Under AddressSanitizer this finds a missing check.
size_t visit(const Btf& btf) {
  size_t sum = 0;
  for (uint32_t id = 0; id < btf.end_id(); ++id) {
    sum += btf.kind(id) + btf.name(id).size() + btf.resolve(id);
    for (const auto& p : btf.params(id)) sum += btf.string_at(p.name_off).size() + btf.kind(p.type);
    for (const auto& m : btf.members(id))
      sum += btf.string_at(m.name_off).size() + btf.kind(m.type);
    for (const auto& e : btf.enumerators(id)) sum += btf.string_at(e.name_off).size();
    for (const auto& e : btf.enumerators64(id)) sum += btf.string_at(e.name_off).size();
    if (const btf_array* a = btf.array(id)) sum += btf.kind(a->type) + btf.kind(a->index_type);
  }
  return sum;
}

TEST(Btf, LooksUpTypes) {
  BtfBuilder b;
  const uint32_t u32 = b.integer("u32", 4);
  const uint32_t skb = b.structure("sk_buff", 232);
  const uint32_t constant = b.add(BTF_KIND_CONST, "", skb);
  const uint32_t alias = b.add(BTF_KIND_TYPEDEF, "skb_t", constant);
  const uint32_t proto = b.prototype({u32, alias});
  const uint32_t func = b.add(BTF_KIND_FUNC, "f", proto);
  const uint32_t choice = b.enumeration("choice", {{"A", 1}, {"B", 2}});
  const auto btf = Btf::parse(b.bytes(), nullptr);
  ASSERT_TRUE(btf) << btf.error().what;
  const Btf& t = **btf;
  EXPECT_EQ(t.first_id(), 1u);
  EXPECT_EQ(t.end_id(), choice + 1);
  EXPECT_EQ(t.kind(0), uint32_t{BTF_KIND_UNKN});
  EXPECT_EQ(t.name(func), "f");
  EXPECT_EQ(t.resolve(alias), skb);
  EXPECT_EQ(t.find("sk_buff", BTF_KIND_STRUCT), skb);
  EXPECT_EQ(t.find("sk_buff", BTF_KIND_UNION), 0u);
  ASSERT_EQ(t.params(proto).size(), 2u);
  EXPECT_EQ(t.params(proto)[1].type, alias);
  EXPECT_TRUE(t.params(func).empty());
  ASSERT_EQ(t.enumerators(choice).size(), 2u);
  EXPECT_EQ(t.string_at(t.enumerators(choice)[1].name_off), "B");
}

TEST(Btf, KnowsTheSizeOfEveryKind) {
  BtfBuilder b;
  const uint32_t u8 = b.integer("u8", 1);
  const uint32_t array = b.add(BTF_KIND_ARRAY, "", 0, {u8, u8, 126});
  b.add(BTF_KIND_STRUCT, "s", 126, {b.string("data"), array, 0}, 1);
  const uint32_t variable = b.add(BTF_KIND_VAR, "v", u8, {BTF_VAR_STATIC});
  b.add(BTF_KIND_DATASEC, ".data", 1, {variable, 0, 1}, 1);
  b.add(BTF_KIND_FLOAT, "double", 8);
  b.add(BTF_KIND_DECL_TAG, "tag", variable, {0xffffffff});
  b.add(BTF_KIND_TYPE_TAG, "user", u8);
  const uint32_t wide = b.add(BTF_KIND_ENUM64, "wide", 8, {b.string("W"), 1, 2}, 1);
  b.add(BTF_KIND_FWD, "unknown", 0);
  const uint32_t last = b.add(BTF_KIND_VOLATILE, "", u8);
  const auto btf = Btf::parse(b.bytes(), nullptr);
  ASSERT_TRUE(btf) << btf.error().what;
  EXPECT_EQ((*btf)->end_id(), last + 1);
  EXPECT_EQ((*btf)->enumerators64(wide)[0].val_hi32, 2u);
  EXPECT_EQ((*btf)->array(array)->nelems, 126u);
  EXPECT_EQ((*btf)->members((*btf)->find("s", BTF_KIND_STRUCT))[0].type, array);
}

TEST(Btf, SplitRefersToItsBase) {
  BtfBuilder b;
  const uint32_t skb = b.structure("sk_buff", 232);
  const auto base = Btf::parse(b.bytes(), nullptr);
  ASSERT_TRUE(base);
  BtfBuilder s(base->get(), b.string_bytes());
  const uint32_t pointer = s.pointer(skb);
  const uint32_t func = s.function("mod_rcv", {pointer});
  const auto split = Btf::parse(s.bytes(), base->get());
  ASSERT_TRUE(split) << split.error().what;
  EXPECT_EQ((*split)->first_id(), pointer);
  EXPECT_EQ((*split)->name(func), "mod_rcv");
  EXPECT_EQ((*split)->name((*split)->type(pointer).type), "sk_buff");
  EXPECT_EQ((*split)->find("sk_buff", BTF_KIND_STRUCT), skb);
}

TEST(Btf, EndlessChainResolvesToVoid) {
  BtfBuilder b;
  const uint32_t loop = b.add(BTF_KIND_TYPEDEF, "loop", 1);
  ASSERT_EQ(loop, 1u);
  EXPECT_EQ(error_of(b.bytes()), "parse BTF: type 1 contains itself");
  const auto btf = Btf::parse(b.bytes(), nullptr, Btf::Origin::Kernel);
  ASSERT_TRUE(btf);
  EXPECT_EQ((*btf)->resolve(loop), 0u);
}

TEST(Btf, RefusesWhatIsMalformed) {
  EXPECT_NE(error_of("").find("shorter than"), std::string::npos);
  EXPECT_NE(error_of(std::string(64, 'x')).find("wrong magic"), std::string::npos);
  BtfBuilder unknown;
  unknown.add(31, "x", 0);
  EXPECT_NE(error_of(unknown.bytes()).find("unknown kind 31"), std::string::npos);
  BtfBuilder type;
  type.pointer(2);
  EXPECT_NE(error_of(type.bytes()).find("type 2 is referred to"), std::string::npos);
  BtfBuilder cut;
  cut.add(BTF_KIND_STRUCT, "s", 4, {}, 3);
  EXPECT_NE(error_of(cut.bytes()).find("type 1 is cut off"), std::string::npos);
  BtfBuilder string;
  string.add(BTF_KIND_ENUM, "e", 4, {5000, 1}, 1);
  EXPECT_NE(error_of(string.bytes()).find("string offset 5000"), std::string::npos);
  BtfBuilder fine;
  fine.structure("s", 4);
  std::string open_end = fine.bytes();
  open_end.back() = 'x';
  EXPECT_NE(error_of(open_end).find("last string does not end"), std::string::npos);
  std::string swapped = fine.bytes();
  std::swap(swapped[0], swapped[1]);
  EXPECT_NE(error_of(swapped).find("other byte order"), std::string::npos);
}

TEST(Btf, ComesOutOfAnElfFile) {
  BtfBuilder b;
  b.structure("sk_buff", 232);
  const std::string btf = b.bytes();
  const std::string names("\0.BTF\0.shstrtab\0", 16);
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = 3;
  header.e_shstrndx = 2;
  header.e_shoff = sizeof(header);
  Elf64_Shdr sections[3] = {};
  sections[1].sh_name = 1;
  sections[1].sh_offset = sizeof(header) + sizeof(sections);
  sections[1].sh_size = btf.size();
  sections[2].sh_name = 6;
  sections[2].sh_offset = sections[1].sh_offset + btf.size();
  sections[2].sh_size = names.size();
  std::string elf(reinterpret_cast<const char*>(&header), sizeof(header));
  elf.append(reinterpret_cast<const char*>(sections), sizeof(sections)).append(btf).append(names);
  const auto parsed = Btf::parse(elf, nullptr);
  ASSERT_TRUE(parsed) << parsed.error().what;
  EXPECT_EQ((*parsed)->raw(), btf);
  EXPECT_EQ((*parsed)->find("sk_buff", BTF_KIND_STRUCT), 1u);
  EXPECT_NE(error_of(elf.substr(0, elf.size() - 1)), "");
  // Changes each byte of the headers in turn: the result must be an error or BTF.
  for (size_t at = SELFMAG; at < sizeof(header) + sizeof(sections); at++) {
    for (const char change : {'\0', '\1', '\x7f', '\xff'}) {
      std::string bad = elf;
      bad[at] = change;
      const auto changed = Btf::parse(bad, nullptr);
      if (changed) visit(**changed);
    }
  }
  for (size_t length = 0; length < elf.size(); length++)
    EXPECT_FALSE(Btf::parse(elf.substr(0, length), nullptr)) << length;
}

// libbpf reads the file by its name.
TEST(Btf, GoesIntoAFileOfItsOwn) {
  BtfBuilder b;
  b.structure("sk_buff", 232);
  const auto btf = Btf::parse(b.bytes(), nullptr);
  ASSERT_TRUE(btf);
  const auto file = BtfFile::create(**btf);
  ASSERT_TRUE(file) << file.error().what;
  const auto bytes = read_file(file->path());
  ASSERT_TRUE(bytes) << bytes.error().what;
  EXPECT_EQ(*bytes, b.bytes());
}

// Changes bytes at random: the result must be an error or BTF that can be walked, never a crash.
TEST(Btf, SurvivesRandomChanges) {
  BtfBuilder b;
  const uint32_t u8 = b.integer("u8", 1);
  const uint32_t skb = b.structure("sk_buff", 232);
  const uint32_t array = b.add(BTF_KIND_ARRAY, "", 0, {u8, u8, 126});
  b.add(BTF_KIND_STRUCT, "s", 126, {b.string("data"), array, 0}, 1);
  b.enumeration("skb_drop_reason", {{"A", 1}, {"B", 2}});
  b.function("f", {b.pointer(b.add(BTF_KIND_CONST, "", skb)), u8});
  const std::string good = b.bytes();
  std::mt19937 random(1);
  unsigned parsed = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bad = good;
    const unsigned changes = 1 + random() % 4;
    for (unsigned n = 0; n < changes; ++n) bad[random() % bad.size()] = static_cast<char>(random());
    if (random() % 4 == 0) bad.resize(random() % bad.size());
    const auto btf = Btf::parse(bad, nullptr);
    if (!btf) continue;
    ++parsed;
    visit(**btf);
  }
  EXPECT_GT(parsed, 0u);
  EXPECT_LT(parsed, 20000u);
}

TEST(Btf, ReadsThisKernelsOwn) {
  const auto btf = load_kernel_btf("");
  if (!btf) GTEST_SKIP() << btf.error().what;
  EXPECT_NE((*btf)->find("sk_buff", BTF_KIND_STRUCT), 0u);
  EXPECT_GT((*btf)->end_id(), 1000u);
  EXPECT_GT(visit(**btf), 0u);
}

TEST(Btf, NamesTheModuleThatIsNotLoaded) {
  const auto btf = load_kernel_btf("");
  if (!btf) GTEST_SKIP() << btf.error().what;
  const auto modules = load_module_btf(**btf, {"no_such_module"});
  ASSERT_FALSE(modules);
  EXPECT_NE(modules.error().what.find("no_such_module"), std::string::npos);
  EXPECT_NE(modules.error().what.find("not loaded"), std::string::npos);
  EXPECT_FALSE(load_kernel_btf("/no/such/file"));
}

}  // namespace
}  // namespace pwru::kernel
