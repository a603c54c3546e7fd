// SPDX-License-Identifier: Apache-2.0
#include "output/text.h"

#include <algorithm>
#include <iterator>

#include "output/bpfmap_text.h"

namespace pwru::output {
namespace {

constexpr std::string_view kIndent = "  ";  // of the functions below their packet

bool is_of_packet(const TextColumn& column) {
  return std::holds_alternative<AppendOfPacket>(column.append);
}

bool is_in_heading(const TextColumn& column) { return column.line == TextColumn::Line::Packet; }

bool is_padded(const TextColumn& column) {
  return column.fill == TextColumn::Fill::Left || column.fill == TextColumn::Fill::Centred;
}

// Whether something follows the columns.
bool has_more(const resolve::Record& record) {
  return !record.values.empty() || !record.stack.empty() || !record.skb_dump.empty() ||
         !record.shared_info_dump.empty() || record.map_call;
}

}  // namespace

TextSink::TextSink(LineBuffer out, const TextStyle& style)
    : out_(std::move(out)), style_(style), columns_(text_columns(style)) {
  auto heading_end = columns_.begin();
  if (style_.is_narrow)
    heading_end = std::stable_partition(columns_.begin(), columns_.end(), is_in_heading);
  // The others begin without padding; a growing column gets it with its first text.
  for (TextColumn& column : columns_)
    if (!is_padded(column)) column.width = 0;
  heading_runs_ = find_runs({columns_.begin(), heading_end});
  runs_ = find_runs({heading_end, columns_.end()});
  for (Printed& printed : printed_) printed.texts.resize(heading_runs_.size() + runs_.size());
}

std::vector<TextSink::Run> TextSink::find_runs(std::span<TextColumn> line) {
  std::vector<Run> runs;
  for (TextColumn& column : line) {
    if (!runs.empty() && runs.back().is_of_packet && is_of_packet(column))
      runs.back().columns = {runs.back().columns.data(), &column + 1};
    else
      runs.push_back({{&column, 1}, is_of_packet(column), runs.empty()});
  }
  return runs;
}

Result<> TextSink::begin() {
  if (style_.is_narrow) {
    append_headers(heading_runs_);
    out_.append(take_collapsed(0));
    out_.append('\n');
    out_.append(kIndent);
  }
  append_headers(runs_);
  out_.append('\n');
  return out_.end_header();
}

void TextSink::append_headers(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    for (const TextColumn& column : run.columns) {
      if (!run.begins_line || &column != run.columns.data()) out_.append(' ');
      const size_t start = out_.size();
      out_.append(column.header);
      if (column.fill == TextColumn::Fill::Centred) out_.centre_from(start, column.width);
      if (column.fill == TextColumn::Fill::Left) out_.pad_from(start, column.width);
    }
  }
}

// The records of several CPUs come in turns, each CPU's with a packet of its own.
Result<> TextSink::event(const resolve::Record& record) {
  Printed& printed = printed_[record.packet.cpu % printed_.size()];
  const bool is_printed =
      printed.widths_version == widths_version_ && printed.packet == record.packet;
  if (style_.is_narrow) append_heading_if_new(record, printed, is_printed);
  append_line(runs_, record, printed.texts.data() + heading_runs_.size(), is_printed);
  if (!is_printed) {
    printed.packet = record.packet;
    printed.widths_version = widths_version_;
  }
  if (has_more(record)) append_more(record);
  return out_.end_event();
}

// `texts` has the texts of the runs. With `is_printed` those of the packet are used; else they are
// made.
void TextSink::append_line(const std::vector<Run>& runs, const resolve::Record& record,
                           std::string* texts, bool is_printed) {
  for (const Run& run : runs) {
    std::string& text = *texts++;
    if (run.is_of_packet && is_printed) {
      out_.append(text);
      continue;
    }
    const size_t start = out_.size();
    append_run(run, record);
    if (run.is_of_packet) text = out_.text().substr(start);
  }
}

void TextSink::append_run(const Run& run, const resolve::Record& record) {
  for (TextColumn& column : run.columns) {
    if (!run.begins_line || &column != run.columns.data()) out_.append(' ');
    append_column(column, record);
  }
}

void TextSink::append_column(TextColumn& column, const resolve::Record& record) {
  const std::string_view color = column.color ? column.color(record) : "";
  if (!color.empty()) out_.append(color);
  const size_t start = out_.size();
  if (const auto* of_packet = std::get_if<AppendOfPacket>(&column.append))
    (*of_packet)(out_, record.packet, style_);
  else if (const auto* of_record = std::get_if<AppendOfRecord>(&column.append))
    (*of_record)(out_, record, style_);
  if (column.fill == TextColumn::Fill::Centred) out_.centre_from(start, column.width);
  const size_t used = out_.size() - start;
  if (!color.empty()) out_.append(kPlain);
  if (used < column.width) return out_.pad_from(out_.size(), column.width - used);
  if (column.fill != TextColumn::Fill::Growing || used == column.width) return;
  column.width = used;
  widths_version_++;
}

// Ends with the indentation of the function's line.
void TextSink::append_heading_if_new(const resolve::Record& record, Printed& printed,
                                     bool is_printed) {
  const size_t start = out_.size();
  append_line(heading_runs_, record, printed.texts.data(), is_printed);
  std::string heading = take_collapsed(start);
  if (heading != heading_) {
    out_.append(heading);
    out_.append('\n');
    heading_ = std::move(heading);
  }
  out_.append(kIndent);
}

// Takes back the text that was appended since `start`, with single blanks between its columns.
std::string TextSink::take_collapsed(size_t start) {
  std::string collapsed;
  std::ranges::unique_copy(out_.text().substr(start), std::back_inserter(collapsed),
                           [](char a, char b) { return a == ' ' && b == ' '; });
  if (collapsed.ends_with(' ')) collapsed.pop_back();
  out_.cut_from(start);
  return collapsed;
}

// Values follow behind the columns; the stack, dumps and the map follow below.
void TextSink::append_more(const resolve::Record& record) {
  for (const resolve::Value& value : record.values) {
    out_.append(' ');
    out_.append(value.label);
    out_.append('=');
    out_.append(value.text);
  }
  for (const std::string_view symbol : record.stack) append_on_new_line(symbol);
  if (!record.skb_dump.empty()) append_on_new_line(record.skb_dump);
  if (!record.shared_info_dump.empty()) append_on_new_line(record.shared_info_dump);
  if (record.map_call) append_on_new_line(map_call_text(*record.map_call));
}

void TextSink::append_on_new_line(std::string_view text) {
  out_.append('\n');
  out_.append(text);
}

// A gap is a line among the others, so that nobody takes it for the end of a packet's way.
void TextSink::begin_gap(uint64_t count, std::string_view what) {
  if (style_.uses_color) out_.append(kYellow);
  out_.append("*** ");
  out_.append_decimal(count);
  out_.append(' ');
  out_.append(what);
  if (count != 1) out_.append('s');
}

Result<> TextSink::end_gap(uint64_t since_ns, uint64_t until_ns) {
  out_.append(" after ");
  out_.append_decimal(since_ns);
  if (until_ns) {
    out_.append(" ns and before ");
    out_.append_decimal(until_ns);
  }
  out_.append(" ns ***");
  if (style_.uses_color) out_.append(kPlain);
  return out_.end_line();
}

Result<> TextSink::lost(const event::Loss& loss) {
  begin_gap(loss.count, "event");
  out_.append(" lost on CPU ");
  out_.append_decimal(loss.cpu);
  out_.append(": ring buffer full");
  return end_gap(loss.since_ns, loss.until_ns);
}

Result<> TextSink::missed(const event::Miss& miss) {
  begin_gap(miss.count, "hit");
  out_.append(" missed by ");
  out_.append(miss.program);
  out_.append(": another probe was running on their CPU,");
  return end_gap(miss.since_ns, miss.until_ns);
}

}  // namespace pwru::output
