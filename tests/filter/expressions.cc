// SPDX-License-Identifier: Apache-2.0
#include "tests/filter/expressions.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace pwru::test {
namespace {

using Strings = std::vector<std::string>;

// Adds the expressions of a text, which are separated by semicolons.
void append(Strings* to, std::string_view text) {
  while (!text.empty()) {
    const size_t end = std::min(text.find("; "), text.size());
    to->emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 2, text.size()));
  }
}

void add_hosts_and_ports(Strings* out) {
  append(out,
         "host 10.0.0.1; src host 10.0.0.1; dst host 10.0.0.1; src or dst host 10.0.0.2; src and "
         "dst host 127.0.0.1; host 10.0.0.1 or 10.0.0.3; not host 10.0.0.1; ip host 10.0.0.2; arp "
         "host 10.0.0.2; rarp host 10.0.0.3; host 192.168.1.23 and 8.8.8.8; host fd00::1; src "
         "host fd00::1; dst host fd00::2; ip6 host fd00::2; host ::1; dst host ff02::1; net "
         "10.0.0.0/8; src net 192.168.0.0/16; dst net 10.0.0.0 mask 255.255.255.0; net 10; net "
         "192.168; net 10.0.0; net 224.0.0.0/4; net 0.0.0.0/0; dst net 8.0.0.0/5; net fd00::/8; "
         "src net fd00::/64; dst net fd00::2/127; net ::/0; ip6 net fd00::/113; host 10.0.0.2 and "
         "not src net 10.0.0.0/31");
  for (const char* const direction : {"", "src ", "dst ", "src or dst ", "src and dst "}) {
    for (const char* const proto : {"", "tcp ", "udp ", "sctp "})
      out->push_back(fmt::format("{}{}port 53", proto, direction));
    out->push_back(fmt::format("{}portrange 50-90", direction));
  }
  append(out,
         "tcp portrange 0-65535; udp src portrange 1000-60000; portrange 90-50; tcp port 80 or "
         "443; port 80 or port 443 or port 9999; tcp dst port 80 and src portrange 1000-2000; "
         "port 0; port 65535; ip and port 53; ip6 and port 53; port 53 and not udp; tcp port "
         "9999; dst port 0x50; port 5000 and host 10.0.0.1");
}

// Long lists, whose comparisons are halved and not made one after the other.
void add_long_lists(Strings* out) {
  append(
      out,
      "host 10.0.0.9 or 10.0.0.8 or 10.0.0.7 or 10.0.0.3 or 224.0.0.1 or 8.8.8.8 or 0.0.0.0 or "
      "255.255.255.255 or 192.168.1.23 or 128.0.0.0 or 127.255.255.255 or 10.0.0.2 or 172.16.0.1; "
      "src host 10.0.0.1 or 10.0.0.5 or 10.0.0.6 or 10.0.0.7 or 200.0.0.8 or 10.0.0.9; not host "
      "10.0.0.4 and not host 10.0.0.5 and not host 10.0.0.6 and not host 10.0.0.7 and not host "
      "192.168.1.23 and not host 10.0.0.9 and not host 10.0.0.10; host 10.0.0.1 or fd00::1 or "
      "10.0.0.4 or fd00::2 or 10.0.0.5 or 10.0.0.6 or ff02::1 or 10.0.0.7 or 10.0.0.8; port 53 or "
      "80 or 1 or 2 or 443 or 65535 or 9999 or 1000 or 67 or 68; tcp dst port 1 or 2 or 3 or 80 or "
      "5 or 6 or 7 or 8; ip proto 1 or 2 or 6 or 17 or 47 or 132 or 89; icmp[icmptype] = 0 or "
      "icmp[icmptype] = 3 or icmp[icmptype] = 5 or icmp[icmptype] = 8 or icmp[icmptype] = 11 or "
      "icmp[icmptype] = 13 or icmp[icmptype] = 14; ip[8] = 64 or ip[8] = 300 or ip[8] = 1 or ip[8] "
      "= 2 or ip[8] = 3 or ip[8] = 255 or ip[8] = 0xffffffff");
}

void add_protocols(Strings* out) {
  append(out,
         "ip; ip6; arp; rarp; tcp; udp; icmp; icmp6; sctp; ah; esp; igmp; pim; vrrp; carp; igrp; "
         "atalk; aarp; decnet; lat; moprc; mopdl; iso; clnp; esis; isis; l1; l2; iih; lsp; snp; "
         "csnp; psnp; stp; ipx; netbeui; not ip; not ip6 and not ip; ip proto 1; ip proto 6; ip "
         "proto 47; ip proto 2; ip6 proto 17; ip6 proto 58; ip6 proto 44; proto 6; proto 17; "
         "proto 89; proto 255; ip proto 6 or ip6 proto 6; ether proto 0x800; ether proto "
         "\\ip; ether proto \\ip6; ether proto \\arp; ether proto 0x88cc; ether proto 0x42; ether "
         "proto 0xfe; ether proto 0xe0; ether proto 0xffff; iso proto 0x83; isis proto 18; link "
         "proto 0x806; clnp or esis");
  for (const char* const proto : {"0", "1", "6", "17", "44", "50", "51", "58", "59", "60", "132"}) {
    out->push_back(fmt::format("ip6 protochain {}", proto));
    out->push_back(fmt::format("ip protochain {}", proto));
  }
  append(out,
         "protochain 6; protochain 17; protochain 58; not protochain 6; protochain 6 or "
         "protochain 17; ip6 protochain 6 and net fd00::/8; len > 100 and ip6 protochain 17");
}

void add_link_layer(Strings* out) {
  append(out,
         "ether host 02:00:00:00:00:01; ether src 02:00:00:00:00:01; ether dst 02:00:00:00:00:02; "
         "ether src host 02:00:00:00:00:01 and ether dst host 02:00:00:00:00:02; ether dst "
         "ff:ff:ff:ff:ff:ff; ether broadcast; ether multicast; broadcast; multicast; ip "
         "multicast; ip6 multicast; not broadcast; ether host 2.0.0.0.0.1; ether src "
         "0200.0000.0001; llc; llc i; llc s; llc u; llc rr; llc rnr; llc rej; llc ui; llc ua; llc "
         "disc; llc sabme; llc test; llc xid; llc frmr; not llc; less 60; greater 60; len > 60; "
         "len <= 14; len = 74; len - 14 > 40; len & 1 = 1; len < 1; greater 3000; less 0; vlan; "
         "vlan 5; vlan 100; vlan 0; vlan 4095; vlan 5 and vlan 100; vlan and vlan; vlan and ip; "
         "vlan and tcp port 80; vlan 5 and udp port 53; vlan 5 and ip6; vlan and arp; not vlan; "
         "tcp or vlan; vlan or tcp; vlan 1 and vlan 5 and vlan 100; vlan and not vlan 5; ip and "
         "not vlan; vlan and len > 60; vlan and ether[12:2] = 0x8100; vlan and ip[9] = 17; vlan 5 "
         "and mpls; vlan and icmp6[0] = 128; vlan and ether[14:2] & 0xfff = 5; ether[12:2] = "
         "0x8100; len > 60 and not vlan; vlan 5 and pppoes; vlan and host 10.0.0.1; vlan and "
         "protochain 6; mpls; mpls 16; mpls 1024; mpls 100 and mpls 1024; mpls and ip; mpls 1024 "
         "and tcp; mpls and udp port 53; mpls and mpls and host 10.0.0.1; pppoed; pppoes; pppoes "
         "7; pppoes and ip; pppoes 39 and ip6; pppoes 7 and tcp port 80; pppoes and host "
         "10.0.0.1; geneve; geneve 5; geneve 0xb; geneve and tcp; geneve 5 and host 192.168.0.1; "
         "geneve and icmp; geneve and ip; geneve and ether src 02:00:00:00:00:01; geneve and tcp "
         "port 80");
}

void add_arithmetic(Strings* out) {
  for (const char* const op : {"+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"}) {
    out->push_back(fmt::format("ip[0] {} 3 = 8", op));
    out->push_back(fmt::format("ether[14:4] {} ip[8] > 0x1000", op));
    out->push_back(fmt::format("(ip[2:2] {} tcp[13]) & 0xff != 7", op));
    out->push_back(fmt::format("7 {} ip[9] < 100", op));
    out->push_back(fmt::format("(len {} ip[1]) > 5", op));
  }
  for (const char* const compare : {"=", "==", "!=", ">", ">=", "<", "<="}) {
    out->push_back(fmt::format("ip[8] {} 64", compare));
    out->push_back(fmt::format("tcp[0:2] {} tcp[2:2]", compare));
    out->push_back(fmt::format("ip[12:4] {} 0x80000000", compare));
  }
  for (const char* const base :
       {"ether", "ip", "ip6", "arp", "tcp", "udp", "icmp", "icmp6", "igmp", "sctp"}) {
    for (const int size : {1, 2, 4})
      out->push_back(fmt::format("{}[5:{}] & 0xf1 != 0", base, size));
  }
  append(out,
         "-ip[8] < 0xffffffd0; -(ip[0] + 1) = -70; ip[8] - 65 = -1; ip[8] - 65 > 0x7fffffff; 0 - "
         "1 > ip[0]; ip[12:4] * ip[16:4] > 5; ip[12:4] + ip[16:4] < ip[12:4]; ip[0] << ip[8] = 0; "
         "ip[0] << (ip[8] / 4) != 0; ip[12:4] >> (ip[9] + 25) = 0; ip[0] << 31 != 0; ip[0] / "
         "ip[1] = 0; ip[0] % ip[1] = 0; ip[0] / (ip[8] - 64) = 0; 100 / ip[9] = 16; ip[2:2] % 20 "
         "= 0; ip[8] ^ 64 = 0; (ip[0] & 0xf) * 4 > 20; (tcp[12] >> 4) * 4 > 20; ip[6:2] & 0x1fff "
         "= 0; ip[6] & 0x20 != 0; ip[6:2] & 0x3fff != 0");
}

void add_fields(Strings* out) {
  append(out,
         "tcp[tcpflags] & tcp-syn != 0; tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn; tcp[13] = "
         "0x12; tcp[tcpflags] == tcp-rst; tcp[tcpflags] & "
         "(tcp-fin|tcp-push|tcp-urg|tcp-ece|tcp-cwr) != 0; tcp[13] & 0xff = 0; icmp[icmptype] = "
         "icmp-echo; icmp[icmptype] = icmp-echoreply; icmp[icmptype] = icmp-unreach and "
         "icmp[icmpcode] = 4; icmp[icmptype] != icmp-redirect; icmp[icmptype] = icmp-timxceed or "
         "icmp[icmptype] = icmp-paramprob; icmp6[icmp6type] = icmp6-echo; icmp6[icmp6type] = "
         "icmp6-neighborsolicit; icmp6[icmp6code] = 0; tcp[((tcp[12:1] & 0xf0) >> 2):4] = "
         "0x47455420; tcp[tcp[12] >> 2] = 0x47; ip[ip[0] & 0xf] = 10; ip[(ip[0] & 0xf) * 4:2] = "
         "80; ether[ether[14] & 0xf:2] > 1; udp[udp[4:2]] = 0; ip[ip[2:2] - 1] = 0; ip[ip[2:2]] = "
         "0; ether[len - 1] = 9; ether[len - 2:2] > 100; ether[len - 3:4] = 1; ether[len] = 0; "
         "ether[len - 4:4] != 0; ip[len] >= 0; ether[ip[8] - 65] = 0; ether[ether[14:4]] = 0; "
         "ether[0 - 1] = 0; ip[0xffffffff] = 0; ip[0xfffffff0:4] >= 0; ether[0x7fffffff] = 0; "
         "ether[0x7ffffffe:4] = 0; ether[0x80000000:2] = 0; ether[70000] = 0; ether[65536:4] >= "
         "0; ether[32768:2] >= 0; ether[ip[12:4]:4] >= 0; ip[tcp[4:4]] = 0; ether[0 - ip[8]] >= "
         "0; ether[ip[8] + 0xfffffff0] >= 0; ether[ip[8] + 0xffffffff:4] >= 0; tcp[0xffffffe0 + "
         "ip[8]:2] >= 0");
  // The last bytes that the copy and the cast window reach, and the bytes behind them.
  for (const int offset :
       {92, 93, 94, 95, 96, 97, 120, 121, 122, 123, 124, 125, 126, 127, 128, 150, 400}) {
    out->push_back(fmt::format("ether[{}] & 1 = 1", offset));
    out->push_back(fmt::format("ether[{}:2] & 1 = 1", offset));
    out->push_back(fmt::format("ether[{}:4] & 1 = 1", offset));
  }
  // These expressions need scratch memory.
  append(out,
         "ip[0] + ip[1] + ip[2] + ip[3] + ip[8] > 200; (ip[0] + ip[1]) * (ip[2] + ip[3]) - (ip[8] "
         "+ ip[9]) > 100; ip[12:4] & ip[16:4] = ip[12:4] | ip[16:4]; (tcp[0:2] + tcp[2:2]) / "
         "(ip[8] + 1) = (tcp[13] + 4) * 2; tcp[(tcp[12] >> 4) * 4 + (ip[0] & 0xf) - 5:4] = "
         "0x47455420; ((ip[0] + (ip[1] + (ip[2] + (ip[3] + ip[8])))) & 0xff) = ((ip[8] + (ip[3] + "
         "(ip[2] + (ip[1] + ip[0])))) & 0xff); ether[ether[14] - 0x3f + ether[15]:2] = "
         "ether[ether[15] + 6:2]; udp[4:2] - 8 + (ip[0] & 0xf) * 4 + 8 = ip[2:2]");
}

std::string joined_hosts(int count, const char* format) {
  std::string expression;
  for (int i = 0; i < count; i++) {
    if (i) expression += " or ";
    expression += fmt::format(fmt::runtime(format), 255 - i);
  }
  return expression;
}

void add_combinations(Strings* out) {
  append(out,
         "tcp and (port 80 or 443) and not host 192.168.1.23; icmp or icmp6 or arp; (tcp or udp) "
         "and (host 10.0.0.1 or fd00::1) and port 53; not (tcp port 80 or udp port 53); ip and "
         "(tcp[13] & 2 != 0 or udp[0:2] = 53); ! arp && ! icmp; tcp || udp; not not ip; tcp and "
         "len > 100 and ip[8] = 64; src host 10.0.0.1 and dst host 10.0.0.2 and tcp src port 1234 "
         "and dst port 80; (ip or ip6) and not (tcp or udp or icmp or icmp6); ip[9] = 6 and "
         "tcp[13] = 2 or ip6[6] = 6 and ip6[53] = 2; 1 = 1; 0 > 1 or ip");
  for (const int count : {20, 50, 100, 200}) {
    out->push_back(joined_hosts(count, "host 10.0.1.{}"));
    out->push_back(joined_hosts(count, "host 10.0.1.{}") + " or dst host 10.0.0.2");
    out->push_back(joined_hosts(count, "port {}"));
  }
  out->push_back(joined_hosts(50, "host fd00::{:x}") + " or host fd00::1");
  out->push_back("not (" + joined_hosts(100, "net 10.{}.0.0/16") + ")");
}

}  // namespace

std::vector<std::string> accepted_expressions() {
  Strings all = {""};
  add_hosts_and_ports(&all);
  add_long_lists(&all);
  add_protocols(&all);
  add_link_layer(&all);
  add_arithmetic(&all);
  add_fields(&all);
  add_combinations(&all);
  return all;
}

std::vector<std::string> refused_expressions() {
  Strings all;
  append(&all,
         "tcp prot 80; port; (tcp; tcp); tcp and; and tcp; host; tcp port 99999; ip broadcast; "
         "gateway 10.0.0.1; ip[0:3] = 1; ip[0] / 0 = 1; ip[0] << 32 = 1; vlan 5000; mpls "
         "0x200000; ether host 1:2; host 10.0.0.256; net 10.0.0.1/24; ether[0xfffff00c:4] = 1; "
         "ether[0xfffff024:4] = "
         "0; icmp or ether[0xfffff038:4] = 7; ifname eth0; radio[0] = 1; wlan type mgt; tcp[; @; "
         "port 08; host ::1::2; tcp "
         "port 80 80 tcp; ip proto; vxlan; portrange 1-; geneve 0x2000000; less; 10.0.0.1; ah[5] "
         "= 1; 1 = 2; type mgt; net 10.0.0.0/33; pppoes 70000");
  return all;
}

}  // namespace pwru::test
