// SPDX-License-Identifier: Apache-2.0
// Rules as the kernel shows them to iptables-legacy, for tests.
#pragma once

#include <arpa/inet.h>
#include <linux/netfilter_arp/arp_tables.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include <cstring>
#include <string_view>
#include <vector>

#include "kernel/netfilter/xt_entry.h"

namespace pwru::kernel {

using XtBlob = std::vector<std::byte>;

inline void append(XtBlob& blob, Bytes bytes) {
  blob.insert(blob.end(), bytes.begin(), bytes.end());
}

// A match or a target with that data, as XT_ALIGN() makes it.
inline XtBlob xt_extension(std::string_view name, uint8_t revision, Bytes data) {
  XtBlob blob(32);
  const auto size = static_cast<uint16_t>(blob.size() + (data.size() + 7) / 8 * 8);
  std::memcpy(blob.data(), &size, sizeof(size));
  std::memcpy(blob.data() + 2, name.data(), name.size());
  blob[31] = static_cast<std::byte>(revision);
  append(blob, data);
  blob.resize(size);
  return blob;
}
template <class T>
XtBlob xt_extension(std::string_view name, uint8_t revision, const T& data) {
  return xt_extension(name, revision, std::as_bytes(std::span(&data, 1)));
}

inline XtBlob drop_target() { return xt_extension("", 0, int32_t{-1}); }
inline XtBlob reject_target(uint32_t with) { return xt_extension("REJECT", 0, with); }

// The entry of a table. `head` is a struct ipt_ip, ip6t_ip6 or arpt_arp.
template <class Head>
XtBlob xt_rule(uint8_t family, const Head& head, const std::vector<XtBlob>& matches,
               const XtBlob& target) {
  XtBlob blob(pwru_xt_counters_at(family) + PWRU_XT_COUNTER_BYTES);
  std::memcpy(blob.data(), &head, sizeof(head));
  for (const XtBlob& match : matches) append(blob, match);
  const auto target_at = static_cast<uint16_t>(blob.size());
  append(blob, target);
  const auto next = static_cast<uint16_t>(blob.size());
  std::memcpy(blob.data() + pwru_xt_offsets_at(family), &target_at, sizeof(target_at));
  std::memcpy(blob.data() + pwru_xt_offsets_at(family) + 2, &next, sizeof(next));
  return blob;
}

inline XtBlob ip_rule(const std::vector<XtBlob>& matches, const XtBlob& target = drop_target(),
                      const ipt_ip& ip = {}) {
  return xt_rule(PWRU_XT_IP4, ip, matches, target);
}

// -p udp --dport PORT
inline XtBlob udp_rule(uint16_t port) {
  ipt_ip ip = {};
  ip.proto = IPPROTO_UDP;
  xt_udp udp;
  std::memset(&udp, 0, sizeof(udp));  // the byte behind the members counts in a sum too
  udp.spts[1] = 0xffff;
  udp.dpts[0] = udp.dpts[1] = port;
  return ip_rule({xt_extension("udp", 0, udp)}, drop_target(), ip);
}

}  // namespace pwru::kernel
