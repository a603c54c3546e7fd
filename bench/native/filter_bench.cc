// SPDX-License-Identifier: Apache-2.0
// Measures filters in this kernel by BPF_PROG_TEST_RUN, on a UDP packet that none of them matches.
#include <benchmark/benchmark.h>

#include <chrono>

#include "filter/filter.h"
#include "tests/filter/harness.h"
#include "tests/support/packet_builder.h"

namespace pwru {
namespace {

using test::Way;

std::string hosts(int count) {
  std::string text = "host 10.1.0.1";
  for (int i = 2; i <= count; i++) text += " or host 10.1.0." + std::to_string(i);
  return text;
}

void compile_filter(benchmark::State& state, const std::string& expression) {
  for (auto _ : state) benchmark::DoNotOptimize(filter::compile_pcap(expression, {}));
}
BENCHMARK_CAPTURE(compile_filter, tcp_port, std::string("tcp port 9999"));
BENCHMARK_CAPTURE(compile_filter, hosts_20, hosts(20));

void run_filter(benchmark::State& state, const std::string& expression, Way way) {
  static const auto harness = test::Harness::create();
  if (!harness) return state.SkipWithError(harness.error().what.c_str());
  if (const auto loaded = (*harness)->load_timed(expression, way); !loaded)
    return state.SkipWithError(loaded.error().what.c_str());
  const std::string udp = test::PacketBuilder()
                              .ethernet(0x0800)
                              .ipv4({.proto = 17})
                              .udp(40000, 5353)
                              .payload(64)
                              .build();
  (*harness)->place(udp, {.is_pulled = true});
  for (auto _ : state) {
    const auto mean_ns = (*harness)->nanoseconds_per_run();
    if (!mean_ns) return state.SkipWithError(mean_ns.error().what.c_str());
    state.SetIterationTime(*mean_ns * 1e-9);
  }
}
BENCHMARK_CAPTURE(run_filter, tcp_port_cast, std::string("tcp port 9999"), Way::Cast)
    ->UseManualTime()
    ->Iterations(1);
BENCHMARK_CAPTURE(run_filter, tcp_port_copied, std::string("tcp port 9999"), Way::Copied)
    ->UseManualTime()
    ->Iterations(1);
BENCHMARK_CAPTURE(run_filter, hosts_20_cast, hosts(20), Way::Cast)->UseManualTime()->Iterations(1);
BENCHMARK_CAPTURE(run_filter, hosts_20_copied, hosts(20), Way::Copied)
    ->UseManualTime()
    ->Iterations(1);
BENCHMARK_CAPTURE(run_filter, hosts_100_cast, hosts(100), Way::Cast)
    ->UseManualTime()
    ->Iterations(1);

}  // namespace
}  // namespace pwru
