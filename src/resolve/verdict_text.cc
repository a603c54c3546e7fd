// SPDX-License-Identifier: Apache-2.0
#include "resolve/verdict_text.h"

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <array>

namespace pwru::resolve {
namespace {

// TCX_NEXT of 6.6 is TC_ACT_UNSPEC under another name, as are its other three.
constexpr std::array<std::string_view, 10> kTc = {
    "TC_ACT_UNSPEC", "TC_ACT_OK",     "TC_ACT_RECLASSIFY", "TC_ACT_SHOT",     "TC_ACT_PIPE",
    "TC_ACT_STOLEN", "TC_ACT_QUEUED", "TC_ACT_REPEAT",     "TC_ACT_REDIRECT", "TC_ACT_TRAP"};
constexpr int32_t kFirstTc = TC_ACT_UNSPEC;

constexpr std::array<std::string_view, 5> kXdp = {"XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX",
                                                  "XDP_REDIRECT"};

}  // namespace

std::string_view verdict_name(pwru_event_type type, int32_t verdict) {
  if (type == PWRU_EVENT_TC_EXIT) {
    const auto at = static_cast<int64_t>(verdict) - kFirstTc;
    return at >= 0 && at < static_cast<int64_t>(kTc.size()) ? kTc[static_cast<size_t>(at)] : "";
  }
  return verdict >= 0 && verdict < static_cast<int32_t>(kXdp.size())
             ? kXdp[static_cast<size_t>(verdict)]
             : "";
}

bool is_drop_verdict(pwru_event_type type, int32_t verdict) {
  // A number that XDP does not know is handled as XDP_ABORTED by every driver.
  if (type == PWRU_EVENT_XDP_EXIT)
    return verdict == XDP_ABORTED || verdict == XDP_DROP || verdict_name(type, verdict).empty();
  return type == PWRU_EVENT_TC_EXIT && verdict == TC_ACT_SHOT;
}

bool is_exit(pwru_event_type type) {
  return type == PWRU_EVENT_TC_EXIT || type == PWRU_EVENT_XDP_EXIT;
}

}  // namespace pwru::resolve
