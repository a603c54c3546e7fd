// SPDX-License-Identifier: Apache-2.0
// The one error type. A function that can fail returns Result<T>; only main() turns an Error
// into an exit code.
#pragma once

#include <cerrno>
#include <cstring>
#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "base/remedy.h"

namespace pwru {

// The exit status of the process (pwru(8), EXIT STATUS).
enum class ExitCode {
  Done = 0,
  Failed = 1,
  BadUsage = 2,
  NotSupported = 3,  // not permitted, or this kernel cannot do it
};

// One sentence for the user: what was tried, on what, why it failed, what to do.
struct [[nodiscard]] Error {
  std::string what;
  ExitCode exit = ExitCode::Failed;
  int code = 0;  // errno value that caused it, 0 when no system call failed
  // The text of an expression that has a fault: it is printed with a caret under `column`.
  std::string source = {};
  size_t column = 0;  // counted from 1; 0: not known, and no caret is printed
};

template <class T = void>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(std::string what, ExitCode exit = ExitCode::Failed,
                                                int code = 0) {
  return tl::unexpected<Error>(Error{std::move(what), exit, code, {}, 0});
}

// Appends strerror(code) to the sentence, and what to do where a limit is the cause. EPERM and
// EACCES become ExitCode::NotSupported.
[[nodiscard]] inline tl::unexpected<Error> sys_fail(std::string what, int code = errno) {
  const bool is_denied = code == EPERM || code == EACCES;
  return fail(std::move(what) + ": " + std::strerror(code) + remedy_of(code),
              is_denied ? ExitCode::NotSupported : ExitCode::Failed, code);
}

}  // namespace pwru

#define PWRU_CONCAT_(a, b) a##b
#define PWRU_CONCAT(a, b) PWRU_CONCAT_(a, b)

// PWRU_TRY(expr): returns the error of a Result<> from the enclosing function.
#define PWRU_TRY(expr)                                                       \
  do {                                                                       \
    if (auto pwru_result_ = (expr); !pwru_result_)                           \
      return tl::unexpected<::pwru::Error>(std::move(pwru_result_).error()); \
  } while (0)

// PWRU_ASSIGN(auto x, expr): the value of a Result<T>, or returns its error.
#define PWRU_ASSIGN(decl, expr) PWRU_ASSIGN_(PWRU_CONCAT(pwru_tmp_, __LINE__), decl, expr)
#define PWRU_ASSIGN_(tmp, decl, expr)                                     \
  auto tmp = (expr);                                                      \
  if (!tmp) return tl::unexpected<::pwru::Error>(std::move(tmp).error()); \
  decl = std::move(tmp).value()
