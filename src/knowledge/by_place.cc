// SPDX-License-Identifier: Apache-2.0
// What the place tells where a packet was freed, with the reason and what was read there. Seen on
// Linux 5.10, 6.1, 6.12 and 7.2 unless a row says otherwise. Functions that freed without a reason
// on one kernel have one on the next, so most rows ask for none.
#include <algorithm>

#include "knowledge/cause.h"

namespace pwru::knowledge {
namespace {

using enum Certainty;
using Test = Condition::Test;

#define HARMLESS(id, places, callers, reasons) \
  { id, places, callers, reasons }

constexpr std::string_view kIptablesTables = "filter nat mangle raw security";

// clang-format off
// Sentences of causes that several conditions tell.
constexpr std::string_view kLooseFilter = "no route leads back to {src}, or {dev} has no IPv4 address: reverse-path filter, in loose mode (rp_filter of {dev} {rp_filter}, of all {rp_filter_all}; the larger counts)";
constexpr std::string_view kLooseFilterAdvice = "ip route get {src}; add the route back; ip addr show dev {dev}";
constexpr std::string_view kStrictFilter = "the way back to {src} does not lead through {dev}: reverse-path filter (rp_filter of {dev} {rp_filter}, of all {rp_filter_all}; the larger counts)";
constexpr std::string_view kStrictFilterAdvice = "ip route get {src}; add the route back; if there is one, by another device, sysctl -w net.ipv4.conf.{dev}.rp_filter=2 lets it in";
constexpr std::string_view kOutOfWindow = "its sequence number {tcp_seq} lies outside of the window of {dst}:{port}";
constexpr std::string_view kOutOfWindowAdvice = "tcpdump -S -ni any tcp and host {src}: a late packet, a middlebox that changes sequence numbers, or somebody who guesses";

constexpr std::array kByPlace = std::to_array<Cause>({
    // What is no drop.
    HARMLESS("ping-answered", "icmp_rcv icmpv6_rcv ping_rcv", "", "NO_SOCKET -"),
    // net.ipv4.icmp_echo_ignore_broadcasts, which is 1
    HARMLESS("broadcast-ping", "icmp_rcv", "", "INVALID_PROTO"),
    {"multicast-not-joined", "br_dev_xmit br_flood br_multicast_flood maybe_deliver", "", "NO_TX_TARGET -", {{{Fact::DestinationKind, Test::Is, "local-multicast multicast broadcast"}}}},
    {"multicast-not-joined", "br_dev_xmit br_flood br_multicast_flood maybe_deliver", "", "NO_TX_TARGET -", {{{Fact::ForGroup, Test::Is, "1"}}}},
    {"wireguard-handshake", "wg_packet_purge_staged_packets skb_queue_purge skb_queue_purge_reason __skb_queue_purge", "wg_packet_purge_staged_packets wg_expired_retransmit_handshake", "", {}, Likely,
     "it waited for the WireGuard peer behind {dev}, which did not answer the handshake",
     "wg show {dev}: is the endpoint right, is UDP let through, does the peer know this key?"},
    {"neighbour-gone", "neigh_flush_dev neigh_destroy skb_queue_purge skb_queue_purge_reason __skb_queue_purge", "neigh_flush_dev neigh_destroy neigh_ifdown __neigh_ifdown neigh_carrier_down", "", {}, Likely,
     "it waited for the MAC address of its next hop when {dev} went down, or the neighbour's entry was deleted",
     "ip link show {dev}; ip neigh show dev {dev}"},
    HARMLESS("queue-purged", "udp_destruct_common tun_queue_purge skb_queue_purge skb_queue_purge_reason __skb_queue_purge sk_stream_kill_queues inet_sock_destruct tcp_disconnect udp_destroy_sock udpv6_destroy_sock packet_release netlink_sock_destruct unix_release_sock unix_sock_destructor skb_rbtree_purge tcp_write_queue_purge __sk_destruct sk_destruct", "", "QUEUE_PURGE SOCKET_CLOSE -"),
    HARMLESS("multicast-not-joined", "ip6_mc_input", "", "-"),
    HARMLESS("spanning-tree", "stp_pdu_rcv br_stp_rcv", "", ""),
    // A raw socket gets a copy of the packet, and most take only a part: ping the answers to itself.
    HARMLESS("raw-socket-filter", "raw_rcv_skb raw_rcv raw_v4_input raw_local_deliver rawv6_rcv_skb rawv6_rcv raw6_local_deliver ipv6_raw_deliver", "", "SOCKET_FILTER"),
    HARMLESS("local-socket", "unix_stream_connect unix_stream_read_generic unix_dgram_recvmsg __unix_dgram_recvmsg netlink_broadcast_filtered netlink_unicast netlink_recvmsg netlink_dump", "", ""),
    HARMLESS("device-set-up", "napi_get_frags_check netif_napi_add_weight_locked netif_napi_add_weight netif_napi_add", "", ""),
    HARMLESS("fragment-delivered", "skb_release_data", "", ""),
    HARMLESS("tcp-acknowledged", "tcp_ack tcp_clean_rtx_queue tcp_rcv_established tcp_rcv_state_process", "", "-"),
    HARMLESS("arp-handled", "arp_process arp_rcv", "", "-"),
    HARMLESS("ndisc-handled", "ndisc_rcv igmp_rcv igmp6_event_query igmp6_event_report mld_query_work", "", "-"),

    // An XDP program that is traced itself.
    {"xdp-program", "XDP_DROP", "", "", {}, Certain,
     "the XDP program {xdp} of {dev} dropped it",
     "ip link show {dev} and bpftool net show the program; bpftool prog show lists the programs with their names, and bpftool prog dump xlated id N what one does"},
    {"xdp-program", "XDP_ABORTED", "", "", {}, Certain,
     "the XDP program {xdp} of {dev} gave up (XDP_ABORTED), which is an error in it",
     "ip link show {dev} and bpftool net show the program; its author asks the tracepoint xdp:xdp_exception"},

    // Netfilter.
    {"nftables-policy", "nft_do_chain nf_hook_slow", "", "", {{{Fact::NftPolicy, Test::Is, "drop"}}}, Certain,
     "no rule of the nftables chain {nft_chain} (table {nft_family} {nft_table}, hook {hook}) took it, and the policy of that chain is drop",
     "in netns {netns}: nft -a list chain {nft_family} {nft_table} {nft_chain} shows the chain, also one of iptables-nft; add a rule that accepts such packets"},
    {"nftables-policy", "nft_do_chain nf_hook_slow", "", "", {{{Fact::NftPolicy, Test::Is, "likely-drop"}}}, Likely,
     "no rule of the nftables chain {nft_chain} (table {nft_family} {nft_table}, hook {hook}) took it, and the policy of that chain is drop",
     "in netns {netns}: nft -a list chain {nft_family} {nft_table} {nft_chain} shows the chain, also one of iptables-nft; add a rule that accepts such packets"},
    {"nftables-reject", "nft_do_chain nf_hook_slow", "", "", {{{Fact::NftExpr, Test::Is, "reject"}, {Fact::NftRule, Test::IsNot, "0"}}}, Certain,
     "rule {nft_rule} of the nftables chain {nft_chain} (table {nft_family} {nft_table}, hook {hook}) rejected it, with an answer to the sender",
     "in netns {netns}: nft -a list chain {nft_family} {nft_table} {nft_chain} shows the rule as handle {nft_handle}; nft delete rule {nft_family} {nft_table} {nft_chain} handle {nft_handle} removes it"},
    // These tables are those of iptables-nft. A number is of another rule as soon as one before it
    // comes or goes, so it is not what a rule is removed by.
    {"nftables-rule", "nft_do_chain nf_hook_slow", "", "", {{{Fact::NftFamily, Test::Is, "ip"}, {Fact::NftTable, Test::Is, kIptablesTables}, {Fact::NftRule, Test::IsNot, "0"}}}, Certain,
     "rule {nft_rule} of the chain {nft_chain} (iptables table {nft_table}, hook {hook}) dropped it",
     "in netns {netns}: iptables-nft -t {nft_table} -S {nft_chain} {nft_rule} shows the rule; nft delete rule ip {nft_table} {nft_chain} handle {nft_handle} removes it, or iptables-nft -t {nft_table} -D {nft_chain} and the number that it has then"},
    {"nftables-rule", "nft_do_chain nf_hook_slow", "", "", {{{Fact::NftFamily, Test::Is, "ip6"}, {Fact::NftTable, Test::Is, kIptablesTables}, {Fact::NftRule, Test::IsNot, "0"}}}, Certain,
     "rule {nft_rule} of the chain {nft_chain} (ip6tables table {nft_table}, hook {hook}) dropped it",
     "in netns {netns}: ip6tables-nft -t {nft_table} -S {nft_chain} {nft_rule} shows the rule; nft delete rule ip6 {nft_table} {nft_chain} handle {nft_handle} removes it, or ip6tables-nft -t {nft_table} -D {nft_chain} and the number that it has then"},
    {"nftables-rule", "nft_do_chain nf_hook_slow", "", "", {{{Fact::NftRule, Test::IsNot, "0"}}}, Certain,
     "rule {nft_rule} of the nftables chain {nft_chain} (table {nft_family} {nft_table}, hook {hook}) dropped it",
     "in netns {netns}: nft -a list chain {nft_family} {nft_table} {nft_chain} shows the rule as handle {nft_handle}; nft delete rule {nft_family} {nft_table} {nft_chain} handle {nft_handle} removes it"},
    // A chain without a name of its own.
    {"nftables-rule", "nft_do_chain nf_hook_slow", "", "", {{{Fact::NftHandle, Test::IsNot, "0"}}}, Certain,
     "a rule in a block of a rule of nftables (table {nft_family} {nft_table}, hook {hook}) dropped it",
     "in netns {netns}: nft -a list table {nft_family} {nft_table} shows it as handle {nft_handle}, in braces behind jump or goto; the rule around the braces is the one that can be deleted"},
    {"nftables", "nft_do_chain", "", "", {}, Certain,
     "a rule or the policy of nftables dropped it in the hook {hook}",
     "nft -a list ruleset shows the chains of that hook, and the counters of their rules, also those of iptables-nft"},
    {"nfqueue", "nf_queue", "", "", {}, Likely,
     "a rule sends it to a queue of NFQUEUE in the hook {hook}, and no program listens there, or the queue is full",
     "/proc/net/netfilter/nfnetlink_queue lists the queues, with what they dropped; start the program that reads the queue, or let the rule pass packets meanwhile (--queue-bypass; nft: bypass)"},
    {"iptables-policy", "nf_hook_slow", "", "", {{{Fact::XtVerdict, Test::Is, "policy"}}}, Certain,
     "no rule of the chain {xt_chain} ({xt_tool}, table {xt_table}) took it, and the policy of that chain is DROP",
     "{xt_tool} -t {xt_table} -nvL {xt_chain} shows the chain; add a rule that accepts such packets"},
    {"iptables-reject", "nf_hook_slow", "", "", {{{Fact::XtVerdict, Test::Is, "reject"}}}, Certain,
     "rule {xt_rule} of the chain {xt_chain} ({xt_tool}, table {xt_table}, hook {hook}) rejected it, with an answer to the sender",
     "{xt_tool} -t {xt_table} -S {xt_chain} {xt_rule} shows the rule; {xt_tool} -t {xt_table} -D {xt_chain} {xt_rule} removes it, if the chain has not changed since"},
    // skb->_nfct is 0 only without an entry of conntrack, and 7 of a packet that is not to have one.
    {"iptables-rule", "nf_hook_slow", "", "", {{{Fact::XtVerdict, Test::Is, "drop"}, {Fact::XtAsksConntrack, Test::Is, "1"}, {Fact::Conntrack, Test::Is, "0"}}}, Certain,
     "rule {xt_rule} of the chain {xt_chain} ({xt_tool}, table {xt_table}, hook {hook}) dropped it for the state of its connection, which is INVALID: conntrack knows no connection that it fits",
     "{xt_tool} -t {xt_table} -S {xt_chain} {xt_rule} shows the rule; does the other direction take another way, past this host? or is its sequence number out of the window (sysctl net.netfilter.nf_conntrack_tcp_be_liberal)?"},
    {"iptables-rule", "nf_hook_slow", "", "", {{{Fact::XtVerdict, Test::Is, "drop"}}}, Certain,
     "rule {xt_rule} of the chain {xt_chain} ({xt_tool}, table {xt_table}, hook {hook}) dropped it",
     "{xt_tool} -t {xt_table} -S {xt_chain} {xt_rule} shows the rule; {xt_tool} -t {xt_table} -D {xt_chain} {xt_rule} removes it, if the chain has not changed since"},
    {"conntrack-full", "nf_hook_slow", "", "", {{{Fact::ConntrackRefusal, Test::Is, "full"}}}, Likely,
     "the table of conntrack is full, and this packet would begin a new connection",
     "on the host: sysctl net.netfilter.nf_conntrack_max shows its size, and sysctl -w raises it; in netns {netns}: conntrack -C counts the connections, conntrack -L shows whose they are; what needs no connection can pass it by (iptables -t raw -j CT --notrack, nft: notrack)"},
    {"conntrack-clash", "nf_hook_slow nf_reinject nfqnl_reinject", "", "", {{{Fact::ConntrackRefusal, Test::Is, "clash"}}}, Likely,
     "conntrack has another connection with its addresses and ports, which began at the same time or through another NAT: no entry could be added",
     "conntrack -S counts them as insert_failed; either a program sends two packets at once by one socket, as resolvers do (resolv.conf: options single-request-reopen), or NAT maps two connections to one (masquerade with --random-fully)"},
    // The hook that was called last. One that is not watched may have come after it.
    {"netfilter-bpf", "nf_hook_slow", "", "", {{{Fact::NfProgramId, Test::IsNot, "0"}}}, Likely,
     "the BPF program {nf_prog} (id {nf_prog_id}) dropped it in the hook {hook} of netfilter",
     "bpftool prog show id {nf_prog_id} shows the program; bpftool link show lists its link, of type netfilter, and who holds it: it ends with that process, or with the file of the link in /sys/fs/bpf"},
    {"ipvs", "nf_hook_slow", "", "", {{{Fact::NfFunction, Test::Is, "ip_vs_in_hook ip_vs_out_hook ip_vs_forward_icmp ip_vs_forward_icmp_v6 ip_vs_local_request4 ip_vs_local_request6 ip_vs_remote_request4 ip_vs_remote_request6 ip_vs_reply4 ip_vs_reply6 ip_vs_local_reply4 ip_vs_local_reply6"}}}, Likely,
     "IPVS dropped it in the hook {hook}: its virtual service has no real server that takes new connections, or IPVS knows no connection of it, or is overloaded",
     "ipvsadm -Ln shows services with their real servers (weight 0 takes nothing new), ipvsadm -Lnc the connections"},
    {"synproxy", "nf_hook_slow", "", "", {{{Fact::NfFunction, Test::Is, "ipv4_synproxy_hook ipv6_synproxy_hook"}}}, Likely,
     "SYNPROXY dropped it in the hook {hook}: it does not fit a handshake that SYNPROXY has answered, or its TCP options are damaged",
     "/proc/net/stat/synproxy counts invalid cookies; is this packet of a connection from before the rule, or forged?"},
    {"nfqueue-verdict", "nf_reinject nfqnl_reinject", "", "", {}, Likely,
     "the program that reads the queue of NFQUEUE dropped it, or ended while it had it; if not, a hook of netfilter behind the queue did",
     "/proc/net/netfilter/nfnetlink_queue lists the queues with the port ids of their programs; look at the log of that program"},
    // Before Linux 6.7, and stable kernels that have its change, nft_do_chain() leaves it to this function.
    {"netfilter", "nf_hook_slow nf_hook_slow_list br_netfilter", "", "", {}, Certain,
     "netfilter dropped it in the hook {hook}: a rule of iptables, or of nftables on older kernels, a full conntrack table, or another hook",
     "iptables-save -c, ip6tables-save -c and nft list ruleset show which rule counts; conntrack -S counts a full table"},

    // Routing. The offer of a DHCP server is for an address that the client does not have yet; it reads
    // it through a packet socket.
    {"dhcp-offer", "ip_error", "", "", {{{Fact::Protocol, Test::Is, "udp"}, {Fact::Port, Test::Is, "68"}}}},
    {"forwarding-off", "ip_error", "", "", {{{Fact::Forwarding4, Test::Is, "0"}, {Fact::RouteError, Test::Is, "113"}}}, Certain,
     "it is for {dst}, which is not this host, and this host does not forward: net.ipv4.conf.{dev}.forwarding=0",
     "sysctl -w net.ipv4.ip_forward=1, if it is a router"},
    {"no-route", "ip_error", "", "", {{{Fact::RouteError, Test::Is, "101"}}}, Certain,
     "there is no route to {dst}, or a policy rule of the kind unreachable takes it", "ip route get {dst} from {src} iif {dev}; ip rule list; then ip route add"},
    {"route-blackhole", "ip_error", "", "", {{{Fact::RouteError, Test::Is, "22"}}}, Certain,
     "a route or a policy rule of the kind blackhole takes {dst}",
     "ip route show table all type blackhole and ip rule list them"},
    {"route-prohibit", "ip_error", "", "", {{{Fact::RouteError, Test::Is, "13"}}}, Certain,
     "a route or a policy rule of the kind prohibit takes {dst}; the sender gets an ICMP error",
     "ip route show table all type prohibit and ip rule list them"},
    {"route-unreachable", "ip_error", "", "", {{{Fact::RouteError, Test::Is, "113"}}}, Certain,
     "a route of the kind unreachable takes {dst}; the sender gets an ICMP error",
     "ip route show table all type unreachable lists them"},
    {"route-refused", "ip_error", "", "", {}, Possible,
     "the route to {dst} leads nowhere: blackhole, unreachable, prohibit, or this host does not forward",
     "ip route get {dst} from {src} iif {dev}"},
    {"multicast-not-joined", "ip6_pkt_drop ip6_pkt_discard", "", "", {{{Fact::DestinationKind, Test::Is, "local-multicast multicast"}}}},
    {"no-route6", "ip6_pkt_drop ip6_pkt_discard", "", "", {{{Fact::RouteError, Test::Is, "101"}}}, Certain,
     "there is no route to {dst}, or a policy rule of the kind unreachable takes it", "ip -6 route get {dst} from {src} iif {dev}; ip -6 rule list; then ip -6 route add"},
    {"route-prohibit6", "ip6_pkt_drop ip6_pkt_prohibit", "", "", {{{Fact::RouteError, Test::Is, "13"}}}, Certain,
     "a route or a policy rule of the kind prohibit takes {dst}; the sender gets an ICMP error",
     "ip -6 route show table all type prohibit and ip -6 rule list them"},
    {"route-unreachable6", "ip6_pkt_drop ip6_pkt_discard", "", "", {{{Fact::RouteError, Test::Is, "113"}}}, Certain,
     "a route of the kind unreachable takes {dst}; the sender gets an ICMP error",
     "ip -6 route show table all type unreachable lists them"},
    {"route-refused6", "ip6_pkt_drop ip6_pkt_discard ip6_pkt_prohibit", "", "", {}, Likely,
     "the route to {dst} leads nowhere, or there is none", "ip -6 route get {dst} from {src} iif {dev}"},
    // The "protocol" of a packet without a payload.
    HARMLESS("no-payload", "dst_discard dst_discard_out dst_discard_sk", "ip6_protocol_deliver_rcu ip6_input_finish", ""),
    // xfrm_lookup_route() gives the packet such a route while the keys are negotiated.
    {"xfrm-no-state", "dst_discard dst_discard_out dst_discard_sk", "", "", {{{Fact::RouteError, Test::Is, "0"}, {Fact::XfrmOut, Test::IsNot, "0"}}}, Likely,
     "an IPsec policy wants it protected, and there is no association (state) for it yet",
     "ip xfrm policy and ip -s xfrm state; do the keys of both ends get negotiated? look at the log of the IKE daemon; /proc/net/xfrm_stat counts"},
    {"route-blackhole", "dst_discard dst_discard_out dst_discard_sk", "", "", {}, Likely,
     "a route or a policy rule of the kind blackhole takes {dst}",
     "ip route show table all type blackhole and ip rule list them; for IPv6 with -6"},
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
    {"multicast-mac", "ip_rcv_finish_core", "", "-", {{{Fact::PacketType, Test::Is, "1 2"}, {Fact::DestinationKind, Test::Is, "unicast"}}}, Likely,
     "it has a unicast IP address in a frame to a multicast MAC address (drop_unicast_in_l2_multicast)",
     "find who sends it: tcpdump -e -ni {dev} host {src}"},
    // ip_rcv_options() comes before the route is looked up.
    {"ip-options", "ip_rcv_finish_core", "", "-", {{{Fact::IpFirst, Test::Is, "70 71 72 73 74 75 76 77 78 79"}}}, Likely,
     "it has IP options that are refused: source routing (net.ipv4.conf.{dev}.accept_source_route), or damaged ones",
     "sysctl net.ipv4.conf.all.accept_source_route net.ipv4.conf.{dev}.accept_source_route, both must be 1; look at it: tcpdump -v -ni {dev} host {src}"},
    // 6.12 gives no reason, later kernels IP_LOCAL_SOURCE. Before 5.18 a reverse-path filter has none either.
    {"source-refused", "ip_rcv_finish_core", "", "-", {{{Fact::AcceptLocal, Test::Is, "0"}, {Fact::RpFilter, Test::Is, "0"}, {Fact::RpFilterAll, Test::Is, "0"}}}, Likely,
     "its source {src} may not come from outside: it is an own address of this host, or one of a broadcast",
     "ip addr shows the own addresses; sysctl -w net.ipv4.conf.{dev}.accept_local=1 takes them"},
    // Before 5.18. What comes from an address of this host is refused at the same place.
    {"source-refused", "ip_rcv_finish_core", "", "-", {{{Fact::AcceptLocal, Test::Is, "0"}, {Fact::OwnSource, Test::Is, "1"}}}, Likely,
     "its source {src} may not come from outside: it is an own address of this host",
     "ip addr shows the own addresses; sysctl -w net.ipv4.conf.{dev}.accept_local=1 takes them"},
    {"rp-filter-loose", "ip_rcv_finish_core", "", "-", {{{Fact::OwnSource, Test::Is, "0"}, {Fact::RpFilter, Test::Is, "2"}}}, Likely,
     kLooseFilter, kLooseFilterAdvice},
    {"rp-filter-loose", "ip_rcv_finish_core", "", "-", {{{Fact::OwnSource, Test::Is, "0"}, {Fact::RpFilterAll, Test::Is, "2"}}}, Likely,
     kLooseFilter, kLooseFilterAdvice},
    {"rp-filter", "ip_rcv_finish_core", "", "-", {{{Fact::OwnSource, Test::Is, "0"}, {Fact::SourceKind, Test::Is, "unicast"}}}, Likely,
     kStrictFilter, kStrictFilterAdvice},
    {"route-lookup", "ip_rcv_finish_core", "", "-", {}, Possible,
     "it was refused while its route was looked up: martian source, an own address as source (accept_local), source routing, the reverse-path filter (Linux before 5.18), or a socket's route that is gone",
     "sysctl -w net.ipv4.conf.all.log_martians=1 and look into the kernel's log"},
    {"ttl", "ip_forward", "", "IP_INHDR", {}, Certain,
     "its TTL is {ttl}, so that this router may not forward it; the sender gets an ICMP error",
     "look for a routing loop (traceroute {dst}), or let the sender begin with a larger TTL"},
    {"ttl", "ip_forward", "", "-", {{{Fact::Ttl, Test::Is, "0 1"}}}, Certain,
     "its TTL is {ttl}, so that this router may not forward it; the sender gets an ICMP error",
     "look for a routing loop (traceroute {dst}), or let the sender begin with a larger TTL"},
    {"mtu", "ip_forward ip6_forward", "", "PKT_TOO_BIG", {{{Fact::Length, Test::Above, "route_mtu"}, {Fact::GsoSize, Test::Is, "0"}}}, Certain,
     "its {len} bytes do not fit the MTU {route_mtu} of {route_dev}, and it may not be fragmented; the sender gets an ICMP error",
     "raise the MTU of {route_dev}, lower the sender's, or clamp the MSS; see that ICMP errors reach the sender"},
    {"mtu", "ip_forward ip6_forward", "", "PKT_TOO_BIG", {}, Certain,
     "it, or its segments, are larger than the path MTU of the route to {dst}, and may not be fragmented; the sender gets an ICMP error",
     "ip route get {dst} shows the MTU; lower the sender's, or clamp the MSS"},
    {"forwarding-policy", "ip_forward ip6_forward", "", "XFRM_POLICY", {}, Certain,
     "an IPsec policy forbids to forward it", "ip xfrm policy lists the policies; ip -s xfrm state the associations"},
    {"forwarding-off6", "ip6_forward", "", "IP_INADDRERRORS -", {{{Fact::Forwarding6, Test::Is, "0"}, {Fact::ForceForwarding6, Test::Is, "0"}}}, Certain,
     "it is for {dst}, which is not this host, and this host does not forward: net.ipv6.conf.all.forwarding=0",
     "sysctl -w net.ipv6.conf.all.forwarding=1, if it is a router"},
    {"forwarding-off6", "ip6_forward", "", "IP_INADDRERRORS -", {{{Fact::Forwarding6, Test::Is, "0"}}}, Likely,
     "it is for {dst}, which is not this host, and this host does not forward: net.ipv6.conf.all.forwarding=0",
     "sysctl -w net.ipv6.conf.all.forwarding=1, if it is a router"},
    {"scope6", "ip6_forward", "", "IP_INADDRERRORS -", {{{Fact::SourceKind, Test::Is, "link-local loopback"}}}, Likely,
     "its source {src} is valid on its link only, so that no router forwards it",
     "let the sender take another address: ip -6 addr show, ip -6 route get {dst} there"},
    {"hop-limit", "ip6_forward", "", "IP_INHDR -", {{{Fact::HopLimit, Test::Is, "0 1"}}}, Certain,
     "its hop limit is {hop_limit}, so that this router may not forward it; the sender gets an ICMP error",
     "look for a routing loop (traceroute {dst}), or let the sender begin with a larger hop limit"},
    // What ip6_forward() asks last.
    {"mtu", "ip_forward ip6_forward", "", "-", {{{Fact::Length, Test::Above, "route_mtu"}, {Fact::GsoSize, Test::Is, "0"}}}, Likely,
     "its {len} bytes do not fit the MTU {route_mtu} of {route_dev}, and it may not be fragmented; the sender gets an ICMP error",
     "raise the MTU of {route_dev}, lower the sender's, or clamp the MSS; see that ICMP errors reach the sender"},
    {"forwarding-policy", "ip_forward ip6_forward", "", "-", {{{Fact::XfrmForward, Test::IsNot, "0"}}}, Likely,
     "an IPsec policy forbids to forward it", "ip xfrm policy lists the policies; ip -s xfrm state the associations"},

    // Neighbours.
    {"neighbour-failed", "neigh_invalidate arp_error_report ndisc_error_report", "", "", {}, Certain,
     "nobody answers for {next_hop} on {dev}: neither ARP nor neighbour discovery found its MAC address",
     "ip neigh show {next_hop} dev {dev}; is that host up, and on this link and VLAN?"},
    {"neighbour-queue", "__neigh_event_send", "", "NEIGH_QUEUEFULL", {}, Certain,
     "the MAC address of {next_hop} on {dev} is not known yet, and the queue for it is full",
     "ip neigh show {next_hop} dev {dev}; sysctl net.ipv4.neigh.{dev}.unres_qlen_bytes (net.ipv6 for IPv6) is its size"},
    {"neighbour-failed", "__neigh_event_send neigh_resolve_output", "", "NEIGH_FAILED NEIGH_DEAD -", {}, Likely,
     "the neighbour {next_hop} on {dev} did not answer",
     "ip neigh show {next_hop} dev {dev}; is that host up, and on this link and VLAN?"},

    // Devices and their queues.
    {"tc-egress", "__dev_queue_xmit sch_handle_egress", "", "TC_EGRESS", {}, Certain,
     "a filter or a BPF program of tc dropped it on its way out by {dev}",
     "tc -s filter show dev {dev} egress lists the filters; bpftool net show dev {dev} also the programs of tcx"},
    // Reports of MLD and IGMP while the other end is not up yet.
    {"link-comes-up", "__dev_queue_xmit __dev_xmit_skb dev_queue_xmit sch_direct_xmit", "", "", {{{Fact::Qdisc, Test::Is, "noop"}, {Fact::DestinationKind, Test::Is, "local-multicast"}, {Fact::Protocol, Test::Is, "icmp6 2"}}}},
    {"no-carrier", "__dev_queue_xmit __dev_xmit_skb dev_queue_xmit sch_direct_xmit", "", "QDISC_DROP QDISC_DROP_UNSPEC QDISC_DROP_GENERIC -", {{{Fact::Qdisc, Test::Is, "noop"}}}, Certain,
     "{dev} has no carrier, or is going down: its packets go to the qdisc noop",
     "ip -d link show {dev}; of a pair such as veth the other end must be up too, a tun needs its program"},
    {"qdisc-blackhole", "__dev_queue_xmit __dev_xmit_skb", "", "QDISC_DROP QDISC_DROP_UNSPEC QDISC_DROP_GENERIC -", {{{Fact::Qdisc, Test::Is, "blackhole"}}}, Certain,
     "the qdisc blackhole of {dev} drops whatever is sent there",
     "tc qdisc show dev {dev}; tc qdisc del dev {dev} root takes it off"},
    {"qdisc-netem", "__dev_queue_xmit __dev_xmit_skb", "", "QDISC_DROP QDISC_DROP_UNSPEC QDISC_DROP_GENERIC QDISC_DROP_OVERLIMIT -", {{{Fact::Qdisc, Test::Is, "netem"}}}, Likely,
     "the qdisc netem of {dev} lost it on purpose, or is full ({qdisc_len} packets in it)",
     "tc -s qdisc show dev {dev}; tc qdisc del dev {dev} root takes it off"},
    {"qdisc-full", "__dev_queue_xmit __dev_xmit_skb", "", "QDISC_DROP -", {{{Fact::Qdisc, Test::IsNot, "noqueue"}}}, Likely,
     "the qdisc {qdisc} of {dev} dropped it: its queue is full ({qdisc_len} packets in it), or it limits the rate",
     "tc -s qdisc show dev {dev} shows backlog, drops and limits"},
    {"tc-ingress", "__netif_receive_skb_core sch_handle_ingress", "", "TC_INGRESS", {}, Certain,
     "a filter or a BPF program of tc dropped it on its way in by {dev}",
     "tc -s filter show dev {dev} ingress lists the filters; bpftool net show dev {dev} also the programs of tcx"},
    {"xdp-generic", "do_xdp_generic netif_receive_generic_xdp", "", "", {{{Fact::XdpGenericLinkId, Test::IsNot, "0"}}}, Certain,
     "the XDP program {xdp} (id {xdp_id}) of {dev} dropped it, gave up, or sent it where it cannot go",
     "bpftool link shows its link; bpftool prog show id {xdp_id} shows it"},
    {"xdp-generic", "do_xdp_generic netif_receive_generic_xdp", "", "", {}, Certain,
     "the XDP program {xdp} (id {xdp_id}) of {dev} dropped it, gave up, or sent it where it cannot go",
     "ip link set dev {dev} xdpgeneric off takes it off; bpftool prog show id {xdp_id} shows it"},
    {"xdp-native", "veth_xdp_rcv_skb veth_poll tun_build_skb", "", "", {{{Fact::XdpLinkId, Test::IsNot, "0"}}}, Likely,
     "the XDP program {xdp_link} (id {xdp_link_id}) of {dev} dropped it, gave up, or sent it where it cannot go",
     "bpftool link shows its link; bpftool prog show id {xdp_link_id} shows it"},
    {"xdp-native", "veth_xdp_rcv_skb veth_poll tun_build_skb", "", "", {}, Likely,
     "the XDP program {xdp_drv} (id {xdp_drv_id}) of {dev} dropped it, gave up, or sent it where it cannot go",
     "ip link set dev {dev} xdp off takes it off; bpftool prog show id {xdp_drv_id} shows it"},
    {"backlog", "enqueue_to_backlog", "", "CPU_BACKLOG", {}, Certain,
     "the CPU could not keep up: its backlog of received packets was full, or half full of one flow where flow limits are on",
     "on the host: sysctl net.core.netdev_max_backlog is the limit; /proc/net/softnet_stat counts, a line for each CPU; spread the load (RSS, RPS); sysctl net.core.flow_limit_cpu_bitmap"},
    {"backlog", "enqueue_to_backlog", "", "-", {}, Likely,
     "the backlog of received packets of its CPU was full, or {dev} is not up",
     "on the host: sysctl net.core.netdev_max_backlog is the limit; /proc/net/softnet_stat counts, a line for each CPU; ip link show {dev}"},
    // What is for another MAC address is what a bridge or switch floods, or a promiscuous device hears.
    {"vlan-unknown", "ip_rcv_core ip6_rcv_core ip_rcv ipv6_rcv", "", "OTHERHOST", {{{Fact::Vlan, Test::IsNot, "0"}, {Fact::ForDevice, Test::Is, "1"}}}, Likely,
     "its frame has a VLAN tag ({vlan}) that {dev} has no device for",
     "ip -d link show type vlan; tcpdump -e -ni {dev} shows the tag"},
    // ip_rcv_core() is given frames for the own MAC address as OTHERHOST only when a VLAN tag was taken out.
    {"vlan-unknown", "ip_rcv_core ip6_rcv_core ip_rcv ipv6_rcv", "", "OTHERHOST", {{{Fact::ForDevice, Test::Is, "1"}}}, Likely,
     "its frame has a VLAN tag that {dev} has no device for",
     "ip -d link show type vlan; tcpdump -e -ni {dev} shows the tag"},
    {"martian-source", "ip6_rcv_core ipv6_rcv", "", "IP_INHDR -", {{{Fact::SourceKind, Test::Is, "loopback local-multicast multicast"}, {Fact::PacketType, Test::IsNot, "3"}}}, Certain,
     "a packet that comes in by {dev} may not have the source {src}",
     "find who sends it: tcpdump -e -ni {dev} host {src}"},
    {"destination-refused", "ip6_rcv_core ipv6_rcv", "", "IP_INHDR -", {{{Fact::DestinationKind, Test::Is, "loopback any"}, {Fact::PacketType, Test::IsNot, "3"}}}, Certain,
     "a packet that comes in by {dev} may not be for {dst}",
     "find who sends it: tcpdump -e -ni {dev} host {src}"},
    {"ipv6-version", "ip6_rcv_core", "", "UNHANDLED_PROTO", {}, Certain,
     "its EtherType says IPv6, and the version field of its header does not",
     "find who sends it: tcpdump -e -X -ni {dev}"},
    {"ipv6-option", "icmpv6_param_prob icmpv6_param_prob_reason", "ip6_tlvopt_unknown", "", {}, Certain,
     "it has an IPv6 option that this host does not know, and that asks for an ICMP error then",
     "look at it: tcpdump -v -ni {dev} host {src}"},
    {"ipv6-option", "ip6_tlvopt_unknown", "", "UNHANDLED_PROTO", {}, Certain,
     "it has an IPv6 option that this host does not know, and that asks to be dropped then",
     "look at it: tcpdump -v -ni {dev} host {src}"},
    {"ipv6-option", "ip6_parse_tlv", "", "-", {}, Likely,
     "it has an IPv6 option that this host does not know, and that asks to be dropped then, or its options are damaged",
     "look at it: tcpdump -v -ni {dev} host {src}"},
    {"routing-header", "ipv6_rthdr_rcv ipv6_srh_rcv ipv6_rpl_srh_rcv", "", "-", {}, Likely,
     "it has a routing header that this host does not take: segment routing (net.ipv6.conf.{dev}.seg6_enabled), or source routing",
     "sysctl net.ipv6.conf.all.seg6_enabled net.ipv6.conf.{dev}.seg6_enabled, both must be 1; look at it: tcpdump -v -ni {dev} host {src}"},
    {"mpls", "mpls_forward", "", "-", {}, Likely,
     "MPLS does not take it: it is off on {dev} (net.mpls.conf.{dev}.input), no route has its label, or its TTL has run out",
     "sysctl net.mpls.conf.{dev}.input net.mpls.platform_labels; ip -f mpls route show"},
    // Of the link only: LLDP, spanning tree, 802.1X, slow protocols, PTP.
    {"link-protocol", "__netif_receive_skb_core", "", "UNHANDLED_PROTO -", {{{Fact::EtherType, Test::Is, "0x88cc 0x0004 0x888e 0x8809 0x88f7"}}}},
    // Each port of a bond hears a broadcast, and one takes it; of unknown protocols hosts hear many.
    {"group-unread", "__netif_receive_skb_core", "", "UNHANDLED_PROTO", {{{Fact::ForGroup, Test::Is, "1"}}}},
    {"inactive-port", "__netif_receive_skb_core", "", "UNHANDLED_PROTO", {{{Fact::EtherType, Test::Is, "0x0800 0x86dd 0x0806"}}}, Possible,
     "{dev} is an inactive port of a bond or team, or nothing takes the packet there",
     "ip -d link show {dev}; cat /proc/net/bonding/*"},

    // Bridges; state of a port: 0 disabled, 1 listening, 2 learning, 4 blocking.
    // The kernel disables a port without a carrier, which comes and goes while its host is set up or taken down.
    {"link-comes-up", "br_handle_frame br_handle_frame_finish", "", "", {{{Fact::BridgePortState, Test::Is, "0"}, {Fact::ForGroup, Test::Is, "1"}}}},
    {"bridge-port-state", "br_handle_frame br_handle_frame_finish", "", "", {{{Fact::BridgePortState, Test::Is, "0 1 2 4"}}}, Certain,
     "the bridge port {dev} does not forward: its state is {port_state} (0 disabled, 1 listening, 2 learning, 4 blocking)",
     "bridge -d link show dev {dev}; it forwards after two forward delays, at once without STP"},
    // A trunk carries broadcasts of VLANs that are not for this host.
    {"bridge-other-vlan", "__allowed_ingress br_allowed_ingress", "", "", {{{Fact::DestinationKind, Test::Is, "local-multicast multicast broadcast"}}}},
    {"bridge-other-vlan", "__allowed_ingress br_allowed_ingress", "br_dev_xmit", "", {}},
    {"bridge-vlan", "__allowed_ingress br_allowed_ingress", "", "", {}, Likely,
     "the VLAN filter of the bridge does not let it in by the port {dev}",
     "bridge vlan show dev {dev} lists the VLANs of the port; bridge vlan add dev {dev} vid N adds one"},
    {"bridge-isolated", "br_handle_frame_finish br_forward maybe_deliver", "", "NO_TX_TARGET -", {{{Fact::BridgePortIsolated, Test::Is, "1"}, {Fact::BridgeVlans, Test::Is, "0"}}}, Likely,
     "the bridge port {dev} is isolated: the bridge forwards nothing from it to other isolated ports",
     "bridge -d link show shows isolated ports; bridge link set dev {dev} isolated off"},
    {"bridge-locked", "br_handle_frame_finish", "", "NO_TX_TARGET -", {{{Fact::BridgePortLocked, Test::Is, "1"}, {Fact::BridgePortState, Test::Is, "3"}}}, Likely,
     "the bridge port {dev} is locked, and its sender's MAC address is not allowed there",
     "bridge -d link show dev {dev}; bridge fdb add MAC dev {dev} master static allows an address (802.1X, hostapd); bridge link set dev {dev} locked off"},
    // Of a group that no other port has joined, when the bridge snoops.
    {"multicast-not-joined", "br_handle_frame_finish br_forward maybe_deliver", "", "NO_TX_TARGET -", {{{Fact::ForGroup, Test::Is, "1"}}}},
    {"bridge-vlan", "br_handle_frame_finish br_forward maybe_deliver", "", "NO_TX_TARGET -", {{{Fact::BridgeVlans, Test::Is, "1"}, {Fact::BridgePortIsolated, Test::Is, "0"}, {Fact::BridgePortState, Test::Is, "3"}}}, Possible,
     "the port that leads to its destination is not in its VLAN: VLAN filter of the bridge of {dev}; or it is the port {dev} that it came from, or does not forward",
     "bridge vlan show lists the VLANs of each port; bridge vlan add dev PORT vid N adds one"},
    {"bridge-port", "br_handle_frame_finish br_forward maybe_deliver", "", "NO_TX_TARGET -", {{{Fact::BridgeVlans, Test::Is, "0"}, {Fact::BridgePortIsolated, Test::Is, "0"}, {Fact::BridgePortState, Test::Is, "3"}}}, Possible,
     "the bridge has no port to send it to: it knows its destination at the port {dev} that it came from, or the other ports do not forward, or are not flooded",
     "bridge fdb show shows the port of each address, bridge -d link show the state of the ports and whether they are flooded"},
    {"bridge", "br_handle_frame br_handle_frame_finish br_forward br_forward_finish maybe_deliver", "", "-", {{{Fact::BridgePortState, Test::Is, "3"}}}, Possible,
     "the bridge did not forward it: VLAN filter, isolated ports, or the address belongs to the port it came from",
     "bridge vlan show, bridge -d link show dev {dev}, bridge fdb show"},
    // is_skb_forwardable()
    {"mtu-port", "br_dev_queue_push_xmit", "", "-", {}, Likely,
     "its {len} bytes do not fit the MTU of the bridge port {dev}, or the port is not up",
     "ip link show {dev}; ports of a bridge should have one MTU: ip link set {dev} mtu N"},

    // Fragments and tunnels on their way out.
    {"mtu", "ip_fragment ip6_fragment", "", "-", {{{Fact::Length, Test::Above, "route_mtu"}}}, Likely,
     "its {len} bytes do not fit the MTU {route_mtu} of {route_dev}, and it may not be fragmented; whoever sent it gets an ICMP error",
     "of a tunnel: lower the MTU of the tunnel's device, or clamp the MSS; else raise the MTU of {route_dev}; see that ICMP errors reach the sender"},
    {"mtu", "ip_fragment ip6_fragment", "", "-", {}, Likely,
     "it is larger than the path MTU of the route to {dst}, and may not be fragmented; whoever sent it gets an ICMP error",
     "ip route get {dst} shows the MTU; of a tunnel: lower the MTU of its device, or clamp the MSS"},
    // Since 6.2 a fragment that comes twice has a reason (DUP_FRAG).
    {"fragment-refused", "ip_defrag", "", "-", {{{Fact::TellsOldSequence, Test::IsNot, "0"}}}, Likely,
     "it is a fragment that does not fit the others of its datagram (it overlaps them, or is too long), or there is no memory for fragments",
     "nstat -az IpReasmFails; sysctl net.ipv4.ipfrag_high_thresh; find who sends it: tcpdump -v -ni {dev} host {src}"},
    {"tunnel-send", "ip_tunnel_xmit ip_md_tunnel_xmit ip6_tnl_xmit", "", "-", {}, Possible,
     "the tunnel {dev} could not send it: no route to its other end, a route through the tunnel itself, or it does not fit the path MTU",
     "ip -s -d link show {dev} shows the other end and counts (carrier: no route; collsns: a route through itself); ip route get the other end"},
    {"tunnel-unknown", "tunnel4_rcv tunnel6_rcv tunnel64_rcv tunnel46_rcv tunnelmpls4_rcv", "", "-", {}, Likely,
     "no tunnel of this host (IPIP, SIT, IP6IP6) has the addresses {src} and {dst}",
     "ip -d link show type ipip; the same with sit, ip6tnl; are local and remote right at both ends?"},
    {"geneve-vni", "geneve_udp_encap_recv geneve_rx", "", "-", {}, Likely,
     "no Geneve device of this host has its VNI and its other end, or the device is not up",
     "ip -d link show type geneve; tcpdump -v -ni {dev} shows the VNI"},

    // BPF at sockets and cgroups.
    // Of one program alone it is certain that it was this one.
    {"cgroup-egress", "ip_finish_output ip6_finish_output ip_mc_finish_output", "", "BPF_CGROUP_EGRESS", {{{Fact::CgroupEgressOnly, Test::Is, "1"}, {Fact::CgroupEgressId, Test::IsNot, "0"}, {Fact::Cgroup, Test::IsNot, "/"}}}, Certain,
     "the BPF program {cgroup_egress} (id {cgroup_egress_id}) dropped it on its way out: it is attached to the sender's cgroup {cgroup}, or to one above it",
     "bpftool cgroup tree shows where it is attached; bpftool cgroup detach /sys/fs/cgroup/PATH cgroup_inet_egress id {cgroup_egress_id} takes it off"},
    {"cgroup-egress", "ip_finish_output ip6_finish_output ip_mc_finish_output", "", "BPF_CGROUP_EGRESS", {{{Fact::CgroupEgressOnly, Test::Is, "1"}, {Fact::CgroupEgressId, Test::IsNot, "0"}}}, Certain,
     "the BPF program {cgroup_egress} (id {cgroup_egress_id}) of the sender's cgroup dropped it on its way out",
     "bpftool cgroup tree shows where it is attached; bpftool cgroup detach /sys/fs/cgroup/PATH cgroup_inet_egress id {cgroup_egress_id} takes it off"},
    {"cgroup-egress", "ip_finish_output ip6_finish_output ip_mc_finish_output", "", "BPF_CGROUP_EGRESS", {}, Certain,
     "a BPF program of the sender's cgroup dropped it on its way out",
     "bpftool cgroup tree lists the programs of all cgroups"},
    {"cgroup-egress", "ip_finish_output ip6_finish_output", "", "-", {}, Likely,
     "a BPF program of the sender's cgroup dropped it on its way out",
     "bpftool cgroup tree lists the programs of all cgroups"},

    // Sockets.
    {"tcp-header", "tcp_v4_rcv tcp_v6_rcv", "", "PKT_TOO_SMALL -", {{{Fact::TcpHeader, Test::Above, "len"}}}, Certain,
     "its TCP header says that it has {tcp_header} bytes, and only {len} are there",
     "look at it: tcpdump -v -X -ni {dev} tcp and host {src}; its sender, or a device on the way, writes wrong headers"},
    {"tcp-header", "tcp_v4_rcv tcp_v6_rcv", "", "PKT_TOO_SMALL", {{{Fact::TcpHeader, Test::Is, "0 4 8 12 16"}}}, Certain,
     "its TCP header says that it has {tcp_header} bytes, and the least is 20",
     "look at it: tcpdump -v -X -ni {dev} tcp and host {src}; its sender, or a device on the way, writes wrong headers"},
    // The last ACK of a connection, once more: only the listener is left. Likewise a FIN.
    {"tcp-bare-ack", "tcp_v4_do_rcv tcp_v6_do_rcv tcp_rcv_state_process", "", "TCP_FLAGS", {{{Fact::TcpFlags, Test::Is, "ACK"}, {Fact::TcpSpace, Test::Is, "0"}}}},
    {"tcp-bare-ack", "tcp_v4_do_rcv tcp_v6_do_rcv tcp_rcv_state_process", "", "TCP_FLAGS", {{{Fact::TcpFlags, Test::Is, "FIN|ACK"}, {Fact::TcpSpace, Test::Is, "1"}}}},
    // tcp_rcv_state_process() in TCP_LISTEN; before 6.9 without a reason.
    {"tcp-forgotten", "tcp_v4_do_rcv tcp_v6_do_rcv tcp_rcv_state_process", "", "TCP_FLAGS", {{{Fact::TcpFlags, Test::Is, "ACK PSH|ACK FIN|ACK FIN|PSH|ACK SYN|ACK"}}}, Likely,
     "TCP {dst}:{port} listens, and knows no connection with {src} that it could belong to; the sender gets a reset",
     "the connection is gone, or was never taken: nstat -az TcpExtListenOverflows TcpExtListenDrops; ss -tanp 'sport = :{port}'"},
    {"tcp-min-ttl", "tcp_v4_rcv", "", "TCP_MINTTL", {}, Certain,
     "its TTL is {ttl}, and the socket of TCP {dst}:{port} takes none below its own least (IP_MINTTL; ttl-security of BGP)",
     "ss -tanp 'sport = :{port}' shows the program; let {src} send with TTL 255 (ttl-security at both ends), or allow more hops"},
    {"tcp-min-ttl", "tcp_v6_rcv", "", "TCP_MINTTL", {}, Certain,
     "its hop limit is {hop_limit}, and the socket of TCP {dst}:{port} takes none below its own least (IPV6_MINHOPCOUNT; ttl-security of BGP)",
     "ss -tanp 'sport = :{port}' shows the program; let {src} send with hop limit 255 (ttl-security at both ends), or allow more hops"},
    // Before Linux 6.6 retransmissions and keepalives have this reason too, later TCP_OLD_SEQUENCE.
    {"tcp-sequence", "tcp_validate_incoming tcp_rcv_established tcp_rcv_state_process", "", "TCP_INVALID_SEQUENCE TCP_INVALID_END_SEQUENCE", {{{Fact::TellsOldSequence, Test::IsNot, "0"}}}, Possible,
     kOutOfWindow, kOutOfWindowAdvice},
    {"tcp-sequence", "tcp_validate_incoming tcp_rcv_established tcp_rcv_state_process", "", "TCP_INVALID_SEQUENCE TCP_INVALID_END_SEQUENCE", {{{Fact::TcpFlags, Test::Is, "RST RST|ACK"}}}, Possible,
     kOutOfWindow, kOutOfWindowAdvice},
    HARMLESS("tcp-duplicate", "tcp_validate_incoming tcp_rcv_established tcp_rcv_state_process", "", "TCP_INVALID_SEQUENCE TCP_INVALID_END_SEQUENCE"),
    // tcp_try_rmem_schedule() asks for room in the socket first, and then in all of TCP.
    {"tcp-memory", "tcp_data_queue tcp_data_queue_ofo tcp_rcv_established tcp_rcv_state_process", "", "PROTO_MEM", {}, Likely,
     "there is no room for its data: the receive buffer of the socket of TCP {dst}:{port} is full, because its program reads too slowly, or TCP may have no more memory (net.ipv4.tcp_mem)",
     "ss -tnmp 'sport = :{port}' shows the queue (Recv-Q), the buffer (rb) and the program; sysctl net.ipv4.tcp_rmem net.ipv4.tcp_mem; cat /proc/net/sockstat"},
    {"udp-memory", "udp_queue_rcv_one_skb udp_queue_rcv_skb __udp_queue_rcv_skb udpv6_queue_rcv_one_skb udpv6_queue_rcv_skb", "", "PROTO_MEM", {}, Certain,
     "UDP, or the cgroup of the socket of UDP {dst}:{port}, may have no more memory: net.ipv4.udp_mem, memory.max",
     "sysctl net.ipv4.udp_mem is the limit in pages, and /proc/net/sockstat shows the use; ss -uanmp shows which sockets hold it"},
    {"receive-buffer", "udp_queue_rcv_one_skb udp_queue_rcv_skb __udp_queue_rcv_skb udpv6_queue_rcv_one_skb udpv6_queue_rcv_skb", "", "SOCKET_RCVBUFF", {}, Certain,
     "the receive buffer of the socket is full: the program behind UDP {dst}:{port} reads too slowly",
     "ss -uanmp 'sport = :{port}' shows the buffer (rb), what waits (r), and the program; raise its SO_RCVBUF and net.core.rmem_max"},
    {"udp-no-checksum", "__udp6_lib_rcv udpv6_rcv", "", "UDP_CSUM NO_SOCKET", {{{Fact::UdpChecksum, Test::Is, "0"}}}, Certain,
     "it is a datagram of UDP without a checksum, which IPv6 does not allow, unless a socket takes it (UDP_NO_CHECK6_RX)",
     "find who sends it: tcpdump -v -ni {dev} host {src}; of a tunnel: ip link set DEVICE type vxlan udpcsum"},
    // A segment that does not begin a connection belongs to one that is gone.
    {"tcp-other-address", "tcp_v4_rcv tcp_v6_rcv", "", "NO_SOCKET", {{{Fact::TcpFlags, Test::Is, "SYN SYN|ECE|CWR SYN|ECE SYN|CWR SYN|PSH"}, {Fact::OpenAt, Test::IsNot, "-"}}}, Certain,
     "no program listens on TCP {dst}:{port} in this network namespace, one listens on {open_at}; the sender gets a reset",
     "ss -ltnp 'sport = :{port}' shows it; let it listen on {dst} or on all addresses, or send to its address"},
    {"tcp-closed-port", "tcp_v4_rcv tcp_v6_rcv", "", "NO_SOCKET", {{{Fact::TcpFlags, Test::Is, "SYN SYN|ECE|CWR SYN|ECE SYN|CWR SYN|PSH"}}}, Certain,
     "no program listens on TCP {dst}:{port} in this network namespace; the sender gets a reset",
     "ss -ltnp 'sport = :{port}'; is the program running, and bound to this address?"},
    {"tcp-md5-unexpected", "tcp_v4_rcv tcp_v6_rcv", "", "-", {{{Fact::HasTcpMd5, Test::Is, "1"}, {Fact::OpenHere, Test::Is, "1"}}}, Likely,
     "the segment has a TCP MD5 signature (the password of BGP), and the socket of TCP {dst}:{port} has no key for {src}, or another one",
     "ss -tanpi 'sport = :{port}' shows the program, and md5keys; give both ends the same key"},
    // A SYN that comes once more, when the answer is on its way. Before 5.17 also one for which the socket wants
    // a signature or a larger TTL, or whose ports are in TIME_WAIT: there the place alone does not tell.
    {"tcp-duplicate", "tcp_v4_rcv tcp_v6_rcv", "", "NOT_SPECIFIED -", {{{Fact::TcpFlags, Test::Is, "SYN SYN|ECE|CWR SYN|ECE SYN|CWR SYN|PSH"}}}},
    {"tcp-answer-unasked", "tcp_v4_rcv tcp_v6_rcv", "", "NO_SOCKET", {{{Fact::TcpFlags, Test::Is, "SYN|ACK SYN|ACK|ECE"}}}, Likely,
     "it answers a connection that this host did not begin, or has given up; the sender gets a reset",
     "does the request leave by another way or with another address (NAT, load balancer)? conntrack -L; pwru --filter-track-skb host {src}"},
    HARMLESS("tcp-late-segment", "tcp_v4_rcv tcp_v6_rcv", "", "NO_SOCKET -"),
    {"udp-other-address", "__udp4_lib_rcv udp_rcv __udp6_lib_rcv udpv6_rcv", "", "NO_SOCKET", {{{Fact::OpenAt, Test::IsNot, "-"}}}, Certain,
     "no socket takes UDP {dst}:{port} in this network namespace, one is bound to {open_at}; the sender gets an ICMP error",
     "ss -lunp 'sport = :{port}' shows it; let it bind to {dst} or to all addresses and devices, or send to its address"},
    {"udp-closed-port", "__udp4_lib_rcv udp_rcv __udp6_lib_rcv udpv6_rcv", "", "NO_SOCKET", {}, Certain,
     "no socket takes UDP {dst}:{port} in this network namespace; the sender gets an ICMP error",
     "ss -lunp 'sport = :{port}'; is the program running, bound to this address and device, and not connected to another host?"},
    {"broadcast-unread", "__udp4_lib_rcv udp_rcv", "", "-", {{{Fact::RouteType, Test::Is, "3 5"}}}},
    {"udp-refused", "__udp4_lib_rcv udp_rcv __udp6_lib_rcv udpv6_rcv", "", "-", {{{Fact::DestinationKind, Test::Is, "unicast link-local loopback"}}}, Possible,
     "no socket takes UDP {dst}:{port} in this network namespace, or its checksum is wrong or, with IPv6, missing",
     "ss -lunp 'sport = :{port}'; nstat -az UdpNoPorts UdpInCsumErrors counts both"},
    HARMLESS("multicast-not-joined", "__udp4_lib_rcv udp_rcv __udp6_lib_rcv udpv6_rcv", "", "-"),
    // Its header has no flag but the one that each has.
    {"vxlan-vni", "vxlan_rcv", "", "-", {{{Fact::VxlanFlags, Test::Is, "8"}}}, Likely,
     "no VXLAN device of this host has its VNI, or the device is not up",
     "ip -d link show type vxlan; tcpdump -v -ni {dev} shows the VNI"},
    {"vxlan-refused", "vxlan_rcv", "", "-", {}, Possible,
     "no VXLAN device of this host takes it: its VNI is that of none, or its header has flags that the device does not take",
     "ip -d link show type vxlan; tcpdump -v -ni {dev} shows the VNI"},
    {"gre-key", "gre_rcv", "", "-", {}, Likely,
     "no GRE tunnel of this host takes it: its key, or the address of the other end, is not that of a tunnel",
     "ip -d link show type gre; the same with gretap, ip6gre; tcpdump -v -ni {dev} shows the key"},
    // Before 5.17.
    {"fragments-missing", "ip_expire ip6frag_expire_frag_queue ip6_frag_expire", "", "-", {}, Likely,
     "other fragments of its datagram did not come in time",
     "nstat -az IpReasmTimeout; sysctl net.ipv4.ipfrag_time; find who loses them"},
    {"fragments-missing", "inet_frag_rbtree_purge", "ip_expire ip6frag_expire_frag_queue ip6_frag_expire", "", {}, Likely,
     "other fragments of its datagram did not come in time",
     "nstat -az IpReasmTimeout; sysctl net.ipv4.ipfrag_time; find who loses them"},
    {"esp-state", "xfrm_input", "", "-", {}, Likely,
     "no IPsec association of this host takes it (its SPI is not known, or it failed the check)",
     "ip -s xfrm state lists them; /proc/net/xfrm_stat counts; let both ends negotiate again"},
    {"wireguard-peer", "wg_xmit", "", "", {}, Likely,
     "no peer of {dev} has {dst} in its AllowedIPs, or the peer has no endpoint",
     "wg show {dev} allowed-ips"},
});
// clang-format on

// As skb_queue_purge_reason() and kfree_skb_list_reason() do it, and what frees on other kernels.
constexpr std::string_view kFreeing =
    "kfree_skb kfree_skb_reason sk_skb_reason_drop __kfree_skb __sk_skb_reason_drop "
    "kfree_skb_list kfree_skb_list_reason kfree_skb_list_add_bulk kfree_skb_partial "
    "consume_skb __consume_stateless_skb dev_kfree_skb_any_reason __dev_kfree_skb_any "
    "dev_kfree_skb_irq_reason __dev_kfree_skb_irq tcp_drop tcp_drop_reason __tcf_kfree_skb_list "
    "tcf_kfree_skb_list kfree_skbmem";

}  // namespace

std::span<const Cause> causes_by_place() { return kByPlace; }

bool is_in_list(std::string_view name, std::string_view list) {
  if (name.empty()) return false;
  for (size_t at = 0; at < list.size();) {
    const size_t end = std::min(list.find(' ', at), list.size());
    if (list.substr(at, end - at) == name) return true;
    at = end + 1;
  }
  return false;
}

bool is_freeing(std::string_view function) { return is_in_list(function, kFreeing); }

}  // namespace pwru::knowledge
