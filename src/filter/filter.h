// SPDX-License-Identifier: Apache-2.0
// Compiles the pcap filter, an expression of tcpdump, to BPF objects that are linked into the
// tracer. abi/filter.h describes how filter and tracer meet.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "filter/classic.h"

namespace pwru::filter {

// BTF ids of bpf_rdonly_cast() and of the struct through which packet bytes are read
// (__kernel_sockaddr_storage). Both are 0 when the kernel has no such cast (before 6.2).
struct CastIds {
  uint32_t rdonly_cast_id = 0;
  uint32_t byte_window_id = 0;
};

// Offsets in bytes of the members of struct sk_buff that locate a packet. mac_header and tail must
// follow network_header, and the others lie near them. With any other layout no hit filter is
// generated.
struct SkbLayout {
  uint32_t network_header = 0, mac_header = 0, tail = 0, head = 0, data = 0, protocol = 0;
};

// An expression as libpcap compiles it, before anything is known of the kernel.
struct ParsedFilter {
  std::string expression;
  std::string name;  // for error messages
  ClassicProgram program;
};

struct PcapFilter {
  std::string l2_object;   // ELF object that defines pwru_filter_l2()
  std::string l3_object;   // and pwru_filter_l3()
  bool copies = false;     // both functions read copy[] of the context: pwru_config.filter_copies
  uint8_t copy_bytes = 0;  // how much of it: pwru_config.copy_bytes
  bool reads_len = false;  // of the context: pwru_config.filter_reads_len
  bool reads_ancillary = false;  // fields of the skb: pwru_config.filter_ancillary
  bool sees_vlan = false;  // an offloaded tag must stand in the frame: pwru_config.filter_sees_vlan
};

// The empty expression accepts every packet. A packet without an Ethernet header has unknown
// addresses: whatever an expression says of them is false (filter/made_up.h). `protochain` follows
// 31 extension headers; a packet with more does not match.
[[nodiscard]] Result<ParsedFilter> parse_pcap(const std::string& expression);
[[nodiscard]] Result<PcapFilter> generate_pcap(const ParsedFilter& parsed, const CastIds& ids);
// The object that defines pwru_filter_hit(). `tracks` says whether packets are followed. Not every
// filter can have this form; `object` is empty then.
struct HitFilter {
  std::string object;
  std::string unused;  // defines it for programs that never call it
  // The same for programs of fentry-multi.
  std::string args_object;
  std::string args_unused;
};
[[nodiscard]] Result<HitFilter> generate_hit(const ParsedFilter& parsed, const CastIds& ids,
                                             const SkbLayout& layout, bool tracks);
// parse_pcap() and generate_pcap() in one.
[[nodiscard]] Result<PcapFilter> compile_pcap(const std::string& expression, const CastIds& ids);

struct TunnelFilter {
  std::string l2_object;  // ELF object that defines pwru_filter_tunnel_l2()
  std::string l3_object;  // and pwru_filter_tunnel_l3()
  bool has_l2 = false;    // there is an expression: pwru_config.has_tunnel_l2
  bool has_l3 = false;    // pwru_config.has_tunnel_l3
};

struct ParsedTunnelFilter {
  ParsedFilter on_frame;   // an Ethernet frame
  ParsedFilter on_packet;  // an IP packet
};

// The expressions of --filter-tunnel-pcap-l2 and -l3. They see the Ethernet frame and the IP packet
// inside a tunnel. An empty expression means no filter. On a kernel without the cast they read
// copy[] of the context.
[[nodiscard]] Result<ParsedTunnelFilter> parse_tunnel(const std::string& l2_expression,
                                                      const std::string& l3_expression);
[[nodiscard]] Result<TunnelFilter> generate_tunnel(const ParsedTunnelFilter& parsed,
                                                   const CastIds& ids);
// parse_tunnel() and the code generation in one.
[[nodiscard]] Result<TunnelFilter> compile_tunnel(const std::string& l2_expression,
                                                  const std::string& l3_expression,
                                                  const CastIds& ids);

}  // namespace pwru::filter
