// SPDX-License-Identifier: Apache-2.0
// What a cause of death may depend on, and what its sentence may name. Some facts come with every
// record; the others are read in the kernel, at the drop, by an expression on the sk_buff.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace pwru::knowledge {

enum class Fact : uint8_t {
  // Of the record.
  Source,       // address
  Destination,  // address
  SourceKind,   // "loopback", "local-multicast", "multicast", "broadcast", "any", "this-network",
                // "link-local" and "reserved-multicast" (of IPv6), "unicast"
  DestinationKind,  // the same
  Port,             // of the destination; "" without ports
  SourcePort,
  Protocol,      // "tcp", "udp", "icmp", "icmp6", or a number
  TcpFlags,      // "SYN|ACK"
  IcmpType,      // of ICMP and ICMPv6
  Spi,           // "0x1234", of ESP and AH
  Length,        // bytes
  EtherType,     // "0x88cc"
  Device,        // the interface that the sk_buff names
  Netns,         // inode number of the network namespace
  Hook,          // the netfilter hook, by the functions on the stack: "input"
  HookFamily,    // "ip", of IPv6 too; "arp", "bridge", "netdev"
  NextHop,       // the gateway of the route, or the destination
  OpenAt,        // where its port is open: "127.0.0.1:53, [::1]:53"; "" when nobody has it
  OpenIn,        // other namespaces where it is open, when it is not here: "4026532194 (web)"
  OpenHere,      // 1: a socket has its addresses, or all; 0: none has, for certain
  SocketQueue,   // "full": such a socket holds so much that it may be; "room": it does not
  BufferErrors,  // 1: a receive buffer of UDP was full in the namespace since pwru began
  InTimeWait,    // 1: a connection with its addresses and ports was in TIME_WAIT when it came
  ForService,    // 1: the port of its destination is lower than that of its source
  NftFamily,     // of what nf_tables dropped; "ip", "inet"
  NftTable,
  NftChain,
  NftRule,    // its number in the chain, from 1; "" for a policy
  NftHandle,  // the number by which nft knows the rule
  NftExpr,    // the part of the rule that decided: "immediate", "reject"
  NftPolicy,  // "drop": no rule took the packet; "likely-drop": unless one went unseen
  NftTool,    // "iptables", "ip6tables": iptables-nft has surely made the rule
  XtTool,     // of the table that dropped it: "iptables-legacy", "ebtables-legacy"
  XtTable,
  XtChain,
  XtRule,           // its number in the chain, from 1
  XtVerdict,        // "drop" and "reject" of a rule, "policy"
  XtAsksConntrack,  // 1: the rule has a match on the state of the connection
  NfFunction,       // of a hook of netfilter that is no table: "ip_vs_in_hook"
  NfProgram,        // name of the BPF program that it ran
  NfProgramId,      // its id
  InvalidBy,  // of what a rule drops for the state INVALID of its connection: "checksum", "flags",
              // "unknown"
  ConntrackRefusal,  // "full": its table has no room; "clash": it has such a connection already
  // Read at the drop.
  RouteError,          // dst_entry::error, as a positive errno: 0 is a route that leads somewhere
  RouteDevice,         // where the route leads to
  RouteMtu,            // the MTU of that device
  RouteGatewayFamily,  // of the gateway of an IPv4 route: 2, or 10 for IPv6; 0: none
  RouteGateway4,       // a number in the byte order of the host
  RouteGateway46,      // of an IPv4 route, when its family is IPv6
  RouteGateway6,       // of an IPv6 route; "::" when there is none
  RouteType,           // of an IPv4 route, RTN_*: 3 is broadcast, 5 multicast
  Ttl,                 // of an IPv4 header
  HopLimit,            // of an IPv6 header
  GsoSize,             // bytes of a segment; 0: the packet is not to be cut
  Conntrack,    // sk_buff::_nfct: 0 without an entry; the lowest three bits are ip_conntrack_info
  Vlan,         // the tag that the device took out of the frame; 0: none
  ForDevice,    // 1: the frame was sent to the MAC address of the device (its last four bytes)
  Qdisc,        // kind of the first queue's qdisc; "noop" without a carrier
  QdiscLength,  // packets in it
  QdiscLimit,   // its limit, in its own unit
  Forwarding4,  // net.ipv4.conf.DEVICE.forwarding
  Forwarding6,  // net.ipv6.conf.all.forwarding
  ForceForwarding6,    // net.ipv6.conf.DEVICE.force_forwarding, Linux 6.17
  RpFilter,            // net.ipv4.conf.DEVICE.rp_filter
  RpFilterAll,         // net.ipv4.conf.all.rp_filter
  AcceptLocal,         // net.ipv4.conf.DEVICE.accept_local
  RouteLocalnet,       // net.ipv4.conf.DEVICE.route_localnet
  RouteLocalnetAll,    // net.ipv4.conf.all.route_localnet; either of them is enough
  XdpProgram,          // name of the generic XDP program of the device
  XdpProgramId,        // its id
  XdpGenericLinkId,    // the same when a bpf_link attached it; 0: none did
  XdpDriverProgram,    // the same of the one in the driver
  XdpDriverId,         // its id
  XdpLinkProgram,      // the same when a bpf_link attached it
  XdpLinkId,           // its id
  BridgePortState,     // of the device; right only where a bridge drops
  BridgePortIsolated,  // 1: BR_ISOLATED, of the same
  BridgeVlans,         // 1: BROPT_VLAN_ENABLED of its bridge
  TellsOldSequence,    // known where the kernel has TCP_OLD_SEQUENCE (Linux 6.6)
  UdpChecksum,         // of the header; 0: none
  TcpHeader,           // bytes that a TCP header says that it has
  TcpSequence,         // its sequence number
  Cgroup,              // name of the cgroup of the sender
  CgroupEgress,        // name of the first BPF program that cgroup, or one above it, has for egress
  CgroupEgressId,      // its id
  CgroupEgressOnly,    // 1: there is no second one
  ForGroup,            // 1: the frame was sent to a broadcast or multicast MAC address
  TcpSpace,            // bytes of a TCP segment, SYN and FIN too; 0: it only acknowledges
  VxlanFlags,          // the first byte behind the UDP header; 8 is that of a VXLAN header
  PacketType,          // PACKET_*: 0 is for this host, 3 for another one
  IpFirst,             // the first byte of the header: version, and length in words
  XfrmOut,             // IPsec policies of the namespace for what is sent
  BridgePortLocked,    // 1: BR_PORT_LOCKED, of the port of BridgePortState
  TellsNoTarget,       // known where the kernel has NO_TX_TARGET: 6.12, not 6.1
  ChecksumFailed,      // 1: the checksum of its payload was computed, and is wrong
  Protected,           // 1: it came through an association of IPsec
  // Only of kernels that give no reasons, in whose place these are asked.
  IpSum,            // of the 16-bit words of an IPv4 header without options
  IpBytes,          // length by an IPv4 header
  UdpBytes,         // length by a UDP header
  Ip6Bytes,         // the same of IPv6
  Ipv6Off,          // net.ipv6.conf.DEVICE.disable_ipv6
  TcIngress,        // not 0: the device has filters for what comes in
  TcEgress,         // not 0: the device has filters for what goes out
  XfrmIn,           // not 0: IPsec is asked whether it may be received
  XfrmForward,      // not 0: IPsec is asked whether it may be forwarded
  ProtectedMode,    // XFRM_MODE_* of the first association that it came through: 0 is transport
  OwnSource,        // 1: its source is the first address of the device
  DropUnicastInL2,  // 1: net.ipv4.conf.DEVICE.drop_unicast_in_l2_multicast, or that of all
  HasTcpMd5,        // 1: the first option of its TCP header is an MD5 signature
  // Of all kernels.
  FrameMac,          // to which its frame was sent
  DeviceMac,         // of the device
  OwnDestination,    // 1: it is for the first IPv4 address of the device
  Vni,               // of VXLAN and Geneve, behind the UDP header
  QdiscHandle,       // of Qdisc, in the hexadecimal digits of tc(8); "0": the kernel made it
  DeviceIsUp,        // 1: the device is switched on (IFF_UP)
  DeviceMtu,         // bytes
  HasSmallMtu,       // 1: that is too small for IPv6
  DeviceHasIpv6,     // 0: IPv6 is not set up on it, as with an MTU below 1280
  TunnelCarrier,     // packets for which the device found no route (tx_carrier_errors)
  TunnelCollisions,  // packets whose route led through the tunnel itself (collisions)
  BondPort,          // 1: IFF_SLAVE, the device is a port of a bond
  DeviceKind,        // of a virtual one, as `ip link ... type` names it: "vxlan"
  FromDeviceMac,     // 1: the frame came from the MAC address of the device (its last four bytes)
  GreFlags,          // the first byte behind the IP header, of what should be a GRE header
  GreKeyWord,        // what is its key if it has one
  GreKey,            // "the GRE key 5", "no GRE key"
  GeneveVersion,     // of what should be a Geneve header
  GeneveProtocol,    // the EtherType of what it carries: "0x6558", Ethernet
  IpHead,            // the first two bytes of the IP header: version, TOS or traffic class
  OwnDestination6,   // 1: it is for one of the first two IPv6 addresses of the device
  OfOtherBroadcast,  // 1: it came for this host alone (PacketType), and its IPv4 route is that of a
                     // broadcast address outside of the first subnet of the device
  BcForwarding,      // not 0: net.ipv4.conf.DEVICE.bc_forwarding, and that of all
  QdiscMost,         // of the qdisc tbf: bytes of the largest frame that it takes
  // Of a packet that NAT has changed, and of which conntrack knows how it was.
  NatStatus,   // nf_conn::status >> 4: 1 its source, 2 its destination, 3 both
  NatSource4,  // a number in the byte order of the host
  NatSource6,
  NatSourcePort,
  NatDestination4,
  NatDestination6,
  NatDestinationPort,
  // What filters packets at the device, programs of tcx (Linux 6.6) and then filters of tc: the
  // first one of each.
  TcxIngress,          // name of the program
  TcxIngressId,        // its id
  TcxIngressOnly,      // 1: there is no second one, and no filter of tc
  FilterIngress,       // its kind: "bpf", "flower"
  FilterIngressPref,   // its preference
  FilterIngressOnly,   // 1: there is no other preference, and no program of tcx
  FilterIngressBlock,  // the number of its block, which devices may share; 0: of the device alone
  ClsBpfIngress,       // name of the program, when it has one
  ClsBpfIngressId,     // its id
  ClsBpfIngressOnly,   // 1: FilterIngressOnly, and no other program has that preference
  RedirectIngress,     // 1: the first action of a filter of the kind matchall is a redirection
  RedirectIngressTo,   // the device to which that leads
  RedirectIngressUp,   // 1: that is switched on
  TcxEgress,           // the same for what goes out
  TcxEgressId,
  TcxEgressOnly,
  FilterEgress,
  FilterEgressPref,
  FilterEgressOnly,
  FilterEgressBlock,
  ClsBpfEgress,
  ClsBpfEgressId,
  ClsBpfEgressOnly,
  RedirectEgress,
  RedirectEgressTo,
  RedirectEgressUp,
  // Of the socket.
  SocketState,        // TCP_*: 10 listens
  SocketProtocol,     // IPPROTO_*
  BufferUsed,         // bytes in its receive buffer
  BufferLimit,        // bytes that may be in it
  ReceiveNext,        // the sequence number that TCP waits for
  ReceiveEnd,         // the first one behind the window
  AcceptQueue,        // connections that wait for accept()
  AcceptLimit,        // as many may wait, and one
  SynQueue,           // half-open connections of a listener
  SynLimit,           // net.ipv4.tcp_max_syn_backlog
  SynCookies,         // net.ipv4.tcp_syncookies
  TimestampKept,      // the latest timestamp of TCP that it took
  TimestampCame,      // that of the segment
  SocketCgroup,       // name of its cgroup
  CgroupIngress,      // as CgroupEgress
  CgroupIngressId,    // as CgroupEgressId
  CgroupIngressOnly,  // as CgroupEgressOnly
  HasCgroupIngress,   // 1: there is a first one
  HasSocketFilter,    // 1: SO_ATTACH_FILTER, SO_ATTACH_BPF
  SocketFilterId,     // the id of the latter; 0: it is one of classic BPF
  SocketInode,        // by which /proc/PID/fd knows it
  // Concluded of these.
  TcpData,   // "old": the socket has it already; "new"
  TcpPlace,  // "behind" the window it begins, "across" the end of it; "probe": it asks for a window
             // that has been closed for more than a second
  MtuOwner,  // whose MTU RouteMtu is: "eth0", "the route by eth0"
  TcpTimestamp,  // "late": TimestampCame is older than the other one by at most a few seconds
  VlanId,        // of Vlan
  LeadsBack,     // 1: its route leads to the device by which it came in
  // Looked up in its network namespace after it died.
  RefusedBy,      // "route", "rule", "linkdown", or "nothing": there is no route
  RefusedPrefix,  // of that route: "192.0.2.0/24"
  RefusedTable,   // which has that route: "main", "100"
  RefusedMetric,  // of that route
  RefusedTos,     // of that route, of IPv4, if it takes only packets with one: "0x10"
  RefusedRule,    // the preference of the rule, or of the one that looks that table up
  RefusedDevice,  // the device without a carrier by which the route leads
  IpFamily,       // for ip(8): "-4", "-6"
  WayBack,        // the device by which its source is reached: "eth1", "none"
  HasRoute,       // 0: no route leads to the destination of what this host sends
  BackRefusedBy,  // the kind of the route that refuses what is for its source: "blackhole"
  BackPrefix,     // of that route
  BackTable,      // which has that route
  BackMetric,     // of that route
  FdbPlace,       // where the bridge has FrameMac: "same" port as Device, "other" one, "unknown"
  FdbPort,        // the other port
  FdbState,       // its state: "forwarding", "blocking"
  NoFloodBy,   // what keeps an unknown address from all other ports: "no-port", "state", "flood",
               // "vlan", "isolated"; "" when that is not clear
  NoFlood,     // the same as a clause: "it has no other port"
  OwnAddress,  // why its destination, an own address, does not take it: "tentative", "duplicate",
               // "other-vrf"
  OwnAddressDevice,  // which has that address, of the last one
  OwnAddressVrf,     // in which that device is: "the VRF red", "the default VRF"
  TunnelIs,    // the tunnel that it is for: "up", "down", "filter" (it takes other VNIs), "key" (it
               // has another one), "remote" (it takes those of another sender); "none"
  TunnelName,  // of all but the last
  TunnelKind,  // "vxlan"
  TunnelExpects,         // of "key" and "remote": "the key 5", "10.1.0.9"
  MulticastRoute,        // why it does not send it on: "device", "none-out", "ttl"
  MulticastRouteDevice,  // by which that route takes it
  QueueDrops,   // "one": a queue below a classful qdisc drops packets; "none": none has dropped any
  QueueKind,    // of that one: "pfifo"
  QueueParent,  // its class: "1:10"
  QueueLength,  // packets that are in it
  IpsecDoes,    // what the policy of IPsec does: "block", "protect", "allow" (what came without
                // protection); without one "default" (which is to block), "none"; "unknown"
                // where XfrmIn or XfrmForward says that there may be one
  IpsecPolicy,  // its selector: "src 10.1.0.2/32 dst 10.2.0.0/16 proto 17"
  IpsecDir,     // "in", "out", "fwd"
  IpsecIndex,   // by which ip(8) knows it
  IpsecWants,   // what it asks for: "ESP in mode tunnel"
  IpsecCame,    // by Protected: "without", "by another association"
  Association,  // of ESP and AH: "none" has the SPI; that which has it counts packets that "failed"
                // the check, or were "replayed"; or it "refuses" this one for another reason
  Program,      // of its socket: "its program nginx (4711)"
  Listener,     // the process that has the port elsewhere: "nginx (4711)"
  ListenerDevice,  // of a SYN: to which the listener of its port is bound, of another device
};
inline constexpr size_t kFacts = static_cast<size_t>(Fact::ListenerDevice) + 1;

struct FactRow {
  Fact id;
  std::string_view name;        // in sentences: "{port}"; in JSON
  std::string_view expression;  // C, on struct sk_buff *skb; "": of the record
  // On kernels that give no reasons this one is read, if there is one.
  std::string_view without_reasons = {};
  // The same on struct sock *sk, the socket that the packet was given to: of what
  // sk_skb_reason_drop() drops (Linux 6.11), and of a connection that is refused.
  std::string_view of_socket = {};
  // On struct sk_buff, for kernels whose types the expression does not fit.
  std::string_view older = {};
  // In a sentence, when it is not known.
  std::string_view unknown = "?";
};

// What changes from hop to hop, beside what every record has.
inline constexpr std::array<Fact, 3> kFactsOfHops = {Fact::Ttl, Fact::HopLimit, Fact::Conntrack};

// One row for each fact, in the order of the enum.
[[nodiscard]] std::span<const FactRow> facts();

}  // namespace pwru::knowledge
