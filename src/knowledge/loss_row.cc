// SPDX-License-Identifier: Apache-2.0
#include "knowledge/loss_row.h"

#include <algorithm>
#include <array>

namespace pwru::knowledge {
namespace {

using enum Near;

// Ways out: whoever sends is reported an error for what a qdisc, a rule or a neighbour drops, and
// ip_send_skb() or udp_send_skb() counts that.
constexpr std::string_view kEvery = "*";

// clang-format off
constexpr std::array kRows = std::to_array<LossRow>({
    // Devices. "drop" of /proc/net/dev has rx_dropped and rx_missed_errors.
    // gre, vxlan and WireGuard count packets as rx_fifo and rx_frame that they free themselves.
    {.counter = "rx_fifo", .places = kEvery,
     .what = "the ring of {owner} was full: packets were lost in the device, before the kernel had them",
     .advice = "ethtool -g {owner} shows the ring, ethtool -G makes it longer; spread its interrupts over more CPUs"},
    {.counter = "rx_missed", .is_before_packets = true,
     .what = "{owner} had no room for received packets: they were lost in the device, before the kernel had them",
     .advice = "ethtool -g {owner} shows its ring, ethtool -G makes it longer; spread its interrupts over more CPUs"},
    {.counter = "rx_frame", .places = kEvery,
     .what = "{owner} received broken frames: wrong length, checksum or alignment",
     .advice = "look at the cable, the transceiver, the MTU and the other end; ethtool -S {owner} says more"},
    {.counter = "rx_drop", .places = kEvery, .parts = "rx_fifo rx_missed",
     .what = "{owner}, its driver, or an XDP program in it threw received packets away before the kernel had them",
     .advice = "ip -s -s link show dev {owner} and ethtool -S {owner} say where"},
    {.counter = "rx_errors", .places = kEvery, .parts = "rx_drop rx_fifo rx_frame rx_missed",
     .what = "{owner} received packets with errors",
     .advice = "ip -s -s link show dev {owner} and ethtool -S {owner} say which"},
    // Most drivers count such packets in one of the columns too.
    {.counter = "ethtool:", .parts = "rx_fifo rx_missed rx_drop rx_errors", .is_before_packets = true,
     .what = "the driver of {owner} counts received packets under this name that were lost before the kernel had them",
     .advice = "ethtool -S {owner} shows all that it counts; the documentation of the driver says what its names mean"},
    {.counter = "tx_fifo", .places = kEvery,
     .what = "packets that {owner} was to send were lost in the device",
     .advice = "ip -s -s link show dev {owner} and ethtool -S {owner} say more"},
    {.counter = "tx_carrier", .places = kEvery,
     .what = "{owner} lost its carrier, or had no way, while it sent",
     .advice = "look at the cable and the other end, of a tunnel at the route to its remote: ip -d -s -s link show dev {owner}"},
    // veth_xmit() counts at the one end what ends at the other one, in another namespace.
    {.counter = "tx_drop", .places = kEvery, .anywhere = "enqueue_to_backlog netif_rx netif_rx_internal __netif_rx veth_xmit __dev_forward_skb ____dev_forward_skb dev_forward_skb", .parts = "tx_fifo tx_carrier",
     .what = "{owner} or its driver threw packets away that it was to send",
     .advice = "ip -s -s link show dev {owner} and ethtool -S {owner} say more"},
    {.counter = "qdisc_drops", .places = kEvery,
     .what = "the queueing discipline of {owner} dropped packets",
     .advice = "tc -s qdisc show dev {owner} shows its kind, limit and backlog"},
    {.counter = "tx_errors", .places = kEvery, .parts = "tx_drop tx_fifo tx_carrier",
     .what = "{owner} could not send packets",
     .advice = "ip -s -s link show dev {owner} and ethtool -S {owner} say more"},

    // CPUs.
    {.counter = "softnet_dropped", .near = Machine, .reasons = "CPU_BACKLOG", .places = "enqueue_to_backlog netif_rx netif_rx_internal netif_rx_ni __netif_rx",
     .what = "the backlog of received packets of CPU {owner} was full",
     .advice = "sysctl net.core.netdev_max_backlog is the limit; spread the load over more CPUs (RSS, RPS)"},

    // TCP. What conn_request() refuses is consumed: tcp_rcv_state_process() calls consume_skb().
    {.counter = "TcpExtListenOverflows", .reasons = "TCP_LISTEN_OVERFLOW", .causes = "tcp-accept-queue",
     .what = "connections were refused without an answer: a program accepts them too slowly, and the queue of its listening socket was full",
     .advice = "ss -ltn shows the queues (Recv-Q) and their limits (Send-Q, of listen() and net.core.somaxconn); look at that program"},
    {.counter = "TcpExtTCPReqQFullDrop", .causes = "tcp-syn-queue",
     .what = "connection requests were thrown away: the SYN queue of a listening socket was full",
     .advice = "sysctl net.ipv4.tcp_max_syn_backlog, net.core.somaxconn; net.ipv4.tcp_syncookies=1 answers without a queue"},
    {.counter = "TcpExtListenDrops", .reasons = "TCP_LISTEN_OVERFLOW", .places = "tcp_v4_syn_recv_sock tcp_v6_syn_recv_sock tcp_conn_request tcp_v4_conn_request tcp_v6_conn_request tcp_v4_rcv tcp_v6_rcv tcp_v4_do_rcv tcp_v6_do_rcv tcp_rcv_state_process tcp_rcv_synsent_state_process tcp_check_req", .parts = "TcpExtListenOverflows TcpExtTCPReqQFullDrop",
     .what = "a listening socket did not take connections: for lack of memory, or a route back",
     .advice = "nstat -az and dmesg; ip route get, to the client's address"},
    {.counter = "TcpExtTCPBacklogDrop", .reasons = "SOCKET_BACKLOG", .places = "tcp_add_backlog",
     .what = "segments were thrown away: a socket was busy, and its backlog full",
     .advice = "sysctl net.ipv4.tcp_rmem net.core.rmem_max; look at how the program reads"},
    {.counter = "TcpExtTCPRcvQDrop", .reasons = "PROTO_MEM SOCKET_RCVBUFF TCP_ZEROWINDOW", .places = "tcp_data_queue tcp_drop",
     .what = "segments were thrown away: the receive buffer of a socket, or the memory of TCP, was full",
     .advice = "sysctl net.ipv4.tcp_mem net.ipv4.tcp_rmem; cat /proc/net/sockstat; look at how the program reads"},
    {.counter = "TcpExtPFMemallocDrop", .reasons = "PFMEMALLOC NOMEM", .places = "sk_filter_trim_cap tcp_filter tcp_v4_rcv tcp_v6_rcv",
     .what = "packets were thrown away while the machine had no memory left",
     .advice = "free -m; sysctl vm.min_free_kbytes; dmesg"},
    {.counter = "TcpExtTCPAbortOnMemory",
     .what = "connections were ended, because TCP had no memory left",
     .advice = "sysctl net.ipv4.tcp_mem net.ipv4.tcp_max_orphans; cat /proc/net/sockstat"},
    {.counter = "TcpInCsumErrors", .reasons = "TCP_CSUM SKB_CSUM", .places = "tcp_v4_rcv tcp_v6_rcv tcp_v4_do_rcv tcp_v6_do_rcv tcp_rcv_established",
     .what = "segments had a wrong checksum",
     .advice = "ethtool -k shows what the device computes; a device on the way damages packets"},

    // UDP. A multicast datagram that a full socket does not get is never copied for it.
    {.counter = "UdpRcvbufErrors", .reasons = "SOCKET_RCVBUFF PROTO_MEM", .places = "udp_queue_rcv_skb udp_queue_rcv_one_skb __udp_queue_rcv_skb __udp_enqueue_schedule_skb udp_unicast_rcv_skb",
     .what = "datagrams were lost: the receive buffer of a socket was full, because its program reads too slowly",
     .advice = "ss -lunm shows the sockets that dropped (d in skmem); sysctl net.core.rmem_max is the limit of SO_RCVBUF"},
    {.counter = "Udp6RcvbufErrors", .reasons = "SOCKET_RCVBUFF PROTO_MEM", .places = "udpv6_queue_rcv_skb udpv6_queue_rcv_one_skb udp6_unicast_rcv_skb __udp_enqueue_schedule_skb",
     .what = "datagrams were lost: the receive buffer of a socket was full, because its program reads too slowly",
     .advice = "ss -lunm shows the sockets that dropped (d in skmem); sysctl net.core.rmem_max is the limit of SO_RCVBUF"},
    {.counter = "UdpSndbufErrors", .places = kEvery,
     .what = "programs could not send datagrams: their send buffer, or the queue of the device, was full",
     .advice = "ss -unm; sysctl net.core.wmem_max; tc -s qdisc"},
    {.counter = "Udp6SndbufErrors", .places = kEvery,
     .what = "programs could not send datagrams: their send buffer, or the queue of the device, was full",
     .advice = "ss -unm; sysctl net.core.wmem_max; tc -s qdisc"},

    // IP.
    {.counter = "IpOutNoRoutes", .reasons = "IP_OUTNOROUTES", .places = "__ip_queue_xmit ip_queue_xmit ip_forward",
     .what = "programs had no route to an address: they could not send there, or only tried which of several addresses to use; no packet was made",
     .advice = "ip route get, to the address that they wanted"},
    {.counter = "IpReasmFails", .reasons = "FRAG_REASM_TIMEOUT FRAG_TOO_FAR DUP_FRAG NOMEM", .places = kEvery,
     .what = "fragments were thrown away: their datagrams could not be put together",
     .advice = "find who loses the other fragments; sysctl net.ipv4.ipfrag_high_thresh net.ipv4.ipfrag_time"},
    {.counter = "Ip6ReasmFails", .reasons = "FRAG_REASM_TIMEOUT FRAG_TOO_FAR DUP_FRAG NOMEM", .places = kEvery,
     .what = "fragments were thrown away: their datagrams could not be put together",
     .advice = "find who loses the other fragments; sysctl net.ipv6.ip6frag_high_thresh net.ipv6.ip6frag_time"},
    {.counter = "IpInDiscards", .places = kEvery,
     .what = "IPv4 threw received packets away for lack of memory, or for a rule of IPsec",
     .advice = "free -m; dmesg; /proc/net/xfrm_stat"},
    {.counter = "Ip6InDiscards", .places = kEvery,
     .what = "IPv6 threw received packets away for lack of memory, or for a rule of IPsec",
     .advice = "free -m; dmesg; /proc/net/xfrm_stat"},
    {.counter = "IpExtInTruncatedPkts", .reasons = "PKT_TOO_SMALL", .places = "ip_rcv_core ip_rcv",
     .what = "packets were shorter than their headers say",
     .advice = "a device on the way cuts them off: tcpdump -v"},
});
// clang-format on

}  // namespace

std::span<const LossRow> loss_rows() { return kRows; }

bool is_counter_of(const LossRow& row, std::string_view name) {
  return row.counter.ends_with(':') ? name.starts_with(row.counter) : name == row.counter;
}

bool means_loss(std::string_view name) {
  return std::any_of(kRows.begin(), kRows.end(),
                     [&](const LossRow& row) { return is_counter_of(row, name); });
}

}  // namespace pwru::knowledge
