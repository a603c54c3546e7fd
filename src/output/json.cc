// SPDX-License-Identifier: Apache-2.0
#include "output/json.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "output/tunnel_text.h"
#include "output/tuple_text.h"
#include "resolve/verdict_text.h"

namespace pwru::output {
namespace {

std::string_view append_address(std::array<char, 48>& room, const event::Tuple& tuple,
                                const uint8_t* address) {
  const char* const end =
      tuple.is_v6 ? append_ipv6(room.data(), address) : append_ipv4(room.data(), address);
  return {room.data(), end};
}

JsonWriter::Plain type_name(pwru_event_type type) {
  switch (type) {
    case PWRU_EVENT_FUNC:
      return "function";
    case PWRU_EVENT_TC_ENTRY:
      return "tc-entry";
    case PWRU_EVENT_TC_EXIT:
      return "tc-exit";
    case PWRU_EVENT_XDP_ENTRY:
      return "xdp-entry";
    case PWRU_EVENT_XDP_EXIT:
      return "xdp-exit";
  }
  return "unknown";
}

}  // namespace

JsonSink::JsonSink(LineBuffer out, JsonStyle style, resolve::Names& names, resolve::Dumps dumps)
    : out_(std::move(out)), style_(style), names_(names), dumps_(std::move(dumps)) {}

void JsonSink::number(Name name, uint64_t value) {
  writer_.key(name);
  writer_.number(value);
}

void JsonSink::text(Name name, std::string_view value) {
  writer_.key(name);
  writer_.string(value);
}

void JsonSink::plain(Name name, std::string_view value) {
  writer_.key(name);
  writer_.plain(value);
}

void JsonSink::hex(Name name, uint64_t value) {
  std::array<char, 18> room = {'0', 'x'};
  const char* const end = std::to_chars(room.data() + 2, room.data() + room.size(), value, 16).ptr;
  plain(name, {room.data(), end});
}

void JsonSink::bytes(Name name, std::span<const std::byte> value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  scratch_.clear();
  for (const std::byte byte : value) {
    scratch_ += kDigits[std::to_integer<size_t>(byte) >> 4];
    scratch_ += kDigits[std::to_integer<size_t>(byte) & 15];
  }
  plain(name, scratch_);
}

void JsonSink::begin_record(Name type) {
  writer_.clear();
  writer_.begin_object();
  number("version", kVersion);
  plain("type", type.text());
}

void JsonSink::end_record() {
  writer_.end_object();
  out_.append(writer_.text());
}

Result<> JsonSink::event(const event::Event& event) {
  begin_record(type_name(event.type));
  number("ts_ns", event.ts_ns);
  write_time(event);
  hex("skb", event.skb);
  if (event.packet_id) hex("packet_id", event.packet_id);
  if (event.parent_id) hex("parent_packet_id", event.parent_id);
  number("cpu", event.cpu);
  write_process(event);
  write_function(event);
  if (style_.has_caller) write_caller(event);
  if (event.has_meta) write_meta(event);
  if (!event.cb.empty()) write_cb(event);
  if (event.has_tuple) write_tuple("tuple", event.tuple);
  if (event.tunnel) write_tunnel(*event.tunnel);
  if (dumps_.metadata.of(event)) write_metadata(event);
  if (event.has_map_call) write_map_call(event.map_call);
  if (!event.stack.empty()) write_stack(event);
  write_dumps(event);
  end_record();
  return out_.end_event();
}

void JsonSink::write_time(const event::Event& event) {
  switch (style_.time) {
    case TimeColumn::None:
      return;
    case TimeColumn::Current:
      return number("time", event.ts_ns);
    case TimeColumn::Relative:
      return number("time", last_seen_.since_last(event.packet_id ? event.packet_id : event.skb,
                                                  event.ts_ns));
    case TimeColumn::Absolute:
      return text("time", wall_clock_.text(event.ts_ns));
  }
}

void JsonSink::write_process(const event::Event& event) {
  std::array<char, PWRU_COMM_BYTES + 12> room;
  char* end = std::copy(event.comm.begin(), event.comm.end(), room.data());
  *end++ = ':';
  end = std::to_chars(end, room.data() + room.size(), event.pid).ptr;
  text("process", {room.data(), end});
  text("comm", event.comm);
  number("pid", event.pid);
}

void JsonSink::write_function(const event::Event& event) {
  const resolve::Names::Func& func = names_.function(event.func_ip);
  const auto end = names_.end(event, func);
  if (end && !end->text.empty()) {
    function_ = func.text;
    function_ += end->is_unknown ? " (" : "(";
    function_ += end->text;
    function_ += ')';
    text("func", function_);
  } else {
    text("func", func.text);
  }
  if (end) write_end(*end);
  hex("func_addr", event.func_ip);
  if (!resolve::is_exit(event.type)) return;
  const std::string_view verdict = resolve::verdict_name(event.type, event.verdict);
  text("verdict", verdict.empty() ? std::string_view(fmt::to_string(event.verdict)) : verdict);
}

void JsonSink::write_end(const resolve::Names::End& end) {
  switch (end.kind) {
    case resolve::Names::EndKind::Dropped:
      plain("end", "dropped");
      return text("drop_reason", end.text);
    case resolve::Names::EndKind::Freed:
      plain("end", "freed");
      if (end.is_caller) text("freed_by", end.text);
      return;
    case resolve::Names::EndKind::Consumed:
      return plain("end", "consumed");
  }
}

void JsonSink::write_caller(const event::Event& event) {
  text("caller_func", names_.symbol(event.caller_ip));
  hex("caller_addr", event.caller_ip);
}

void JsonSink::write_meta(const event::Event& event) {
  std::array<char, PWRU_IFNAME_BYTES + 12> room;
  char* end = std::copy(event.ifname.begin(), event.ifname.end(), room.data());
  if (!event.ifname.empty()) *end++ = ':';
  end = std::to_chars(end, room.data() + room.size(), event.ifindex).ptr;
  number("netns", event.netns);
  if (const std::string_view name = names_.netns(event.netns); !name.empty())
    text("netns_name", name);
  number("mark", event.mark);
  text("iface", {room.data(), end});
  number("ifindex", event.ifindex);
  number("proto", event.proto);
  number("mtu", event.mtu);
  number("len", event.len_bytes);
}

void JsonSink::write_cb(const event::Event& event) {
  writer_.key("cb");
  writer_.begin_array();
  for (const uint32_t word : event.cb) writer_.number(word);
  writer_.end_array();
}

// Without a value when there is none: nothing was found, or it was deleted or not readable.
void JsonSink::write_map_call(const event::BpfMapCall& call) {
  writer_.key("bpf_map");
  writer_.begin_object();
  number("id", call.id);
  text("name", call.name);
  bytes("key", call.key);
  if (!call.value.empty()) bytes("value", call.value);
  writer_.end_object();
}

void JsonSink::write_tunnel(const event::Tunnel& tunnel) {
  std::array<char, kTunnelRoom> room;
  const char* const end = append_tunnel(room.data(), tunnel, false);
  text("tunnel", {room.data(), static_cast<size_t>(end - room.data())});
  if (tunnel.tuple) write_tuple("tunnel_tuple", *tunnel.tuple);
}

void JsonSink::write_tuple(Name name, const event::Tuple& tuple) {
  std::array<char, 48> room;
  writer_.key(name);
  writer_.begin_object();
  plain("saddr", append_address(room, tuple, tuple.saddr));
  plain("daddr", append_address(room, tuple, tuple.daddr));
  if (tuple.has_ports) {
    number("sport", tuple.sport);
    number("dport", tuple.dport);
  }
  number("proto", tuple.l4_proto);
  if (has_tcp_flags(tuple)) {
    char* const end = append_tcp_flags(room.data(), tuple.tcp_flags);
    plain("flags", {room.data(), end});
  }
  if (tuple.has_icmp) {
    number("icmp_type", tuple.icmp_type);
    number("icmp_code", tuple.icmp_code);
  }
  if (tuple.has_spi) number("spi", tuple.spi);
  writer_.key("fragment");
  writer_.boolean(tuple.is_later_fragment);
  writer_.end_object();
}

void JsonSink::write_metadata(const event::Event& event) {
  writer_.key("metadata");
  writer_.begin_object();
  expr::ValueText& values = *dumps_.metadata.of(event);
  for (size_t i = 0; i < values.size(); i++) {
    writer_.any_key(values.label(i));
    writer_.string(values.text(i, event.expr_bytes));
  }
  writer_.end_object();
}

void JsonSink::write_stack(const event::Event& event) {
  writer_.key("stack");
  writer_.begin_array();
  for (const uint64_t ip : event.stack) writer_.string(names_.symbol(ip));
  writer_.end_array();
}

void JsonSink::write_dumps(const event::Event& event) {
  if (dumps_.skb && !event.skb_bytes.empty())
    text("skb_metadata", dumps_.skb->format(event.skb_bytes));
  if (dumps_.shared_info && !event.shinfo_bytes.empty())
    text("skb_shared_info", dumps_.shared_info->format(event.shinfo_bytes));
}

Result<> JsonSink::lost(const event::Loss& loss) {
  begin_record("lost");
  number("cpu", loss.cpu);
  number("count", loss.count);
  number("since_ns", loss.since_ns);
  if (loss.until_ns) number("until_ns", loss.until_ns);
  end_record();
  return out_.end_line();
}

Result<> JsonSink::missed(const event::Miss& miss) {
  begin_record("missed");
  text("program", miss.program);
  number("count", miss.count);
  number("since_ns", miss.since_ns);
  number("until_ns", miss.until_ns);
  end_record();
  return out_.end_line();
}

Result<> JsonSink::summary(const event::Counters& counters) {
  begin_record("summary");
  for (const event::CounterRow& row : event::counter_table()) {
    writer_.any_key(row.json_key);
    writer_.number(counters[row.id]);
  }
  end_record();
  PWRU_TRY(out_.end_line());
  return out_.flush();
}

}  // namespace pwru::output
