// SPDX-License-Identifier: Apache-2.0
// Measures the parts of a start: this machine's BTF, its symbols, and the search for functions that
// take an skb.
#include <benchmark/benchmark.h>

#include "kernel/btf/btf.h"
#include "kernel/symbols/functions.h"
#include "kernel/symbols/symbols.h"

namespace pwru {
namespace {

void load_kernel_btf(benchmark::State& state) {
  for (auto _ : state) {
    const auto btf = kernel::load_kernel_btf("");
    if (!btf) return state.SkipWithError(btf.error().what.c_str());
    benchmark::DoNotOptimize(btf);
  }
}
BENCHMARK(load_kernel_btf)->Unit(benchmark::kMillisecond);

void load_symbols(benchmark::State& state) {
  for (auto _ : state) {
    const auto symbols = kernel::Symbols::load();
    if (!symbols) return state.SkipWithError(symbols.error().what.c_str());
    benchmark::DoNotOptimize(symbols);
  }
}
BENCHMARK(load_symbols)->Unit(benchmark::kMillisecond);

void find_functions(benchmark::State& state) {
  const auto btf = kernel::load_kernel_btf("");
  const auto symbols = kernel::Symbols::load();
  if (!btf || !symbols) return state.SkipWithError("this kernel's BTF or symbols cannot be read");
  for (auto _ : state) {
    kernel::FunctionSearch search(**btf, {}, {});
    benchmark::DoNotOptimize(search.find(*symbols, ""));
  }
}
BENCHMARK(find_functions)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace pwru
