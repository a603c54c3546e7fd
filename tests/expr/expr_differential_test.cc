// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "expr/compile.h"
#include "tests/expr/interpreter.h"
#include "tests/expr/reference.h"
#include "tests/expr/test_btf.h"

namespace pwru::test {
namespace {

uint64_t skb() {
  static const void* const packet = reference_skb();
  return reinterpret_cast<uint64_t>(packet);
}

// The value of the expression as an output value; nothing when it could not be read.
std::optional<uint64_t> value_of(const std::string& text) {
  const std::array lists = {text};
  const auto values = expr::compile_values(test_btf(), expr::skb_root(), lists);
  EXPECT_TRUE(values) << text << ": " << values.error().what;
  if (!values) return std::nullopt;
  std::array<uint64_t, 128> out = {};
  const auto status = interpret(values->code.insns, skb(), reinterpret_cast<uint64_t>(out.data()));
  EXPECT_TRUE(status) << text << " does not run";
  if (!status || out[0] != 1) return std::nullopt;
  return out[expr::kReadableWords];
}

bool matches(const std::string& text) {
  const auto code = expr::compile_condition(test_btf(), expr::skb_root(), text);
  EXPECT_TRUE(code) << text << ": " << code.error().what;
  if (!code) return false;
  const auto result = interpret(code->insns, skb());
  EXPECT_TRUE(result) << text << " does not run";
  return result.value_or(0) != 0;
}

std::string error_of(const std::string& text) {
  const auto code = expr::compile_condition(test_btf(), expr::skb_root(), text);
  return code ? "none" : code.error().what;
}

TEST(Expression, HasTheValueThatTheCompilerGivesIt) {
  skb();
  unsigned count = 0;
  const reference_case* const cases = reference_cases(&count);
  EXPECT_GE(count, 300u);
  for (unsigned i = 0; i < count; i++) {
    // A pointer to characters is printed as text.
    const auto value = value_of(cases[i].text);
    ASSERT_TRUE(value) << cases[i].text;
    EXPECT_EQ(*value, cases[i].value) << cases[i].text;
    EXPECT_EQ(matches(cases[i].text), cases[i].value != 0) << cases[i].text;
  }
}

TEST(Expression, SwapsBigEndianMembers) {
  EXPECT_EQ(value_of("skb->protocol"), 0x0800u);
  EXPECT_EQ(value_of("skb->protocol + 1"), 0x0801u);
  EXPECT_EQ(value_of("skb->peer_addr >> 24"), 192u);
  EXPECT_EQ(value_of("skb->be64"), 0x0102030405060708u);
  EXPECT_EQ(value_of("(u16)skb->protocol"), 0x0800u);
  EXPECT_EQ(value_of("*(__be16 *)&skb->protocol"), 0x0800u);
  EXPECT_EQ(value_of("*(u16 *)&skb->protocol"), 0x0008u);
  EXPECT_EQ(value_of("((struct iphdr *)(skb->head + skb->network_header))->tot_len"), 1500u);
  EXPECT_EQ(value_of("((struct iphdr *)(skb->head + skb->network_header))->check"), 0x1234u);
  EXPECT_EQ(value_of("skb->dev->address6.in6_u.u6_addr16[0]"), 0xfe80u);
  EXPECT_TRUE(matches("skb->protocol == 0x0800"));
  EXPECT_TRUE(matches("skb->protocol = 0x800"));
  EXPECT_TRUE(matches("((struct iphdr *)(skb->head + skb->network_header))->frag_off & 0x4000"));
}

TEST(Expression, ReadsNumbersOfGoToo) {
  EXPECT_EQ(value_of("0o17"), 15u);
  EXPECT_EQ(value_of("0B11"), 3u);
}

TEST(Expression, IsFalseWhereNothingCanBeRead) {
  EXPECT_FALSE(matches("skb->next->len == 0"));
  EXPECT_FALSE(matches("skb->next->len != 0"));
  EXPECT_FALSE(matches("skb->next->len"));
  EXPECT_FALSE(matches("skb->next->dev->mtu >= 0"));
  EXPECT_TRUE(matches("!skb->next->len"));
  EXPECT_TRUE(matches("!(skb->next->len == 0)"));
  EXPECT_TRUE(matches("skb->next->len || skb->len == 1500"));
  EXPECT_FALSE(matches("skb->len == 1500 && skb->next->len == 0"));
  EXPECT_FALSE(matches("skb->next->dev->name == \"*\""));
  EXPECT_FALSE(matches("skb->next->dev->name != \"eth0\""));
  EXPECT_FALSE(matches("skb->next->dev->alias != \"eth0\""));
  EXPECT_FALSE(matches("skb->next->peer_addr != 1.2.3.4"));
  EXPECT_TRUE(matches("(skb->next->len == 0) == 0"));
  EXPECT_EQ(value_of("skb->next->len"), std::nullopt);
  EXPECT_EQ(value_of("skb->next->len == 0"), 0u);
}

TEST(Expression, IsFalseWhereItDividesByZero) {
  EXPECT_FALSE(matches("skb->len / 0 == 0"));
  EXPECT_FALSE(matches("skb->len % 0 == skb->len"));
  EXPECT_FALSE(matches("skb->negative / (skb->len - 1500) < 1"));
  EXPECT_EQ(value_of("1 / 0"), std::nullopt);
}

TEST(Expression, ComparesStrings) {
  for (const char* pattern : {"eth0", "eth*", "*0", "*", "e*0", "*th*", "*eth0*", "e*t*h*0", "**",
                              "*h0", "eth0*", "et**0"})
    EXPECT_TRUE(matches(fmt::format("skb->dev->name == \"{}\"", pattern))) << pattern;
  for (const char* pattern : {"eth", "eth1", "eth00", "", "*junk", "*1", "eth0?*", "th*", "e*1",
                              "*x*", "*eth", "eth*0*0", "\\*"})
    EXPECT_FALSE(matches(fmt::format("skb->dev->name == \"{}\"", pattern))) << pattern;
  EXPECT_TRUE(matches("skb->dev->name != \"lo\""));
  EXPECT_FALSE(matches("skb->dev->name != \"eth*\""));
  EXPECT_TRUE(matches("\"eth0\" == skb->dev->name"));
  // An array of which every byte is used has no NUL.
  for (const char* pattern : {"0123456789abcdef", "*", "*f", "*ef", "0*f", "*8*c*", "0123*"})
    EXPECT_TRUE(matches(fmt::format("skb->dev->next->name == \"{}\"", pattern))) << pattern;
  EXPECT_FALSE(matches("skb->dev->next->name == \"0123456789abcde\""));
  EXPECT_FALSE(matches("skb->dev->next->name == \"*e\""));
}

TEST(Expression, ComparesStringsBehindPointers) {
  for (const char* pattern : {"uplink to the lab", "uplink*", "*lab", "*to*", "*l*l*b", "*"})
    EXPECT_TRUE(matches(fmt::format("skb->dev->alias == \"{}\"", pattern))) << pattern;
  for (const char* pattern : {"uplink", "uplink to the la", "uplink to the lab ", "*la", "lab", ""})
    EXPECT_FALSE(matches(fmt::format("skb->dev->alias == \"{}\"", pattern))) << pattern;
  EXPECT_TRUE(matches("(char *)skb->dev == \"eth0\""));
}

TEST(Expression, ComparesAddresses) {
  EXPECT_TRUE(matches("skb->peer_addr == 192.168.0.1"));
  EXPECT_TRUE(matches("192.168.0.1 == skb->peer_addr"));
  EXPECT_FALSE(matches("skb->peer_addr != 192.168.0.1"));
  EXPECT_TRUE(matches("skb->peer_addr != 192.168.0.2"));
  EXPECT_TRUE(matches("skb->peer_addr == 192.168.0.0/16"));
  EXPECT_TRUE(matches("skb->peer_addr == 192.168.7.0/13"));
  EXPECT_TRUE(matches("skb->peer_addr == 0.0.0.0/0"));
  EXPECT_FALSE(matches("skb->peer_addr == 10.0.0.0/8"));
  EXPECT_TRUE(matches("((struct iphdr *)(skb->head + skb->network_header))->saddr == 10.0.0.1"));
  EXPECT_TRUE(matches("skb->dev->address == 10.1.2.3"));
  EXPECT_TRUE(matches("skb->dev->address.s_addr == 10.1.2.0/24"));
  EXPECT_TRUE(matches("skb->dev->address6 == fe80::1"));
  EXPECT_TRUE(matches("skb->dev->address6 == fe80::/10"));
  EXPECT_TRUE(matches("skb->dev->address6.in6_u.u6_addr8==fe80::1&&skb->len"));
  EXPECT_FALSE(matches("skb->dev->address6 == ::1"));
  EXPECT_TRUE(matches("skb->dev->dev_addr == 02:00:5e:10:00:01"));
  EXPECT_TRUE(matches("skb->mac == AA:bb:cc:dd:ee:FF"));
  EXPECT_FALSE(matches("skb->mac == aa:bb:cc:dd:ee:fe"));
}

TEST(Expression, ToleratesBlanks) { EXPECT_TRUE(matches("  skb -> len\t==\n1500 ")); }

TEST(Expression, ErrorsPointAtTheirColumn) {
  const std::array<std::array<const char*, 2>, 46> kCases = {{
      {"skb->lenn == 1", "column 6: struct sk_buff has no member \"lenn\"; did you mean \"len\"?"},
      {"skb->dev->mtuu",
       "column 11: struct net_device has no member \"mtuu\"; did you mean \"mtu\"?"},
      {"",
       "column 1: expected a value, not the end of the expression"
       "; put it in single quotes if the shell took a part"},
      {"skb->",
       "column 6: expected the name of a member, not the end of the expression"
       "; put it in single quotes if the shell took a part"},
      {"skb->len ==",
       "column 12: expected a value, not the end of the expression"
       "; put it in single quotes if the shell took a part"},
      {"skb->len 5", "column 10: expected an operator, not \"5\""},
      {"(skb->len",
       "column 10: expected \")\", not the end of the expression"
       "; put it in single quotes if the shell took a part"},
      {"skb->len)", "column 9: expected an operator, not \")\""},
      {"skb->numbers[1",
       "column 15: expected \"]\", not the end of the expression"
       "; put it in single quotes if the shell took a part"},
      {"sk->len", "column 1: \"sk\" is neither skb, xdp nor a constant of any enum of this kernel"},
      {"xdp->data", "column 1: \"xdp\" is not known here, only \"skb\""},
      {"skb.len", "column 5: struct sk_buff * is a pointer; use \"->\""},
      {"skb->in->small", "column 10: struct inner is no pointer; use \".\""},
      {"skb->len->x", "column 11: unsigned int has no members"},
      {"skb->nothing->x", "column 15: void has no members that this kernel's BTF knows"},
      {"*skb",
       "column 1: struct sk_buff is neither a number nor a pointer; name one of its members"},
      {"skb->in == 5",
       "column 6: struct inner is neither a number nor a pointer; name one of its members"},
      {"skb->in + 5", "column 6: struct inner is no number"},
      {"skb->dev & 7",
       "column 6: struct net_device * is a pointer, no number; cast it to (unsigned long)"},
      {"skb->dev + skb->dev", "column 10: two pointers cannot be added"},
      {"5 - skb->dev", "column 3: a pointer cannot be subtracted from a number"},
      {"skb->dev - skb->head", "column 10: pointers to different types cannot be subtracted"},
      {"*skb->len", "column 1: unsigned int is no pointer and no array"},
      {"*skb->nothing", "column 1: the size of what void * points to is not known; cast it first"},
      {"&skb->bits.one", "column 1: this has no address"},
      {"&5", "column 1: this has no address"},
      {"\"x\"", "column 1: a string can only be compared, with == or !="},
      {"1.2.3.4", "column 1: an address can only be compared, with == or !="},
      {"skb->dev->name < \"x\"", "column 18: a string can only be compared, with == or !="},
      {"skb->len == \"x\"",
       "column 10: unsigned int cannot be compared with a string: it is neither an array of "
       "characters nor a pointer to them"},
      {"skb->dev->name == \"01234567890123456\"",
       "column 19: the string has 17 characters; what it is compared with has room for 16"},
      {"skb->mark == 1.2.3.4",
       "column 11: u32 is no address; cast a pointer to it, to (__be32 *) or (struct in6_addr *)"},
      {"skb->peer_addr == fe80::1", "column 16: __be32 has 4 bytes, the address fe80::1 has 16"},
      {"skb->peer_addr == 1.2.3", "column 19: 1.2.3 is neither an IPv4, an IPv6 nor a MAC address"},
      {"skb->peer_addr == 1.2.3.4/33", "column 19: 1.2.3.4/33 has no prefix length from 0 to 32"},
      {"(struct sk_buf *)0",
       "column 1: this kernel has no type \"struct sk_buf\"; did you mean \"sk_buff\"?"},
      {"1 << 32", "column 6: a number of 32 bits cannot be shifted by 32"},
      {"skb->len == 12x", "column 13: 12x is no number"},
      {"18446744073709551616",
       "column 1: the number 18446744073709551616 does not fit into 64 bits"},
      {"skb-",
       "column 5: expected a value, not the end of the expression"
       "; put it in single quotes if the shell took a part"},
      {"mark == 1",
       "column 1: \"mark\" is neither skb, xdp nor a constant of any enum of this kernel"
       "; did you mean skb->mark?"},
      {"len>100",
       "column 1: \"len\" is neither skb, xdp nor a constant of any enum of this kernel"
       "; did you mean skb->len?"},
      {"name == eth0",
       "column 1: \"name\" is neither skb, xdp nor a constant of any enum of this kernel"
       "; did you mean skb->dev->name?"},
      {"skb->dev->name == eth0",
       "column 19: \"eth0\" is neither skb, xdp nor a constant of any enum of this kernel"
       "; a text needs double quotes: \"eth0\""},
      {"skb->peer_addr == ETH_P_IP",
       "column 19: \"ETH_P_IP\" is neither skb, xdp nor a constant of any enum of this kernel"
       "; it is a macro: write 0x0800"},
      {"skb->len, skb->mark", "column 11: one expression is enough; join two with && or ||"},
  }};
  for (const auto& [text, error] : kCases) EXPECT_EQ(error_of(text), error) << text;
}

// Any text must get an answer. Here: every beginning of long texts, and every text without one of
// its characters.
TEST(Expression, SurvivesBrokenText) {
  for (const std::string text :
       {"((struct iphdr *)(skb->head + skb->network_header))->ttl < 5 && !skb->dev",
        "skb->dev->name == \"e\\x74h*\" || skb->mac == aa:bb:cc:dd:ee:ff",
        "skb->dev->address6 == fe80::/10 && skb->numbers[-1 + 0x2u] >= 'a'"}) {
    for (size_t i = 0; i <= text.size(); i++) {
      (void)error_of(text.substr(0, i));
      (void)error_of(text.substr(0, i) + text.substr(std::min(i + 1, text.size())));
    }
  }
  EXPECT_NE(error_of(std::string(5000, '(')), "none");
  EXPECT_NE(error_of(std::string(4000, '(')), "none");
  EXPECT_NE(error_of(std::string(4000, '-') + "1"), "none");
  std::string sum = "1";
  while (sum.size() < 4090) sum += "+1";
  EXPECT_EQ(error_of(sum), "none");
  std::string deep = "skb->len";
  for (int i = 0; i < 40; i++) deep = "skb->len - (" + deep + ")";
  EXPECT_EQ(error_of(deep), "it is nested too deeply for the kernel's stack; write it flatter");
}

}  // namespace
}  // namespace pwru::test
