// SPDX-License-Identifier: Apache-2.0
// Gives the verdict of libpcap's own interpreter.
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

  // The verdict of pcap_offline_filter(). Endless: libpcap's `protochain` walks some AH headers in
  // a circle.
  [[nodiscard]] Verdict run(std::string_view packet) const;

 private:
  struct Program;
  explicit LibpcapFilter(std::unique_ptr<Program> program);
  std::unique_ptr<Program> program_;
};

}  // namespace pwru::test
