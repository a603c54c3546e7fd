// SPDX-License-Identifier: Apache-2.0
#include "session/death_lookups.h"

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/xfrm.h>
#include <netinet/in.h>

#include <cstring>

#include "kernel/lookups/netlink_for_test.h"

namespace pwru {
namespace {

using knowledge::Fact;

// A kernel without rules, routes and bridges, which counts what it is asked.
class Asked {
 public:
  DeathLookups lookups() {
    const auto ask = [this](uint32_t netns, kernel::Bytes request) {
      nlmsghdr head = {};
      EXPECT_TRUE(kernel::take(request, head));
      EXPECT_EQ(netns, 7U);
      types.push_back(head.nlmsg_type);
      now_ns += takes_ns;
      std::vector<std::byte> answer;
      if (head.nlmsg_flags & NLM_F_DUMP)
        kernel::append_done(answer);
      else
        kernel::append_error(answer, head.nlmsg_type == RTM_GETROUTE ? ENETUNREACH : ENOENT);
      return answer;
    };
    const auto owner = [](uint32_t netns, uint64_t socket) {
      return std::optional(kernel::SocketOwner{static_cast<int32_t>(netns + socket), "web"});
    };
    return {{ask, ask, asks_conntrack ? kernel::AskKernel(ask) : kernel::AskKernel(),
             asks_sockets ? kernel::AskKernel(ask) : kernel::AskKernel(), owner},
            [this] { return now_ns; },
            {Fact::RouteError, Fact::RpFilter, Fact::FrameMac, Fact::BridgeVlans, Fact::SocketInode,
             Fact::Conntrack, Fact::Qdisc, Fact::QdiscHandle, Fact::PacketType}};
  }

  bool asks_conntrack = false, asks_sockets = false;
  std::vector<uint16_t> types;
  uint64_t now_ns = 1, takes_ns = 0;
};

struct Death {
  explicit Death(std::vector<std::string_view> functions) : stack(std::move(functions)) {
    record.stack = stack;
    record.packet.netns = 7;
    record.packet.has_tuple = true;
    record.end = resolve::End{};
    record.packet.tuple.daddr[0] = 10;
  }
  resolve::Record& with(std::string_view error, std::string_view rp_filter, std::string_view mac) {
    values = {{"", error}, {"", rp_filter}, {"", mac},  {"", "0"}, {"", inode},
              {"", "0"},   {"", qdisc},     {"", root}, {"", "0"}};
    record.readings = values;
    return record;
  }

  std::vector<std::string_view> stack;
  std::vector<resolve::Value> values;
  std::string_view inode = "?", qdisc = "?", root = "1";
  resolve::Record record;
};

TEST(DeathLookups, ThePlaceOfADeathChoosesTheQuestion) {
  Asked kernel;
  DeathLookups lookups = kernel.lookups();
  Death refused({"kfree_skb_reason+0x1", "ip_error+0x94"});
  const auto refusal = lookups.look_up(refused.with("-101", "?", "?"));
  ASSERT_TRUE(refusal && refusal->refusal);
  EXPECT_EQ(refusal->refusal->by, resolve::Lookups::Refusal::By::Nothing);
  Death filtered({"ip_rcv_finish_core.constprop.0+0x94"});
  const auto back = lookups.look_up(filtered.with("?", "1", "?"));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->way_back->device, "");
  Death bridged({"br_handle_frame_finish[bridge]+0x94"});
  const auto port = lookups.look_up(bridged.with("?", "?", "02:00:00:00:00:77"));
  ASSERT_TRUE(port && port->port);
  EXPECT_EQ(port->port->place, resolve::Lookups::Port::Place::Unknown);
  EXPECT_EQ(kernel.types, (std::vector<uint16_t>{RTM_GETRULE, RTM_GETADDR, RTM_GETRULE,
                                                 RTM_GETROUTE, RTM_GETNEIGH, RTM_GETLINK}));
}

TEST(DeathLookups, TunnelsAreAskedForByKind) {
  Asked kernel;
  DeathLookups lookups = kernel.lookups();
  Death gre({"gre_rcv[ip_gre]+0x161"});
  const auto found = lookups.look_up(gre.with("?", "?", "?"));
  ASSERT_TRUE(found && found->tunnel);
  EXPECT_EQ(found->tunnel->state, resolve::Lookups::Tunnel::State::None);
  EXPECT_EQ(kernel.types.size(), 3U) << "gre, gretap, erspan";
  Death after_ipsec({"xfrm_input+0x1", "tunnel4_rcv[tunnel4]+0x8d"});
  EXPECT_TRUE(lookups.look_up(after_ipsec.with("?", "?", "?"))->tunnel);
  EXPECT_EQ(kernel.types.size(), 4U) << "ipip";
  Death closed({"udp_rcv+0x452"});
  closed.record.packet.tuple.has_ports = true;
  closed.record.packet.tuple.dport = 53;
  EXPECT_FALSE(lookups.look_up(closed.with("?", "?", "?")));
  closed.record.packet.tuple.dport = 4789;
  EXPECT_TRUE(lookups.look_up(closed.with("?", "?", "?"))->tunnel);
  EXPECT_EQ(kernel.types.size(), 5U);
}

TEST(DeathLookups, AnAssociationIsAskedForByItsSpi) {
  Asked kernel;
  DeathLookups lookups = kernel.lookups();
  Death esp({"kfree_skb+0x1", "xfrm_input+0x3c4", "xfrm4_esp_rcv+0x38"});
  EXPECT_FALSE(lookups.look_up(esp.with("?", "?", "?"))) << "ESP in UDP";
  esp.record.packet.tuple.has_spi = true;
  esp.record.packet.tuple.spi = 0x55;
  EXPECT_TRUE(lookups.look_up(esp.record));
  EXPECT_EQ(kernel.types, (std::vector<uint16_t>{XFRM_MSG_GETSA}));
  esp.record.packet.tuple.spi = 0x56;
  EXPECT_TRUE(lookups.look_up(esp.record));
  EXPECT_EQ(kernel.types.size(), 2U);
}

TEST(DeathLookups, AnIpv6AddressThatIsNotInUseIsAskedFor) {
  Asked kernel;
  DeathLookups lookups = kernel.lookups();
  Death forwarded({"ip6_forward+0x1"});
  EXPECT_FALSE(lookups.look_up(forwarded.with("?", "?", "?"))) << "IPv4";
  forwarded.record.packet.tuple.is_v6 = true;
  const auto found = lookups.look_up(forwarded.with("?", "?", "?"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->own_address.why, resolve::Lookups::OwnAddress::Why::None);
  EXPECT_EQ(kernel.types, (std::vector<uint16_t>{RTM_GETADDR}));
}

TEST(DeathLookups, ARouteIsAskedForWhereThisHostSends) {
  Asked kernel;
  DeathLookups lookups = kernel.lookups();
  Death sent({"nf_hook_slow+0x1", "__ip_local_out+0x1"});
  const auto found = lookups.look_up(sent.with("?", "?", "?"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->has_route, std::optional(false));
  sent.record.packet.ifindex = 3;
  EXPECT_FALSE(lookups.look_up(sent.record)) << "it came in";
}

// It has no reason for them, up to 7.2.
TEST(DeathLookups, PoliciesOfIpsecAreAskedAtIp6Forward) {
  Asked kernel;
  DeathLookups lookups = kernel.lookups();
  Death forwarded({"ip6_forward+0x1"});
  forwarded.record.packet.tuple.is_v6 = true;
  forwarded.record.end->kind = resolve::End::Kind::Freed;
  const auto found = lookups.look_up(forwarded.with("?", "?", "?"));
  ASSERT_TRUE(found && found->policy);
  EXPECT_TRUE(found->policy->is_none);
  EXPECT_FALSE(found->policy->default_blocks);
}

TEST(DeathLookups, QueuesAreAskedForBelowAClassfulQdisc) {
  Asked kernel;
  DeathLookups lookups = kernel.lookups();
  Death sent({"__dev_queue_xmit+0x1"});
  sent.qdisc = "\"fq_codel\"";
  EXPECT_FALSE(lookups.look_up(sent.with("?", "?", "?")));
  sent.qdisc = "\"htb\"";
  const auto found = lookups.look_up(sent.with("?", "?", "?"));
  ASSERT_TRUE(found && found->queue);
  EXPECT_EQ(found->queue->kind, "") << "there is none";
  EXPECT_TRUE(lookups.look_up(sent.record));
  EXPECT_EQ(kernel.types, (std::vector<uint16_t>{RTM_GETQDISC}));
  sent.root = "2";  // of another queue of the device
  EXPECT_TRUE(lookups.look_up(sent.with("?", "?", "?")));
  EXPECT_EQ(kernel.types, (std::vector<uint16_t>{RTM_GETQDISC, RTM_GETQDISC}));
}

TEST(DeathLookups, TheProcessOfAFullSocketIsNamed) {
  Asked kernel;
  DeathLookups lookups = kernel.lookups();
  Death full({"udp_queue_rcv_one_skb+0x1"});
  full.inode = "4700";
  EXPECT_FALSE(lookups.look_up(full.with("?", "?", "?")));  // it is not the reason
  full.record.end->text = "SKB_DROP_REASON_SOCKET_RCVBUFF";
  EXPECT_EQ(lookups.look_up(full.record)->owner, "web (4707)");
  EXPECT_EQ(lookups.look_up(full.record)->listener, "");
  full.inode = "?";
  EXPECT_FALSE(lookups.look_up(full.with("?", "?", "?")));
}

TEST(DeathLookups, TheProcessThatHasThePortElsewhereIsNamed) {
  Asked kernel;
  DeathLookups lookups = kernel.lookups();
  Death closed({"udp_rcv+0x1"});
  closed.with("?", "?", "?");
  closed.record.ports = resolve::Ports{};
  EXPECT_FALSE(lookups.look_up(closed.record));
  closed.record.ports->only_inode = 100;
  closed.record.ports->only_netns = 9;
  EXPECT_EQ(lookups.look_up(closed.record)->listener, "web (109)");
  closed.record.ports->takes_packet = true;
  EXPECT_FALSE(lookups.look_up(closed.record));
}

TEST(DeathLookups, ListenersAreAskedAboutASynThatIsPassedOver) {
  Asked kernel;
  kernel.asks_sockets = true;
  DeathLookups lookups = kernel.lookups();
  Death death({"kfree_skb+0x1", "tcp_v4_rcv+0x1"});
  death.record.packet.tuple.l4_proto = IPPROTO_TCP;
  death.record.packet.tuple.tcp_flags = 0x02;
  death.record.packet.tuple.has_ports = true;
  death.record.packet.tuple.dport = 80;
  EXPECT_FALSE(lookups.look_up(death.with("?", "?", "?")));
  death.record.ports.emplace().takes_packet = true;
  EXPECT_TRUE(lookups.look_up(death.with("?", "?", "?")));
  EXPECT_EQ(kernel.types, std::vector<uint16_t>(2, SOCK_DIAG_BY_FAMILY));
}

TEST(DeathLookups, ConntrackIsAskedAboutUdpThatHasNoEntry) {
  Asked kernel;
  Death closed({"__udp4_lib_rcv+0x1"});
  closed.record.packet.tuple.l4_proto = IPPROTO_UDP;
  closed.record.packet.tuple.has_ports = true;
  closed.with("?", "?", "?");
  DeathLookups without = kernel.lookups();
  EXPECT_FALSE(without.look_up(closed.record));
  kernel.asks_conntrack = true;
  DeathLookups lookups = kernel.lookups();
  EXPECT_TRUE(lookups.look_up(closed.record));
  EXPECT_EQ(kernel.types, std::vector<uint16_t>{0x101});
  closed.record.packet.tuple.l4_proto = IPPROTO_TCP;
  EXPECT_FALSE(lookups.look_up(closed.record));
}

TEST(DeathLookups, NothingIsAskedAboutOtherDeaths) {
  Asked kernel;
  DeathLookups lookups = kernel.lookups();
  Death elsewhere({"udp_rcv+0x1", "ip_error+0x94"});
  EXPECT_FALSE(lookups.look_up(elsewhere.with("101", "1", "?")));
  Death unfiltered({"ip_rcv_finish_core+0x1"});
  EXPECT_FALSE(lookups.look_up(unfiltered.with("?", "0", "?")));
  Death nowhere({"ip_error+0x94"});
  nowhere.record.packet.netns = 0;
  EXPECT_FALSE(lookups.look_up(nowhere.with("101", "?", "?")));
  EXPECT_TRUE(kernel.types.empty());
}

TEST(DeathLookups, AnAnswerIsKeptForATenthOfASecond) {
  Asked kernel;
  DeathLookups lookups = kernel.lookups();
  Death death({"ip_error+0x94"});
  death.with("22", "?", "?");
  EXPECT_TRUE(lookups.look_up(death.record));
  EXPECT_TRUE(lookups.look_up(death.record));
  EXPECT_EQ(kernel.types.size(), 1U);
  death.record.packet.tuple.daddr[1] = 1;
  EXPECT_TRUE(lookups.look_up(death.record));
  EXPECT_EQ(kernel.types.size(), 2U);
  kernel.now_ns += 99'000'000;
  EXPECT_TRUE(lookups.look_up(death.record));
  EXPECT_EQ(kernel.types.size(), 2U);
  kernel.now_ns += 1'000'000;
  EXPECT_TRUE(lookups.look_up(death.record));
  EXPECT_EQ(kernel.types.size(), 3U);
}

TEST(DeathLookups, ASlowKernelIsAskedForASecondInTenOnly) {
  Asked kernel;
  kernel.takes_ns = 400'000'000;
  DeathLookups lookups = kernel.lookups();
  Death death({"ip_error+0x94"});
  for (uint8_t host = 0; host < 20; host++) {
    death.record.packet.tuple.daddr[3] = host;
    const auto found = lookups.look_up(death.with("22", "?", "?"));
    EXPECT_EQ(found && found->refusal, host < 3);
  }
}

}  // namespace
}  // namespace pwru
