// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstdio>
#include <new>
#include <string>

#include "base/log.h"
#include "base/process.h"
#include "base/remedy.h"
#include "cli/documents.h"
#include "cli/help.h"
#include "cli/options.h"
#include "doctor/doctor.h"
#include "doctor/function_list.h"
#include "run.h"

namespace {

int report(const pwru::Error& error) {
  pwru::log_line("pwru: ", error.what);
  if (error.column) pwru::log_caret(error.source, error.column);
  return static_cast<int>(error.exit);
}

// Text that could not be written was not given.
int print(const pwru::Result<std::string>& text) {
  if (!text) return report(text.error());
  if (std::fputs(text->c_str(), stdout) >= 0 && std::fflush(stdout) == 0) return 0;
  return report(pwru::sys_fail("write to stdout").value());
}

int examine(const pwru::cli::Options& options) {
  const pwru::doctor::Report report = pwru::doctor::examine(options);
  const int printed = print(options.output_json ? json_of(report) : text_of(report));
  return printed != 0 || report.can_trace ? printed : static_cast<int>(pwru::ExitCode::Failed);
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = pwru::cli::parse(argc, argv);
  if (!options) return report(options.error());
  if (options->help_all) return print(pwru::cli::help_text_of_all());
  if (options->help) return print(pwru::cli::help_text());
  if (options->man) return print(pwru::cli::manual_text());
  if (options->json_schema) return print(pwru::cli::json_schema());
  if (options->version) return print("pwru " PWRU_VERSION "\n");
  if (const auto raised = pwru::raise_stack(); !raised) return report(raised.error());
  try {
    if (options->doctor) return examine(*options);
    if (options->list_funcs) return print(pwru::doctor::list_functions(*options));
    const auto result = pwru::run(*options);
    return result ? static_cast<int>(pwru::ExitCode::Done) : report(result.error());
  } catch (const std::bad_alloc&) {
    return report(
        {std::string("get memory: this machine, or the limit of this process, has no more") +
         pwru::remedy_of(ENOMEM)});
  }
}
