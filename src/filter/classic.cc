// SPDX-License-Identifier: Apache-2.0
#include "filter/classic.h"

#include <pcap/pcap.h>

#include <span>

#include "base/handle.h"

namespace pwru::filter {
namespace {

constexpr int kSnapLen = 262144;  // tcpdump's

}  // namespace

Result<ClassicProgram> compile_classic(const std::string& expression, Layer layer) {
  const PcapHandle pcap(pcap_open_dead(layer == Layer::Ethernet ? DLT_EN10MB : DLT_RAW, kSnapLen));
  if (!pcap) return fail("set up libpcap: out of memory");
  bpf_program program = {};
  if (pcap_compile(pcap.get(), &program, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0)
    return fail(pcap_geterr(pcap.get()), ExitCode::BadUsage);
  ClassicProgram classic;
  for (const bpf_insn& insn : std::span(program.bf_insns, program.bf_len))
    classic.push_back({insn.code, insn.jt, insn.jf, insn.k});
  pcap_freecode(&program);
  return classic;
}

}  // namespace pwru::filter
