// SPDX-License-Identifier: Apache-2.0
#include "output/text_columns.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "event/tuple_text.h"
#include "output/id_text.h"
#include "output/tunnel_text.h"

namespace pwru::output {
namespace {

using resolve::End;
using resolve::Packet;
using resolve::Record;

constexpr size_t kProcessWidth = 16;
constexpr size_t kIfaceWidth = 16;

// Names of processes and namespaces may have any bytes. In a column a name is one printable word.
char column_character(char c) {
  if (c == ' ') return '_';
  return c > ' ' && c <= '~' ? c : '?';
}

// Appends "name:number" in at most `width` characters. A longer one is cut in front and begins with
// ~.
void append_name_and_number(LineBuffer& out, std::string_view name, uint32_t number, size_t width) {
  std::array<char, resolve::ShortName::kBytes + 11> room;
  std::ranges::transform(name, room.begin(), column_character);
  room[name.size()] = ':';
  const char* const end =
      std::to_chars(room.data() + name.size() + 1, room.data() + room.size(), number).ptr;
  std::string_view text(room.data(), static_cast<size_t>(end - room.data()));
  if (text.size() > width) {
    const size_t cut = text.size() - width;
    room[cut] = '~';
    text.remove_prefix(cut);
  }
  out.append(text);
}

void append_wall_time(LineBuffer& out, const Record& record, const TextStyle&) {
  out.append(record.wall_time);
}

void append_skb(LineBuffer& out, const Packet& packet, const TextStyle&) {
  out.append("0x");
  out.append_hex(packet.skb);
}

void append_cpu(LineBuffer& out, const Packet& packet, const TextStyle&) {
  out.append_decimal(packet.cpu);
}

void append_process(LineBuffer& out, const Packet& packet, const TextStyle&) {
  append_name_and_number(out, packet.comm.text(), packet.pid, kProcessWidth);
}

void append_timestamp(LineBuffer& out, const Record& record, const TextStyle& style) {
  out.append_decimal(style.time == TimeColumn::Relative ? record.since_last_ns : record.ts_ns);
}

void append_netns(LineBuffer& out, const Packet& packet, const TextStyle&) {
  out.append_decimal(packet.netns);
}

void append_mark(LineBuffer& out, const Packet& packet, const TextStyle&) {
  out.append_hex(packet.mark);
}

void append_iface(LineBuffer& out, const Packet& packet, const TextStyle&) {
  const std::string_view name = packet.ifname.text();
  if (name.empty()) return out.append_decimal(packet.ifindex);
  append_name_and_number(out, name, packet.ifindex, kIfaceWidth);
}

void append_proto(LineBuffer& out, const Packet& packet, const TextStyle&) {
  out.append("0x");
  out.append_hex(packet.proto, 4);
}

void append_mtu(LineBuffer& out, const Packet& packet, const TextStyle&) {
  out.append_decimal(packet.mtu);
}

void append_len(LineBuffer& out, const Packet& packet, const TextStyle&) {
  out.append_decimal(packet.len_bytes);
}

void append_cb(LineBuffer& out, const Record& record, const TextStyle&) {
  char separator = '[';
  for (const uint32_t word : record.cb) {
    out.append(separator);
    out.append("0x");
    out.append_hex_upper(word, 8);
    separator = ',';
  }
  out.append(record.cb.empty() ? '-' : ']');
}

void append_netns_name(LineBuffer& out, const Record& record, const TextStyle& style) {
  const std::string_view name = record.netns_name.substr(0, style.netns_name_width);
  if (name.empty()) return out.append('-');
  for (const char c : name) out.append(column_character(c));
}

void append_id(LineBuffer& out, const Packet& packet, const TextStyle&) {
  out.commit(append_ids(out.reserve(kIdsRoom), packet.id, packet.parent_id));
}

// A packet without a tuple has a word there, too, so that columns can be counted.
void append_tuple_column(LineBuffer& out, const Packet& packet, const TextStyle& style) {
  if (!packet.has_tuple) return out.append('-');
  out.commit(
      event::append_tuple(out.reserve(event::kTupleRoom), packet.tuple, style.has_tcp_flags));
}

void append_function(LineBuffer& out, const Record& record, const TextStyle&) {
  out.append(record.function);
  if (const auto& end = record.end; end && !end->text.empty()) {
    out.append(end->is_unknown ? " (" : "(");
    out.append(end->text);
    out.append(')');
  }
  if (!record.verdict) return;
  out.append(" -> ");
  if (!record.verdict->name.empty()) return out.append(record.verdict->name);
  std::array<char, 16> room;
  out.append({room.data(),
              std::to_chars(room.data(), room.data() + room.size(), record.verdict->number).ptr});
}

// A packet that was freed without a reason may have been dropped.
std::string_view color_of_function(const Record& record) {
  if (record.verdict && record.verdict->is_drop) return kRed;
  if (!record.end || record.end->kind == End::Kind::Consumed) return "";
  return record.end->kind == End::Kind::Dropped ? kRed : kYellow;
}

// A BPF program has no calling function to show, and few tracepoints have one.
void append_caller(LineBuffer& out, const Record& record, const TextStyle&) {
  const bool may_have_one = record.type == PWRU_EVENT_FUNC || record.type == PWRU_EVENT_TRACEPOINT;
  out.append(may_have_one && !record.caller.empty() ? record.caller : "-");
}

void append_tunnel_column(LineBuffer& out, const Record& record, const TextStyle& style) {
  if (!record.tunnel) return out.append('-');
  out.commit(append_tunnel(out.reserve(kTunnelRoom), *record.tunnel, style.has_tcp_flags));
}

}  // namespace

std::vector<TextColumn> text_columns(const TextStyle& style) {
  using enum TextColumn::Fill;
  using Line = TextColumn::Line;
  struct Row {
    bool is_shown;
    TextColumn column;
  };
  const bool has_time = style.time != TimeColumn::None;
  const bool has_wall_time = style.time == TimeColumn::Absolute;
  const bool has_netns_name = style.netns_name_width > 0;
  const Row table[] = {
      {has_wall_time, {"TIME", 32, Left, Line::Function, append_wall_time}},
      {true, {"SKB", 18, Left, Line::Packet, append_skb}},
      {true, {"CPU", 3, Left, Line::Packet, append_cpu}},
      {true, {"PROCESS", kProcessWidth, Left, Line::Packet, append_process}},
      {has_time, {"TIMESTAMP", 16, Left, Line::Function, append_timestamp}},
      {style.has_meta, {"NETNS", 10, Left, Line::Packet, append_netns}},
      {style.has_meta, {"MARK/x", 8, Left, Line::Packet, append_mark}},
      {style.has_meta, {"IFACE", kIfaceWidth, Centred, Line::Packet, append_iface}},
      {style.has_meta, {"PROTO", 6, Left, Line::Packet, append_proto}},
      {style.has_meta, {"MTU", 5, Left, Line::Packet, append_mtu}},
      {style.has_meta, {"LEN", 5, Left, Line::Packet, append_len}},
      {style.has_cb, {"__sk_buff->cb[]", 56, Left, Line::Packet, append_cb}},
      {has_netns_name,
       {"NETNS NAME", style.netns_name_width, Centred, Line::Packet, append_netns_name}},
      {style.has_id, {"ID", 13, Left, Line::Packet, append_id}},
      // Most are of IPv4.
      {style.has_tuple, {"TUPLE", 34, Growing, Line::Packet, append_tuple_column}},
      // Most are no longer than kfree_skb_reason(NO_SOCKET).
      {true,
       {"FUNC", 24, style.has_caller ? Growing : Ragged, Line::Function, append_function,
        style.uses_color ? color_of_function : nullptr}},
      {style.has_caller, {"CALLER", 0, Ragged, Line::Function, append_caller}},
      {style.has_tunnel, {"TUNNEL", 0, Ragged, Line::Function, append_tunnel_column}},
  };
  std::vector<TextColumn> shown;
  for (const Row& row : table)
    if (row.is_shown) shown.push_back(row.column);
  return shown;
}

size_t columns_wanted(const TextStyle& style) {
  size_t wanted = 0;
  for (const TextColumn& column : text_columns(style))
    if (column.width) wanted += column.width + 1;
  return wanted - 1;  // no blank behind the last one
}

}  // namespace pwru::output
