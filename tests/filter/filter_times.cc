// SPDX-License-Identifier: Apache-2.0
// Prints the cost of filters in this kernel: instructions, and nanoseconds of a run on a packet
// that does not match. The arguments are expressions; without arguments a few usual ones are
// measured.
#include <cstdio>
#include <string>
#include <vector>

#include "filter/classic.h"
#include "filter/codegen.h"
#include "tests/filter/harness.h"
#include "tests/support/packet_builder.h"

namespace {

using pwru::test::Way;

std::string many_hosts() {
  std::string text = "host 10.1.0.1";
  for (int i = 2; i <= 20; i++) text += " or host 10.1.0." + std::to_string(i);
  return text;
}

pwru::Result<> print_times(pwru::test::Harness& harness, const std::string& expression, Way way) {
  const auto ids = way == Way::Cast ? harness.cast_ids() : pwru::filter::CastIds{};
  PWRU_ASSIGN(const auto classic,
              pwru::filter::compile_classic(expression, pwru::filter::Layer::Ethernet));
  PWRU_ASSIGN(const auto code, pwru::filter::translate(classic, ids));
  PWRU_TRY(harness.load_timed(expression, way));
  const std::string udp = pwru::test::PacketBuilder()
                              .ethernet(0x0800)
                              .ipv4({.proto = 17})
                              .udp(40000, 5353)
                              .payload(64)
                              .build();
  harness.place(udp, {.is_pulled = true});
  PWRU_ASSIGN(const bool is_match, harness.run());
  PWRU_ASSIGN(const double time, harness.nanoseconds_per_run());
  std::printf("%-8s %5zu classic %5zu instructions %7.1f ns %-8s %.60s\n",
              way == Way::Cast ? "cast" : "copied", classic.size(), code.insns.size(), time,
              is_match ? "match" : "no match", expression.c_str());
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> expressions(argv + 1, argv + argc);
  if (expressions.empty())
    expressions = {"", "icmp", "tcp port 9999", "dst host 1.0.0.1 and port 8080", many_hosts()};
  auto harness = pwru::test::Harness::create();
  if (!harness) {
    std::fprintf(stderr, "%s\n", harness.error().what.c_str());
    return 1;
  }
  for (const std::string& expression : expressions) {
    for (const Way way : {Way::Cast, Way::Copied}) {
      if (const auto printed = print_times(**harness, expression, way); !printed) {
        std::fprintf(stderr, "%s\n", printed.error().what.c_str());
        return 1;
      }
    }
  }
  return 0;
}
