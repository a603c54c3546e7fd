// SPDX-License-Identifier: Apache-2.0
// A record to print: a TCP packet in ip_rcv().
#pragma once

#include <netinet/in.h>

#include <cstring>

#include "resolve/record.h"

namespace pwru::output {

inline resolve::Record tcp_record() {
  resolve::Record record;
  record.ts_ns = 5'000'000'100;
  record.function_addr = 0xffffffff81000100;
  record.function = "ip_rcv";
  resolve::Packet& packet = record.packet;
  packet.skb = 0xffff888012345600;
  packet.cpu = 2;
  packet.pid = 4242;
  packet.comm = "curl";
  packet.has_meta = true;
  packet.netns = 4026531840;
  packet.mark = 0xbeef;
  packet.ifindex = 3;
  packet.len_bytes = 60;
  packet.mtu = 1500;
  packet.proto = 0x0800;
  packet.ifname = "eth0";
  packet.has_tuple = true;
  packet.tuple.l4_proto = IPPROTO_TCP;
  std::memcpy(packet.tuple.saddr, "\x0a\x09\x00\x01", 4);
  std::memcpy(packet.tuple.daddr, "\x01\x00\x00\x01", 4);
  packet.tuple.has_ports = true;
  packet.tuple.sport = 40000;
  packet.tuple.dport = 8080;
  packet.tuple.tcp_flags = 0x12;
  return record;
}

}  // namespace pwru::output
