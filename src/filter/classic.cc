// SPDX-License-Identifier: Apache-2.0
#include "filter/classic.h"

#include <pcap/pcap.h>

#include <span>
#include <string>

#include "base/handle.h"
#include "filter/pcap_names.h"

namespace pwru::filter {
namespace {

constexpr int kSnapLen = 262144;  // tcpdump's

// libpcap also says "unknown host" when no name server could be asked.
std::string with_cause(std::string error) {
  if (error.find("unknown host") != std::string::npos && pwru_no_name_server_answered())
    error += ": no name server of /etc/resolv.conf answered; give the address of the host instead";
  return error;
}

}  // namespace

Result<ClassicProgram> compile_classic(const std::string& expression, Layer layer) {
  const PcapHandle pcap(pcap_open_dead(layer == Layer::Ethernet ? DLT_EN10MB : DLT_RAW, kSnapLen));
  if (!pcap) return fail("set up libpcap: out of memory");
  bpf_program program = {};
  if (pcap_compile(pcap.get(), &program, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0)
    return fail(with_cause(pcap_geterr(pcap.get())), ExitCode::BadUsage);
  ClassicProgram classic;
  for (const bpf_insn& insn : std::span(program.bf_insns, program.bf_len))
    classic.push_back({insn.code, insn.jt, insn.jf, insn.k});
  pcap_freecode(&program);
  return classic;
}

}  // namespace pwru::filter
