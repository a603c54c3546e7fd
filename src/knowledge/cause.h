// SPDX-License-Identifier: Apache-2.0
// What packets die of: a table. A new cause is a row.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "knowledge/fact.h"

namespace pwru::knowledge {

// How sure an answer is.
enum class Certainty : uint8_t {
  Certain,   // the kernel said so, or it was read at the drop
  Likely,    // the place has this one cause in nearly all cases
  Possible,  // the place has several causes
};

// Holds for a fact that is known; an unknown one is equal to nothing, and not unequal either.
struct Condition {
  enum class Test : uint8_t {
    None,   // always holds
    Is,     // one of the texts in `value`, which are separated by blanks
    IsNot,  // none of them
    Above,  // as a number, above the fact that `value` names
  };
  Fact fact = Fact::Source;
  Test test = Test::None;
  std::string_view value = {};
};

// In the place of a reason: the function of the place refused the packet, and the kernel ended it
// as if all were well.
inline constexpr std::string_view kRefused = "REFUSED";

// Lists are names separated by blanks; "" holds for every name.
struct Cause {
  std::string_view id;       // in JSON; stays the same
  std::string_view places;   // functions that free the packet
  std::string_view callers;  // one of them is on the stack behind the place
  // Drop reasons without their prefix. "-": the kernel gave none; NOT_SPECIFIED: although it has
  // reasons.
  std::string_view reasons;
  std::array<Condition, 3> when = {};
  Certainty certainty = Certainty::Certain;
  // Sentences, with facts in braces. Whoever reads the first knows why the packet died, and of the
  // second what to do. A harmless end has none.
  std::string_view what = {};
  std::string_view advice = {};

  [[nodiscard]] constexpr bool is_harmless() const { return what.empty(); }
};

// Those that a place tells, the first that holds counts; then those that a reason alone tells.
[[nodiscard]] std::array<std::span<const Cause>, 7> causes_by_place();
[[nodiscard]] std::span<const Cause> causes_by_reason();

// Reasons of qdiscs (include/net/dropreason-qdisc.h, 7.1; before, skb_drop_reason): no room, or too
// long a wait.
inline constexpr std::string_view kQueueIsFull =
    "QDISC_OVERLIMIT QDISC_DROP_OVERLIMIT FQ_FLOW_LIMIT FQ_BAND_LIMIT QDISC_DROP_FLOW_LIMIT "
    "QDISC_DROP_BAND_LIMIT QDISC_DROP_MAXFLOWS";
inline constexpr std::string_view kQueueIsSlow =
    "QDISC_CONGESTED QDISC_DROP_CONGESTED QDISC_BURST_DROP DUALPI2_STEP_DROP "
    "QDISC_DROP_L4S_STEP_NON_ECN";

// What an IPsec policy refuses.
inline constexpr std::string_view kIpsecBlocks =
    "the IPsec policy {ipsec_policy} dir {ipsec_dir} forbids it (action block)";
inline constexpr std::string_view kIpsecBlocksAdvice =
    "ip xfrm policy get dir {ipsec_dir} index {ipsec_index} shows it; ip xfrm policy delete dir "
    "{ipsec_dir} index {ipsec_index} takes it away";
inline constexpr std::string_view kIpsecProtects =
    "the IPsec policy {ipsec_policy} dir {ipsec_dir} asks for protection ({ipsec_wants}), and it "
    "came {ipsec_came}";
// What __xfrm_policy_check() refuses without a policy that says so.
inline constexpr std::string_view kIpsecDefault =
    "no IPsec policy dir {ipsec_dir} takes it, and the default of this host for that is to block";
inline constexpr std::string_view kIpsecDefaultAdvice =
    "ip xfrm policy getdefault shows the default, and ip xfrm policy setdefault {ipsec_dir} accept "
    "changes it; ip xfrm policy lists the policies: is one missing?";
inline constexpr std::string_view kIpsecNone =
    "it came through an association of IPsec, and no IPsec policy dir {ipsec_dir} takes it";
inline constexpr std::string_view kIpsecNoneAdvice =
    "ip xfrm policy lists the policies: the one dir {ipsec_dir} for {src} and {dst} is missing; ip "
    "xfrm policy getdefault; ip -s xfrm state; look at the log of the IKE daemon";
inline constexpr std::string_view kIpsecPlain =
    "it came through an association of IPsec, and the IPsec policy {ipsec_policy} dir {ipsec_dir} "
    "takes only packets that came without IPsec";
inline constexpr std::string_view kIpsecPlainAdvice =
    "ip xfrm policy get dir {ipsec_dir} index {ipsec_index} shows the policy, which has no "
    "template "
    "(tmpl); ip -s xfrm state";
// Where the policies could not be asked.
inline constexpr std::string_view kIpsecRefuses =
    "IPsec refuses it: a policy forbids it or asks for other protection than it has, or none takes "
    "it, although it came through an association or the default is to block";
inline constexpr std::string_view kIpsecRefusesAdvice =
    "ip xfrm policy and ip xfrm policy getdefault; ip -s xfrm state; /proc/net/xfrm_stat counts";

// Functions that more than one room asks for, with spaces between them.
// Where TCP looks for the socket of a segment, and UDP for that of a datagram.
#define TCP_LOOKUP "tcp_v4_rcv tcp_v6_rcv"
#define UDP_LOOKUP "__udp4_lib_rcv udp_rcv __udp6_lib_rcv udpv6_rcv"
inline constexpr std::string_view kForwards = "ip_forward ip6_forward";
inline constexpr std::string_view kMulticastRouting = "ip_mr_input ip_mr_forward";
// Where a host forwards, or would, what is for an IPv6 address that it does not use yet.
#define FORWARDS_UNUSED "ip6_forward neigh_invalidate ndisc_error_report"
inline constexpr std::string_view kForwardsUnused = FORWARDS_UNUSED;

// Functions that free a packet on behalf of their caller.
[[nodiscard]] bool is_freeing(std::string_view function);
// A function that frees the skb which an XDP program dropped, in veth or generic XDP.
[[nodiscard]] bool is_freeing_for_xdp(std::string_view function);

// Whether `name` is one of the names in `list`, which blanks separate.
[[nodiscard]] bool is_in_list(std::string_view name, std::string_view list);

}  // namespace pwru::knowledge
