// SPDX-License-Identifier: Apache-2.0
// A record is one hit of a probe, resolved: numbers have names, and the bytes of kernel structs are
// text. It is the model of the whole program. Whoever shows, keeps or sends hits needs records
// only, and neither the kernel nor BTF nor /proc.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "abi/event.h"
#include "event/bpfmap.h"
#include "event/tunnel.h"
#include "event/tuple.h"

namespace pwru::resolve {

// The name of a process or an interface. It is a value, so that its owner can be copied. It is two
// words long, because each record copies and compares it.
class ShortName {
 public:
  static constexpr size_t kBytes = 16;
  static_assert(kBytes == PWRU_COMM_BYTES && kBytes == PWRU_IFNAME_BYTES);

  ShortName() = default;
  explicit ShortName(std::string_view text) {  // cuts a longer text
    const size_t size = text.size();
    words_[0] = word_of(text.data(), std::min<size_t>(size, 8));
    if (size > 8) words_[1] = word_of(text.data() + 8, std::min<size_t>(size - 8, 8));
  }
  ShortName& operator=(std::string_view text) { return *this = ShortName(text); }

  [[nodiscard]] std::string_view text() const {
    return {reinterpret_cast<const char*>(words_.data()), size()};
  }
  bool operator==(const ShortName&) const = default;

 private:
  // A word of the first `size` bytes, at most 8, and zeros. Two reads that overlap need no loop.
  static uint64_t word_of(const char* text, size_t size) {
    if (size == 8) return load<uint64_t>(text);
    if (size >= 4) return load<uint32_t>(text) | load<uint32_t>(text + size - 4) << (size - 4) * 8;
    if (size >= 2) return load<uint16_t>(text) | load<uint16_t>(text + size - 2) << (size - 2) * 8;
    return size == 1 ? static_cast<unsigned char>(*text) : 0;
  }
  template <class Word>
  static uint64_t load(const char* from) {
    Word word;
    std::memcpy(&word, from, sizeof(word));
    return word;
  }

  // A name has no zero in the middle, so its last byte is the last that is not zero.
  [[nodiscard]] size_t size() const {
    const uint64_t last = words_[1] ? words_[1] : words_[0];
    const auto in_last = static_cast<size_t>(8 - std::countl_zero(last) / 8);
    return words_[1] ? 8 + in_last : in_last;
  }

  std::array<uint64_t, 2> words_ = {};  // little endian
};

// The packet of a hit, and where it was met. It holds plain values and no views, so that a copy can
// be kept, and so that two packets are equal when their bytes are equal.
struct Packet {
  uint64_t skb = 0;        // its address
  uint64_t id = 0;         // 0: not followed
  uint64_t parent_id = 0;  // of the packet that it was made of; 0: none, or not asked for
  uint32_t cpu = 0;
  uint32_t pid = 0;
  ShortName comm;

  bool has_meta = false;   // the fields from here to `ifname` were read
  bool has_tuple = false;  // it is an IP packet, and its tuple was asked for
  uint16_t proto = 0;      // EtherType
  uint32_t netns = 0;      // inode number
  uint32_t mark = 0;
  uint32_t ifindex = 0;
  uint32_t len_bytes = 0;
  uint32_t mtu = 0;
  ShortName ifname;
  event::Tuple tuple;
  uint32_t pad0 = 0;  // named, because packets are compared by their bytes; room for a field

  bool operator==(const Packet& other) const {
    return std::memcmp(this, &other, sizeof(Packet)) == 0;
  }
};
static_assert(std::has_unique_object_representations_v<Packet>, "name the gap, as in pad0");

// How the packet ended.
struct End {
  // Freed: the kernel gave no reason, so that nobody knows whether it was a drop.
  // Refused: a function said no, and the kernel ends the packet as if all were well. Only with
  // --drops and --why.
  enum class Kind : uint8_t { Dropped, Freed, Consumed, Refused };
  Kind kind = Kind::Dropped;
  // The reason of a drop, the function that freed the packet, or a word for the kind, without
  // parentheses. "" when the function's name says it all.
  std::string_view text;
  bool is_unknown = false;  // the text is a number that no enum names
  bool is_caller = false;   // the text is the function that freed it
};

// What a TC or XDP program decided.
struct Verdict {
  int32_t number = 0;
  std::string_view name;  // "TC_ACT_SHOT"; "" for a number that has none
  bool is_drop = false;
};

// What nf_tables did last to the packet. It holds for a packet that nft_do_chain() freed.
struct Nft {
  bool is_policy = false;   // of the base chain, as no rule took the packet
  bool is_certain = true;   // false: unless a rule that drops went unseen
  std::string_view family;  // "ip", "inet"; "" for one that has no name here
  std::string_view table;
  std::string_view chain;
  // Of the rule; nothing for a policy.
  uint64_t handle = 0;
  uint32_t position = 0;       // in the chain, from 1
  std::string_view expr;       // the part of the rule that decided: "immediate", "reject"
  std::string_view text = {};  // "udp dport 53 drop"; "" when the rule was not read
  // It holds for a packet that nf_hook_slow() freed, too, if that was in this hook: before 6.11.
  bool is_noted = false;
  std::string_view hook = {};  // "INPUT", "INGRESS"; "": any, and without is_noted
};

// What the tables of iptables-legacy and the like, other hooks of netfilter, and conntrack did last
// to the packet. It holds for a packet that nf_hook_slow() or, in a bridge, br_handle_frame()
// freed.
struct Xt {
  enum class Kind : uint8_t { None, Rule, Reject, Policy };
  enum class Refusal : uint8_t { None, Full, Clash };  // by conntrack
  enum class Family : uint8_t { Ip4, Ip6, Arp, Bridge };
  Kind kind = Kind::None;
  Refusal refusal = Refusal::None;
  Family family = Family::Ip4;  // of the table
  bool asks_conntrack = false;  // the rule has a match on the state of the connection
  std::string_view hook;        // "INPUT": of the table that has the rule
  std::string_view table;       // "filter"
  std::string_view chain;
  uint32_t position = 0;       // of the rule in the chain, from 1
  std::string_view text = {};  // "-p udp -m udp --dport 53 -j DROP"; "" when it was not read
  // Of a hook that is no table: its function, and the BPF program that it ran.
  std::string_view function = {};
  std::string_view bpf_name = {};
  uint32_t bpf_id = 0;  // 0: none
};

// One expression of --output-skb-metadata or --output-xdp-metadata.
struct Value {
  std::string_view label;
  std::string_view text;
};

// One call of a function of a BPF map.
struct MapCall : event::BpfMapCall {
  // By the types of the map; "" when it has none, when bytes are missing, or when not asked for.
  std::string_view key_text;
  std::string_view value_text;
};

// What the sockets of the packet's network namespace say of its destination, as they are now.
struct Ports {
  std::string_view open_at;          // where its port is open, "127.0.0.1:53, [::1]:53"
  std::optional<bool> takes_packet;  // a socket has the addresses of this packet; none: perhaps
  uint64_t unread_bytes = 0;         // what waits in such a socket
  std::optional<bool> has_buffer_errors;  // a receive buffer of the namespace was full, of UDP
  bool is_newer = true;                   // it was read after the packet died
  std::string_view open_in = {};  // other namespaces where it is open, when it is not: "7 (web)"
  // The socket, when that is one address or namespace: its inode number, and that of its namespace;
  // 0: none.
  uint64_t only_inode = 0;
  uint32_t only_netns = 0;
  bool is_in_time_wait = false;  // a connection with its addresses was in TIME_WAIT when it died
};

// What the routes of the packet's network namespace, or the bridge of its device, say of it, as
// they are now.
struct Lookups {
  // What refuses to route it.
  struct Refusal {
    // Nothing: there is no route. Linkdown: it is passed over, as its device has no carrier.
    enum class By : uint8_t { Nothing, Route, Rule, Linkdown };
    By by = By::Nothing;
    std::string_view prefix;  // of the route: "192.0.2.0/24"
    std::string_view table;   // "main", "100"
    uint32_t metric = 0;      // of the route
    uint32_t rule = 0;        // the preference of the rule, or of the one that looks the table up
    std::string_view device = {};  // of Linkdown
    uint8_t tos = 0;               // of the route
  };
  // How this host sends what is for the packet's source.
  struct WayBack {
    std::string_view device = {};   // by which it does; "": by none
    std::string_view refuses = {};  // the kind of the route that refuses it: "blackhole"
    Refusal route = {};             // that one
  };
  // The tunnel that it is for.
  struct Tunnel {
    enum class State : uint8_t { None, Up, Down, Filter, Key, Remote };
    State state = State::None;
    std::string_view kind = {}, name = {}, expects = {};  // see kernel::FoundTunnel
  };
  // The association of IPsec that it is for; see kernel::Association.
  enum class Association : uint8_t { Unknown, None, Failed, Replayed, Refuses };
  // The multicast route that does not send it on.
  struct MulticastRoute {
    enum class Why : uint8_t { None, Device, NoneOut, Ttl };  // see kernel::MulticastRoute
    Why why = Why::None;
    std::string_view device = {};  // by which the route takes it
  };
  // Where the bridge knows the MAC address to which it was sent.
  struct Port {
    enum class Place : uint8_t { Unknown, Same, Other };  // Same: where it came from
    // What keeps all other ports from getting a packet for an unknown address.
    enum class Hindrance : uint8_t { None, NoPort, State, Flood, Vlan, Isolated };
    Place place = Place::Unknown;
    std::string_view name;   // of the other port; of an unknown address, when there is only one
    std::string_view state;  // of the other port: "forwarding", "blocking"
    Hindrance hindrance = Hindrance::None;
  };
  // The queue below a classful qdisc that drops packets.
  struct Queue {
    std::string_view kind;     // "pfifo"; empty: none of them has dropped any
    std::string_view parent;   // its class: "1:10"
    uint32_t len_packets = 0;  // that are in it
  };
  // The IPsec policy that decides about it.
  struct Policy {
    std::string_view direction;   // "in", "out", "fwd"
    std::string_view selector;    // "src 10.1.0.2/32 dst 10.2.0.0/16 proto 17"
    uint32_t index = 0;           // by which ip(8) knows it
    bool blocks = false;          // else it asks for protection, or takes what has none
    std::string_view protection;  // "ESP in mode tunnel"
    // There is none that matches, and whether the default blocks such packets.
    bool is_none = false, default_blocks = false;
  };
  std::optional<Refusal> refusal;
  std::optional<WayBack> way_back;
  // Whether a route leads to the destination of what this host sends.
  std::optional<bool> has_route = {};
  std::optional<Port> port;
  std::optional<Policy> policy;
  std::optional<Queue> queue = {};
  // An address of this host, the packet's destination, that does not take it.
  struct OwnAddress {
    enum class Why : uint8_t { None, Tentative, Duplicate, OtherVrf };
    Why why = Why::None;
    std::string_view device = {}, vrf = {};  // see kernel::OwnAddress
  };
  OwnAddress own_address = {};
  std::optional<Tunnel> tunnel = {};
  Association association = Association::Unknown;
  std::optional<MulticastRoute> multicast_route = {};
  // The process that has the packet's socket, and that which has the one of Ports: "nginx (4711)".
  std::string_view owner = {}, listener = {};
  std::string_view listener_device = {};  // to which the listener of its port is bound, of another
  // How it was when its connection began, by conntrack, of UDP that no longer has its entry.
  struct Original {
    std::array<uint8_t, 16> source = {}, destination = {};
    uint16_t sport = 0, dport = 0;
  };
  std::optional<Original> original = {};
};

// Views point into the resolver and are valid until it resolves the next event. A field that the
// hit does not have, or that was not asked for, is empty.
struct Record {
  pwru_event_type type = PWRU_EVENT_FUNC;
  uint64_t ts_ns = 0;          // CLOCK_MONOTONIC
  uint64_t since_last_ns = 0;  // since the packet's last record; 0: its first, or not asked for
  std::string_view wall_time;  // "2026-11-22T16:05:05.123456+01:00", local time
  Packet packet;
  std::string_view netns_name;

  uint64_t function_addr = 0;
  std::string_view function;       // "kfree_skb", "nft_do_chain[nf_tables]", "my_prog(tc)"
  std::optional<End> end;          // there when this hit is the packet's last
  std::optional<Verdict> verdict;  // there at the exit of a TC or XDP program
  uint64_t caller_addr = 0;
  std::string_view caller;                  // "name+0x1a"
  std::span<const std::string_view> stack;  // symbols like the caller's, innermost first
  std::span<const uint64_t> stack_addrs;    // the addresses of these
  std::string_view source;  // where the packet ended, of one that did: "net/ipv4/tcp_ipv4.c:2210"

  std::optional<event::Tunnel> tunnel;
  std::span<const uint32_t> cb;  // __sk_buff->cb[]
  std::span<const Value> values;
  std::span<const Value> readings;  // values that nobody asked to see: the diagnosis needs them
  std::optional<Nft> nft;
  std::optional<Xt> xt;
  std::optional<Ports> ports;  // of a packet that no socket took, or that has no reason for its end
  std::optional<Lookups> lookups;  // of a packet that one of these refused
  std::optional<MapCall> map_call;
  std::string_view skb_dump;          // struct sk_buff, several lines without a newline at the end
  std::string_view shared_info_dump;  // struct skb_shared_info
};

}  // namespace pwru::resolve
