// SPDX-License-Identifier: Apache-2.0
// Routes, addresses, forwarding.
#include "knowledge/places.h"

namespace pwru::knowledge {
namespace {

using enum Certainty;
using Test = Condition::Test;

// clang-format off
constexpr std::string_view kLooseFilter = "no route leads back to {src}, or {dev} has no IPv4 address: reverse-path filter, in loose mode (rp_filter of {dev} {rp_filter}, of all {rp_filter_all}; the larger counts)";
// Before 5.18 an own address as source is refused at the same place.
constexpr std::string_view kOldLooseFilter = "no route leads back to {src}, or {dev} has no IPv4 address: reverse-path filter, in loose mode (rp_filter of {dev} {rp_filter}, of all {rp_filter_all}; the larger counts); or {src} is an own address of this host";
constexpr std::string_view kLooseFilterAdvice = "ip route get {src}; add the route back; ip addr show dev {dev}";
constexpr std::string_view kStrictFilter = "the way back to {src} does not lead through {dev}: reverse-path filter (rp_filter of {dev} {rp_filter}, of all {rp_filter_all}; the larger counts)";
constexpr std::string_view kOldStrictFilter = "the way back to {src} does not lead through {dev}: reverse-path filter (rp_filter of {dev} {rp_filter}, of all {rp_filter_all}; the larger counts); or {src} is an own address of this host";
constexpr std::string_view kStrictFilterAdvice = "ip route get {src} shows the way back (device now: {way_back}); add the route; if there is one, by another device, sysctl -w net.ipv4.conf.{dev}.rp_filter=2 lets it in";

// What refuses to route a packet, and was found in the tables.
#define BY_ROUTE(id, places, error, kind, sent) \
    {id, places, "", "", {{{Fact::RouteError, Test::Is, error}, {Fact::RefusedBy, Test::Is, "route"}}}, Likely, \
     "the " kind " route {refused_prefix} takes {dst}: table {refused_table}, by the policy rule {refused_rule}" sent, \
     "ip {ip_family} route del " kind " {refused_prefix} table {refused_table} metric {refused_metric} takes it away"}
// One of IPv4 that takes only packets of its TOS; it must be named with that.
#define BY_ROUTE_OF_TOS(id, places, error, kind, sent) \
    {id, places, "", "", {{{Fact::RouteError, Test::Is, error}, {Fact::RefusedBy, Test::Is, "route"}, {Fact::RefusedTos, Test::IsNot, "0"}}}, Likely, \
     "the " kind " route {refused_prefix} for the TOS {refused_tos} takes {dst}: table {refused_table}, by the policy rule {refused_rule}" sent, \
     "ip {ip_family} route del " kind " {refused_prefix} tos {refused_tos} table {refused_table} metric {refused_metric} takes it away"}
#define BY_RULE(id, places, error, kind, sent) \
    {id, places, "", "", {{{Fact::RouteError, Test::Is, error}, {Fact::RefusedBy, Test::Is, "rule"}}}, Likely, \
     "the policy rule {refused_rule} of the kind " kind " takes {dst}" sent, \
     "ip {ip_family} rule list shows it; ip {ip_family} rule del pref {refused_rule} " kind " takes it away"}

constexpr std::string_view kIpsec = "XFRM_POLICY NOT_SPECIFIED -";
// Where a packet ends that no local route takes.
constexpr std::string_view kNotOwn = "ip_error ip6_pkt_drop ip6_pkt_discard " FORWARDS_UNUSED;
constexpr std::string_view kLinkdown = "the route {refused_prefix} leads by {refused_dev}, which has no carrier, and this host passes such routes over (ignore_routes_with_linkdown)";
constexpr std::string_view kLinkdownAdvice = "ip -d link show {refused_dev}: why is its link gone? or set ignore_routes_with_linkdown to 0, for {refused_dev} and for all: sysctl -ar ignore_routes_with_linkdown lists them";
constexpr std::string_view kBackRefused = "the {back_refused_by} route {back_prefix} takes what is for its source {src}, and so the reverse-path filter refuses it (rp_filter of {dev} {rp_filter}, of all {rp_filter_all}; the larger counts)";
constexpr std::string_view kBackRefusedAdvice = "ip {ip_family} route del {back_refused_by} {back_prefix} table {back_table} metric {back_metric} takes it away";
constexpr std::string_view kGroupFrame = "its frame was sent to the broadcast or multicast MAC address {frame_mac}, and a router forwards only frames that were sent to its own";
constexpr std::string_view kGroupFrameAdvice = "find who sends it: tcpdump -e -ni {dev} host {src}; it must send to the MAC address of this router, {dev_mac}";
constexpr std::string_view kDiscard = "dst_discard dst_discard_out dst_discard_sk";
constexpr std::array kCauses = std::to_array<Cause>({
    // Routing. The offer of a DHCP server is for an address that the client does not have yet; it reads
    // it through a packet socket.
    {"dhcp-offer", "ip_error", "", "", {{{Fact::Protocol, Test::Is, "udp"}, {Fact::Port, Test::Is, "68"}}}},
    // An own address without a local route: of IPv6 until duplicate address detection has ended.
    {"duplicate-address", kNotOwn, "", "", {{{Fact::OwnAddress, Test::Is, "duplicate"}}}, Likely,
     "{dst} is an address of this host that is not in use: duplicate address detection found another host that has it",
     "ip -6 addr show shows it as dadfailed; find the other host (tcpdump -e -ni {dev} icmp6), then ip -6 addr del and add it again"},
    {"tentative-address", kNotOwn, "", "", {{{Fact::OwnAddress, Test::Is, "tentative"}}}, Likely,
     "{dst} is an address of this host that is not in use yet: duplicate address detection is not over",
     "ip -6 addr show shows it as tentative; sysctl net.ipv6.conf.{dev}.dad_transmits; ip -6 addr add .. nodad goes without"},
    {"own-address-vrf", kNotOwn, "", "", {{{Fact::OwnAddress, Test::Is, "other-vrf"}}}, Likely,
     "{dst} is an address of {own_address_dev} of this host, in {own_address_vrf}, and it came in by {dev}, which is in another VRF",
     "ip link show {own_address_dev} and ip link show {dev} name the VRF of each (master); put both into one, or add a route from one VRF to the other; if another host is meant that has the same address, its route is missing"},
    {"forwarding-off", "ip_error", "", "", {{{Fact::Forwarding4, Test::Is, "0"}, {Fact::RouteError, Test::Is, "113"}}}, Certain,
     "it is for {dst}, which is not this host, and this host does not forward: net.ipv4.conf.{dev}.forwarding=0",
     "sysctl -w net.ipv4.ip_forward=1, if it is a router"},
    BY_RULE("no-route", "ip_error", "101", "unreachable", "; the sender gets an ICMP error"),
    {"route-linkdown", "ip_error ip6_pkt_drop ip6_pkt_discard", "", "", {{{Fact::RouteError, Test::Is, "101"}, {Fact::RefusedBy, Test::Is, "linkdown"}}}, Likely,
     kLinkdown, kLinkdownAdvice},
    {"no-route", "ip_error", "", "", {{{Fact::RouteError, Test::Is, "101"}, {Fact::RefusedBy, Test::Is, "nothing"}}}, Likely,
     "there is no route to {dst}", "ip route get {dst} from {src} iif {dev}; then ip route add"},
    {"no-route", "ip_error", "", "", {{{Fact::RouteError, Test::Is, "101"}}}, Certain,
     "there is no route to {dst}, or a policy rule of the kind unreachable takes it", "ip route get {dst} from {src} iif {dev}; ip rule list; then ip route add"},
    BY_ROUTE_OF_TOS("route-blackhole", "ip_error", "22", "blackhole", ""),
    BY_ROUTE("route-blackhole", "ip_error", "22", "blackhole", ""),
    BY_RULE("route-blackhole", "ip_error", "22", "blackhole", ""),
    {"route-blackhole", "ip_error", "", "", {{{Fact::RouteError, Test::Is, "22"}}}, Certain,
     "a route or a policy rule of the kind blackhole takes {dst}",
     "ip route show table all type blackhole and ip rule list them"},
    BY_ROUTE_OF_TOS("route-prohibit", "ip_error", "13", "prohibit", "; the sender gets an ICMP error"),
    BY_ROUTE("route-prohibit", "ip_error", "13", "prohibit", "; the sender gets an ICMP error"),
    BY_RULE("route-prohibit", "ip_error", "13", "prohibit", "; the sender gets an ICMP error"),
    {"route-prohibit", "ip_error", "", "", {{{Fact::RouteError, Test::Is, "13"}}}, Certain,
     "a route or a policy rule of the kind prohibit takes {dst}; the sender gets an ICMP error",
     "ip route show table all type prohibit and ip rule list them"},
    BY_ROUTE_OF_TOS("route-unreachable", "ip_error", "113", "unreachable", "; the sender gets an ICMP error"),
    BY_ROUTE("route-unreachable", "ip_error", "113", "unreachable", "; the sender gets an ICMP error"),
    {"route-unreachable", "ip_error", "", "", {{{Fact::RouteError, Test::Is, "113"}}}, Certain,
     "a route of the kind unreachable takes {dst}; the sender gets an ICMP error",
     "ip route show table all type unreachable lists them"},
    {"route-refused", "ip_error", "", "", {}, Possible,
     "the route to {dst} leads nowhere: blackhole, unreachable, prohibit, or this host does not forward",
     "ip route get {dst} from {src} iif {dev}"},
    {"multicast-not-joined", "ip6_pkt_drop ip6_pkt_discard", "", "", {{{Fact::DestinationKind, Test::Is, "local-multicast multicast"}}}},
    BY_RULE("no-route6", "ip6_pkt_drop ip6_pkt_discard", "101", "unreachable", "; the sender gets an ICMP error"),
    {"no-route6", "ip6_pkt_drop ip6_pkt_discard", "", "", {{{Fact::RouteError, Test::Is, "101"}, {Fact::RefusedBy, Test::Is, "nothing"}}}, Likely,
     "there is no route to {dst}", "ip -6 route get {dst} from {src} iif {dev}; then ip -6 route add"},
    {"no-route6", "ip6_pkt_drop ip6_pkt_discard", "", "", {{{Fact::RouteError, Test::Is, "101"}}}, Certain,
     "there is no route to {dst}, or a policy rule of the kind unreachable takes it", "ip -6 route get {dst} from {src} iif {dev}; ip -6 rule list; then ip -6 route add"},
    BY_ROUTE("route-prohibit6", "ip6_pkt_drop ip6_pkt_prohibit", "13", "prohibit", "; the sender gets an ICMP error"),
    BY_RULE("route-prohibit6", "ip6_pkt_drop ip6_pkt_prohibit", "13", "prohibit", "; the sender gets an ICMP error"),
    {"route-prohibit6", "ip6_pkt_drop ip6_pkt_prohibit", "", "", {{{Fact::RouteError, Test::Is, "13"}}}, Certain,
     "a route or a policy rule of the kind prohibit takes {dst}; the sender gets an ICMP error",
     "ip -6 route show table all type prohibit and ip -6 rule list them"},
    BY_ROUTE("route-unreachable6", "ip6_pkt_drop ip6_pkt_discard", "113", "unreachable", "; the sender gets an ICMP error"),
    {"route-unreachable6", "ip6_pkt_drop ip6_pkt_discard", "", "", {{{Fact::RouteError, Test::Is, "113"}}}, Certain,
     "a route of the kind unreachable takes {dst}; the sender gets an ICMP error",
     "ip -6 route show table all type unreachable lists them"},
    {"route-refused6", "ip6_pkt_drop ip6_pkt_discard ip6_pkt_prohibit", "", "", {}, Likely,
     "the route to {dst} leads nowhere, or there is none", "ip -6 route get {dst} from {src} iif {dev}"},
    // The "protocol" of a packet without a payload.
    {"no-payload", kDiscard, "ip6_protocol_deliver_rcu ip6_input_finish", "", {{{Fact::Protocol, Test::Is, "59"}}}},
    // xfrm_lookup_route() gives the packet such a route while the keys are negotiated.
    {"xfrm-no-state", kDiscard, "", "", {{{Fact::RouteError, Test::Is, "0"}, {Fact::IpsecDoes, Test::Is, "protect"}, {Fact::RouteDevice, Test::Is, "lo"}}}, Likely,
     "the IPsec policy {ipsec_policy} dir {ipsec_dir} wants it protected ({ipsec_wants}), and there is no association (state) for it yet",
     "ip -s xfrm state; do the keys of both ends get negotiated? look at the log of the IKE daemon; ip xfrm policy get dir {ipsec_dir} index {ipsec_index} shows the policy"},
    {"xfrm-no-state", kDiscard, "", "", {{{Fact::RouteError, Test::Is, "0"}, {Fact::XfrmOut, Test::IsNot, "0"}, {Fact::RouteDevice, Test::Is, "lo"}}}, Likely,
     "an IPsec policy wants it protected, and there is no association (state) for it yet",
     "ip xfrm policy and ip -s xfrm state; do the keys of both ends get negotiated? look at the log of the IKE daemon; /proc/net/xfrm_stat counts"},
    // dst_dev_put()
    {"route-gone", kDiscard, "", "", {{{Fact::RouteDevice, Test::Is, "blackhole_dev"}}}, Likely,
     "its route led to a device that is gone",
     "ip route get {dst}; ip link show: was a device removed, or moved to another namespace?"},
    BY_ROUTE_OF_TOS("route-blackhole", kDiscard, "22", "blackhole", ""),
    BY_ROUTE("route-blackhole", kDiscard, "22", "blackhole", ""),
    BY_RULE("route-blackhole", kDiscard, "22", "blackhole", ""),
    {"route-blackhole", kDiscard, "", "", {}, Likely,
     "a route or a policy rule of the kind blackhole takes {dst}",
     "ip route show table all type blackhole and ip rule list them; for IPv6 with -6"},
    // As the route back is when it is asked for.
    {"rp-filter-route", "ip_rcv_finish_core ip_route_input_slow", "", "IP_RPFILTER", {{{Fact::BackRefusedBy, Test::Is, "blackhole prohibit unreachable"}}}, Likely,
     kBackRefused, kBackRefusedAdvice},
    // __fib_validate_source() refuses in loose mode only what no route at all leads back to.
    {"rp-filter-loose", "ip_rcv_finish_core ip_route_input_slow", "", "IP_RPFILTER", {{{Fact::RpFilter, Test::Is, "2"}}}, Certain,
     kLooseFilter, kLooseFilterAdvice},
    {"rp-filter-loose", "ip_rcv_finish_core ip_route_input_slow", "", "IP_RPFILTER", {{{Fact::RpFilterAll, Test::Is, "2"}}}, Certain,
     kLooseFilter, kLooseFilterAdvice},
    {"rp-filter", "ip_rcv_finish_core ip_route_input_slow", "", "IP_RPFILTER", {}, Certain,
     kStrictFilter, kStrictFilterAdvice},
    {"martian-source", "ip_rcv_finish_core", "", "IP_LOCALNET IP_INVALID_SOURCE -", {{{Fact::SourceKind, Test::Is, "loopback local-multicast multicast broadcast this-network"}}}, Certain,
     "a packet that comes in by {dev} may not have the source {src} (martian)",
     "find who sends it: tcpdump -e -ni {dev} host {src}"},
    // ip_route_input_slow() takes 0.0.0.0 for a broadcast if the source is 0.0.0.0 too, as with BOOTP.
    {"broadcast-unread", "ip_rcv_finish_core", "", "-", {{{Fact::DestinationKind, Test::Is, "any"}, {Fact::SourceKind, Test::Is, "any"}}}},
    {"destination-refused", "ip_rcv_finish_core", "", "IP_INVALID_DEST -", {{{Fact::DestinationKind, Test::Is, "this-network any"}}}, Certain,
     "its destination {dst} is not valid: 0.0.0.0/8 is no network of hosts",
     "find who sends it: tcpdump -e -ni {dev} dst host {dst}"},
    {"route-localnet", "ip_rcv_finish_core", "", "IP_LOCALNET IP_INVALID_DEST -", {{{Fact::DestinationKind, Test::Is, "loopback"}, {Fact::RouteLocalnet, Test::Is, "0"}, {Fact::RouteLocalnetAll, Test::Is, "0"}}}, Certain,
     "it came in by {dev} for {dst}, and net.ipv4.conf.{dev}.route_localnet=0, as is that of all",
     "sysctl -w net.ipv4.conf.{dev}.route_localnet=1, if loopback addresses shall be reached from outside"},
    {"multicast-not-joined", "ip_rcv_finish_core", "", "-", {{{Fact::DestinationKind, Test::Is, "local-multicast broadcast"}}}},
    // Whoever looks for devices (SSDP, SLP) asks everybody.
    {"multicast-not-joined", "ip_rcv_finish_core", "", "-", {{{Fact::Destination, Test::Is, "239.255.255.250 239.255.255.253"}}}},
    {"multicast-no-member", "ip_rcv_finish_core", "", "-", {{{Fact::DestinationKind, Test::Is, "multicast"}}}, Likely,
     "no program of this network namespace has joined the group {dst} on {dev}, and no multicast route takes it",
     "ip maddr show dev {dev} lists the groups that were joined"},
    {"martian-source", "ip_rcv_finish_core", "", "-", {{{Fact::SourceKind, Test::Is, "any"}, {Fact::DestinationKind, Test::Is, "unicast"}}}, Certain,
     "a packet that comes in by {dev} may not have the source {src} (martian)",
     "find who sends it: tcpdump -e -ni {dev} host {src}"},
    {"multicast-mac", "ip_rcv_finish_core", "", "-", {{{Fact::PacketType, Test::Is, "1 2"}, {Fact::DropUnicastInL2, Test::Is, "1"}, {Fact::DestinationKind, Test::Is, "unicast"}}}, Likely,
     "it has a unicast IP address in a frame to a multicast MAC address (drop_unicast_in_l2_multicast)",
     "find who sends it: tcpdump -e -ni {dev} host {src}"},
    // ip_rcv_options() comes when there is a route.
    {"ip-options", "ip_rcv_finish_core", "", "-", {{{Fact::IpFirst, Test::Is, "70 71 72 73 74 75 76 77 78 79"}, {Fact::RouteType, Test::IsNot, "0"}}}, Likely,
     "it has IP options that are refused: source routing (net.ipv4.conf.{dev}.accept_source_route), or damaged ones",
     "sysctl net.ipv4.conf.all.accept_source_route net.ipv4.conf.{dev}.accept_source_route, both must be 1; look at it: tcpdump -v -ni {dev} host {src}"},
    {"rp-filter-route", "ip_rcv_finish_core", "", "-", {{{Fact::BackRefusedBy, Test::Is, "blackhole prohibit unreachable"}, {Fact::OwnSource, Test::Is, "0"}}}, Likely,
     kBackRefused, kBackRefusedAdvice},
    // 6.12 gives no reason, later kernels IP_LOCAL_SOURCE. Before 5.18 a reverse-path filter has none either.
    {"source-refused", "ip_rcv_finish_core", "", "-", {{{Fact::AcceptLocal, Test::Is, "0"}, {Fact::RpFilter, Test::Is, "0"}, {Fact::RpFilterAll, Test::Is, "0"}}}, Likely,
     "its source {src} may not come from outside: it is an own address of this host, or one of a broadcast",
     "ip addr shows the own addresses; sysctl -w net.ipv4.conf.{dev}.accept_local=1 takes them"},
    {"source-refused", "ip_rcv_finish_core", "", "-", {{{Fact::AcceptLocal, Test::Is, "0"}, {Fact::OwnSource, Test::Is, "1"}}}, Likely,
     "its source {src} may not come from outside: it is an own address of this host",
     "ip addr shows the own addresses; sysctl -w net.ipv4.conf.{dev}.accept_local=1 takes them"},
    // Of this device only its first address is known.
    {"rp-filter-loose", "ip_rcv_finish_core", "", "-", {{{Fact::OwnSource, Test::Is, "0"}, {Fact::RpFilter, Test::Is, "2"}}}, Likely,
     kOldLooseFilter, kLooseFilterAdvice},
    {"rp-filter-loose", "ip_rcv_finish_core", "", "-", {{{Fact::OwnSource, Test::Is, "0"}, {Fact::RpFilterAll, Test::Is, "2"}}}, Likely,
     kOldLooseFilter, kLooseFilterAdvice},
    {"rp-filter", "ip_rcv_finish_core", "", "-", {{{Fact::OwnSource, Test::Is, "0"}, {Fact::RpFilter, Test::Is, "1"}, {Fact::SourceKind, Test::Is, "unicast"}}}, Likely,
     kOldStrictFilter, kStrictFilterAdvice},
    {"rp-filter", "ip_rcv_finish_core", "", "-", {{{Fact::OwnSource, Test::Is, "0"}, {Fact::RpFilterAll, Test::Is, "1"}, {Fact::SourceKind, Test::Is, "unicast"}}}, Likely,
     kOldStrictFilter, kStrictFilterAdvice},
    {"route-lookup", "ip_rcv_finish_core", "", "-", {}, Possible,
     "it was refused while its route was looked up: martian source, an own address as source (accept_local), source routing, the reverse-path filter (Linux before 5.18), or a socket's route that is gone",
     "sysctl -w net.ipv4.conf.all.log_martians=1 and look into the kernel's log"},
    // What ip_forward() asks first. Of what is not for this host, the way leads back to where it came from.
    {"group-frame", "ip_forward ip6_forward", "", "-", {{{Fact::PacketType, Test::Is, "1 2"}, {Fact::LeadsBack, Test::Is, "1"}}}},
    {"group-frame", "ip_forward", "", "-", {{{Fact::PacketType, Test::Is, "1 2"}}}, Likely,
     kGroupFrame, kGroupFrameAdvice},
    {"ttl", "ip_forward", "", "IP_INHDR", {}, Certain,
     "its TTL is {ttl}, so that this router may not forward it; the sender gets an ICMP error",
     "look for a routing loop (traceroute {dst}), or let the sender begin with a larger TTL"},
    {"ttl", "ip_forward", "", "-", {{{Fact::Ttl, Test::Is, "0 1"}}}, Certain,
     "its TTL is {ttl}, so that this router may not forward it; the sender gets an ICMP error",
     "look for a routing loop (traceroute {dst}), or let the sender begin with a larger TTL"},
    {"reserved-multicast", "ip6_rcv_core ipv6_rcv", "", "IP_INHDR -", {{{Fact::DestinationKind, Test::Is, "reserved-multicast"}}}, Certain,
     "its destination {dst} is a multicast address of scope 0, which no host takes",
     "find who sends it: tcpdump -e -ni {dev} dst host {dst}"},
    {"mtu", "ip_forward ip6_forward", "", "PKT_TOO_BIG", {{{Fact::Length, Test::Above, "route_mtu"}, {Fact::GsoSize, Test::Is, "0"}}}, Certain,
     "its {len} bytes do not fit the MTU {route_mtu} of {mtu_owner}, and it may not be fragmented; the sender gets an ICMP error",
     "raise the MTU of {mtu_owner}, lower the sender's, or clamp the MSS; see that ICMP errors reach the sender"},
    {"mtu", "ip_forward ip6_forward", "", "PKT_TOO_BIG", {}, Certain,
     "it, or its segments, are larger than the path MTU of the route to {dst}, and may not be fragmented; the sender gets an ICMP error",
     "ip route get {dst} shows the MTU; lower the sender's, or clamp the MSS"},
    {"forwarding-off6", "ip6_forward", "", "IP_INADDRERRORS -", {{{Fact::Forwarding6, Test::Is, "0"}, {Fact::ForceForwarding6, Test::Is, "0"}}}, Certain,
     "it is for {dst}, which is not this host, and this host does not forward: net.ipv6.conf.all.forwarding=0",
     "sysctl -w net.ipv6.conf.all.forwarding=1, if it is a router"},
    {"forwarding-off6", "ip6_forward", "", "IP_INADDRERRORS -", {{{Fact::Forwarding6, Test::Is, "0"}}}, Likely,
     "it is for {dst}, which is not this host, and this host does not forward: net.ipv6.conf.all.forwarding=0",
     "sysctl -w net.ipv6.conf.all.forwarding=1, if it is a router"},
    {"group-frame", "ip6_forward", "", "-", {{{Fact::PacketType, Test::Is, "1 2"}}}, Likely,
     kGroupFrame, kGroupFrameAdvice},
    {"scope6", "ip6_forward", "", "IP_INADDRERRORS -", {{{Fact::SourceKind, Test::Is, "link-local loopback"}}}, Likely,
     "its source {src} is valid on its link only, so that no router forwards it",
     "let the sender take another address: ip -6 addr show, ip -6 route get {dst} there"},
    {"hop-limit", "ip6_forward", "", "IP_INHDR -", {{{Fact::HopLimit, Test::Is, "0 1"}}}, Certain,
     "its hop limit is {hop_limit}, so that this router may not forward it; the sender gets an ICMP error",
     "look for a routing loop (traceroute {dst}), or let the sender begin with a larger hop limit"},
    // What ip6_forward() asks last.
    {"mtu", "ip_forward ip6_forward", "", "-", {{{Fact::Length, Test::Above, "route_mtu"}, {Fact::GsoSize, Test::Is, "0"}}}, Likely,
     "its {len} bytes do not fit the MTU {route_mtu} of {mtu_owner}, and it may not be fragmented; the sender gets an ICMP error",
     "raise the MTU of {mtu_owner}, lower the sender's, or clamp the MSS; see that ICMP errors reach the sender"},
    // ip6_forward() gives no reason when a policy `dir fwd` refuses it, up to 7.2.
    {"forwarding-policy", kForwards, "", kIpsec, {{{Fact::IpsecDoes, Test::Is, "block"}}}, Likely,
     kIpsecBlocks,
     kIpsecBlocksAdvice},
    {"forwarding-policy", kForwards, "", kIpsec, {{{Fact::IpsecDoes, Test::Is, "protect"}, {Fact::IpsecDir, Test::Is, "fwd"}}}, Likely,
     kIpsecProtects,
     "does the other end send it protected, by the association that the policy means (reqid)? ip xfrm policy get dir {ipsec_dir} index {ipsec_index}; ip -s xfrm state; /proc/net/xfrm_stat counts"},
    {"forwarding-policy", kForwards, "", kIpsec, {{{Fact::IpsecDoes, Test::Is, "protect"}}}, Likely,
     "the IPsec policy {ipsec_policy} dir {ipsec_dir} asks for protection ({ipsec_wants}), and there is no association (state) to send it with",
     "ip -s xfrm state; /proc/net/xfrm_stat counts; ip xfrm policy get dir {ipsec_dir} index {ipsec_index} shows the policy"},
    {"forwarding-policy", kForwards, "", kIpsec, {{{Fact::IpsecDoes, Test::Is, "default"}}}, Likely,
     kIpsecDefault, kIpsecDefaultAdvice},
    {"forwarding-policy", kForwards, "", kIpsec, {{{Fact::IpsecDoes, Test::Is, "none"}, {Fact::Protected, Test::Is, "1"}}}, Likely,
     kIpsecNone, kIpsecNoneAdvice},
    {"forwarding-policy", kForwards, "", kIpsec, {{{Fact::IpsecDoes, Test::Is, "allow"}, {Fact::Protected, Test::Is, "1"}}}, Likely,
     kIpsecPlain, kIpsecPlainAdvice},
    {"forwarding-policy", kForwards, "", "XFRM_POLICY", {}, Certain, kIpsecRefuses, kIpsecRefusesAdvice},
    {"forwarding-policy", kForwards, "", "-", {{{Fact::XfrmForward, Test::IsNot, "0"}, {Fact::PacketType, Test::Is, "0"}, {Fact::IpsecDoes, Test::Is, "unknown"}}}, Likely,
     kIpsecRefuses, kIpsecRefusesAdvice},
});
#undef BY_ROUTE
#undef BY_ROUTE_OF_TOS
#undef BY_RULE
// clang-format on

}  // namespace

std::span<const Cause> routing_causes() { return kCauses; }

}  // namespace pwru::knowledge
