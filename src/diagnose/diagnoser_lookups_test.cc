// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "diagnose/ending_for_test.h"

namespace pwru::diagnose {
namespace {

using knowledge::Certainty;
using knowledge::Fact;
using Refusal = resolve::Lookups::Refusal;
using Port = resolve::Lookups::Port;

Ending refused(std::string_view error, const Refusal& refusal) {
  Ending ending;
  ending.is_freed({"ip_error+0x94"}).with(Fact::RouteError, error);
  ending.record.lookups.emplace().refusal = refusal;
  return ending;
}

TEST(DiagnoserLookups, TheRouteIsNamed) {
  Ending ending = refused("22", {Refusal::By::Route, "10.2.0.0/16", "100", 90});
  EXPECT_EQ(ending.diagnosed().cause, "route-blackhole");
  EXPECT_EQ(ending.diagnosed().what,
            "the blackhole route 10.2.0.0/16 takes 10.2.0.2: table 100, by the policy rule 90");
  EXPECT_EQ(ending.diagnosed().advice,
            "ip -4 route del blackhole 10.2.0.0/16 table 100 takes it away");
  EXPECT_EQ(ending.diagnosed().certainty, Certainty::Likely);
}

TEST(DiagnoserLookups, TheRuleIsNamed) {
  Ending ending = refused("13", {Refusal::By::Rule, "", "", 70});
  EXPECT_EQ(ending.diagnosed().cause, "route-prohibit");
  EXPECT_EQ(
      ending.diagnosed().what,
      "the policy rule 70 of the kind prohibit takes 10.2.0.2; the sender gets an ICMP error");
}

TEST(DiagnoserLookups, WhereNothingRefusesThereIsNoRoute) {
  Ending ending = refused("101", {});
  EXPECT_EQ(ending.diagnosed().what, "there is no route to 10.2.0.2");
  EXPECT_EQ(ending.diagnosed().certainty, Certainty::Certain);
  // The tables have become different since.
  EXPECT_EQ(refused("22", {}).diagnosed().certainty, Certainty::Certain);
}

TEST(DiagnoserLookups, TheWayBackIsNamed) {
  const auto what = [](std::optional<resolve::Lookups::Back> back) {
    Ending ending;
    ending.dies({"ip_rcv_finish_core+0x1"}, "IP_RPFILTER").with(Fact::RpFilter, "1");
    ending.with(Fact::RpFilterAll, "0").record.lookups.emplace().back = back;
    return std::string(ending.diagnosed().what);
  };
  constexpr std::string_view kWhy =
      ", not through eth0: reverse-path filter (rp_filter of eth0 1, of all 0; the larger counts)";
  const auto way = [&](std::string_view words) {
    return fmt::format("the way back to 10.1.0.2 leads {}{}", words, kWhy);
  };
  EXPECT_EQ(what(resolve::Lookups::Back{"eth1", "10.1.0.0/16"}),
            way("through eth1 (route 10.1.0.0/16)"));
  EXPECT_EQ(what(resolve::Lookups::Back{}), way("nowhere"));
  EXPECT_EQ(what(resolve::Lookups::Back{"eth0", "default"}), way("elsewhere"));
  EXPECT_EQ(what(std::nullopt), way("elsewhere"));
}

TEST(DiagnoserLookups, TheBridgeTellsWhereTheDestinationIs) {
  const auto ending = [](const Port& port) {
    Ending made;
    made.dies({"br_handle_frame_finish[bridge]+0x1"}, "NO_TX_TARGET");
    made.with(Fact::FrameMac, "02:00:00:00:00:77").with(Fact::BridgePortIsolated, "0");
    made.with(Fact::BridgeVlans, "1").with(Fact::BridgePortState, "3").with(Fact::Vlan, "4116");
    made.record.lookups.emplace().port = port;
    return made;
  };
  const auto cause = [&](const Port& port) {
    Ending made = ending(port);
    EXPECT_NE(made.diagnosed().certainty, Certainty::Certain);
    return std::string(made.diagnosed().cause);
  };
  using Hindrance = Port::Hindrance;
  EXPECT_EQ(cause({Port::Place::Same, "", ""}), "bridge-same-port");
  EXPECT_EQ(cause({Port::Place::Other, "p2", "blocking"}), "bridge-port-state");
  EXPECT_EQ(cause({Port::Place::Unknown, "p2", "", Hindrance::Vlan}), "bridge-vlan");
  EXPECT_EQ(cause({Port::Place::Unknown, "", "", Hindrance::NoPort}), "bridge-port");
  const auto what = [&](std::string_view only_port, Hindrance hindrance) {
    Ending made = ending({Port::Place::Unknown, only_port, "", hindrance});
    const std::string text(made.diagnosed().what);
    constexpr std::string_view kBegin =
        "the bridge of eth0 does not know its destination 02:00:00:00:00:77, and ";
    EXPECT_TRUE(text.starts_with(kBegin)) << text;
    return text.substr(std::min(kBegin.size(), text.size()));
  };
  EXPECT_EQ(what("p2", Hindrance::Vlan),
            "its only other port, p2, is not in its VLAN 20: VLAN filter");
  EXPECT_EQ(what("", Hindrance::Vlan), "no other port is in its VLAN 20: VLAN filter");
  EXPECT_EQ(what("p2", Hindrance::State), "its only other port, p2, does not forward");
  EXPECT_EQ(what("", Hindrance::State), "no other port forwards");
  EXPECT_EQ(what("", Hindrance::Flood), "no other port is flooded with what is unknown");
  EXPECT_EQ(what("", Hindrance::NoPort), "it has no other port");
  EXPECT_EQ(what("p2", Hindrance::None), "no other port forwards, is flooded, and is in its VLAN");
  // As far as is known it could be sent: the bridge was another one a moment ago.
  Ending changed = ending({Port::Place::Other, "p2", "forwarding"});
  EXPECT_EQ(changed.diagnosed().certainty, Certainty::Possible);
}

TEST(DiagnoserLookups, TheIpsecPolicyIsNamed) {
  const auto what = [](std::vector<std::string_view> functions, bool blocks) {
    Ending ending;
    ending.dies(std::move(functions), "XFRM_POLICY");
    ending.record.lookups.emplace().policy = {"fwd", "src 10.1.0.0/16 dst 10.2.0.0/16", 18, blocks,
                                              blocks ? "" : "ESP in mode tunnel"};
    EXPECT_EQ(ending.diagnosed().certainty, Certainty::Likely);
    return std::string(ending.diagnosed().what);
  };
  constexpr std::string_view kPolicy = "the IPsec policy src 10.1.0.0/16 dst 10.2.0.0/16 dir fwd ";
  EXPECT_EQ(what({"ip_forward+0x1"}, true), fmt::format("{}forbids it (action block)", kPolicy));
  EXPECT_EQ(what({"udp_queue_rcv_one_skb+0x1"}, true),
            fmt::format("{}forbids it (action block)", kPolicy));
  EXPECT_EQ(what({"udp_queue_rcv_one_skb+0x1"}, false),
            fmt::format("{}asks for protection (ESP in mode tunnel), and it came without, or by "
                        "another association",
                        kPolicy));
}

}  // namespace
}  // namespace pwru::diagnose
