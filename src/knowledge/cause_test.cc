// SPDX-License-Identifier: Apache-2.0
#include "knowledge/cause.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "knowledge/inferred.h"

namespace pwru::knowledge {
namespace {

std::vector<std::string> words(std::string_view list) {
  std::vector<std::string> found;
  for (size_t at = 0; at < list.size();) {
    const size_t end = std::min(list.find(' ', at), list.size());
    found.emplace_back(list.substr(at, end - at));
    at = end + 1;
  }
  return found;
}

bool is_fact(std::string_view name) {
  for (const FactRow& row : facts())
    if (row.name == name) return true;
  return false;
}

// What stands in braces.
std::vector<std::string> names_in(std::string_view sentence) {
  std::vector<std::string> names;
  for (size_t at = sentence.find('{'); at != std::string_view::npos; at = sentence.find('{', at)) {
    const size_t end = sentence.find('}', at);
    names.emplace_back(sentence.substr(at + 1, end - at - 1));
    at = end;
  }
  return names;
}

std::vector<Cause> all_causes_by_place() {
  std::vector<Cause> causes;
  for (const auto group : causes_by_place())
    causes.insert(causes.end(), group.begin(), group.end());
  return causes;
}

std::vector<Cause> all_causes() {
  std::vector<Cause> causes = all_causes_by_place();
  causes.insert(causes.end(), causes_by_reason().begin(), causes_by_reason().end());
  return causes;
}

TEST(Facts, StandInTheOrderOfTheEnum) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < facts().size(); i++) {
    EXPECT_EQ(static_cast<size_t>(facts()[i].id), i) << facts()[i].name;
    EXPECT_TRUE(names.insert(facts()[i].name).second) << facts()[i].name;
  }
}

TEST(Causes, NameFactsOnly) {
  for (const Cause& cause : all_causes()) {
    for (const std::string_view sentence : {cause.what, cause.advice})
      for (const std::string& name : names_in(sentence)) EXPECT_TRUE(is_fact(name)) << name;
    for (const Condition& condition : cause.when)
      if (condition.test == Condition::Test::Above) {
        EXPECT_TRUE(is_fact(condition.value)) << condition.value;
      }
  }
}

TEST(Causes, SayWhatAndWhatToDo) {
  for (const Cause& cause : all_causes()) {
    EXPECT_FALSE(cause.id.empty());
    EXPECT_EQ(cause.what.empty(), cause.advice.empty()) << cause.id;
    for (const std::string_view sentence : {cause.what, cause.advice}) {
      EXPECT_FALSE(sentence.ends_with('.')) << sentence;
      EXPECT_EQ(sentence.find("  "), std::string_view::npos) << sentence;
    }
  }
}

TEST(Causes, ListsHaveOneBlankBetweenNames) {
  for (const Cause& cause : all_causes())
    for (const std::string_view list : {cause.places, cause.callers, cause.reasons})
      for (const std::string& word : words(list)) EXPECT_FALSE(word.empty()) << list;
  for (const Cause& cause : all_causes_by_place()) EXPECT_FALSE(cause.places.empty()) << cause.id;
  for (const Cause& cause : causes_by_reason()) {
    EXPECT_FALSE(cause.reasons.empty()) << cause.id;
    EXPECT_TRUE(cause.places.empty()) << cause.id;
  }
}

// A row that no packet can reach, because one before it holds whenever this one does.
TEST(Causes, EachCanBeFound) {
  const auto causes = all_causes_by_place();
  for (size_t later = 0; later < causes.size(); later++)
    for (size_t first = 0; first < later; first++) {
      const Cause& a = causes[first];
      const Cause& b = causes[later];
      if (a.when[0].test != Condition::Test::None || !a.callers.empty()) continue;
      bool is_covered = a.reasons.empty();
      if (!a.reasons.empty() && !b.reasons.empty()) {
        is_covered = true;
        for (const std::string& reason : words(b.reasons))
          is_covered = is_covered && is_in_list(reason, a.reasons);
      }
      for (const std::string& place : words(b.places))
        is_covered = is_covered && is_in_list(place, a.places);
      EXPECT_FALSE(is_covered) << b.id << " behind " << a.id << " at " << b.places;
    }
}

// One row for each, behind those with a condition: the reasons of enum skb_drop_reason on
// Linux 6.1, 6.12, 6.18 and 7.2, and those of qdiscs on 7.2.
TEST(Causes, KnowEveryReason) {
  constexpr std::string_view kReasons =
      "NO_SOCKET PKT_TOO_SMALL TCP_CSUM SOCKET_FILTER UDP_CSUM NETFILTER_DROP OTHERHOST IP_CSUM "
      "IP_INHDR IP_RPFILTER UNICAST_IN_L2_MULTICAST XFRM_POLICY IP_NOPROTO SOCKET_RCVBUFF "
      "PROTO_MEM TCP_MD5NOTFOUND TCP_MD5UNEXPECTED TCP_MD5FAILURE SOCKET_BACKLOG TCP_FLAGS "
      "TCP_ZEROWINDOW TCP_OLD_DATA TCP_OVERWINDOW TCP_OFOMERGE TCP_RFC7323_PAWS "
      "TCP_INVALID_SEQUENCE TCP_RESET TCP_INVALID_SYN TCP_CLOSE TCP_FASTOPEN TCP_OLD_ACK "
      "TCP_TOO_OLD_ACK TCP_ACK_UNSENT_DATA TCP_OFO_QUEUE_PRUNE TCP_OFO_DROP IP_OUTNOROUTES "
      "BPF_CGROUP_EGRESS IPV6DISABLED NEIGH_CREATEFAIL NEIGH_FAILED NEIGH_QUEUEFULL NEIGH_DEAD "
      "TC_EGRESS QDISC_DROP CPU_BACKLOG XDP TC_INGRESS UNHANDLED_PROTO SKB_CSUM SKB_GSO_SEG "
      "SKB_UCOPY_FAULT DEV_HDR DEV_READY FULL_RING NOMEM HDR_TRUNC TAP_FILTER TAP_TXFILTER "
      "ICMP_CSUM INVALID_PROTO IP_INADDRERRORS IP_INNOROUTES PKT_TOO_BIG ARP_PVLAN_DISABLE "
      "BRIDGE_INGRESS_STP_STATE CAKE_FLOOD CANFD_RX_INVALID_FRAME CANXL_RX_INVALID_FRAME "
      "CAN_RX_INVALID_FRAME DUALPI2_STEP_DROP DUP_FRAG FQ_BAND_LIMIT FQ_FLOW_LIMIT "
      "FQ_HORIZON_LIMIT FRAG_REASM_TIMEOUT FRAG_TOO_FAR IPV6_BAD_EXTHDR IPV6_NDISC_BAD_CODE "
      "IPV6_NDISC_BAD_OPTIONS IPV6_NDISC_FRAG IPV6_NDISC_HOP_LIMIT IPV6_NDISC_NS_OTHERHOST "
      "IPV6_TOO_MANY_EXTHDRS IPVLAN_MULTICAST_BACKLOG IP_INVALID_DEST IP_INVALID_SOURCE "
      "IP_LOCALNET IP_LOCAL_SOURCE IP_TUNNEL_ECN LOCAL_MAC MACVLAN_BROADCAST_BACKLOG "
      "MAC_IEEE_MAC_CONTROL MAC_INVALID_SOURCE NEIGH_HH_FILLFAIL NO_TX_TARGET PACKET_SOCK_ERROR "
      "PFMEMALLOC PSP_INPUT PSP_OUTPUT QDISC_BURST_DROP QDISC_CONGESTED QDISC_OVERLIMIT "
      "QUEUE_PURGE RECURSION_LIMIT SECURITY_HOOK SKB_BAD_GSO SKB_CONSUMED SOCKET_CLOSE "
      "TCP_ABORT_ON_DATA TCP_AOFAILURE TCP_AOKEYNOTFOUND TCP_AONOTFOUND TCP_AOUNEXPECTED "
      "TCP_AUTH_HDR TCP_INVALID_ACK_SEQUENCE TCP_INVALID_END_SEQUENCE TCP_LISTEN_OVERFLOW "
      "TCP_MINTTL TCP_OLD_SEQUENCE TCP_RFC7323_PAWS_ACK TCP_RFC7323_TSECR TCP_RFC7323_TW_PAWS "
      "TC_CHAIN_NOTFOUND TC_COOKIE_ERROR TC_RECLASSIFY_LOOP TUNNEL_TXINFO UNIX_DISCONNECT "
      "UNIX_SKIP_OOB VXLAN_ENTRY_EXISTS VXLAN_INVALID_HDR VXLAN_VNI_NOT_FOUND "
      "QDISC_DROP_UNSPEC QDISC_DROP_GENERIC QDISC_DROP_OVERLIMIT QDISC_DROP_CONGESTED "
      "QDISC_DROP_MAXFLOWS QDISC_DROP_FLOOD_PROTECTION QDISC_DROP_BAND_LIMIT "
      "QDISC_DROP_HORIZON_LIMIT QDISC_DROP_FLOW_LIMIT QDISC_DROP_L4S_STEP_NON_ECN";
  for (const std::string& reason : words(kReasons)) {
    size_t rows = 0;
    for (const Cause& cause : causes_by_reason()) {
      if (!is_in_list(reason, cause.reasons)) continue;
      const bool is_conditional = cause.when[0].test != Condition::Test::None;
      if (is_conditional) {
        EXPECT_EQ(rows, 0u) << cause.id << " behind the row of " << reason;
      }
      rows += !is_conditional;
    }
    EXPECT_EQ(rows, 1u) << reason;
  }
}

// What is inferred has a sentence, and stands for one reason at its places.
TEST(Inferences, GiveReasonsThatAreKnown) {
  std::set<std::string> known;
  for (const Cause& cause : all_causes())
    for (const std::string& reason : words(cause.reasons)) known.insert(reason);
  for (const Inference& inference : inferences()) {
    EXPECT_TRUE(known.contains(std::string(inference.reason))) << inference.reason;
    EXPECT_NE(inference.certainty, Certainty::Possible) << inference.reason;
    for (const std::string& place : words(inference.places))
      EXPECT_FALSE(is_freeing(place)) << place;
  }
}

// Without a condition a row stands last at its places.
TEST(Inferences, CanBeFound) {
  std::set<std::string> taken;
  for (const Inference& inference : inferences())
    for (const std::string& place : words(inference.places)) {
      EXPECT_FALSE(taken.contains(place)) << inference.reason << " at " << place;
      if (inference.when[0].test == Condition::Test::None) taken.insert(place);
    }
}

TEST(Causes, WhatFreesForOthersIsNoPlace) {
  for (const Cause& cause : all_causes_by_place())
    for (const std::string& place : words(cause.places)) EXPECT_FALSE(is_freeing(place)) << place;
}

}  // namespace
}  // namespace pwru::knowledge
