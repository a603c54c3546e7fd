// SPDX-License-Identifier: Apache-2.0
#include "output/json.h"

#include <array>
#include <charconv>

#include "event/tuple_text.h"
#include "journey/way.h"
#include "output/tunnel_text.h"

namespace pwru::output {
namespace {

std::string_view append_address(std::array<char, event::kAddressRoom>& room,
                                const event::Tuple& tuple, const uint8_t* address) {
  const char* const end = event::append_address(room.data(), address, tuple.is_v6);
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
    case PWRU_EVENT_TRACEPOINT:
      return "tracepoint";
  }
  return "unknown";
}

}  // namespace

JsonSink::JsonSink(LineBuffer out, JsonStyle style, std::optional<diagnose::Deaths> deaths,
                   std::optional<Ways> ways)
    : out_(std::move(out)), style_(style), deaths_(std::move(deaths)), ways_(std::move(ways)) {}

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

Result<> JsonSink::event(const resolve::Record& record) {
  if (latency_) {
    latency_->add(record);
    left_out_++;
    return {};
  }
  const Way* const way = ways_ ? ways_->add(record) : nullptr;
  if (ways_ && !way) {
    left_out_++;
    return {};
  }
  const diagnose::Diagnosis* const diagnosis = deaths_ ? &deaths_->take(record) : nullptr;
  if (diagnosis && diagnosis->kind != diagnose::Kind::Died) {
    left_out_++;
    return {};
  }
  const resolve::Packet& packet = record.packet;
  begin_record(type_name(record.type));
  number("ts_ns", record.ts_ns);
  write_time(record);
  hex("skb", packet.skb);
  if (packet.id) hex("packet_id", packet.id);
  if (packet.parent_id) hex("parent_packet_id", packet.parent_id);
  number("cpu", packet.cpu);
  write_process(packet);
  write_function(record);
  if (!record.caller.empty()) write_caller(record);
  if (packet.has_meta) write_meta(record);
  if (!record.cb.empty()) write_cb(record);
  if (packet.has_tuple) write_tuple("tuple", packet.tuple);
  if (record.tunnel) write_tunnel(*record.tunnel);
  if (!record.values.empty()) write_values(record);
  if (record.map_call) write_map_call(*record.map_call);
  if (!record.stack.empty()) write_stack(record);
  write_dumps(record);
  if (diagnosis) write_diagnosis(*diagnosis, record.source);
  if (way) write_stages(*way);
  if (way) write_path(*way);
  end_record();
  return out_.end_event();
}

void JsonSink::write_time(const resolve::Record& record) {
  switch (style_.time) {
    case TimeColumn::None:
      return;
    case TimeColumn::Current:
      return number("time", record.ts_ns);
    case TimeColumn::Relative:
      return number("time", record.since_last_ns);
    case TimeColumn::Absolute:
      return text("time", record.wall_time);
  }
}

void JsonSink::write_process(const resolve::Packet& packet) {
  const std::string_view comm = packet.comm.text();
  std::array<char, PWRU_COMM_BYTES + 12> room;
  char* end = std::copy(comm.begin(), comm.end(), room.data());
  *end++ = ':';
  end = std::to_chars(end, room.data() + room.size(), packet.pid).ptr;
  text("process", {room.data(), end});
  text("comm", comm);
  number("pid", packet.pid);
}

void JsonSink::write_function(const resolve::Record& record) {
  const auto& end = record.end;
  if (end && !end->text.empty()) {
    function_ = record.function;
    function_ += end->is_unknown ? " (" : "(";
    function_ += end->text;
    function_ += ')';
    text("func", function_);
  } else {
    text("func", record.function);
  }
  if (end) write_end(*end);
  hex("func_addr", record.function_addr);
  if (record.verdict) write_verdict(*record.verdict);
}

void JsonSink::write_end(const resolve::End& end) {
  switch (end.kind) {
    case resolve::End::Kind::Dropped:
      plain("end", "dropped");
      return text("drop_reason", end.text);
    case resolve::End::Kind::Freed:
      plain("end", "freed");
      if (end.is_caller) text("freed_by", end.text);
      return;
    case resolve::End::Kind::Consumed:
      return plain("end", "consumed");
    case resolve::End::Kind::Refused:
      return plain("end", "refused");
  }
}

void JsonSink::write_verdict(const resolve::Verdict& verdict) {
  if (!verdict.name.empty()) return text("verdict", verdict.name);
  std::array<char, 16> room;
  const char* const end = std::to_chars(room.data(), room.data() + room.size(), verdict.number).ptr;
  plain("verdict", {room.data(), end});
}

void JsonSink::write_caller(const resolve::Record& record) {
  text("caller_func", record.caller);
  hex("caller_addr", record.caller_addr);
}

void JsonSink::write_meta(const resolve::Record& record) {
  const resolve::Packet& packet = record.packet;
  const std::string_view ifname = packet.ifname.text();
  std::array<char, PWRU_IFNAME_BYTES + 12> room;
  char* end = std::copy(ifname.begin(), ifname.end(), room.data());
  if (!ifname.empty()) *end++ = ':';
  end = std::to_chars(end, room.data() + room.size(), packet.ifindex).ptr;
  number("netns", packet.netns);
  if (!record.netns_name.empty()) text("netns_name", record.netns_name);
  number("mark", packet.mark);
  text("iface", {room.data(), end});
  number("ifindex", packet.ifindex);
  number("proto", packet.proto);
  number("mtu", packet.mtu);
  number("len", packet.len_bytes);
}

void JsonSink::write_cb(const resolve::Record& record) {
  writer_.key("cb");
  writer_.begin_array();
  for (const uint32_t word : record.cb) writer_.number(word);
  writer_.end_array();
}

// The key "value" is left out when nothing was found, the entry was deleted, or the value could not
// be read.
void JsonSink::write_map_call(const resolve::MapCall& call) {
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
  std::array<char, event::kAddressRoom> room;
  writer_.key(name);
  writer_.begin_object();
  plain("saddr", append_address(room, tuple, tuple.saddr));
  plain("daddr", append_address(room, tuple, tuple.daddr));
  if (tuple.has_ports) {
    number("sport", tuple.sport);
    number("dport", tuple.dport);
  }
  number("proto", tuple.l4_proto);
  if (event::has_tcp_flags(tuple)) {
    char* const end = event::append_tcp_flags(room.data(), tuple.tcp_flags);
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

void JsonSink::write_values(const resolve::Record& record) {
  writer_.key("metadata");
  writer_.begin_object();
  for (const resolve::Value& value : record.values) {
    writer_.any_key(value.label);
    writer_.string(value.text);
  }
  writer_.end_object();
}

void JsonSink::write_stack(const resolve::Record& record) {
  writer_.key("stack");
  writer_.begin_array();
  for (const std::string_view symbol : record.stack) writer_.string(symbol);
  writer_.end_array();
}

void JsonSink::write_dumps(const resolve::Record& record) {
  if (!record.skb_dump.empty()) text("skb_metadata", record.skb_dump);
  if (!record.shared_info_dump.empty()) text("skb_shared_info", record.shared_info_dump);
}

void JsonSink::write_diagnosis(const diagnose::Diagnosis& diagnosis, std::string_view source) {
  writer_.key("diagnosis");
  writer_.begin_object();
  plain("cause", diagnosis.cause);
  plain("certainty", diagnose::name_of(diagnosis.certainty));
  text("what", diagnosis.what);
  if (!diagnosis.advice.empty()) text("advice", diagnosis.advice);
  if (!diagnosis.before_nat.empty()) text("before_nat", diagnosis.before_nat);
  if (!diagnosis.rule.empty()) {
    writer_.key("rule");
    writer_.begin_object();
    text("text", diagnosis.rule);
    writer_.end_object();
  }
  text("place", diagnosis.place);
  if (!source.empty()) text("source", source);
  writer_.key("facts");
  writer_.begin_object();
  for (const knowledge::FactRow& row : knowledge::facts()) {
    const std::string_view value = deaths_->diagnoser().fact(row.id);
    if (value.empty()) continue;
    writer_.any_key(row.name);
    writer_.string(value);
  }
  writer_.end_object();
  writer_.end_object();
}

void JsonSink::write_stages(const Way& way) {
  writer_.key("way");
  writer_.begin_array();
  for (const journey::Stage& stage : journey::stages_of(way)) {
    const resolve::Packet& packet = stage.last->packet;
    writer_.begin_object();
    number("since_ns", stage.first->ts_ns);
    number("netns", packet.netns);
    if (!stage.last->netns_name.empty()) text("netns_name", stage.last->netns_name);
    text("ifname", packet.ifname.text());
    number("ifindex", packet.ifindex);
    number("functions", stage.hops);
    writer_.key("steps");
    writer_.begin_array();
    for (const std::string& step : stage.steps) writer_.string(step);
    writer_.end_array();
    writer_.end_object();
  }
  writer_.end_array();
}

void JsonSink::write_path(const Way& way) {
  if (ways_->left_out()) number("path_left_out", ways_->left_out());
  writer_.key("path");
  writer_.begin_array();
  for (const journey::Hop* const hop : way) {
    writer_.begin_object();
    number("ts_ns", hop->ts_ns);
    text("func", hop->function);
    hex("skb", hop->packet.skb);
    number("cpu", hop->packet.cpu);
    writer_.end_object();
  }
  writer_.end_array();
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
  if (deaths_) {
    PWRU_TRY(write_deaths());
    PWRU_TRY(write_unseen_losses(event::missing_events(counters)));
    PWRU_TRY(write_handled_in_hardware());
  }
  if (latency_) PWRU_TRY(write_latency());
  if (latency_ || ways_) PWRU_TRY(write_ways());
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
