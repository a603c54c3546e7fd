// SPDX-License-Identifier: Apache-2.0
#include "program/libbpf_log.h"

#include <bpf/libbpf.h>
#include <fmt/core.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <utility>

#include "base/handle.h"
#include "base/log.h"
#include "base/remedy.h"

namespace pwru::program {
namespace {

constexpr size_t kKeptBytes = size_t{64} * 1024;

// libbpf's callback has no context argument, so its state cannot live in an object.
struct LogState {
  bool is_debug = false;
  std::string text;
};

LogState& log_state() {
  static LogState state;
  return state;
}

// The thread that searches the functions of late modules also calls libbpf.
std::mutex& log_mutex() {
  static std::mutex mutex;
  return mutex;
}

int keep_line(enum libbpf_print_level level, const char* format, va_list args) {
  // A verifier log comes as one piece of up to megabytes, its reason at the end.
  char* piece = nullptr;
  const int length = ::vasprintf(&piece, format, args);
  if (length < 0) return 0;
  const std::unique_ptr<char, Deleter<std::free>> owner(piece);
  const std::string_view text(piece, static_cast<size_t>(length));
  LogState& state = log_state();
  if (state.is_debug) log_lines(text);
  if (level == LIBBPF_DEBUG) return 0;
  const std::lock_guard lock(log_mutex());
  state.text += text;
  if (state.text.size() > kKeptBytes) state.text.erase(0, state.text.size() - kKeptBytes);
  return 0;
}

bool says_why(std::string_view line) {
  // The verifier closes with statistics, libbpf with "failed to load": neither is a reason. What
  // libbpf tries in another way is none either.
  for (const char* noise :
       {"processed ", "-- END", "-- BEGIN", "failed to load", "libbpf: prog '", "max_states",
        "verification time", "stack depth", ". Retrying without "}) {
    if (line.find(noise) != std::string_view::npos) return false;
  }
  return !line.empty();
}

}  // namespace

void capture_libbpf_log(bool is_debug) {
  log_state() = LogState{is_debug, {}};
  libbpf_set_print(keep_line);
}

std::string reason_in(std::string_view log) {
  std::string_view reason;
  while (!log.empty()) {
    const size_t end = log.find('\n');
    const std::string_view line = log.substr(0, end);
    if (says_why(line)) reason = line;
    log.remove_prefix(end == std::string_view::npos ? log.size() : end + 1);
  }
  if (reason.starts_with("libbpf: ")) reason.remove_prefix(8);
  return std::string(reason);
}

std::string take_libbpf_reason() {
  std::string text;
  {
    const std::lock_guard lock(log_mutex());
    text.swap(log_state().text);
  }
  return reason_in(text);
}

int load_error(int code, std::string_view reason) {
  if (code == E2BIG && reason.starts_with("map '")) return ENOMEM;
  const bool is_limited = *remedy_of(ENOMEM) != '\0';
  const bool has_no_types = reason.find("vmlinux BTF") != std::string_view::npos;
  return code == ESRCH && is_limited && has_no_types ? ENOMEM : code;
}

tl::unexpected<Error> libbpf_fail(std::string what, int error) {
  const std::string reason = take_libbpf_reason();
  const int code = load_error(error, reason);
  if (!reason.empty() && *remedy_of(code) == '\0') what += fmt::format(" ({})", reason);
  return sys_fail(std::move(what), code);
}

}  // namespace pwru::program
