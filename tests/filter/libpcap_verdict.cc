// SPDX-License-Identifier: Apache-2.0
#include "tests/filter/libpcap_verdict.h"

#include <pcap/pcap.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/time.h>

#include <algorithm>
#include <span>

#include "base/handle.h"

namespace pwru::test {
namespace {

sigjmp_buf out_of_circle;

void leave_circle(int) { siglongjmp(out_of_circle, 1); }

// Counts the CPU time of this process: a busy machine is no endless loop.
void set_alarm(int milliseconds) {
  itimerval timer = {};
  timer.it_value.tv_usec = milliseconds * 1000;
  setitimer(ITIMER_VIRTUAL, &timer, nullptr);
}

}  // namespace

struct LibpcapFilter::Program {
  bpf_program bpf = {};
  bool has_loops = false;
  ~Program() { pcap_freecode(&bpf); }
};

LibpcapFilter::LibpcapFilter(std::unique_ptr<Program> program) : program_(std::move(program)) {}
LibpcapFilter::LibpcapFilter(LibpcapFilter&&) noexcept = default;
LibpcapFilter::~LibpcapFilter() = default;

Result<LibpcapFilter> LibpcapFilter::compile(const std::string& expression, filter::Layer layer) {
  const PcapHandle pcap(
      pcap_open_dead(layer == filter::Layer::Ethernet ? DLT_EN10MB : DLT_RAW, 262144));
  auto program = std::make_unique<Program>();
  if (pcap_compile(pcap.get(), &program->bpf, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0)
    return fail(pcap_geterr(pcap.get()));
  const std::span insns(program->bpf.bf_insns, program->bpf.bf_len);
  program->has_loops = std::any_of(insns.begin(), insns.end(), [](const bpf_insn& insn) {
    return insn.code == (BPF_JMP | BPF_JA) && static_cast<int32_t>(insn.k) < 0;
  });
  return LibpcapFilter(std::move(program));
}

Verdict LibpcapFilter::run(std::string_view packet) const {
  pcap_pkthdr header = {};
  header.caplen = header.len = static_cast<uint32_t>(packet.size());
  const auto* const bytes = reinterpret_cast<const u_char*>(packet.data());
  const auto verdict = [&] {
    return pcap_offline_filter(&program_->bpf, &header, bytes) ? Verdict::Accept : Verdict::Reject;
  };
  if (!program_->has_loops) return verdict();
  // The interpreter holds no resources, so a jump may leave it.
  signal(SIGVTALRM, leave_circle);
  if (sigsetjmp(out_of_circle, 1)) return Verdict::Endless;
  set_alarm(10);
  const Verdict result = verdict();
  set_alarm(0);
  return result;
}

}  // namespace pwru::test
