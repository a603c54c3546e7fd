// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <new>
#include <string>

#include "base/log.h"
#include "cli/help.h"
#include "cli/options.h"
#include "run.h"

namespace {

int report(const pwru::Error& error) {
  pwru::log_line("pwru: ", error.what);
  if (error.column) pwru::log_caret(error.source, error.column);
  return static_cast<int>(error.exit);
}

// Help that could not be written was not given.
int print(const std::string& text) {
  if (std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0) return 0;
  return report(pwru::sys_fail("write to stdout").value());
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = pwru::cli::parse(argc, argv);
  if (!options) return report(options.error());
  if (options->help) return print(pwru::cli::help_text());
  if (options->version) return print("pwru " PWRU_VERSION "\n");
  try {
    const auto result = pwru::run(*options);
    return result ? static_cast<int>(pwru::ExitCode::Done) : report(result.error());
  } catch (const std::bad_alloc&) {
    return report({"get memory: this machine, or the limit of this process, has no more"});
  }
}
