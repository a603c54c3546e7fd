// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "base/round.h"
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
#define PWRU_SET(type, name) event.name = core.name;
  PWRU_META_FIELDS(PWRU_SET)
#undef PWRU_SET
  event.ifname = text_of(core.ifname, sizeof(core.ifname));
}

template <class Wire>
void copy_tuple(Tuple& tuple, const Wire& wire, bool is_v6) {
  tuple.is_v6 = is_v6;
  set_l4(tuple, wire.l4);
  std::memcpy(tuple.saddr, wire.saddr, sizeof(wire.saddr));
  std::memcpy(tuple.daddr, wire.daddr, sizeof(wire.daddr));
}

// One function for each part of abi/event.h: takes the part off the front of `rest`, and answers
// false when it is not all there. `bytes` is what the list says of its size.

bool take_stack(Event& event, std::span<const std::byte>& rest, size_t bytes) {
  const std::byte* part = take(rest, bytes);
  if (!part) return false;
  const auto& stack = *reinterpret_cast<const pwru_stack*>(part);
  event.has_stack_failed = stack.size_bytes < 0;
  if (stack.size_bytes > 0 && static_cast<size_t>(stack.size_bytes) <= sizeof(stack.ip))
    event.stack = {reinterpret_cast<const uint64_t*>(stack.ip),
                   static_cast<size_t>(stack.size_bytes) / sizeof(stack.ip[0])};
  return true;
}

bool take_bytes(std::span<const std::byte>& to, std::span<const std::byte>& rest, size_t bytes) {
  const std::byte* part = take(rest, round_up_8(bytes));
  if (part) to = {part, bytes};
  return part != nullptr;
}

bool take_skb(Event& event, std::span<const std::byte>& rest, size_t bytes) {
  return take_bytes(event.skb_bytes, rest, bytes);
}

bool take_cb(Event& event, std::span<const std::byte>& rest, size_t bytes) {
  const std::byte* part = take(rest, bytes);
  if (part) event.cb = reinterpret_cast<const pwru_cb*>(part)->words;
  return part != nullptr;
}

bool take_shinfo(Event& event, std::span<const std::byte>& rest, size_t bytes) {
  return take_bytes(event.shinfo_bytes, rest, bytes);
}

bool take_expr(Event& event, std::span<const std::byte>& rest, size_t bytes) {
  return take_bytes(event.expr_bytes, rest, bytes);
}

bool take_tunnel(Event& event, std::span<const std::byte>& rest, size_t bytes) {
  const std::byte* part = take(rest, bytes);
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

bool take_parent(Event& event, std::span<const std::byte>& rest, size_t bytes) {
  const std::byte* part = take(rest, bytes);
  if (!part) return false;
  event.parent_id = reinterpret_cast<const pwru_parent*>(part)->packet_id;
  event.is_parent_forgotten = event.parent_id == 0 && (event.packet_id & PWRU_ID_OF_CHILD) != 0;
  return true;
}

bool take_nft(Event& event, std::span<const std::byte>& rest, size_t bytes) {
  const std::byte* part = take(rest, bytes);
  if (!part) return false;
  const auto& nft = *reinterpret_cast<const pwru_nft*>(part);
  if (nft.kind != PWRU_NFT_NONE) event.nft = &nft;
  return true;
}

bool take_xt(Event& event, std::span<const std::byte>& rest, size_t bytes) {
  const std::byte* part = take(rest, bytes);
  if (!part) return false;
  const auto& xt = *reinterpret_cast<const pwru_xt*>(part);
  if (xt.kind != PWRU_XT_NONE || xt.refusal != PWRU_CT_ACCEPTED || xt.hook_ip) event.xt = &xt;
  return true;
}

// The part itself says how many bytes of key and value follow.
bool take_bpfmap(Event& event, std::span<const std::byte>& rest, size_t /*most_bytes*/) {
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

template <class Wire>
bool take_tuple(Event& event, std::span<const std::byte>& rest, bool is_v6) {
  const std::byte* part = take(rest, sizeof(Wire));
  if (!part) return false;
  event.has_tuple = true;
  copy_tuple(event.tuple, *reinterpret_cast<const Wire*>(part), is_v6);
  return true;
}

bool take_tuple4(Event& event, std::span<const std::byte>& rest, size_t /*bytes*/) {
  return take_tuple<pwru_tuple4>(event, rest, false);
}

bool take_tuple6(Event& event, std::span<const std::byte>& rest, size_t /*bytes*/) {
  return take_tuple<pwru_tuple6>(event, rest, true);
}

const pwru_hop& hop_at(const Event& event, size_t at) {
  return event.path[(event.hops_written - event.path.size() + at) % PWRU_HOPS];
}

bool is_whole(const Event& event, const pwru_hop& hop) {
  return hop.end_ns == hop.event.ts_ns && hop.event.packet_id == event.packet_id;
}

bool take_path(Event& event, std::span<const std::byte>& rest, size_t /*most_bytes*/) {
  const std::byte* part = take(rest, sizeof(pwru_path));
  if (!part) return false;
  event.hops_written = reinterpret_cast<const pwru_path*>(part)->written;
  const size_t hops = std::min<uint64_t>(event.hops_written, PWRU_HOPS);
  const std::byte* const first = take(rest, hops * sizeof(pwru_hop));
  if (!first) return false;
  event.path = {reinterpret_cast<const pwru_hop*>(first), hops};
  event.hops_missing = event.hops_written - hops;
  for (const pwru_hop& hop : event.path)
    if (!is_whole(event, hop)) event.hops_missing++;
  return true;
}

bool take_all(Event& event, std::span<const std::byte> record, const PartSizes& sizes) {
  const pwru_event& core = header_of(record);
  std::span<const std::byte> rest = record.subspan(sizeof(core));
  set_core(event, core);
#define PWRU_CONFIGURED(field) sizes.field
#define PWRU_TAKE(NAME, name, bytes) \
  if ((core.parts & PWRU_PART_##NAME) && !take_##name(event, rest, bytes)) return false;
  PWRU_FIXED_PARTS(PWRU_TAKE, PWRU_CONFIGURED)
  PWRU_VARIABLE_PARTS(PWRU_TAKE)
#undef PWRU_TAKE
#undef PWRU_CONFIGURED
  return true;
}

}  // namespace

const pwru_event& header_of(std::span<const std::byte> record) {
  return *reinterpret_cast<const pwru_event*>(record.data());
}

std::optional<Event> hop_of(const Event& event, size_t at) {
  const pwru_hop& hop = hop_at(event, at);
  if (!is_whole(event, hop)) return std::nullopt;
  std::optional<Event> kept(std::in_place);
  set_core(*kept, hop.event);
  kept->cpu = hop.event.lost;
  kept->has_tuple = (hop.event.parts & (PWRU_PART_TUPLE4 | PWRU_PART_TUPLE6)) != 0;
  if (hop.event.parts & PWRU_PART_TUPLE4) copy_tuple(kept->tuple, hop.tuple4, false);
  if (hop.event.parts & PWRU_PART_TUPLE6) copy_tuple(kept->tuple, hop.tuple6, true);
  return kept;
}

// One way out, so that the event is made where the caller has it.
Result<Event> decode(std::span<const std::byte> record, uint32_t cpu, const PartSizes& sizes) {
  Result<Event> decoded(tl::in_place);
  if (record.size() < sizeof(pwru_event)) {
    decoded = fail(
        fmt::format("decode an event of {} bytes: it is shorter than its header", record.size()));
  } else if (header_of(record).type > PWRU_EVENT_TRACEPOINT) {
    decoded = fail(fmt::format("decode an event of {} bytes: there is no type {}", record.size(),
                               header_of(record).type));
  } else if (!take_all(*decoded, record, sizes)) {
    decoded = fail(fmt::format("decode an event of {} bytes: its parts {:#x} need more",
                               record.size(), header_of(record).parts));
  } else {
    decoded->cpu = cpu;
  }
  return decoded;
}

}  // namespace pwru::event
