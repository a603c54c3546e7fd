// SPDX-License-Identifier: Apache-2.0
// The lines of JSON at the end of a trace: deaths, losses that nobody saw, times between functions.
#include <charconv>

#include "diagnose/unseen.h"
#include "output/json.h"

namespace pwru::output {

Result<> JsonSink::write_deaths() {
  for (const diagnose::DeathGroup* group : deaths_->groups()) {
    begin_record("deaths");
    number("count", group->count);
    number("first_ts_ns", group->first_ns);
    number("last_ts_ns", group->last_ns);
    text("flow", group->flow);
    text("cause", group->cause);
    plain("certainty", diagnose::name_of(group->certainty));
    text("what", group->what);
    if (!group->advice.empty()) text("advice", group->advice);
    text("place", group->place);
    end_record();
    PWRU_TRY(out_.end_line());
  }
  for (const auto& [place, count] : deaths_->unknown_places()) {
    begin_record("unknown-ends");
    number("count", count);
    text("place", place);
    end_record();
    PWRU_TRY(out_.end_line());
  }
  begin_record("ends");
  number("died", deaths_->died());
  number("not_listed", deaths_->others());
  number("harmless", deaths_->harmless());
  end_record();
  return out_.end_line();
}

Result<> JsonSink::write_unseen_losses(uint64_t lost) {
  for (const auto& loss : diagnose::unseen_losses(readings_, deaths_->ends(), lost)) {
    begin_record("unseen-loss");
    text("counter", loss.counter);
    number("count", loss.count);
    number("rose", loss.rose);
    if (loss.netns) number("netns", loss.netns);
    if (!loss.netns_name.empty()) text("netns_name", loss.netns_name);
    uint32_t cpu = 0;
    if (loss.netns && !loss.owner.empty())
      text("ifname", loss.owner);
    else if (!loss.netns &&
             std::from_chars(loss.owner.data(), loss.owner.data() + loss.owner.size(), cpu).ec ==
                 std::errc())
      number("cpu", cpu);
    text("what", loss.what);
    text("advice", loss.advice);
    end_record();
    PWRU_TRY(out_.end_line());
  }
  return {};
}

Result<> JsonSink::write_handled_in_hardware() {
  for (const auto& handled : diagnose::handled_in_hardware(readings_)) {
    begin_record("in-hardware");
    text("ifname", handled.ifname);
    number("netns", handled.netns);
    if (!handled.netns_name.empty()) text("netns_name", handled.netns_name);
    number("count", handled.count);
    text("advice", handled.advice);
    end_record();
    PWRU_TRY(out_.end_line());
  }
  return {};
}

Result<> JsonSink::write_ways() {
  begin_record("ways");
  if (latency_) {
    number("packets", latency_->packets());
    number("steps_left_out", latency_->left_out());
  }
  number("forgotten", latency_ ? latency_->evicted() : ways_->evicted());
  end_record();
  return out_.end_line();
}

void JsonSink::write_histogram(const journey::Histogram& histogram) {
  number("count", histogram.count);
  number("median_ns", histogram.median_ns());
  number("p99_ns", histogram.p99_ns());
  number("max_ns", histogram.most_ns);
  number("total_ns", histogram.total_ns);
  writer_.key("histogram");
  writer_.begin_array();
  for (size_t width = 0; width < histogram.counts.size(); width++) {
    if (histogram.counts[width] == 0) continue;
    writer_.begin_object();
    number("from_ns", journey::Histogram::from_ns(width));
    number("count", histogram.counts[width]);
    writer_.end_object();
  }
  writer_.end_array();
}

Result<> JsonSink::write_latency() {
  for (const auto& [pair, histogram] : latency_->rows()) {
    begin_record("latency");
    text("from", pair.first);
    text("to", pair.second);
    write_histogram(*histogram);
    end_record();
    PWRU_TRY(out_.end_line());
  }
  for (const journey::SlowPacket& slow : latency_->slowest()) {
    begin_record("slow-packet");
    hex("packet_id", slow.id);
    number("total_ns", slow.total_ns);
    if (slow.packet.has_tuple) write_tuple("tuple", slow.packet.tuple);
    text("from", slow.from);
    text("to", slow.to);
    number("longest_ns", slow.longest_ns);
    end_record();
    PWRU_TRY(out_.end_line());
  }
  return {};
}

}  // namespace pwru::output
