// SPDX-License-Identifier: Apache-2.0
#include "cli/help.h"

#include <fmt/format.h>

#include <string_view>

#include "cli/table.h"

namespace pwru::cli {
namespace {

constexpr size_t kWidth = 80;
constexpr size_t kHelpColumn = 34;

std::string synopsis_of(const OptionRow& row) {
  std::string text = row.short_name != 0 ? fmt::format("  -{}, ", row.short_name) : "      ";
  text.append("--").append(row.name);
  if (!row.is_flag()) text.append(" ").append(metavar_of(row));
  return text;
}

// Appends words and breaks the lines at kWidth. The last line of `text` is `used` wide.
void append_wrapped(std::string& text, size_t used, std::string_view words) {
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    if (used > kHelpColumn && used + 1 + word.size() > kWidth) {
      text.append("\n").append(kHelpColumn, ' ');
      used = kHelpColumn;
    } else if (used > kHelpColumn) {
      text += ' ';
      ++used;
    }
    text += word;
    used += word.size();
    words.remove_prefix(std::min(words.size(), word.size() + 1));
  }
  text += '\n';
}

void append_row(std::string& text, const OptionRow& row) {
  const std::string synopsis = synopsis_of(row);
  text += synopsis;
  if (synopsis.size() + 2 > kHelpColumn) {
    text.append("\n").append(kHelpColumn, ' ');
  } else {
    text.append(kHelpColumn - synopsis.size(), ' ');
  }
  append_wrapped(text, kHelpColumn, row.help);
}

void append_group(std::string& text, Group group) {
  text.append("\n").append(title_of(group)).append(":\n");
  for (const OptionRow& row : option_table())
    if (row.group == group) append_row(text, row);
}

constexpr std::string_view kHead =
    "Usage: pwru [options] [pcap-filter]\n"
    "Trace packets through the Linux kernel: one line for every kernel function that\n"
    "handles a packet which the filter, in the language of tcpdump, matches.\n";

constexpr std::string_view kCommands =
    "\n"
    "  pwru doctor [--json]            what this machine offers, and what is missing\n"
    "  pwru --list-funcs [REGEX]       the functions that would be probed\n";

// A screen has 24 lines or, mostly, more than 40.
constexpr auto kMostUsed = std::to_array<std::string_view>(
    {"filter-func", "filter-netns", "filter-ifname", "filter-track-skb", "output-tcp-flags",
     "output-caller", "output-stack", "output-json", "output-file", "output-limit-lines",
     "timestamp", "version"});

constexpr std::string_view kShortTail =
    "\n"
    "  pwru 'host 1.1.1.1 and tcp port 443'     why does this connection not come up?\n"
    "  pwru --filter-func @drops                what is dropped, and why\n"
    "  pwru --filter-track-skb icmp             follow pings through NAT and tunnels\n"
    "\n"
    "pwru --help=all lists all options, pwru --man explains them, the columns and the\n"
    "exit codes. The language of the filter is that of tcpdump: pcap-filter(7).\n";

constexpr std::string_view kTail =
    "\n"
    "A flag without a value is turned off with =false, as in --output-meta=false.\n"
    "\n"
    "Examples:\n"
    "  pwru --output-tcp-flags 'dst host 1.1.1.1 and tcp port 443'\n"
    "  pwru --filter-track-skb --output-stack --output-limit-lines 50 icmp\n"
    "  pwru --filter-func @drops --filter-netns /run/netns/blue udp\n"
    "\n"
    "See pwru(8) or pwru --man for the columns and exit codes, pcap-filter(7) for the\n"
    "filter.\n";

}  // namespace

std::string help_text() {
  std::string text(kHead);
  text += kCommands;
  text += "\nThe options that are used most:\n";
  for (const std::string_view name : kMostUsed)
    for (const OptionRow& row : option_table())
      if (row.name == name) append_row(text, row);
  text += kShortTail;
  return text;
}

std::string help_text_of_all() {
  std::string text(kHead);
  text += kCommands;
  for (const Group group : {Group::Filter, Group::Probe, Group::Output, Group::General})
    append_group(text, group);
  text += kTail;
  return text;
}

}  // namespace pwru::cli
