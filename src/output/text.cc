// SPDX-License-Identifier: Apache-2.0
#include "output/text.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "output/id_text.h"
#include "output/tunnel_text.h"
#include "output/tuple_text.h"
#include "resolve/verdict_text.h"

namespace pwru::output {
namespace {

constexpr size_t kSkbWidth = 18;
constexpr size_t kCpuWidth = 3;
constexpr size_t kProcessWidth = 16;
constexpr size_t kTimeWidth = 16;
constexpr size_t kNetnsWidth = 10;
constexpr size_t kMarkWidth = 8;
constexpr size_t kIfaceWidth = 16;
constexpr size_t kProtoWidth = 6;
constexpr size_t kMtuWidth = 5;
constexpr size_t kLenWidth = 5;
constexpr size_t kCbWidth = 56;
constexpr size_t kIdWidth = 13;

constexpr std::string_view kRed = "\x1b[1;31m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kPlain = "\x1b[0m";

// In a column every name is one word of what a terminal can show: prctl(PR_SET_NAME) and the names
// of namespaces take any byte.
char column_character(char c) {
  if (c == ' ') return '_';
  return c > ' ' && c <= '~' ? c : '?';
}

// "name:number" in at most `width` characters: the front is cut, and ~ says so.
std::string_view name_and_number(std::array<char, 32>& room, std::string_view name, uint32_t number,
                                 size_t width) {
  const size_t name_size = std::min(name.size(), size_t{16});
  std::transform(name.begin(), name.begin() + static_cast<ptrdiff_t>(name_size), room.begin(),
                 column_character);
  room[name_size] = ':';
  const char* const end =
      std::to_chars(room.data() + name_size + 1, room.data() + room.size(), number).ptr;
  std::string_view text(room.data(), static_cast<size_t>(end - room.data()));
  if (text.size() <= width) return text;
  const size_t cut = text.size() - width;
  room[cut] = '~';
  return text.substr(cut);
}

// A packet that was freed without a reason may have been dropped.
std::string_view color_of(const event::Event& event,
                          const std::optional<resolve::Names::End>& end) {
  if (resolve::is_drop_verdict(event.type, event.verdict)) return kRed;
  if (!end || end->kind == resolve::Names::EndKind::Consumed) return "";
  return end->kind == resolve::Names::EndKind::Dropped ? kRed : kYellow;
}

}  // namespace

size_t columns_wanted(const TextStyle& style) {
  constexpr size_t kTuple = 34, kFunction = 24;  // of IPv4; kfree_skb_reason(NO_SOCKET)
  size_t columns = kSkbWidth + kCpuWidth + kProcessWidth + 3 + kFunction;
  if (style.time == TimeColumn::Absolute) columns += resolve::WallClock::kWidth + 1;
  if (style.time != TimeColumn::None) columns += kTimeWidth + 1;
  if (style.has_meta)
    columns += kNetnsWidth + kMarkWidth + kIfaceWidth + kProtoWidth + kMtuWidth + kLenWidth + 6;
  if (style.has_cb) columns += kCbWidth + 1;
  if (style.netns_name_width) columns += style.netns_name_width + 1;
  if (style.has_id) columns += kIdWidth + 1;
  if (style.has_tuple) columns += kTuple + 1;
  return columns;
}

TextSink::TextSink(LineBuffer out, TextStyle style, resolve::Names& names, resolve::Dumps dumps)
    : out_(std::move(out)),
      style_(style),
      names_(names),
      dumps_(std::move(dumps)),
      repeats_columns_(style.time == TimeColumn::None && !style.has_cb && !style.netns_name_width &&
                       !style.has_id) {}

Result<> TextSink::begin() {
  if (style_.is_narrow) {
    append_packet_names();
    out_.append(take_collapsed(0));
    out_.append("\n ");
  }
  if (style_.time == TimeColumn::Absolute) {
    out_.append_left("TIME", resolve::WallClock::kWidth);
    out_.append(' ');
  }
  if (!style_.is_narrow) append_packet_names();
  if (style_.is_narrow) append_time_name();
  append_function_names();
  out_.append('\n');
  return out_.end_header();
}

void TextSink::append_time_name() {
  if (style_.time == TimeColumn::None) return;
  out_.append(' ');
  out_.append_left("TIMESTAMP", kTimeWidth);
}

void TextSink::append_packet_names() {
  out_.append_left("SKB", kSkbWidth);
  out_.append(' ');
  out_.append_left("CPU", kCpuWidth);
  out_.append(' ');
  out_.append_left("PROCESS", kProcessWidth);
  if (!style_.is_narrow) append_time_name();
  if (style_.has_meta) {
    out_.append(' ');
    out_.append_left("NETNS", kNetnsWidth);
    out_.append(' ');
    out_.append_left("MARK/x", kMarkWidth);
    out_.append(' ');
    out_.append_centred("IFACE", kIfaceWidth);
    out_.append(' ');
    out_.append_left("PROTO", kProtoWidth);
    out_.append(' ');
    out_.append_left("MTU", kMtuWidth);
    out_.append(' ');
    out_.append_left("LEN", kLenWidth);
  }
  if (style_.has_cb) {
    out_.append(' ');
    out_.append_left("__sk_buff->cb[]", kCbWidth);
  }
  if (style_.netns_name_width) {
    out_.append(' ');
    out_.append_centred("NETNS NAME", style_.netns_name_width);
  }
  if (style_.has_id) {
    out_.append(' ');
    out_.append_left("ID", kIdWidth);
  }
  if (style_.has_tuple) out_.append(" TUPLE");
}

void TextSink::append_function_names() {
  out_.append(" FUNC");
  if (style_.has_caller) out_.append(" CALLER");
  if (style_.has_tunnel) out_.append(" TUNNEL");
}

Result<> TextSink::event(const event::Event& event) {
  if (style_.is_narrow) append_heading_if_new(event);
  if (style_.time == TimeColumn::Absolute) {
    out_.append(wall_clock_.text(event.ts_ns));
    out_.append(' ');
  }
  if (style_.is_narrow)
    append_time(event);
  else if (repeats_columns_)
    append_packet_or_repeat(event);
  else
    append_packet(event);
  append_function(event);
  if (style_.has_tunnel) append_tunnel_column(event);
  if (expr::ValueText* values = dumps_.metadata.of(event))
    out_.append(values->line(event.expr_bytes));
  if (style_.has_stack) {
    for (const uint64_t ip : event.stack) {
      out_.append('\n');
      out_.append(names_.symbol(ip));
    }
  }
  append_dumps(event);
  if (event.has_map_call) {
    out_.append('\n');
    out_.append(map_text_.format(event.map_call));
  }
  return out_.end_event();
}

// Leaves one blank behind, the beginning of an indented line.
void TextSink::append_heading_if_new(const event::Event& event) {
  const size_t start = out_.size();
  append_packet(event);
  std::string heading = take_collapsed(start);
  if (heading != heading_) {
    out_.append(heading);
    out_.append('\n');
    heading_ = std::move(heading);
  }
  out_.append(' ');
}

// Takes back what was appended since `start`; blanks that only fill columns become one.
std::string TextSink::take_collapsed(size_t start) {
  const std::string_view text = out_.text().substr(start);
  std::string collapsed;
  std::ranges::unique_copy(text, std::back_inserter(collapsed),
                           [](char a, char b) { return a == ' ' && b == ' '; });
  if (collapsed.ends_with(' ')) collapsed.pop_back();
  out_.commit(out_.reserve(0) - text.size());
  return collapsed;
}

// The events of several CPUs come in turns, each CPU's with a packet of its own.
void TextSink::append_packet_or_repeat(const event::Event& event) {
  PacketColumns& columns = packet_columns_[event.cpu % packet_columns_.size()];
  if (columns.are_of(event, tuple_width_)) return out_.append(columns.text());
  const size_t start = out_.size();
  append_packet(event);
  columns.keep(event, tuple_width_, out_.text().substr(start));
}

void TextSink::append_packet(const event::Event& event) {
  size_t start = out_.size();
  out_.append("0x");
  out_.append_hex(event.skb);
  out_.pad_from(start, kSkbWidth);
  out_.append(' ');
  start = out_.size();
  out_.append_decimal(event.cpu);
  out_.pad_from(start, kCpuWidth);
  out_.append(' ');
  append_process(event);
  if (!style_.is_narrow) append_time(event);
  if (style_.has_meta) append_meta(event);
  if (style_.has_cb) append_cb(event);
  if (style_.netns_name_width) append_netns_name(event);
  if (style_.has_id) append_id(event);
  if (style_.has_tuple) append_tuple_column(event);
}

void TextSink::append_process(const event::Event& event) {
  std::array<char, 32> room;
  out_.append_left(name_and_number(room, event.comm, event.pid, kProcessWidth), kProcessWidth);
}

void TextSink::append_time(const event::Event& event) {
  if (style_.time == TimeColumn::None) return;
  uint64_t value = event.ts_ns;
  if (style_.time == TimeColumn::Relative)
    value = last_seen_.since_last(event.packet_id ? event.packet_id : event.skb, event.ts_ns);
  out_.append(' ');
  const size_t start = out_.size();
  out_.append_decimal(value);
  out_.pad_from(start, kTimeWidth);
}

void TextSink::append_meta(const event::Event& event) {
  std::array<char, 32> room;
  out_.append(' ');
  size_t start = out_.size();
  out_.append_decimal(event.netns);
  out_.pad_from(start, kNetnsWidth);
  out_.append(' ');
  start = out_.size();
  out_.append_hex(event.mark);
  out_.pad_from(start, kMarkWidth);
  out_.append(' ');
  if (event.ifname.empty()) {
    const char* const end =
        std::to_chars(room.data(), room.data() + room.size(), event.ifindex).ptr;
    out_.append_centred({room.data(), static_cast<size_t>(end - room.data())}, kIfaceWidth);
  } else {
    out_.append_centred(name_and_number(room, event.ifname, event.ifindex, kIfaceWidth),
                        kIfaceWidth);
  }
  out_.append(" 0x");
  out_.append_hex(event.proto, 4);
  out_.append(' ');
  start = out_.size();
  out_.append_decimal(event.mtu);
  out_.pad_from(start, kMtuWidth);
  out_.append(' ');
  start = out_.size();
  out_.append_decimal(event.len_bytes);
  out_.pad_from(start, kLenWidth);
}

void TextSink::append_id(const event::Event& event) {
  out_.append(' ');
  const size_t start = out_.size();
  out_.commit(append_ids(out_.reserve(kIdsRoom), event.packet_id, event.parent_id));
  out_.pad_from(start, kIdWidth);
}

void TextSink::append_tuple_column(const event::Event& event) {
  out_.append(' ');
  const size_t start = out_.size();
  if (event.has_tuple) {
    out_.commit(append_tuple(out_.reserve(kTupleRoom), event.tuple, style_.has_tcp_flags));
  } else {
    out_.append('-');  // no IP packet: a word of its own, so that columns can be counted
  }
  tuple_width_ = std::max(tuple_width_, out_.size() - start);
  out_.pad_from(start, tuple_width_);
}

void TextSink::append_function(const event::Event& event) {
  const resolve::Names::Func& func = names_.function(event.func_ip);
  const auto end = names_.end(event, func);
  const std::string_view color = style_.uses_color ? color_of(event, end) : "";
  out_.append(' ');
  out_.append(color);
  const size_t start = out_.size();
  out_.append(func.text);
  if (end && !end->text.empty()) {
    out_.append(end->is_unknown ? " (" : "(");
    out_.append(end->text);
    out_.append(')');
  }
  if (resolve::is_exit(event.type)) append_verdict(event);
  const size_t width = out_.size() - start;
  if (!color.empty()) out_.append(kPlain);
  if (!style_.has_caller) return;
  function_width_ = std::max(function_width_, width);
  for (size_t i = width; i < function_width_; i++) out_.append(' ');
  out_.append(' ');
  if (event.type == PWRU_EVENT_FUNC)
    out_.append(names_.symbol(event.caller_ip));
  else
    out_.append('-');  // a BPF program's caller is no function
}

void TextSink::append_tunnel_column(const event::Event& event) {
  out_.append(' ');
  if (event.tunnel) {
    out_.commit(append_tunnel(out_.reserve(kTunnelRoom), *event.tunnel, style_.has_tcp_flags));
  } else {
    out_.append('-');  // no tunnel
  }
}

void TextSink::append_verdict(const event::Event& event) {
  out_.append(" -> ");
  const std::string_view name = resolve::verdict_name(event.type, event.verdict);
  std::array<char, 16> room;
  const char* const end = std::to_chars(room.data(), room.data() + room.size(), event.verdict).ptr;
  out_.append(name.empty() ? std::string_view(room.data(), static_cast<size_t>(end - room.data()))
                           : name);
}

void TextSink::append_netns_name(const event::Event& event) {
  std::string name(names_.netns(event.netns).substr(0, style_.netns_name_width));
  std::ranges::transform(name, name.begin(), column_character);
  out_.append(' ');
  out_.append_centred(name.empty() ? "-" : name, style_.netns_name_width);
}

void TextSink::append_cb(const event::Event& event) {
  out_.append(' ');
  const size_t start = out_.size();
  char separator = '[';
  for (const uint32_t word : event.cb) {
    out_.append(separator);
    out_.append("0x");
    out_.append_hex_upper(word, 8);
    separator = ',';
  }
  out_.append(event.cb.empty() ? '-' : ']');
  out_.pad_from(start, kCbWidth);
}

void TextSink::append_dumps(const event::Event& event) {
  if (dumps_.skb && !event.skb_bytes.empty()) {
    out_.append('\n');
    out_.append(dumps_.skb->format(event.skb_bytes));
  }
  if (dumps_.shared_info && !event.shinfo_bytes.empty()) {
    out_.append('\n');
    out_.append(dumps_.shared_info->format(event.shinfo_bytes));
  }
}

// A line of its own in the stream, so that nobody takes a gap for the end of a packet's way.
Result<> TextSink::lost(const event::Loss& loss) {
  if (style_.uses_color) out_.append(kYellow);
  out_.append("*** ");
  out_.append_decimal(loss.count);
  out_.append(loss.count == 1 ? " event" : " events");
  out_.append(" lost on CPU ");
  out_.append_decimal(loss.cpu);
  out_.append(": ring buffer full after ");
  out_.append_decimal(loss.since_ns);
  if (loss.until_ns) {
    out_.append(" ns and before ");
    out_.append_decimal(loss.until_ns);
  }
  out_.append(" ns ***");
  if (style_.uses_color) out_.append(kPlain);
  return out_.end_line();
}

// In the stream as well, for the same reason.
Result<> TextSink::missed(const event::Miss& miss) {
  if (style_.uses_color) out_.append(kYellow);
  out_.append("*** ");
  out_.append_decimal(miss.count);
  out_.append(miss.count == 1 ? " hit" : " hits");
  out_.append(" missed by ");
  out_.append(miss.program);
  out_.append(": another probe was running on their CPU, after ");
  out_.append_decimal(miss.since_ns);
  out_.append(" ns and before ");
  out_.append_decimal(miss.until_ns);
  out_.append(" ns ***");
  if (style_.uses_color) out_.append(kPlain);
  return out_.end_line();
}

}  // namespace pwru::output
