// SPDX-License-Identifier: Apache-2.0
// Rules and hooks of netfilter.
#include "knowledge/places.h"

namespace pwru::knowledge {
namespace {

using enum Certainty;
using Test = Condition::Test;

// nf_hook_slow() before 6.7; br_handle_frame() calls the first hook of a bridge itself, since 5.2.
constexpr std::string_view kNft = "nft_do_chain nf_hook_slow br_handle_frame";

// What a rule drops for the state INVALID. conntrack says no more of it than that.
#define BAD_CHECKSUM_ADVICE                                                                    \
  "it was damaged on the way, or a broken offload made it: ethtool -k {dev}, and look at it: " \
  "tcpdump -v -ni {dev} host {src}; sysctl -w net.netfilter.nf_conntrack_checksum=0 lets "     \
  "conntrack "                                                                                 \
  "take it as it is"
#define BAD_FLAGS_ADVICE \
  "find who sends it, perhaps a scan of ports: tcpdump -ni any tcp and host {src}"
#define INVALID_ADVICE                                                                           \
  "does the other direction take another way, past this host? or is its sequence number out of " \
  "the "                                                                                         \
  "window (sysctl net.netfilter.nf_conntrack_tcp_be_liberal)? sysctl -w "                        \
  "net.netfilter.nf_conntrack_log_invalid=255 lets conntrack log what it finds wrong"
// clang-format off
#define INVALID_BY_NFT(by, why, advice) \
    {"nftables-rule", kNft, "", "", {{{Fact::InvalidBy, Test::Is, by}, {Fact::NftRule, Test::IsNot, "0"}}}, Certain, \
     "rule {nft_rule} of the chain {nft_chain} (table {nft_family} {nft_table}, hook {hook}) dropped it for the state of its connection, which is INVALID" why, \
     "nft -a list chain {nft_family} {nft_table} {nft_chain} shows the rule as handle {nft_handle}; " advice}
#define INVALID_BY_XT(by, why, advice) \
    {"iptables-rule", "nf_hook_slow", "", "", {{{Fact::XtVerdict, Test::Is, "drop"}, {Fact::InvalidBy, Test::Is, by}}}, Certain, \
     "rule {xt_rule} of the chain {xt_chain} ({xt_tool}, table {xt_table}, hook {hook}) dropped it for the state of its connection, which is INVALID" why, \
     "{xt_tool} -t {xt_table} -S {xt_chain} {xt_rule} shows the rule; " advice}
constexpr std::array kCauses = std::to_array<Cause>({
    {"nftables-policy", kNft, "", "", {{{Fact::NftPolicy, Test::Is, "drop"}}}, Certain,
     "no rule of the nftables chain {nft_chain} (table {nft_family} {nft_table}, hook {hook}) took it, and the policy of that chain is drop",
     "in netns {netns}: nft -a list chain {nft_family} {nft_table} {nft_chain} shows the chain, also one of iptables-nft; add a rule that accepts such packets"},
    {"nftables-policy", kNft, "", "", {{{Fact::NftPolicy, Test::Is, "likely-drop"}}}, Likely,
     "no rule of the nftables chain {nft_chain} (table {nft_family} {nft_table}, hook {hook}) took it, and the policy of that chain is drop",
     "in netns {netns}: nft -a list chain {nft_family} {nft_table} {nft_chain} shows the chain, also one of iptables-nft; add a rule that accepts such packets"},
    {"nftables-reject", kNft, "", "", {{{Fact::NftExpr, Test::Is, "reject"}, {Fact::NftTool, Test::Is, "iptables ip6tables"}, {Fact::NftRule, Test::IsNot, "0"}}}, Certain,
     "rule {nft_rule} of the chain {nft_chain} ({nft_tool} table {nft_table}, hook {hook}) rejected it, with an answer to the sender",
     "in netns {netns}: {nft_tool}-nft -t {nft_table} -S {nft_chain} {nft_rule} shows the rule; nft delete rule {nft_family} {nft_table} {nft_chain} handle {nft_handle} removes it, or {nft_tool}-nft -t {nft_table} -D {nft_chain} and the number that it has then"},
    {"nftables-reject", kNft, "", "", {{{Fact::NftExpr, Test::Is, "reject"}, {Fact::NftRule, Test::IsNot, "0"}}}, Certain,
     "rule {nft_rule} of the nftables chain {nft_chain} (table {nft_family} {nft_table}, hook {hook}) rejected it, with an answer to the sender",
     "in netns {netns}: nft -a list chain {nft_family} {nft_table} {nft_chain} shows the rule as handle {nft_handle}; nft delete rule {nft_family} {nft_table} {nft_chain} handle {nft_handle} removes it"},
    INVALID_BY_NFT("checksum", ": its checksum is wrong", BAD_CHECKSUM_ADVICE),
    INVALID_BY_NFT("flags", ": no segment of TCP has its flags ({tcp_flags})", BAD_FLAGS_ADVICE),
    INVALID_BY_NFT("unknown", "", INVALID_ADVICE),
    // nf_nat_masquerade_ipv4(), nf_nat_redirect_ipv4(), and those of IPv6.
    {"nat-no-address", kNft, "", "", {{{Fact::NftExpr, Test::Is, "masq"}, {Fact::NftRule, Test::IsNot, "0"}}}, Likely,
     "rule {nft_rule} of the chain {nft_chain} (table {nft_family} {nft_table}, hook {hook}) is to give it an address of {dev} as its source (masquerade), and {dev} has none of that family",
     "ip {ip_family} addr show dev {dev}; nft -a list chain {nft_family} {nft_table} {nft_chain} shows the rule as handle {nft_handle}"},
    {"nat-no-address", kNft, "", "", {{{Fact::NftExpr, Test::Is, "redir"}, {Fact::NftRule, Test::IsNot, "0"}}}, Likely,
     "rule {nft_rule} of the chain {nft_chain} (table {nft_family} {nft_table}, hook {hook}) is to give it an address of {dev} as its destination (redirect), and {dev} has none of that family",
     "ip {ip_family} addr show dev {dev}; nft -a list chain {nft_family} {nft_table} {nft_chain} shows the rule as handle {nft_handle}"},
    // A match has no verdict but xt_action_param::hotdrop: mostly for a header that it cannot read.
    {"nftables-match", kNft, "", "", {{{Fact::NftExpr, Test::Is, "match"}, {Fact::NftRule, Test::IsNot, "0"}}}, Likely,
     "a match of rule {nft_rule} of the chain {nft_chain} (table {nft_family} {nft_table}, hook {hook}) dropped it, whatever the verdict of that rule is: its header is cut off or damaged, and the match drops such packets",
     "look at it: tcpdump -v -X -ni {dev} host {src}; its sender or a device on the way cut it"},
    // A number is of another rule as soon as one before it comes or goes, so it is not what a rule is removed by.
    {"nftables-rule", kNft, "", "", {{{Fact::NftTool, Test::Is, "iptables ip6tables"}, {Fact::NftRule, Test::IsNot, "0"}}}, Certain,
     "rule {nft_rule} of the chain {nft_chain} ({nft_tool} table {nft_table}, hook {hook}) dropped it",
     "in netns {netns}: {nft_tool}-nft -t {nft_table} -S {nft_chain} {nft_rule} shows the rule; nft delete rule {nft_family} {nft_table} {nft_chain} handle {nft_handle} removes it, or {nft_tool}-nft -t {nft_table} -D {nft_chain} and the number that it has then"},
    {"nftables-rule", kNft, "", "", {{{Fact::NftRule, Test::IsNot, "0"}}}, Certain,
     "rule {nft_rule} of the nftables chain {nft_chain} (table {nft_family} {nft_table}, hook {hook}) dropped it",
     "in netns {netns}: nft -a list chain {nft_family} {nft_table} {nft_chain} shows the rule as handle {nft_handle}; nft delete rule {nft_family} {nft_table} {nft_chain} handle {nft_handle} removes it"},
    // A chain without a name of its own.
    {"nftables-rule", kNft, "", "", {{{Fact::NftHandle, Test::IsNot, "0"}}}, Certain,
     "a rule in a block of a rule of nftables (table {nft_family} {nft_table}, hook {hook}) dropped it",
     "in netns {netns}: nft -a list table {nft_family} {nft_table} shows it as handle {nft_handle}, in braces behind jump or goto; the rule around the braces is the one that can be deleted"},
    {"nftables", "nft_do_chain", "", "", {}, Certain,
     "a rule or the policy of nftables dropped it in the hook {hook}",
     "nft -a list ruleset shows the chains of that hook, and the counters of their rules, also those of iptables-nft"},
    {"nfqueue", "nf_queue", "", "", {}, Likely,
     "a rule sends it to a queue of NFQUEUE in the hook {hook}, and no program listens there, or the queue is full",
     "/proc/net/netfilter/nfnetlink_queue lists the queues, with what they dropped; start the program that reads the queue, or let the rule pass packets meanwhile (--queue-bypass; nft: bypass)"},
    // They have no -S, and no rule that rejects.
    {"arptables-policy", "nf_hook_slow", "", "", {{{Fact::XtTool, Test::Is, "arptables-legacy"}, {Fact::XtVerdict, Test::Is, "policy"}}}, Certain,
     "no rule of the chain {xt_chain} ({xt_tool}, table {xt_table}, hook {hook}) took it, and the policy of that chain is DROP",
     "{xt_tool} -t {xt_table} -nvL {xt_chain} shows the chain; add a rule that accepts such packets"},
    {"arptables-rule", "nf_hook_slow", "", "", {{{Fact::XtTool, Test::Is, "arptables-legacy"}, {Fact::XtVerdict, Test::Is, "drop"}}}, Certain,
     "rule {xt_rule} of the chain {xt_chain} ({xt_tool}, table {xt_table}, hook {hook}) dropped it",
     "{xt_tool} -t {xt_table} -nvL {xt_chain} --line-numbers shows the rule; {xt_tool} -t {xt_table} -D {xt_chain} {xt_rule} removes it, if the chain has not changed since"},
    {"ebtables-policy", "nf_hook_slow br_handle_frame", "", "", {{{Fact::XtTool, Test::Is, "ebtables-legacy"}, {Fact::XtVerdict, Test::Is, "policy"}}}, Certain,
     "no rule of the chain {xt_chain} ({xt_tool}, table {xt_table}, hook {hook}) took it, and the policy of that chain is DROP",
     "{xt_tool} -t {xt_table} -L {xt_chain} --Lc shows the chain; add a rule that accepts such packets"},
    {"ebtables-rule", "nf_hook_slow br_handle_frame", "", "", {{{Fact::XtTool, Test::Is, "ebtables-legacy"}, {Fact::XtVerdict, Test::Is, "drop"}}}, Certain,
     "rule {xt_rule} of the chain {xt_chain} ({xt_tool}, table {xt_table}, hook {hook}) dropped it",
     "{xt_tool} -t {xt_table} -L {xt_chain} --Ln --Lc shows the rule; {xt_tool} -t {xt_table} -D {xt_chain} {xt_rule} removes it, if the chain has not changed since"},
    {"iptables-policy", "nf_hook_slow", "", "", {{{Fact::XtVerdict, Test::Is, "policy"}}}, Certain,
     "no rule of the chain {xt_chain} ({xt_tool}, table {xt_table}) took it, and the policy of that chain is DROP",
     "{xt_tool} -t {xt_table} -nvL {xt_chain} shows the chain; add a rule that accepts such packets"},
    {"iptables-reject", "nf_hook_slow", "", "", {{{Fact::XtVerdict, Test::Is, "reject"}}}, Certain,
     "rule {xt_rule} of the chain {xt_chain} ({xt_tool}, table {xt_table}, hook {hook}) rejected it, with an answer to the sender",
     "{xt_tool} -t {xt_table} -S {xt_chain} {xt_rule} shows the rule; {xt_tool} -t {xt_table} -D {xt_chain} {xt_rule} removes it, if the chain has not changed since"},
    INVALID_BY_XT("checksum", ": its checksum is wrong", BAD_CHECKSUM_ADVICE),
    INVALID_BY_XT("flags", ": no segment of TCP has its flags ({tcp_flags})", BAD_FLAGS_ADVICE),
    INVALID_BY_XT("unknown", ": conntrack knows no connection that it fits, or found a fault in its headers", INVALID_ADVICE),
    {"iptables-rule", "nf_hook_slow", "", "", {{{Fact::XtVerdict, Test::Is, "drop"}}}, Certain,
     "rule {xt_rule} of the chain {xt_chain} ({xt_tool}, table {xt_table}, hook {hook}) dropped it",
     "{xt_tool} -t {xt_table} -S {xt_chain} {xt_rule} shows the rule; {xt_tool} -t {xt_table} -D {xt_chain} {xt_rule} removes it, if the chain has not changed since"},
    {"conntrack-full", "nf_hook_slow", "", "", {{{Fact::ConntrackRefusal, Test::Is, "full"}}}, Likely,
     "the table of conntrack is full, and this packet would begin a new connection",
     "on the host: sysctl net.netfilter.nf_conntrack_max shows its size, and sysctl -w raises it; in netns {netns}: conntrack -C counts the connections, conntrack -L shows whose they are; what needs no connection can pass it by (iptables -t raw -j CT --notrack, nft: notrack)"},
    // nf_nat_l4proto_unique_tuple() leaves a port that is taken when it finds no free one, so that
    // __nf_conntrack_confirm() refuses the connection.
    {"nat-no-port", "nf_hook_slow nf_reinject nfqnl_reinject", "", "", {{{Fact::ConntrackRefusal, Test::Is, "clash"}, {Fact::NatStatus, Test::Is, "1 3"}, {Fact::Protocol, Test::Is, "tcp udp"}}}, Likely,
     "NAT gave it the source {src}:{sport}, which another connection with {dst}:{port} has already: all ports that NAT may take are in use, or two connections began at the same time",
     "conntrack -L -p {proto} -d {dst} | wc -l counts the connections; give NAT more ports or addresses (--to-source A-B:P-Q, snat to; masquerade without a port); conntrack -S counts them as insert_failed; --random-fully, if they began at the same time"},
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
    // This host tells a sender of a shorter way (ICMP redirect). nf_nat_icmp_reply_translation() drops that of a
    // connection with NAT, as its sender does not know the address that NAT has put in. The connection goes on.
    {"nat-redirect", "nf_hook_slow", "", "", {{{Fact::Hook, Test::Is, "output"}, {Fact::Protocol, Test::Is, "icmp"}, {Fact::IcmpType, Test::Is, "5"}}}},
    {"nat-redirect", "nf_hook_slow", "", "", {{{Fact::Hook, Test::Is, "output"}, {Fact::Protocol, Test::Is, "icmp6"}, {Fact::IcmpType, Test::Is, "137"}}}},
    {"netfilter", "nf_hook_slow", "", "", {{{Fact::HookFamily, Test::Is, "bridge"}}}, Certain,
     "netfilter dropped it in the hook {hook}: a rule of ebtables, or of nftables on older kernels, or another hook of bridges",
     "ebtables-legacy -t filter -L --Lc, the same with -t nat, and nft list ruleset show which rule counts"},
    {"netfilter", "nf_hook_slow", "", "", {{{Fact::HookFamily, Test::Is, "arp"}}}, Certain,
     "netfilter dropped it in the hook {hook}: a rule of arptables, or of nftables on older kernels, or another hook of ARP",
     "nft list ruleset shows which rule counts, and where lsmod has arp_tables, arptables-legacy -nvL"},
    // ip_route_me_harder() looks for a new route, and nf_hook_slow() drops what has none.
    {"nat-no-route", "nf_hook_slow nf_hook_slow_list", "", "", {{{Fact::Hook, Test::Is, "output"}, {Fact::HasRoute, Test::Is, "0"}}}, Likely,
     "no route leads to {dst}, where netfilter sends it in the hook output, by NAT or a mark",
     "ip route get {dst}; ip rule list; iptables-save, ip6tables-save and nft list ruleset show what changes its destination or its mark"},
    {"netfilter", "nf_hook_slow nf_hook_slow_list", "", "", {{{Fact::Hook, Test::Is, "output"}}}, Certain,
     "netfilter dropped it in the hook output: a rule of iptables, or of nftables on older kernels, a full conntrack table, another hook, or NAT or a mark sends it where no route leads",
     "ip route get {dst}, after NAT, and ip rule list show its route; iptables-save -c, ip6tables-save -c and nft list ruleset which rule counts; conntrack -S counts a full table"},
    {"netfilter", "nf_hook_slow nf_hook_slow_list", "", "", {{{Fact::Hook, Test::Is, "postrouting"}}}, Certain,
     "netfilter dropped it in the hook postrouting: a rule of iptables, or of nftables on older kernels, MASQUERADE on a device without an address ({dev}), or another hook",
     "iptables-save -c, ip6tables-save -c and nft list ruleset show which rule counts; ip {ip_family} addr show dev {dev}; conntrack -S counts a full table"},
    // Before Linux 6.7, and stable kernels that have its change, nft_do_chain() leaves it to this function.
    {"netfilter", "nf_hook_slow nf_hook_slow_list br_netfilter", "", "", {}, Certain,
     "netfilter dropped it in the hook {hook}: a rule of iptables, or of nftables on older kernels, a full conntrack table, or another hook",
     "iptables-save -c, ip6tables-save -c and nft list ruleset show which rule counts; conntrack -S counts a full table"},
});
#undef INVALID_BY_NFT
#undef INVALID_BY_XT
#undef BAD_CHECKSUM_ADVICE
#undef BAD_FLAGS_ADVICE
#undef INVALID_ADVICE
// clang-format on

}  // namespace

std::span<const Cause> netfilter_causes() { return kCauses; }

}  // namespace pwru::knowledge
