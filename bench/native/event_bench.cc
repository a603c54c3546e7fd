// SPDX-License-Identifier: Apache-2.0
// Measures the way from a record in a ring to a line of text, on one core.
#include <benchmark/benchmark.h>
#include <fcntl.h>

#include <cstring>

#include "base/file.h"
#include "event/fake_ring_for_test.h"
#include "event/reader.h"
#include "output/json.h"
#include "output/text.h"
#include "resolve/fake_kernel_for_test.h"

namespace pwru {
namespace {

// A record as the kernel side writes it: all default columns of a TCP packet.
struct Record {
  pwru_event event = {};
  pwru_tuple4 tuple = {};
  std::byte padding[4] = {};
};
static_assert(sizeof(Record) % 8 == 0);

Record tcp_record() {
  Record record;
  pwru_event& event = record.event;
  event.ts_ns = 5'000'000'100;
  event.func_ip = resolve::kIpRcv;
  event.skb = 0xffff888012345600;
  event.parts = PWRU_PART_META | PWRU_PART_TUPLE4;
  event.bytes = sizeof(record);
  event.pid = 4242;
  std::memcpy(event.comm, "curl", 4);
  event.netns = 4026531840;
  event.ifindex = 3;
  event.len_bytes = 60;
  event.mtu = 1500;
  event.proto = 0x0800;
  std::memcpy(event.ifname, "eth0", 4);
  std::memcpy(record.tuple.saddr, "\x0a\x09\x00\x01", 4);
  std::memcpy(record.tuple.daddr, "\x01\x00\x00\x01", 4);
  record.tuple.l4 = {40000, 8080, 6, 0x12, 0, 0, PWRU_L4_HAS_PORTS, {}, 0};
  return record;
}

void decode_event(benchmark::State& state) {
  const Record record = tcp_record();
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(&record),
                                         sizeof(record));
  for (auto _ : state) {
    auto event = event::decode(bytes, 0, {});
    benchmark::DoNotOptimize(event);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(decode_event);

// Another packet begins every `lines` events.
template <typename Sink, typename Style, int lines>
void print_line(benchmark::State& state) {
  const Record record = tcp_record();
  auto event = event::decode({reinterpret_cast<const std::byte*>(&record), sizeof(record)}, 0, {});
  const UniqueFd null = open_file("/dev/null", O_WRONLY, 0).value();
  const resolve::FakeKernel kernel;
  resolve::Resolver resolver = kernel.resolver();
  Sink sink(output::LineBuffer(null.get(), "null"), Style{});
  for (auto _ : state) {
    for (int i = 0; i < lines; i++) benchmark::DoNotOptimize(sink.event(resolver.resolve(*event)));
    event->skb += 0x100;
  }
  state.SetItemsProcessed(state.iterations() * lines);
}
BENCHMARK_TEMPLATE(print_line, output::TextSink, output::TextStyle, 1)->Name("print_text_line");
BENCHMARK_TEMPLATE(print_line, output::TextSink, output::TextStyle, 5)->Name("print_text_lines/5");
BENCHMARK_TEMPLATE(print_line, output::JsonSink, output::JsonStyle, 1)->Name("print_json_line");

// Measures what happens before the sink: the order of time, losses, and giving space back to the
// ring.
class Count : public event::Consumer {
 public:
  Result<bool> event(const event::Event& event) override {
    count += event.skb != 0;
    return true;
  }
  Result<bool> lost(const event::Loss& loss) override {
    count += loss.count;
    return true;
  }
  uint64_t count = 0;
};

void drain_rings(benchmark::State& state) {
  using event::FakeRing;
  const auto cpus = static_cast<uint32_t>(state.range(0));
  event::RingLayout layout = FakeRing::kLayout;
  layout.cpus = cpus;
  const auto shared = std::make_unique<pwru_shared>();
  std::vector<std::byte> memory(size_t{cpus} * layout.ring_bytes);
  std::vector<FakeRing> rings;
  for (uint32_t cpu = 0; cpu < cpus; cpu++)
    rings.emplace_back(shared->ring[cpu], memory.data() + size_t{cpu} * layout.ring_bytes);
  event::Reader reader(*shared, memory, layout, {});
  Count count;
  uint64_t ts_ns = 0;
  for (auto _ : state) {
    state.PauseTiming();
    for (int i = 0; i < 300; i++)
      for (FakeRing& ring : rings) ring.add(++ts_ns, 1);
    state.ResumeTiming();
    benchmark::DoNotOptimize(reader.drain(count, true));
  }
  state.SetItemsProcessed(state.iterations() * 300 * cpus);
}
BENCHMARK(drain_rings)->Arg(1)->Arg(8)->Arg(64);

}  // namespace
}  // namespace pwru
