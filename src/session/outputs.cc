// SPDX-License-Identifier: Apache-2.0
#include "session/outputs.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "cli/color.h"
#include "output/json.h"
#include "output/text.h"
#include "plan/needs.h"

namespace pwru {
namespace {

constexpr unsigned kMegabyteShift = 20;

Result<resolve::Dumps> make_dumps(const cli::Options& options, const kernel::Btf& btf,
                                  resolve::Metadata metadata) {
  resolve::Dumps dumps = {{}, {}, std::move(metadata)};
  if (options.output_skb) {
    PWRU_ASSIGN(dumps.skb, resolve::StructText::create(btf, "sk_buff"));
  }
  if (options.output_skb_shared_info) {
    PWRU_ASSIGN(dumps.shared_info, resolve::SharedInfoText::create(btf));
  }
  return dumps;
}

// By itself only on a terminal that says its width; what reads a pipe gets the same lines always.
bool is_narrow(cli::LayoutChoice choice, int out_fd, size_t columns_wanted) {
  if (choice != cli::LayoutChoice::Auto) return choice == cli::LayoutChoice::Narrow;
  winsize size = {};
  return ::ioctl(out_fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_col < columns_wanted;
}

output::TextStyle text_style(const cli::Options& options, int out_fd) {
  output::TextStyle style;
  switch (options.timestamp) {
    case cli::Timestamp::None:
      style.time = output::TimeColumn::None;
      break;
    case cli::Timestamp::Current:
      style.time = output::TimeColumn::Current;
      break;
    case cli::Timestamp::Relative:
      style.time = output::TimeColumn::Relative;
      break;
    case cli::Timestamp::Absolute:
      style.time = output::TimeColumn::Absolute;
      break;
  }
  style.has_meta = options.output_meta;
  style.has_tuple = options.output_tuple;
  style.has_tcp_flags = options.output_tcp_flags;
  style.has_caller = options.output_caller;
  style.has_tunnel = options.output_tunnel;
  style.has_id = options.output_id;
  style.has_stack = options.output_stack;
  style.has_cb = plan::needs_of(options, true).control_buffer;
  if (options.output_netns_names) style.netns_name_width = options.netns_names_max_length;
  const cli::ColorEnvironment environment = {std::getenv("NO_COLOR"), std::getenv("CLICOLOR_FORCE"),
                                             std::getenv("TERM")};
  style.uses_color = cli::use_color(options.color, environment, ::isatty(out_fd) == 1);
  style.is_narrow = is_narrow(options.output_layout, out_fd, output::columns_wanted(style));
  return style;
}

}  // namespace

Result<output::Target> open_output(const cli::Options& options) {
  if (options.output_file.empty()) return output::Target::standard_output();
  const output::BackupPolicy policy = {options.output_file_max_age, options.output_file_max_backups,
                                       options.output_file_compress};
  auto target = output::Target::file(
      options.output_file, uint64_t{options.output_file_max_size} << kMegabyteShift, policy);
  if (!target) target.error().what = "--output-file: " + target.error().what;
  return target;
}

Result<std::unique_ptr<output::Sink>> make_sink(const cli::Options& options, output::Target& target,
                                                resolve::Names& names, const kernel::Btf& btf,
                                                resolve::Metadata metadata) {
  PWRU_ASSIGN(auto dumps, make_dumps(options, btf, std::move(metadata)));
  const output::TextStyle style = text_style(options, target.fd());
  if (!options.output_json)
    return std::make_unique<output::TextSink>(target.lines(), style, names, std::move(dumps));
  const output::JsonStyle json_style = {style.time, style.has_caller};
  return std::make_unique<output::JsonSink>(target.lines(), json_style, names, std::move(dumps));
}

}  // namespace pwru
