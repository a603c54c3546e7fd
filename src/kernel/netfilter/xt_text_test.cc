// SPDX-License-Identifier: Apache-2.0
// The texts are those that iptables-legacy 1.8.9 lists of such rules.
#include "kernel/netfilter/xt_text.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_limit.h>
#include <linux/netfilter/xt_mark.h>
#include <linux/netfilter/xt_multiport.h>

#include "kernel/netfilter/xt_blob_for_test.h"

namespace pwru::kernel {
namespace {

std::string text(const XtBlob& blob, uint8_t family = PWRU_XT_IP4, const char* set = "") {
  const auto entry = xt_entry(family, blob);
  return entry ? xt_rule_text(*entry, [set](uint16_t) { return set; }) : "none";
}
std::string with(const XtBlob& match) { return text(ip_rule({match})); }

void set_device(char (&name)[IFNAMSIZ], unsigned char (&mask)[IFNAMSIZ], std::string_view device,
                bool is_beginning = false) {
  std::copy(device.begin(), device.end(), name);
  std::fill_n(mask, device.size() + (is_beginning ? 0 : 1), static_cast<unsigned char>(0xff));
}

TEST(XtText, AddressesDevicesAndProtocols) {
  EXPECT_EQ(text(ip_rule({})), "-j DROP");
  EXPECT_EQ(text(udp_rule(53)), "-p udp -m udp --dport 53 -j DROP");
  ipt_ip ip = {};
  ip.src.s_addr = htonl(0x0a010002);
  ip.smsk.s_addr = 0xffffffff;
  ip.dst.s_addr = htonl(0x0a010000);
  ip.dmsk.s_addr = htonl(0xffff00ff);
  ip.invflags = IPT_INV_DSTIP | IPT_INV_VIA_OUT;
  set_device(ip.iniface, ip.iniface_mask, "eth", true);
  set_device(ip.outiface, ip.outiface_mask, "lo");
  ip.proto = IPPROTO_TCP;
  ip.flags = IPT_F_FRAG;
  EXPECT_EQ(text(ip_rule({}, reject_target(3), ip)),
            "-s 10.1.0.2/32 ! -d 10.1.0.0/255.255.0.255 -i eth+ ! -o lo -p tcp -f -j REJECT "
            "--reject-with icmp-port-unreachable");
}

TEST(XtText, Ip6) {
  ip6t_ip6 ip = {};
  ip.dst.s6_addr[0] = 0xfd;
  ip.dst.s6_addr[15] = 1;
  std::fill_n(ip.dmsk.s6_addr, 8, uint8_t{0xff});
  ip.proto = IPPROTO_ICMPV6;
  const ip6t_icmp icmp = {1, {4, 4}, IP6T_ICMP_INV};
  EXPECT_EQ(text(xt_rule(PWRU_XT_IP6, ip, {xt_extension("icmp6", 0, icmp)}, reject_target(1)),
                 PWRU_XT_IP6),
            "-d fd00::1/64 -p ipv6-icmp -m icmp6 ! --icmpv6-type 1/4 -j REJECT --reject-with "
            "icmp6-adm-prohibited");
}

TEST(XtText, Arp) {
  arpt_arp arp = {};
  arp.tgt.s_addr = htonl(0x0a010058);
  arp.tmsk.s_addr = 0xffffffff;
  arp.src_devaddr.addr[0] = 2;
  std::fill_n(arp.src_devaddr.mask, 6, static_cast<char>(0xff));
  arp.arpop = htons(1);
  arp.arpop_mask = 0xffff;
  EXPECT_EQ(text(xt_rule(PWRU_XT_ARP, arp, {}, drop_target()), PWRU_XT_ARP),
            "-d 10.1.0.88 --src-mac 02:00:00:00:00:00 --opcode 1 -j DROP");
}

TEST(XtText, Ports) {
  xt_tcp tcp = {{0, 20}, {7, 0xffff}, 0, 0x17, 2, XT_TCP_INV_SRCPT};
  EXPECT_EQ(with(xt_extension("tcp", 0, tcp)),
            "-m tcp ! --sport 0:20 --dport 7:65535 --tcp-flags FIN,SYN,RST,ACK SYN -j DROP");
  xt_multiport_v1 multiport = {XT_MULTIPORT_DESTINATION, 4, {1, 5, 9, 11}, {0, 1}, 1};
  EXPECT_EQ(with(xt_extension("multiport", 1, multiport)),
            "-m multiport ! --dports 1,5:9,11 -j DROP");
  multiport.count = 16;
  EXPECT_EQ(with(xt_extension("multiport", 1, multiport)), "-m multiport [...] -j DROP");
  const ipt_icmp any = {0xff, {0, 0xff}, 0}, reply = {0, {0, 0xff}, 0};
  EXPECT_EQ(with(xt_extension("icmp", 0, any)), "-m icmp --icmp-type any -j DROP");
  EXPECT_EQ(with(xt_extension("icmp", 0, reply)), "-m icmp --icmp-type 0 -j DROP");
}

TEST(XtText, Connections) {
  xt_conntrack_mtinfo3 info = {};
  info.match_flags = XT_CONNTRACK_STATE | XT_CONNTRACK_STATE_ALIAS;
  info.state_mask = XT_CONNTRACK_STATE_INVALID | 8;
  EXPECT_EQ(with(xt_extension("conntrack", 3, info)), "-m state --state INVALID,NEW -j DROP");
  info.match_flags = XT_CONNTRACK_STATE | XT_CONNTRACK_ORIGSRC | XT_CONNTRACK_DIRECTION;
  info.invert_flags = XT_CONNTRACK_ORIGSRC;
  info.origsrc_addr.ip = htonl(0x0a000000);
  info.origsrc_mask.ip = htonl(0xff000000);
  EXPECT_EQ(with(xt_extension("conntrack", 3, info)),
            "-m conntrack --ctstate INVALID,NEW ! --ctorigsrc 10.0.0.0/8 --ctdir ORIGINAL -j DROP");
  // What the kernel may learn one day.
  info.match_flags |= 1 << 15;
  EXPECT_EQ(with(xt_extension("conntrack", 3, info)), "-m conntrack [...] -j DROP");
}

TEST(XtText, Conditions) {
  const xt_mark_mtinfo1 mark = {5, 0xff, 1};
  EXPECT_EQ(with(xt_extension("mark", 1, mark)), "-m mark ! --mark 0x5/0xff -j DROP");
  xt_rateinfo limit = {};
  limit.avg = 10000 * 60 / 7;
  limit.burst = 9;
  EXPECT_EQ(with(xt_extension("limit", 0, limit)),
            "-m limit --limit 7/min --limit-burst 9 -j DROP");
  limit.avg = 0;
  EXPECT_EQ(with(xt_extension("limit", 0, limit)), "-m limit [...] -j DROP");
  const char comment[256] = "it's \"x\"";
  EXPECT_EQ(with(xt_extension("comment", 0, comment)),
            "-m comment --comment \"it\\'s \\\"x\\\"\" -j DROP");
}

TEST(XtText, SetsByName) {
  const uint8_t set[4] = {1, 0, 2, 1 | 2};  // number 1, two dimensions, the first of the source
  const XtBlob blob = ip_rule({xt_extension("set", 1, set)});
  EXPECT_EQ(text(blob, PWRU_XT_IP4, "bad"), "-m set ! --match-set bad src,dst -j DROP");
  EXPECT_EQ(text(blob, PWRU_XT_IP4, "x -j ACCEPT"),
            "-m set ! --match-set \"x -j ACCEPT\" src,dst -j DROP");
  EXPECT_EQ(text(blob), "-m set [...] -j DROP");
}

// A match, or a revision, that is not known.
TEST(XtText, SaysWhereItIsNotWhole) {
  const uint32_t data = 0;
  EXPECT_EQ(with(xt_extension("string", 1, data)), "-m string [...] -j DROP");
  EXPECT_EQ(with(xt_extension("udp", 9, data)), "-m udp [...] -j DROP");
  EXPECT_EQ(with(xt_extension("udp", 0, data)), "-m udp [...] -j DROP");
  EXPECT_EQ(text(ip_rule({}, xt_extension("MARK", 2, data))), "[...]");
}

TEST(XtText, IsNoneOfABrokenRule) {
  const XtBlob whole = udp_rule(53);
  for (size_t size = 0; size < whole.size(); size++)
    EXPECT_EQ(text(XtBlob(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size))), "none");
  EXPECT_EQ(text(whole, PWRU_XT_BRIDGE), "none");
}

}  // namespace
}  // namespace pwru::kernel
