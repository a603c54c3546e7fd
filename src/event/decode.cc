// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <cstring>

#include "event/event.h"

namespace pwru::event {
namespace {

// Text in a fixed array that need not be terminated.
std::string_view text_of(const char* text, size_t room) { return {text, ::strnlen(text, room)}; }

void set_l4(Tuple& tuple, const pwru_l4& l4) {
  tuple.sport = l4.sport;
  tuple.dport = l4.dport;
  tuple.l4_proto = l4.proto;
  tuple.tcp_flags = l4.tcp_flags;
  tuple.icmp_type = l4.icmp_type;
  tuple.icmp_code = l4.icmp_code;
  tuple.spi = l4.spi;
  tuple.has_ports = (l4.flags & PWRU_L4_HAS_PORTS) != 0;
  tuple.has_icmp = (l4.flags & PWRU_L4_HAS_ICMP) != 0;
  tuple.has_spi = (l4.flags & PWRU_L4_HAS_SPI) != 0;
  tuple.is_later_fragment = (l4.flags & PWRU_L4_LATER_FRAGMENT) != 0;
}

// Takes `size` bytes off the front; nullptr when there are fewer.
const std::byte* take(std::span<const std::byte>& rest, size_t size) {
  if (rest.size() < size) return nullptr;
  const std::byte* part = rest.data();
  rest = rest.subspan(size);
  return part;
}

void set_core(Event& event, const pwru_event& core) {
  event.ts_ns = core.ts_ns;
  event.func_ip = core.func_ip;
  event.skb = core.skb;
  event.packet_id = core.packet_id;
  event.caller_ip = core.caller_ip;
  event.pid = core.pid;
  event.comm = text_of(core.comm, sizeof(core.comm));
  event.arg2 = core.arg2;
  event.arg3 = core.arg3;
  event.type = static_cast<pwru_event_type>(core.type);
  event.verdict = core.verdict;
  event.has_meta = (core.parts & PWRU_PART_META) != 0;
  if (!event.has_meta) return;
  event.netns = core.netns;
  event.mark = core.mark;
  event.ifindex = core.ifindex;
  event.len_bytes = core.len_bytes;
  event.mtu = core.mtu;
  event.proto = core.proto;
  event.ifname = text_of(core.ifname, sizeof(core.ifname));
}

template <class Wire>
void copy_tuple(Tuple& tuple, const Wire& wire, bool is_v6) {
  tuple.is_v6 = is_v6;
  set_l4(tuple, wire.l4);
  std::memcpy(tuple.saddr, wire.saddr, sizeof(wire.saddr));
  std::memcpy(tuple.daddr, wire.daddr, sizeof(wire.daddr));
}

template <class Wire>
bool set_tuple(Event& event, std::span<const std::byte>& rest, bool is_v6) {
  const std::byte* part = take(rest, sizeof(Wire));
  if (!part) return false;
  event.has_tuple = true;
  copy_tuple(event.tuple, *reinterpret_cast<const Wire*>(part), is_v6);
  return true;
}

bool set_tunnel(Event& event, std::span<const std::byte>& rest) {
  const std::byte* part = take(rest, sizeof(pwru_tunnel));
  if (!part) return false;
  const auto& wire = *reinterpret_cast<const pwru_tunnel*>(part);
  if (wire.kind == PWRU_TUNNEL_NONE) return true;
  Tunnel& tunnel = event.tunnel.emplace();
  tunnel.kind = wire.kind;
  if (wire.flags & PWRU_TUNNEL_HAS_ID) tunnel.id = wire.id;
  tunnel.proto = wire.proto;
  tunnel.has_macs = (wire.flags & PWRU_TUNNEL_HAS_MACS) != 0;
  std::memcpy(tunnel.dst_mac, wire.dst_mac, sizeof(wire.dst_mac));
  std::memcpy(tunnel.src_mac, wire.src_mac, sizeof(wire.src_mac));
  if (wire.ip_version == 4) copy_tuple(tunnel.tuple.emplace(), wire.tuple4, false);
  if (wire.ip_version == 6) copy_tuple(tunnel.tuple.emplace(), wire.tuple6, true);
  return true;
}

bool set_stack(Event& event, std::span<const std::byte>& rest) {
  const std::byte* part = take(rest, sizeof(pwru_stack));
  if (!part) return false;
  const auto& stack = *reinterpret_cast<const pwru_stack*>(part);
  event.has_stack_failed = stack.size_bytes < 0;
  if (stack.size_bytes > 0 && static_cast<size_t>(stack.size_bytes) <= sizeof(stack.ip))
    event.stack = {reinterpret_cast<const uint64_t*>(stack.ip),
                   static_cast<size_t>(stack.size_bytes) / sizeof(stack.ip[0])};
  return true;
}

// Parts begin at multiples of 8.
bool set_bytes(std::span<const std::byte>& bytes, std::span<const std::byte>& rest, size_t size) {
  const std::byte* part = take(rest, (size + 7) & ~size_t{7});
  if (part) bytes = {part, size};
  return part != nullptr;
}

bool set_cb(Event& event, std::span<const std::byte>& rest) {
  const std::byte* part = take(rest, sizeof(pwru_cb));
  if (part) event.cb = reinterpret_cast<const pwru_cb*>(part)->words;
  return part != nullptr;
}

bool set_parent(Event& event, std::span<const std::byte>& rest) {
  const std::byte* part = take(rest, sizeof(pwru_parent));
  if (!part) return false;
  event.parent_id = reinterpret_cast<const pwru_parent*>(part)->packet_id;
  event.is_parent_forgotten = event.parent_id == 0 && (event.packet_id & PWRU_ID_OF_CHILD) != 0;
  return true;
}

bool set_map_call(Event& event, std::span<const std::byte>& rest) {
  const std::byte* part = take(rest, sizeof(pwru_bpfmap));
  if (!part) return false;
  const auto& map = *reinterpret_cast<const pwru_bpfmap*>(part);
  const std::byte* data = take(rest, map.room);
  if (!data || map.room % 8 || map.value_offset > map.room || map.key_bytes > map.value_offset ||
      map.value_bytes > map.room - map.value_offset)
    return false;
  event.has_map_call = true;
  event.map_call.op = map.op;
  event.map_call.id = map.id;
  event.map_call.name = text_of(map.name, sizeof(map.name));
  event.map_call.key_size = map.key_size;
  event.map_call.value_size = map.value_size;
  event.map_call.key = {data, map.key_bytes};
  event.map_call.value = {data + map.value_offset, map.value_bytes};
  return true;
}

bool set_all(Event& event, std::span<const std::byte> record, const PartSizes& sizes) {
  const pwru_event& core = header_of(record);
  std::span<const std::byte> rest = record.subspan(sizeof(core));
  set_core(event, core);
  bool is_whole = true;
  if (core.parts & PWRU_PART_STACK) is_whole = set_stack(event, rest);
  if (is_whole && core.parts & PWRU_PART_SKB)
    is_whole = set_bytes(event.skb_bytes, rest, sizes.skb_bytes);
  if (is_whole && core.parts & PWRU_PART_CB) is_whole = set_cb(event, rest);
  if (is_whole && core.parts & PWRU_PART_SHINFO)
    is_whole = set_bytes(event.shinfo_bytes, rest, sizes.shinfo_bytes);
  if (is_whole && core.parts & PWRU_PART_EXPR)
    is_whole = set_bytes(event.expr_bytes, rest, sizes.expr_bytes);
  if (is_whole && core.parts & PWRU_PART_TUNNEL) is_whole = set_tunnel(event, rest);
  if (is_whole && core.parts & PWRU_PART_BPFMAP) is_whole = set_map_call(event, rest);
  if (is_whole && core.parts & PWRU_PART_PARENT) is_whole = set_parent(event, rest);
  if (is_whole && core.parts & PWRU_PART_TUPLE4)
    is_whole = set_tuple<pwru_tuple4>(event, rest, false);
  if (is_whole && core.parts & PWRU_PART_TUPLE6)
    is_whole = set_tuple<pwru_tuple6>(event, rest, true);
  return is_whole;
}

}  // namespace

const pwru_event& header_of(std::span<const std::byte> record) {
  return *reinterpret_cast<const pwru_event*>(record.data());
}

// One way out, so that the event is made where the caller has it.
Result<Event> decode(std::span<const std::byte> record, uint32_t cpu, const PartSizes& sizes) {
  Result<Event> decoded(tl::in_place);
  if (record.size() < sizeof(pwru_event)) {
    decoded = fail(
        fmt::format("decode an event of {} bytes: it is shorter than its header", record.size()));
  } else if (header_of(record).type > PWRU_EVENT_XDP_EXIT) {
    decoded = fail(fmt::format("decode an event of {} bytes: there is no type {}", record.size(),
                               header_of(record).type));
  } else if (!set_all(*decoded, record, sizes)) {
    decoded = fail(fmt::format("decode an event of {} bytes: its parts {:#x} need more",
                               record.size(), header_of(record).parts));
  } else {
    decoded->cpu = cpu;
  }
  return decoded;
}

}  // namespace pwru::event
