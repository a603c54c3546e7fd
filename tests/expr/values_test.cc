// SPDX-License-Identifier: Apache-2.0
// Tests how the values that expressions write are printed.
#include "expr/values.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/expr/interpreter.h"
#include "tests/expr/reference.h"
#include "tests/expr/test_btf.h"

namespace pwru::test {
namespace {

const kernel::Symbols& symbols() {
  static const auto parsed = kernel::Symbols::parse(
      "ffffffff81000000 T _stext\nffffffff81000100 T sock_wfree\nffffffff81000200 T _etext\n");
  return *parsed;
}

std::string line_of(const std::vector<std::string>& lists, uint64_t skb) {
  auto values = expr::compile_values(test_btf(), expr::skb_root(), lists);
  if (!values) return values.error().what;
  std::vector<uint64_t> out(values->bytes / 8, 0xa5a5a5a5a5a5a5a5);
  if (!interpret(values->code.insns, skb, reinterpret_cast<uint64_t>(out.data())))
    return "does not run";
  const expr::ValueText text(values->list, test_btf(), symbols());
  std::string line;
  for (size_t i = 0; i < text.size(); i++)
    line += " " + text.label(i) + "=" + text.text(i, std::as_bytes(std::span(out)));
  return line;
}

std::string line_of(const std::string& list) {
  return line_of({list}, reinterpret_cast<uint64_t>(reference_skb()));
}

TEST(Values, AreLabelledByTheirLastMember) {
  EXPECT_EQ(line_of("skb->len"), " len=1500");
  EXPECT_EQ(line_of("skb->dev->mtu,skb->mark"), " mtu=1500 mark=2147483649");
  EXPECT_EQ(line_of("skb->len + 1 , skb->numbers[1]"), " skb->len + 1=1501 skb->numbers[1]=-500");
  EXPECT_EQ(line_of("((struct iphdr *)(skb->head + skb->network_header))->ttl"), " ttl=64");
  EXPECT_EQ(
      line_of({"skb->len", "skb->small,skb->tiny"}, reinterpret_cast<uint64_t>(reference_skb())),
      " len=1500 small=-300 tiny=-5");
}

TEST(Values, ALabelIsOneLine) { EXPECT_EQ(line_of("skb->len\t+\n\t1"), " skb->len + 1=1501"); }

// Labels are keys in JSON.
TEST(Values, AreNotLabelledAlike) {
  EXPECT_EQ(line_of("skb->len,skb->next->len,skb->mark,skb->len"),
            " len=1500 skb->next->len=? mark=2147483649");
  EXPECT_EQ(line_of("skb->next->len,skb->next->len"), " len=?");
  EXPECT_EQ(line_of({"skb->len + 1", "skb->len + 1"}, reinterpret_cast<uint64_t>(reference_skb())),
            " skb->len + 1=1501");
}

TEST(Values, ArePrintedAsTheirTypeSays) {
  EXPECT_EQ(line_of("skb->ignore"), " ignore=true");
  EXPECT_EQ(line_of("skb->bits.no"), " no=false");
  EXPECT_EQ(line_of("skb->bits.minus"), " minus=-9");
  EXPECT_EQ(line_of("skb->big"), " big=18364758544493064720");
  EXPECT_EQ(line_of("skb->big_negative"), " big_negative=-1234567890123");
  EXPECT_EQ(line_of("skb->letter"), " letter='x'");
  EXPECT_EQ(line_of("skb->color"), " color=GREEN");
  EXPECT_EQ(line_of("skb->level"), " level=LOW");
  EXPECT_EQ(line_of("(enum color)4"), " (enum color)4=4");
  EXPECT_EQ(line_of("skb->protocol"), " protocol=2048");
  EXPECT_EQ(line_of("skb->next"), " next=0x0");
  EXPECT_EQ(line_of("(void *)0xdeadbeef"), " (void *)0xdeadbeef=0xdeadbeef");
  EXPECT_EQ(line_of("(void *)0xffffffff81000112"), " (void *)0xffffffff81000112=sock_wfree+0x12");
  EXPECT_EQ(line_of("skb->len == 1500"), " skb->len == 1500=1");
}

TEST(Values, CanBeText) {
  EXPECT_EQ(line_of("skb->dev->name"), " name=\"eth0\"");
  EXPECT_EQ(line_of("skb->dev->next->name"), " name=\"0123456789abcdef\"");
  EXPECT_EQ(line_of("skb->dev->alias"), " alias=\"uplink to the lab\"");
  EXPECT_EQ(
      line_of("skb->cb"),
      " cb=0x9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e5021f3c597693b0cdea0724"
      "415e7b98b5d2ef");
}

TEST(Values, CanBeAddresses) {
  EXPECT_EQ(line_of("skb->peer_addr"), " peer_addr=192.168.0.1");
  EXPECT_EQ(line_of("((struct iphdr *)(skb->head + skb->network_header))->saddr"),
            " saddr=10.0.0.1");
  EXPECT_EQ(line_of("skb->dev->address"), " address=10.1.2.3");
  EXPECT_EQ(line_of("skb->dev->address6"), " address6=fe80::1");
  EXPECT_EQ(line_of("skb->dev->dev_addr"), " dev_addr=02:00:5e:10:00:01");
}

TEST(Values, CanBeSmallStructs) {
  EXPECT_EQ(line_of("skb->points"), " points=[{x=-5,y=0},{x=5,y=-1},{x=15,y=-2}]");
  EXPECT_EQ(line_of("*skb->path"), " *skb->path={x=1,y=2}");
  EXPECT_EQ(line_of("skb->grid"), " grid=[[100,101,102],[103,104,105]]");
  EXPECT_EQ(line_of("skb->in"),
            " in={small=-2,{deep=4000000000,{as_signed=-2,as_bytes=[254,255,255,255,255,255,255,255"
            "]}}}");
  EXPECT_EQ(line_of("skb->bits"),
            " bits={one=1,seven=85,minus=-9,wide=502733,long_one=737894400291,long_minus=-77777,"
            "low=5,high=19,half=333,full=2309737967,yes=true,no=false}");
  EXPECT_EQ(line_of("*(struct iphdr *)(skb->head + skb->network_header)"),
            " *(struct iphdr *)(skb->head + skb->network_header)={ihl=5,version=4,tos=20,"
            "tot_len=1500,id=33704,frag_off=16384,ttl=64,protocol=17,check=4660,saddr=10.0.0.1,"
            "daddr=192.168.1.2}");
}

TEST(Values, SayWhenTheyCannotBeRead) {
  EXPECT_EQ(line_of("skb->next->len,skb->len"), " len=? skb->len=1500");
  EXPECT_EQ(line_of("skb->len,skb->next->dev->name,skb->dev->next->alias,*skb->next->path"),
            " len=1500 name=? alias=? *skb->next->path=?");
}

TEST(Values, HaveLimits) {
  EXPECT_EQ(line_of("skb->len,"),
            "column 10: expected a value, not the end of the expression"
            "; put it in single quotes if the shell took a part");
  EXPECT_EQ(line_of("*skb"),
            "column 1: struct sk_buff has 328 bytes, more than 256; name one of its members");
  std::string many = "skb->len";
  for (int i = 1; i < 128; i++) many += ",skb->len+" + std::to_string(i);
  EXPECT_EQ(line_of(many).substr(0, 10), " len=1500 ");
  const size_t end = many.size() + 2;
  EXPECT_EQ(line_of(many + ",skb->mark"),
            "column " + std::to_string(end) + ": there are more than 128 expressions");
  EXPECT_EQ(line_of(many + ",skb->len"), line_of(many));
  std::string large = "skb->dev->alias", again = "skb->dev";
  for (int i = 1; i < 31; i++) large += "," + (again = "(" + again + ")") + "->alias";
  const std::string column = std::to_string(large.size() + 2);
  EXPECT_EQ(line_of(large + ",((skb)->dev)->alias"),
            "column " + column + ": the values need more than 2048 bytes");
}

}  // namespace
}  // namespace pwru::test
