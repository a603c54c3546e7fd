// SPDX-License-Identifier: Apache-2.0
// An event to print: a TCP packet in ip_rcv() of the kernel in names_for_test.h.
#pragma once

#include <netinet/in.h>

#include <cstring>

#include "event/event.h"
#include "resolve/names_for_test.h"

namespace pwru::output {

inline event::Event packet() {
  event::Event event;
  event.ts_ns = 5'000'000'100;
  event.func_ip = resolve::kIpRcv;
  event.skb = 0xffff888012345600;
  event.caller_ip = resolve::kIpRcv + 0x15;
  event.cpu = 2;
  event.pid = 4242;
  event.comm = "curl";
  event.has_meta = true;
  event.netns = 4026531840;
  event.mark = 0xbeef;
  event.ifindex = 3;
  event.len_bytes = 60;
  event.mtu = 1500;
  event.proto = 0x0800;
  event.ifname = "eth0";
  event.has_tuple = true;
  event.tuple.l4_proto = IPPROTO_TCP;
  std::memcpy(event.tuple.saddr, "\x0a\x09\x00\x01", 4);
  std::memcpy(event.tuple.daddr, "\x01\x00\x00\x01", 4);
  event.tuple.has_ports = true;
  event.tuple.sport = 40000;
  event.tuple.dport = 8080;
  event.tuple.tcp_flags = 0x12;
  return event;
}

}  // namespace pwru::output
