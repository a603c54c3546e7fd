// SPDX-License-Identifier: Apache-2.0
#include "expr/module_types.h"

#include <gtest/gtest.h>

#include "expr/compile.h"
#include "kernel/btf/btf_builder_for_test.h"

namespace pwru::expr {
namespace {

using kernel::Btf;
using kernel::BtfBuilder;
using kernel::ModuleBtf;

// A struct with members of that many bytes each, of the type `member`.
uint32_t add_struct(BtfBuilder& b, std::string_view name, const std::vector<std::string>& members,
                    uint32_t member, uint32_t bytes = 4) {
  std::vector<uint32_t> words;
  for (size_t i = 0; i < members.size(); i++)
    words.insert(words.end(), {b.string(members[i]), member, static_cast<uint32_t>(i * 8 * bytes)});
  const auto count = static_cast<uint32_t>(members.size());
  return b.add(BTF_KIND_STRUCT, name, count * bytes, words, count);
}

class ModuleTypes : public testing::Test {
 protected:
  ModuleTypes() {
    BtfBuilder b;
    int_ = b.integer("unsigned int", 4);
    add_struct(b, "sk_buff", {"len", "cb"}, int_);
    vmlinux_ = Btf::parse(b.bytes(), nullptr).value();
    strings_ = b.string_bytes();
  }

  BtfBuilder builder() const { return BtfBuilder(vmlinux_.get(), strings_); }
  void add_module(const std::string& name, const BtfBuilder& b) {
    modules_.emplace_back(name, b.bytes());
  }

  // The error of compiling the text; "" when there is none.
  std::string error_of(const std::string& text) {
    const auto types = find(text);
    if (!types) return types.error().what;
    const auto code = compile_condition(types->source(), skb_root(), text);
    return code ? "" : code.error().what;
  }
  Result<KnownTypes> find(const std::string& text) {
    return find_types(*vmlinux_, std::vector<std::string>{text}, [this] {
      loads_++;
      std::vector<ModuleBtf> loaded;
      for (const auto& [name, bytes] : modules_)
        loaded.push_back({name, Btf::parse(bytes, vmlinux_.get()).value()});
      return Result<std::vector<ModuleBtf>>(std::move(loaded));
    });
  }

  uint32_t int_ = 0, strings_ = 0;
  std::unique_ptr<Btf> vmlinux_;
  std::vector<std::pair<std::string, std::string>> modules_;
  int loads_ = 0;
};

TEST_F(ModuleTypes, AreNotLoadedForWhatVmlinuxHas) {
  EXPECT_EQ(error_of("((struct sk_buff *)skb)->len == (unsigned int)1 || true"), "");
  EXPECT_EQ(loads_, 0);
}

TEST_F(ModuleTypes, OfSeveralModulesMeetInOneExpression) {
  BtfBuilder a = builder(), b = builder();
  const uint32_t inner = add_struct(a, "inner", {"one", "two"}, int_);
  add_struct(a, "conn", {"first"}, a.pointer(inner), 8);
  a.add(BTF_KIND_TYPEDEF, "inner_t", inner);
  add_module("a", a);
  b.enumeration("mode", {{"OFF", 0}, {"ON", 7}});
  b.function("filler", {b.pointer(b.array(int_, int_, 3))});
  add_struct(b, "device", {"x", "mode"}, b.add(BTF_KIND_CONST, "", int_));
  add_module("b", b);

  EXPECT_EQ(error_of("((struct conn *)skb->len)->first->two == ON && "
                     "((inner_t *)skb->len)->one == ((struct device *)skb->len)->mode"),
            "");
  const auto types = find("((struct conn *)1) && ((struct device *)1)");
  ASSERT_TRUE(types);
  const Types all(types->source());
  const auto device = all.named({"struct", "device", 0});
  ASSERT_TRUE(device);
  const auto mode = all.field(*device, "mode");
  ASSERT_TRUE(mode);
  EXPECT_EQ(mode->place.byte, 4u);
  EXPECT_EQ(all.describe(mode->type), "unsigned int");
}

TEST_F(ModuleTypes, OfTheSameNameMustBeTheSame) {
  BtfBuilder a = builder(), b = builder(), c = builder();
  add_struct(a, "conn", {"mark"}, int_);
  b.integer("filler", 2);
  add_struct(b, "conn", {"mark"}, int_);
  add_module("a", a);
  add_module("b", b);
  EXPECT_EQ(error_of("((struct conn *)1)->mark"), "");
  add_struct(c, "conn", {"mask"}, int_);
  add_module("c", c);
  EXPECT_EQ(
      error_of("((struct conn *)1)->mark"),
      "compile an expression: \"struct conn\" is defined differently in the modules a and c, so "
      "its meaning is not known; do not use it");
}

TEST_F(ModuleTypes, ThatAreNowhereAreReportedWithWhatWasSearched) {
  EXPECT_EQ(error_of("((struct conn *)1)->mark"),
            "column 2: this kernel has no type \"struct conn\"; searched: vmlinux' BTF (no module "
            "is loaded that has BTF, which needs Linux 5.11 with CONFIG_DEBUG_INFO_BTF_MODULES)");
  BtfBuilder a = builder();
  add_struct(a, "con", {"mark"}, int_);
  add_module("a", a);
  add_module("b", a);
  EXPECT_EQ(error_of("((struct conn *)1)->mark"),
            "column 2: this kernel has no type \"struct conn\"; searched: the BTF of vmlinux and "
            "of a, b");
  EXPECT_EQ(error_of("skb->len == SOME"),
            "column 13: \"SOME\" is neither skb, xdp nor a constant of any enum of this kernel; "
            "searched: the BTF of vmlinux and of a, b");
}

}  // namespace
}  // namespace pwru::expr
