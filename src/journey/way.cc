// SPDX-License-Identifier: Apache-2.0
#include "journey/way.h"

#include <fmt/format.h>

#include <algorithm>

#include "journey/changes.h"
#include "knowledge/layer.h"

namespace pwru::journey {
namespace {

// A packet that goes round in one place shall not fill the screen.
constexpr size_t kMostSteps = 24;

void add_step(Stage& stage, std::string step) {
  // A layer often calls another one, and goes on.
  if (step.empty() || step == knowledge::kFreeing) return;
  const bool is_known = !stage.steps.empty() && stage.steps.back() == step;
  if (!is_known) stage.steps.push_back(std::move(step));
}

}  // namespace

std::vector<Stage> stages_of(const std::vector<const Hop*>& way) {
  std::vector<Stage> stages;
  const Hop* before = nullptr;
  for (const Hop* const hop : way) {
    // What is being made or freed may have no device for a moment.
    const bool has_place = hop->packet.ifindex != 0;
    const bool is_new = stages.empty() || (has_place && stages.back().last->packet.ifindex != 0 &&
                                           !is_same_place(stages.back().last->packet, hop->packet));
    if (is_new) stages.push_back({hop, hop, 0, {}});
    Stage& stage = stages.back();
    if (before)
      for (const std::string& change : changes_of(before->packet, hop->packet))
        add_step(stage, fmt::format("[{}]", change));
    add_step(stage, std::string(hop->layer));
    if (!hop->outcome.empty() && !hop->is_end)
      add_step(stage, fmt::format("[{}: {}]", hop->function, hop->outcome));
    if (has_place || stage.last->packet.ifindex == 0) stage.last = hop;
    stage.hops++;
    if (is_read(hop->packet)) before = hop;
  }
  return stages;
}

std::string stage_text(const Stage& stage) {
  std::string text = place_text(*stage.last);
  const char* separator = ": ";
  const size_t shown = std::min(stage.steps.size(), kMostSteps);
  for (size_t i = 0; i < shown; i++) {
    text += separator;
    text += stage.steps[i];
    separator = ", ";
  }
  if (shown < stage.steps.size()) text += fmt::format(", {} more", stage.steps.size() - shown);
  return text;
}

}  // namespace pwru::journey
