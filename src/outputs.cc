// SPDX-License-Identifier: Apache-2.0
#include "outputs.h"

#include "output/json.h"

namespace pwru {
namespace {

constexpr unsigned kMegabyteShift = 20;

Result<output::Dumps> make_dumps(const cli::Options& options, const kernel::Btf& btf,
                                 output::Metadata metadata) {
  output::Dumps dumps = {{}, {}, std::move(metadata)};
  if (options.output_skb) {
    PWRU_ASSIGN(dumps.skb, output::StructText::create(btf.raw(), "sk_buff"));
  }
  if (options.output_skb_shared_info) {
    PWRU_ASSIGN(dumps.shared_info, output::SharedInfoText::create(btf));
  }
  return dumps;
}

}  // namespace

Result<output::Target> open_output(const cli::Options& options) {
  if (options.output_file.empty()) return output::Target::standard_output();
  const output::BackupPolicy policy = {options.output_file_max_age, options.output_file_max_backups,
                                       options.output_file_compress};
  return output::Target::file(options.output_file,
                              uint64_t{options.output_file_max_size} << kMegabyteShift, policy);
}

Result<std::unique_ptr<output::Sink>> make_sink(const cli::Options& options,
                                                const output::TextStyle& style,
                                                output::Target& target, output::Names& names,
                                                const kernel::Btf& btf, output::Metadata metadata) {
  PWRU_ASSIGN(auto dumps, make_dumps(options, btf, std::move(metadata)));
  if (!options.output_json)
    return std::make_unique<output::TextSink>(target.lines(), style, names, std::move(dumps));
  const output::JsonStyle json_style = {style.time, style.has_caller};
  return std::make_unique<output::JsonSink>(target.lines(), json_style, names, std::move(dumps));
}

}  // namespace pwru
