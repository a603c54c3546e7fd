// SPDX-License-Identifier: Apache-2.0
// Tests that the kernel's verifier accepts the generated code.
#include <bpf/bpf.h>
#include <gtest/gtest.h>

#include <string>

#include "base/handle.h"
#include "expr/compile.h"
#include "tests/expr/reference.h"
#include "tests/expr/test_btf.h"

namespace pwru::test {
namespace {

// Loads the code as a program. The root is the first register of a kprobe's context.
bool loads(const std::vector<bpf_insn>& body, std::string* log) {
  std::vector<bpf_insn> code = {{BPF_LDX | BPF_DW | BPF_MEM, 1, 1, 0, 0}};
  code.insert(code.end(), body.begin(), body.end());
  log->resize(1 << 20);
  LIBBPF_OPTS(bpf_prog_load_opts, opts, .log_level = 1,
              .log_size = static_cast<uint32_t>(log->size()), .log_buf = log->data());
  const UniqueFd fd(
      bpf_prog_load(BPF_PROG_TYPE_KPROBE, "expr_test", "GPL", code.data(), code.size(), &opts));
  log->resize(log->find('\0'));
  return static_cast<bool>(fd);
}

bool is_permitted() {
  std::string log;
  return loads({{BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0}, {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}}, &log);
}

TEST(Verifier, TakesEveryExpression) {
  if (!is_permitted()) GTEST_SKIP() << "loading BPF programs is not permitted here";
  unsigned count = 0;
  reference_skb();
  const reference_case* const cases = reference_cases(&count);
  std::vector<std::string> texts;
  for (unsigned i = 0; i < count; i++) texts.emplace_back(cases[i].text);
  for (const char* text : {"skb->dev->name == \"eth0\"", "skb->dev->name == \"*e*t*h*\"",
                           "skb->dev->alias == \"*a*b*c*d\"", "skb->dev->alias != \"x*\"",
                           "skb->peer_addr == 10.0.0.0/8", "skb->dev->address6 == fe80::/10",
                           "skb->mac == aa:bb:cc:dd:ee:ff", "skb->peer_addr == 0.0.0.0/0",
                           "!(skb->dev->name == \"*\")"})
    texts.emplace_back(text);
  for (const std::string& text : texts) {
    const auto code = expr::compile_condition(test_btf(), expr::skb_root(), text);
    ASSERT_TRUE(code) << text << ": " << code.error().what;
    std::string log;
    EXPECT_TRUE(loads(code->insns, &log)) << text << ":\n" << log;
  }
}

}  // namespace
}  // namespace pwru::test
