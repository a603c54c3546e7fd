// SPDX-License-Identifier: Apache-2.0
// Resolves a record, as it may stand in a ring, and turns it into a line of text and JSON. Both
// must be one line, without a character that a terminal obeys, and the JSON must be valid.
#include <fcntl.h>
#include <fmt/core.h>
#include <rapidjson/reader.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/escape.h"
#include "base/handle.h"
#include "event/wire_for_test.h"
#include "output/json.h"
#include "output/text.h"
#include "resolve/fake_kernel_for_test.h"
#include "tests/fuzz/code.h"

namespace pwru {
namespace {

std::string take(int fd) {
  std::string text(static_cast<size_t>(::lseek(fd, 0, SEEK_END)), '\0');
  fuzz::require(::pread(fd, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  fuzz::require(::ftruncate(fd, 0) == 0 && ::lseek(fd, 0, SEEK_SET) == 0);
  return text;
}

void check_text(const std::string& text) {
  std::string printable;
  for (std::string_view rest = text; !rest.empty();) {
    const size_t end = std::min(rest.find('\n'), rest.size() - 1);
    // Dumps are indented by tabs.
    const size_t indent = std::min(rest.find_first_not_of('\t'), end);
    printable.append(indent, '\t');
    append_escaped(printable, rest.substr(indent, end - indent));
    printable += '\n';
    rest.remove_prefix(end + 1);
  }
  if (printable != text) fmt::print(stderr, "{}\n", escaped(text));
  fuzz::require(printable == text);
}

void check_json(const std::string& text) {
  rapidjson::Reader reader;
  rapidjson::StringStream stream(text.c_str());
  rapidjson::BaseReaderHandler<> handler;
  constexpr unsigned kFlags =
      rapidjson::kParseValidateEncodingFlag | rapidjson::kParseStopWhenDoneFlag;
  fuzz::require(!reader.Parse<kFlags>(stream, handler).IsError());
  fuzz::require(text.find('\n') == text.size() - 1);
}

output::TextStyle whole_style() {
  output::TextStyle style;
  style.has_tcp_flags = style.has_caller = style.has_tunnel = style.has_id = true;
  style.has_cb = true;
  return style;
}

resolve::Wanted everything() {
  resolve::Wanted wanted;
  wanted.caller = wanted.since_last = wanted.skb_dump = wanted.shared_info_dump = true;
  return wanted;
}

// The sinks live as long as the process, because making the names takes longer than a record.
struct Sinks {
  resolve::FakeKernel kernel;
  resolve::Resolver resolver = kernel.resolver(everything());
  UniqueFd text_fd{::memfd_create("text", MFD_CLOEXEC)};
  UniqueFd json_fd{::memfd_create("json", MFD_CLOEXEC)};
  output::TextSink text{output::LineBuffer(text_fd.get(), "text"), whole_style()};
  output::JsonSink json{output::LineBuffer(json_fd.get(), "json"), {}};
};

}  // namespace
}  // namespace pwru

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace pwru;
  static Sinks sinks;
  if (size < sizeof(pwru_event)) return 0;
  event::Wire wire;  // aligned as in a ring
  wire.resize(size);
  std::memcpy(wire.data(), data, size);
  const auto event = event::decode(wire.bytes(), event::kCpu, event::kSizes);
  if (!event) {
    fuzz::check_error(event.error());
    return 0;
  }
  const resolve::Record& record = sinks.resolver.resolve(*event);
  fuzz::require(sinks.text.event(record) && sinks.text.flush());
  fuzz::require(sinks.json.event(record) && sinks.json.flush());
  check_text(take(sinks.text_fd.get()));
  check_json(take(sinks.json_fd.get()));
  return 0;
}
