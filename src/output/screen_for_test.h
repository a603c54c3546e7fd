// SPDX-License-Identifier: Apache-2.0
// Lines of text as they come out of a sink.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <string>
#include <utility>

#include "base/handle.h"
#include "output/record_for_test.h"
#include "output/text.h"

namespace pwru::output {

// A sink that writes into memory. `arguments`: of its constructor, behind the lines.
template <class Of>
class ScreenOf {
 public:
  template <class... Arguments>
  explicit ScreenOf(Arguments&&... arguments)
      : fd_(::memfd_create("screen", MFD_CLOEXEC)),
        sink_(LineBuffer(fd_.get(), "screen"), std::forward<Arguments>(arguments)...) {}

  std::string begin() { return written(sink_.begin()); }
  std::string event(const resolve::Record& record) { return written(sink_.event(record)); }
  std::string lost(const event::Loss& loss) { return written(sink_.lost(loss)); }
  std::string missed(const event::Miss& miss) { return written(sink_.missed(miss)); }
  std::string summary() { return written(sink_.summary({})); }
  std::string flush() { return written(sink_.flush()); }
  [[nodiscard]] const Of& sink() const { return sink_; }
  [[nodiscard]] Of& sink() { return sink_; }

 private:
  // What came since the last call.
  std::string written(const Result<>& result) {
    EXPECT_TRUE(result) << result.error().what;
    EXPECT_TRUE(sink_.flush());
    std::array<char, 8192> text;
    const ssize_t size = ::pread(fd_.get(), text.data(), text.size(), seen_);
    EXPECT_GE(size, 0);
    seen_ += size;
    return {text.data(), static_cast<size_t>(size)};
  }

  UniqueFd fd_;
  Of sink_;
  off_t seen_ = 0;
};
using Screen = ScreenOf<TextSink>;

// Without meta data, so that lines are short.
inline TextStyle narrow() {
  TextStyle style;
  style.has_meta = false;
  return style;
}

}  // namespace pwru::output
