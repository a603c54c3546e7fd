// SPDX-License-Identifier: Apache-2.0
// What libpcap's own interpreter says.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "filter/classic.h"

namespace pwru::test {

enum class Verdict { Reject, Accept, Endless };

class LibpcapFilter {
 public:
  [[nodiscard]] static Result<LibpcapFilter> compile(const std::string& expression,
                                                     filter::Layer layer);
  LibpcapFilter(LibpcapFilter&&) noexcept;
  ~LibpcapFilter();

  // pcap_offline_filter(). Endless: `protochain` of libpcap walks some AH headers in a circle.
  [[nodiscard]] Verdict run(std::string_view packet) const;

 private:
  struct Program;
  explicit LibpcapFilter(std::unique_ptr<Program> program);
  std::unique_ptr<Program> program_;
};

}  // namespace pwru::test
