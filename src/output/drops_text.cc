// SPDX-License-Identifier: Apache-2.0
#include "output/drops_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/escape.h"
#include "journey/way.h"
#include "output/flow_text.h"
#include "output/hops_text.h"

namespace pwru::output {
namespace {

constexpr std::string_view kRed = "\033[31m", kPlain = "\033[0m";
constexpr size_t kNameWidth = 8;

// "16:05:05.123456" of "2026-11-22T16:05:05.123456+01:00".
std::string_view time_of_day(std::string_view time) {
  constexpr size_t kAt = 11, kBytes = 15;
  return time.size() >= kAt + kBytes ? time.substr(kAt, kBytes) : time;
}

// " (net/ipv4/tcp_ipv4.c:2210)", behind the function.
std::string source_of(const resolve::Record& record) {
  return record.source.empty() ? "" : fmt::format(" ({})", record.source);
}

std::string way_of(const resolve::Record& record, const diagnose::Diagnosis& diagnosis) {
  constexpr size_t kShown = 4;
  if (diagnosis.way.empty())
    return std::string(record.caller.empty() ? record.function : record.caller) + source_of(record);
  std::string text = std::string(diagnosis.way.front()) + source_of(record);
  const auto callers = diagnosis.way.subspan(1);
  for (const std::string_view caller : callers.first(std::min(callers.size(), kShown - 1)))
    text += fmt::format(" < {}", caller);
  return text;
}

}  // namespace

// Without the process: most packets die in an interrupt, and it is whoever was running.
void DropsText::append_packet(const resolve::Record& record) {
  const resolve::Packet& packet = record.packet;
  out_.append(time_of_day(record.wall_time));
  out_.append("  ");
  append_flow(out_, packet);
  out_.append(fmt::format("  {} bytes", packet.len_bytes));
  // What leaves the device, or came in by it, has the size of a segment.
  if (const auto segment = deaths_.diagnoser().fact(knowledge::Fact::GsoSize);
      packet.len_bytes > packet.mtu && !segment.empty() && segment != "0")
    out_.append(fmt::format(" (GSO, segments of {})", escaped(segment)));
  if (!packet.ifname.text().empty()) out_.append("  on " + escaped(packet.ifname.text()));
  out_.append(fmt::format("  netns {}", packet.netns));
  if (!record.netns_name.empty()) out_.append(fmt::format(" ({})", escaped(record.netns_name)));
  out_.append(fmt::format("  cpu {}", packet.cpu));
}

void DropsText::append_row(std::string_view name, std::string_view text) {
  if (text.empty()) return;
  out_.append("\n  ");
  out_.append_left(name, kNameWidth);
  out_.append(escaped(text));
}

void DropsText::append_stages(const Way& way) {
  constexpr size_t kMost = 16;
  const auto stages = journey::stages_of(way);
  const size_t left_out = stages.size() > kMost ? stages.size() - kMost : 0;
  for (size_t i = 0; i < stages.size(); i++) {
    if (left_out && i == kMost / 2) {
      append_row("", fmt::format("... {} more places ...", left_out));
      i += left_out;
    }
    append_row(i == 0 ? "way" : "", journey::stage_text(stages[i]));
  }
}

void DropsText::append_hops(const Way& way) {
  append_row("way", fmt::format("{} hops:", way.size()));
  HopsText hops;
  for (const journey::Hop* const hop : way) {
    out_.append('\n');
    hops.append(out_, *hop);
  }
}

void DropsText::append_sum(const Way& way) {
  std::string text =
      fmt::format("{}, {} functions", duration_text(journey::ns_between(*way.front(), *way.back())),
                  way.size() + ways_->left_out());
  if (ways_->left_out())
    text += fmt::format("; {} of them, in the middle, were not kept", ways_->left_out());
  append_row("took", text);
}

void DropsText::append_block(const resolve::Record& record, const diagnose::Diagnosis& diagnosis,
                             const Way* way) {
  if (style_.uses_color) out_.append(kRed);
  append_packet(record);
  if (style_.uses_color) out_.append(kPlain);
  append_row("why", fmt::format("{} ({})", diagnosis.what, diagnose::name_of(diagnosis.certainty)));
  if (!diagnosis.before_nat.empty())
    append_row("nat", fmt::format("it was {} before NAT", diagnosis.before_nat));
  append_row("rule", diagnosis.rule);
  append_row("do", diagnosis.advice);
  if (way && style_.has_hops)
    append_hops(*way);
  else if (way)
    append_stages(*way);
  if (way) append_sum(*way);
  append_row("at", way_of(record, diagnosis));
  append_row("reason", diagnosis.reason);
}

void DropsText::append_line(const resolve::Record& record, const diagnose::Diagnosis& diagnosis) {
  append_packet(record);
  out_.append("  ");
  if (style_.uses_color) out_.append(kRed);
  out_.append(escaped(diagnosis.what));
  if (style_.uses_color) out_.append(kPlain);
  out_.append(fmt::format(" ({})  at {}{}", diagnose::name_of(diagnosis.certainty),
                          escaped(diagnosis.place), escaped(source_of(record))));
}

Result<> DropsText::event(const resolve::Record& record) {
  const Way* const way = ways_ ? ways_->add(record) : nullptr;
  if (ways_ && !way) {
    left_out_++;
    return {};
  }
  const diagnose::Diagnosis& diagnosis = deaths_.take(record);
  if (diagnosis.kind != diagnose::Kind::Died) {
    left_out_++;
    return {};
  }
  if (style_.is_line)
    append_line(record, diagnosis);
  else
    append_block(record, diagnosis, way);
  return out_.end_event();
}

Result<> DropsText::table() {
  const auto groups = deaths_.groups();
  out_.append(
      fmt::format("\n{} {} died", deaths_.died(), deaths_.died() == 1 ? "packet" : "packets"));
  if (groups.empty()) {
    out_.append('.');
  } else {
    size_t place = 5;
    for (const auto* group : groups) place = std::max(place, group->place.size());
    out_.append(
        fmt::format(":\n  COUNT FIRST           LAST            {:{}} FLOW", "PLACE", place));
    for (const auto* group : groups) {
      out_.append(fmt::format("\n{:7} {:15} {:15} {:{}} {}", group->count,
                              time_of_day(group->first_time), time_of_day(group->last_time),
                              escaped(group->place), place, escaped(group->flow)));
      out_.append(fmt::format("\n        {} ({})", escaped(group->what),
                              diagnose::name_of(group->certainty)));
    }
  }
  if (deaths_.others()) out_.append(fmt::format("\n{:7} more, of other flows", deaths_.others()));
  if (deaths_.harmless())
    out_.append(fmt::format("\n{} more ended without a sign of loss.", deaths_.harmless()));
  if (ways_ && ways_->evicted())
    out_.append(
        fmt::format("\nThe ways of {} packets were forgotten before their end, for want of "
                    "memory: a filter leaves room for the others.",
                    ways_->evicted()));
  const auto places = deaths_.unknown_places();
  for (const auto& [name, count] : places) {
    out_.append(fmt::format("\n{} were freed without a reason in {}, which pwru does not know.",
                            count, name.empty() ? "an unknown function" : escaped(name)));
  }
  return out_.end_line();
}

Result<> DropsText::unseen_losses(uint64_t lost) {
  const auto losses = diagnose::unseen_losses(readings_, deaths_.ends(), lost);
  if (losses.empty()) return {};
  out_.append("The kernel counted losses that no packet above shows:");
  for (const diagnose::UnseenLoss& loss : losses) {
    out_.append(fmt::format("\n{:7} {}", loss.count, escaped(loss.counter)));
    if (loss.netns == 0)
      out_.append(fmt::format(" of CPU {}", loss.owner));
    else if (!loss.owner.empty())
      out_.append(" of " + escaped(loss.owner));
    if (loss.netns) out_.append(fmt::format("  netns {}", loss.netns));
    if (!loss.netns_name.empty()) out_.append(fmt::format(" ({})", escaped(loss.netns_name)));
    if (loss.rose != loss.count)
      out_.append(fmt::format("  ({} in all, the others are above)", loss.rose));
    out_.append(
        fmt::format("\n        {}\n        do: {}", escaped(loss.what), escaped(loss.advice)));
  }
  return out_.end_line();
}

Result<> DropsText::handled_in_hardware() {
  for (const diagnose::HandledInHardware& handled : diagnose::handled_in_hardware(readings_)) {
    out_.append(
        fmt::format("{} handled at least {} packets itself, by filters of tc that are in "
                    "its hardware: pwru cannot see those",
                    escaped(handled.ifname), handled.count));
    out_.append(fmt::format("\n        do: {}", escaped(handled.advice)));
    PWRU_TRY(out_.end_line());
  }
  return {};
}

Result<> DropsText::summary(const event::Counters& counters) {
  PWRU_TRY(table());
  PWRU_TRY(unseen_losses(event::missing_events(counters)));
  PWRU_TRY(handled_in_hardware());
  return out_.flush();
}

Result<> DropsText::flush() {
  if (interval_.is_over()) PWRU_TRY(table());
  return out_.flush();
}

}  // namespace pwru::output
