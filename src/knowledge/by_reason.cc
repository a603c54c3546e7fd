// SPDX-License-Identifier: Apache-2.0
// What a drop reason alone tells, for places that have no row of their own: one row for every
// reason of Linux 6.1, 6.12, 6.18 and 7.2 (enum skb_drop_reason and the qdiscs'), so that each has
// a sentence. The kernel said it, so it is certain as far as it goes.
// Rows with a condition stand first.
#include "knowledge/cause.h"

namespace pwru::knowledge {
namespace {

using Test = Condition::Test;

#define REASON(id, reasons, what, advice) \
  { id, "", "", reasons, {}, Certainty::Certain, what, advice }
#define HARMLESS(id, reasons) \
  { id, "", "", reasons }

constexpr std::string_view kNoEntry =
    "no entry for the neighbour {next_hop} could be made: the table is full";
constexpr std::string_view kEntries6 =
    "on the host: sysctl net.ipv6.neigh.default.gc_thresh3 is the most entries that all network "
    "namespaces have together; ip -6 -s neigh lists those of one";

// clang-format off
constexpr std::array kByReason = std::to_array<Cause>({
    // A switch with one port has nowhere to send what is for all.
    {"group-unread", "", "", "OVS_DROP_LAST_ACTION", {{{Fact::ForGroup, Test::Is, "1"}}}},
    HARMLESS("consumed", "CONSUMED SKB_CONSUMED NOT_DROPPED_YET SKB_NOT_DROPPED_YET"),
    HARMLESS("queue-purged", "QUEUE_PURGE SOCKET_CLOSE UNIX_DISCONNECT UNIX_SKIP_OOB"),
    HARMLESS("tcp-duplicate", "TCP_OLD_DATA TCP_OFOMERGE TCP_OLD_ACK TCP_OLD_SEQUENCE TCP_RFC7323_PAWS_ACK DUP_FRAG"),
    // The answer to a SYN, once more.
    {"tcp-duplicate", "", "", "TCP_INVALID_SYN", {{{Fact::TcpFlags, Test::Is, "SYN|ACK SYN|ACK|ECE"}}}},
    // It only acknowledges, or ends, so nothing is lost: before 6.6 (TCP_OLD_SEQUENCE) also a keepalive, or a
    // probe of a closed window.
    {"tcp-bare-ack", "", "", "TCP_INVALID_SEQUENCE TCP_INVALID_END_SEQUENCE TCP_RFC7323_PAWS TCP_RFC7323_TW_PAWS TCP_CLOSE", {{{Fact::TcpFlags, Test::Is, "ACK"}, {Fact::TcpSpace, Test::Is, "0"}}}},
    {"tcp-bare-ack", "", "", "TCP_CLOSE", {{{Fact::TcpFlags, Test::Is, "FIN|ACK"}, {Fact::TcpSpace, Test::Is, "1"}}}},
    // A reset that comes twice, or crosses another one: TCP_FLAGS where only the listener is left.
    {"tcp-reset-again", "", "", "TCP_CLOSE TCP_FLAGS", {{{Fact::TcpFlags, Test::Is, "RST RST|ACK"}}}},
    // Whoever has no IPv6 hears what its neighbours send to groups all the same.
    {"group-unread", "", "", "IPV6DISABLED", {{{Fact::DestinationKind, Test::Is, "local-multicast multicast"}}}},
    // See vlan-unknown in places/devices.cc. A solicitation of neighbours goes to all whose addresses end alike.
    HARMLESS("other-host", "OTHERHOST IPV6_NDISC_NS_OTHERHOST"),
    HARMLESS("tcp-reset", "TCP_RESET TCP_FASTOPEN"),
    // An external tunnel comes up: reports of MLD, and solicitations of its own address.
    {"group-unread", "", "", "TUNNEL_TXINFO", {{{Fact::DestinationKind, Test::Is, "local-multicast"}}}},

    REASON("no-socket", "NO_SOCKET", "no socket of this network namespace takes it", "ss -anp shows the sockets and their addresses"),
    REASON("packet-short", "PKT_TOO_SMALL HDR_TRUNC", "it is shorter than its headers say", "look at it: tcpdump -v -X -ni {dev}; its sender or a device on the way cut it"),
    REASON("packet-large", "PKT_TOO_BIG", "it is too large for the next step: its {len} bytes do not fit the MTU, or the buffer", "ip link shows the MTU of devices, ip route get {dst} of the path"),
    REASON("tcp-checksum", "TCP_CSUM", "its TCP checksum is wrong: damaged on the way, or made up by a broken offload", "ethtool -k {dev}; switch checksum offload off to compare, and look at the errors of the links"),
    REASON("udp-checksum", "UDP_CSUM", "its UDP checksum is wrong: damaged on the way, or made up by a broken offload", "ethtool -k {dev}; switch checksum offload off to compare, and look at the errors of the links"),
    REASON("ip-checksum", "IP_CSUM", "the checksum of its IP header is wrong", "find who sends it: tcpdump -v -ni {dev} host {src}"),
    REASON("icmp-checksum", "ICMP_CSUM", "its ICMP checksum is wrong", "find who sends it: tcpdump -v -ni {dev} host {src}"),
    REASON("checksum", "SKB_CSUM", "its checksum could not be computed or is wrong", "ethtool -k {dev} shows the offloads of checksums"),
    // sk_filter_trim_cap() asks the programs of the cgroup, the security module, and the filter of the
    // socket, with one reason for the three up to 6.12.
    {"cgroup-ingress", "", "", "SOCKET_FILTER", {{{Fact::CgroupIngressOnly, Test::Is, "1"}, {Fact::CgroupIngressId, Test::IsNot, "0"}, {Fact::HasSocketFilter, Test::Is, "0"}}}, Certainty::Likely,
     "the BPF program {cgroup_ingress} (id {cgroup_ingress_id}) dropped it in front of its socket ({dst}:{port}): it is attached to the cgroup {sock_cgroup} of the socket, or to one above it",
     "bpftool cgroup tree shows where it is attached; bpftool cgroup detach /sys/fs/cgroup/PATH cgroup_inet_ingress id {cgroup_ingress_id} takes it off"},
    {"cgroup-ingress", "", "", "SOCKET_FILTER", {{{Fact::HasCgroupIngress, Test::Is, "1"}, {Fact::HasSocketFilter, Test::Is, "0"}}}, Certainty::Likely,
     "a BPF program for ingress of the cgroup {sock_cgroup} of its socket ({dst}:{port}), or of one above it, dropped it",
     "bpftool cgroup tree lists the programs of all cgroups"},
    {"socket-filter", "", "", "SOCKET_FILTER", {{{Fact::HasSocketFilter, Test::Is, "1"}, {Fact::HasCgroupIngress, Test::Is, "0"}, {Fact::SocketFilterId, Test::IsNot, "0"}}}, Certainty::Likely,
     "the filter of its socket ({dst}:{port}) dropped it: the BPF program with the id {sock_filter_id} (SO_ATTACH_BPF)",
     "ss -anpe 'sport = :{port}' shows the program that attached it; bpftool prog show id {sock_filter_id}"},
    {"socket-filter", "", "", "SOCKET_FILTER", {{{Fact::HasSocketFilter, Test::Is, "1"}, {Fact::HasCgroupIngress, Test::Is, "0"}}}, Certainty::Likely,
     "the filter of its socket ({dst}:{port}) dropped it: the program set it with SO_ATTACH_FILTER",
     "ss -anpe 'sport = :{port}' shows the program that set it"},
    REASON("socket-filter", "SOCKET_FILTER", "a filter dropped it in front of its socket ({dst}:{port}): one attached to the socket (SO_ATTACH_FILTER, SO_ATTACH_BPF), or a BPF program for ingress of the cgroup of the socket", "ss -anp --cgroup 'sport = :{port}' shows the program and its cgroup; bpftool cgroup tree the programs of cgroups, bpftool cgroup detach /sys/fs/cgroup/PATH cgroup_inet_ingress id ID takes one off"),
    REASON("netfilter", "NETFILTER_DROP", "netfilter dropped it in the hook {hook}", "nft -a list ruleset and iptables-save -c show the rules"),
    REASON("ip-header", "IP_INHDR", "its IP header is wrong or not allowed: version, length, options, or a TTL that has run out", "look at it: tcpdump -v -ni {dev} host {src}"),
    REASON("rp-filter", "IP_RPFILTER", "the way back to {src} does not lead through {dev}: reverse-path filter (rp_filter)", "ip route get {src}; sysctl net.ipv4.conf.all.rp_filter net.ipv4.conf.{dev}.rp_filter"),
    REASON("multicast-mac", "UNICAST_IN_L2_MULTICAST", "it has a unicast IP address in a frame to a multicast MAC address (drop_unicast_in_l2_multicast)", "find who sends it: tcpdump -e -ni {dev} host {src}"),
    {"xfrm-policy", "", "", "XFRM_POLICY", {{{Fact::IpsecDoes, Condition::Test::Is, "block"}}}, Certainty::Likely, kIpsecBlocks, kIpsecBlocksAdvice},
    {"xfrm-policy", "", "", "XFRM_POLICY", {{{Fact::IpsecDoes, Condition::Test::Is, "protect"}}}, Certainty::Likely, kIpsecProtects, "does the other end send it protected? tcpdump -ni {dev} esp or udp port 4500; ip -s xfrm state; /proc/net/xfrm_stat counts"},
    {"xfrm-policy", "", "", "XFRM_POLICY", {{{Fact::IpsecDoes, Test::Is, "default"}}}, Certainty::Likely, kIpsecDefault, kIpsecDefaultAdvice},
    {"xfrm-policy", "", "", "XFRM_POLICY", {{{Fact::IpsecDoes, Test::Is, "none"}, {Fact::Protected, Test::Is, "1"}}}, Certainty::Likely, kIpsecNone, kIpsecNoneAdvice},
    {"xfrm-policy", "", "", "XFRM_POLICY", {{{Fact::IpsecDoes, Test::Is, "allow"}, {Fact::Protected, Test::Is, "1"}}}, Certainty::Likely, kIpsecPlain, kIpsecPlainAdvice},
    REASON("xfrm-policy", "XFRM_POLICY", kIpsecRefuses, kIpsecRefusesAdvice),
    REASON("ip-protocol", "IP_NOPROTO", "nothing on this host handles its IP protocol, {proto}: no module, and no raw socket with room in its receive buffer", "ss -wanmp shows raw sockets with their buffers, cat /proc/net/raw what they dropped; is the module of the protocol loaded?"),
    REASON("receive-buffer", "SOCKET_RCVBUFF", "the receive buffer of the socket is full: its program reads too slowly", "ss -anmp shows the buffers and the program; raise SO_RCVBUF and net.core.rmem_max"),
    REASON("protocol-memory", "PROTO_MEM", "the memory of the whole protocol is used up", "sysctl net.ipv4.tcp_mem net.ipv4.udp_mem; /proc/net/sockstat shows the use"),
    REASON("tcp-md5-missing", "TCP_MD5NOTFOUND", "the socket of TCP {dst}:{port} asks for a TCP MD5 signature (the password of BGP) of {src}, and the segment has none", "ss -tanpi 'sport = :{port}' shows the program, and md5keys; give both ends the same key"),
    REASON("tcp-md5-unexpected", "TCP_MD5UNEXPECTED", "the segment has a TCP MD5 signature (the password of BGP), and the socket of TCP {dst}:{port} has no key for {src}", "ss -tanpi 'sport = :{port}' shows the program, and md5keys; give both ends the same key"),
    REASON("tcp-md5-wrong", "TCP_MD5FAILURE", "its TCP MD5 signature is wrong: the key that the socket of TCP {dst}:{port} has for {src} is not that of the sender, or NAT changed an address", "ss -tanpi 'sport = :{port}' shows the program, and md5keys; give both ends the same key"),
    REASON("tcp-ao", "TCP_AUTH_HDR TCP_AONOTFOUND TCP_AOUNEXPECTED TCP_AOKEYNOTFOUND TCP_AOFAILURE", "its TCP authentication option is missing, wrong, or not expected", "give both ends the same keys; nstat -az 'TcpExtTCPAO*' counts"),
    REASON("socket-backlog", "SOCKET_BACKLOG", "the backlog of the socket is full: its program, or the CPU, is too slow", "ss -anmp; raise SO_RCVBUF; nstat -az TcpExtTCPBacklogDrop"),
    REASON("tcp-flags", "TCP_FLAGS", "its TCP flags make no sense in the state of the connection to {dst}:{port}: neither ACK, nor SYN or RST", "find who sends it, perhaps a scan of ports: tcpdump -ni any tcp and host {src}"),
    REASON("tcp-zero-window", "TCP_ZEROWINDOW", "the window of the receiver is closed: the program behind TCP {dst}:{port} does not read, and its receive buffer is full", "ss -tanmp 'sport = :{port}' shows the receive queue (Recv-Q), the buffer (rb) and the program"),
    REASON("tcp-over-window", "TCP_OVERWINDOW", "its data lie beyond the window that the receiver, TCP {dst}:{port}, offered", "ss -tnmi 'sport = :{port}' shows the window; a middlebox may have lost the window scaling"),
    REASON("tcp-paws", "TCP_RFC7323_PAWS TCP_RFC7323_TW_PAWS", "its TCP timestamp is older than the last one of the connection to {dst}:{port} (PAWS): a late duplicate, or several hosts behind one address", "nstat -az 'TcpExtPAWS*' counts; of clients behind NAT: sysctl -w net.ipv4.tcp_timestamps=0 at them"),
    REASON("tcp-timestamp-echo", "TCP_RFC7323_TSECR", "it echoes a TCP timestamp that was never sent", "look for a middlebox that changes TCP options"),
    // Before 6.6 (TCP_OLD_SEQUENCE) keepalives and retransmissions had this reason too.
    {"tcp-sequence", "", "", "TCP_INVALID_SEQUENCE TCP_INVALID_END_SEQUENCE", {}, Certainty::Possible, "its sequence number {tcp_seq} lies outside of the window of {dst}:{port}", "tcpdump -S -ni any tcp and host {src}: a late packet, a middlebox that changes sequence numbers, or somebody who guesses"},
    REASON("tcp-ack", "TCP_INVALID_ACK_SEQUENCE TCP_TOO_OLD_ACK TCP_ACK_UNSENT_DATA", "it acknowledges what {dst}:{port} never sent, or sent long ago", "tcpdump -S -ni any tcp and host {src}: two connections with the same addresses and ports, a middlebox that changes sequence numbers, or somebody who guesses"),
    REASON("tcp-syn", "TCP_INVALID_SYN", "it is a SYN in a connection to {dst}:{port} that exists already", "ss -tanp 'sport = :{port}' shows it; the other end has forgotten it: it was restarted, or a middlebox timed out"),
    REASON("tcp-closed", "TCP_CLOSE", "the socket of TCP {dst}:{port} is closed already", "ss -tanp 'sport = :{port}'; the program closed it while data was on its way"),
    REASON("tcp-abort", "TCP_ABORT_ON_DATA", "data came for a connection to {dst}:{port} that its program had closed; the sender gets a reset", "ss -tlnp 'sport = :{port}' shows the program if it listens; it closes before it has read everything"),
    REASON("tcp-ofo", "TCP_OFO_QUEUE_PRUNE TCP_OFO_DROP", "it came out of order, and the socket of TCP {dst}:{port} has no memory for such segments", "ss -tnmp 'sport = :{port}' shows the buffer; sysctl net.ipv4.tcp_rmem; find who loses the segments before it"),
    REASON("tcp-min-ttl", "TCP_MINTTL", "its TTL is below the least that the socket takes (IP_MINTTL, as BGP uses it)", "the peer is farther away than its socket allows"),
    REASON("tcp-listen-overflow", "TCP_LISTEN_OVERFLOW", "the queue of the listener on {dst}:{port} is full: its program does not accept fast enough", "ss -ltn 'sport = :{port}' shows queue and limit; raise listen()'s backlog and net.core.somaxconn"),
    REASON("no-route-out", "IP_OUTNOROUTES", "no route leads to {dst}", "ip route get {dst}"),
    REASON("no-route-in", "IP_INNOROUTES", "no route leads to {dst}", "ip route get {dst} from {src} iif {dev}"),
    REASON("address-refused", "IP_INADDRERRORS", "its address is not taken: it is not for this host, which does not forward, or the address is not valid there", "sysctl net.ipv4.ip_forward net.ipv6.conf.all.forwarding; ip addr"),
    REASON("source-refused", "IP_INVALID_SOURCE IP_LOCAL_SOURCE", "its source {src} may not come from outside: not valid there, or an own address of this host", "ip addr; sysctl net.ipv4.conf.{dev}.accept_local takes own addresses"),
    REASON("destination-refused", "IP_INVALID_DEST", "its destination {dst} is not valid", "find who sends it: tcpdump -e -ni {dev} dst host {dst}"),
    REASON("loopback-outside", "IP_LOCALNET", "it came in by {dev} with a loopback address", "sysctl net.ipv4.conf.{dev}.route_localnet allows it for destinations"),
    REASON("cgroup-egress", "BPF_CGROUP_EGRESS", "a BPF program of the sender's cgroup dropped it on its way out", "bpftool cgroup tree lists the programs"),
    REASON("ipv6-off", "IPV6DISABLED", "IPv6 is switched off on {dev}", "sysctl net.ipv6.conf.{dev}.disable_ipv6 net.ipv6.conf.all.disable_ipv6"),
    {"neighbour-entry", "", "", "NEIGH_CREATEFAIL", {{{Fact::IpFamily, Test::Is, "-6"}}}, Certainty::Certain,
     kNoEntry, kEntries6},
    // Of an IPv4 route with an IPv6 gateway.
    {"neighbour-entry", "", "", "NEIGH_CREATEFAIL", {{{Fact::RouteGatewayFamily, Test::Is, "10"}}}, Certainty::Certain,
     kNoEntry, kEntries6},
    REASON("neighbour-entry", "NEIGH_CREATEFAIL", kNoEntry, "on the host: sysctl net.ipv4.neigh.default.gc_thresh3 is the most entries that all network namespaces have together; ip -s neigh lists those of one"),
    REASON("neighbour-failed", "NEIGH_FAILED NEIGH_DEAD NEIGH_HH_FILLFAIL", "the neighbour {next_hop} did not answer, or its entry is gone", "ip neigh show dev {dev}"),
    REASON("neighbour-queue", "NEIGH_QUEUEFULL", "the MAC address of {next_hop} is not known yet, and the queue for it is full", "ip neigh show dev {dev}; sysctl net.ipv4.neigh.{dev}.unres_qlen_bytes"),
    REASON("tc-egress", "TC_EGRESS", "a filter or a BPF program of tc dropped it on its way out by {dev}", "tc -s filter show dev {dev} egress"),
    REASON("tc-ingress", "TC_INGRESS", "a filter or a BPF program of tc dropped it on its way in by {dev}", "tc -s filter show dev {dev} ingress"),
    REASON("tc-internal", "TC_COOKIE_ERROR TC_CHAIN_NOTFOUND TC_RECLASSIFY_LOOP", "a filter of tc refers to a chain that is not there, or filters go round in a circle", "tc filter show dev {dev} egress; the same with ingress"),
    REASON("qdisc", "QDISC_DROP QDISC_DROP_UNSPEC QDISC_DROP_GENERIC", "the qdisc {qdisc} of {dev} dropped it", "tc -s qdisc show dev {dev}"),
    REASON("qdisc-full", kQueueIsFull, "a queue of the qdisc {qdisc} of {dev} is full", "tc -s qdisc show dev {dev} shows backlog and limits"),
    REASON("qdisc-congested", kQueueIsSlow, "the qdisc {qdisc} of {dev} dropped it to slow the sender down: packets wait too long", "tc -s qdisc show dev {dev}; the link is slower than what is sent"),
    REASON("qdisc-horizon", "FQ_HORIZON_LIMIT QDISC_DROP_HORIZON_LIMIT", "its time to be sent lies too far ahead for the qdisc {qdisc} of {dev}", "tc -s qdisc show dev {dev}: horizon"),
    REASON("qdisc-flood", "CAKE_FLOOD QDISC_DROP_FLOOD_PROTECTION", "the qdisc {qdisc} of {dev} protects others against this flow, which does not slow down", "tc -s qdisc show dev {dev}"),
    // enum ovs_drop_reason, Linux 6.6
    REASON("ovs-drop", "OVS_DROP_LAST_ACTION OVS_DROP_EXPLICIT", "a flow of Open vSwitch drops it, or has no action that sends it anywhere", "ovs-dpctl -s dump-flows shows the flows with their counters; ovs-appctl ofproto/trace, which rules make one"),
    REASON("ovs-error", "OVS_DROP_ACTION_ERROR OVS_DROP_EXPLICIT_WITH_ERROR OVS_DROP_RECURSION_LIMIT OVS_DROP_DEFERRED_LIMIT OVS_DROP_FRAG_L2_TOO_LONG OVS_DROP_FRAG_INVALID_PROTO", "an action of its flow of Open vSwitch failed", "ovs-dpctl -s dump-flows shows the flows with their actions; dmesg, what went wrong"),
    REASON("ovs-meter", "OVS_DROP_METER", "a meter of Open vSwitch limits its rate", "ovs-ofctl -O OpenFlow13 meter-stats BRIDGE"),
    REASON("ovs-conntrack", "OVS_DROP_CONNTRACK", "the action ct of its flow of Open vSwitch refused it", "ovs-appctl dpctl/dump-conntrack; conntrack -S counts a full table"),
    REASON("ovs-ttl", "OVS_DROP_IP_TTL", "Open vSwitch was to lower its TTL, which has run out", "look for a routing loop: traceroute {dst}"),
    REASON("backlog", "CPU_BACKLOG", "the CPU could not keep up: its backlog of received packets was full", "on the host: sysctl net.core.netdev_max_backlog; /proc/net/softnet_stat counts"),
    REASON("xdp", "XDP", "an XDP program dropped it", "ip link show {dev} and bpftool net show the program"),
    REASON("protocol", "UNHANDLED_PROTO INVALID_PROTO", "nothing on this host handles its protocol (EtherType {ether_type})", "is the module of the protocol loaded? tcpdump -e -ni {dev} shows such frames"),
    REASON("segmentation", "SKB_GSO_SEG SKB_BAD_GSO", "it could not be cut into segments", "ethtool -k {dev}: segmentation offload"),
    REASON("user-memory", "SKB_UCOPY_FAULT", "its bytes could not be copied from the memory of the program that sent it", "the program's buffer is not there: look at the program"),
    REASON("device-header", "DEV_HDR", "{dev} could not build or read its link-layer header", "ip -d link show {dev}"),
    REASON("device-down", "DEV_READY", "{dev} is not up, or not ready", "ip link show {dev}; ip link set {dev} up"),
    REASON("ring-full", "FULL_RING", "the queue of {dev} is full: whoever reads it is too slow", "ip -s link show {dev}; ip link set {dev} txqueuelen makes the queue of a tun longer"),
    REASON("memory", "NOMEM PFMEMALLOC", "the kernel had no memory for it", "free -m; dmesg"),
    REASON("tap-filter", "TAP_FILTER TAP_TXFILTER", "the filter of the tap device {dev} dropped it", "the program that has {dev} open has set it (TUNATTACHFILTER, TUNSETTXFILTER)"),
    REASON("fragments-missing", "FRAG_REASM_TIMEOUT", "other fragments of its datagram did not come in time", "nstat -az IpReasmTimeout; sysctl net.ipv4.ipfrag_time; find who loses them"),
    REASON("fragment-far", "FRAG_TOO_FAR", "its fragments came too far out of order", "sysctl net.ipv4.ipfrag_max_dist"),
    REASON("ipv6-header", "IPV6_BAD_EXTHDR IPV6_TOO_MANY_EXTHDRS", "its IPv6 extension headers are wrong or too many", "look at it: tcpdump -v -ni {dev} host {src}"),
    REASON("ndisc", "IPV6_NDISC_FRAG IPV6_NDISC_HOP_LIMIT IPV6_NDISC_BAD_CODE IPV6_NDISC_BAD_OPTIONS", "the message of neighbour discovery is not valid", "look at it: tcpdump -v -ni {dev} icmp6"),
    REASON("tunnel-ecn", "IP_TUNNEL_ECN", "the ECN bits inside and outside of the tunnel contradict each other", "a device on the way marks packets that do not take part in ECN"),
    REASON("tunnel-info", "TUNNEL_TXINFO", "the tunnel {dev} was given no destination for it", "ip -d link show {dev}: a tunnel of the kind external needs a route or a program that sets it"),
    REASON("local-mac", "LOCAL_MAC", "its source is the tunnel's own MAC address: it went in a circle", "bridge fdb show"),
    REASON("arp-pvlan", "ARP_PVLAN_DISABLE", "an ARP request within a private VLAN is not answered here", "sysctl net.ipv4.conf.{dev}.proxy_arp_pvlan"),
    REASON("mac", "MAC_INVALID_SOURCE MAC_IEEE_MAC_CONTROL", "its source MAC address is not valid, or its frame is for the link only", "tcpdump -e -ni {dev}"),
    REASON("bridge-port-state", "BRIDGE_INGRESS_STP_STATE", "the bridge port {dev} does not forward in its state of the spanning tree", "bridge -d link show dev {dev}"),
    REASON("no-target", "NO_TX_TARGET", "there is no port, queue or peer of {dev} to send it to", "ip -d link show {dev}; bridge fdb show"),
    REASON("vxlan-vni", "VXLAN_VNI_NOT_FOUND", "no VXLAN device of this host has its VNI {vni}, or the device is not up", "ip -d link show type vxlan; tcpdump -v -ni {dev} shows the VNI"),
    REASON("vxlan-header", "VXLAN_INVALID_HDR", "its VXLAN header has flags that the device does not take", "ip -d link show type vxlan: gbp, gpe, remcsum must be equal at both ends"),
    REASON("vxlan-entry", "VXLAN_ENTRY_EXISTS", "its MAC address has a fixed entry, and came from another place", "bridge fdb show"),
    REASON("macvlan-backlog", "MACVLAN_BROADCAST_BACKLOG IPVLAN_MULTICAST_BACKLOG", "too many broadcasts wait for the devices on {dev}", "ip link set {dev} type macvlan bcqueuelen makes the queue longer"),
    REASON("packet-socket", "PACKET_SOCK_ERROR", "a packet socket (tcpdump or its like) could not take its copy", "the traffic itself goes on; give the capture a larger buffer"),
    REASON("recursion", "RECURSION_LIMIT", "it went through too many devices one in another: a loop of tunnels or of tc redirects", "ip -d link; tc filter show"),
    REASON("security", "SECURITY_HOOK", "a security module (SELinux, Smack, AppArmor) forbids it", "ausearch -m avc, or dmesg"),
    REASON("psp", "PSP_INPUT PSP_OUTPUT", "the PSP encryption of its socket does not match", "look at the keys of both ends"),
    REASON("can", "CAN_RX_INVALID_FRAME CANFD_RX_INVALID_FRAME CANXL_RX_INVALID_FRAME", "it is no valid CAN frame", "ip -d link show {dev}"),
});
// clang-format on

}  // namespace

std::span<const Cause> causes_by_reason() { return kByReason; }

}  // namespace pwru::knowledge
