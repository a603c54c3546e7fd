// SPDX-License-Identifier: Apache-2.0
#include "kernel/counters/loss_counters.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "kernel/counters/link_counters.h"
#include "kernel/proc/netns.h"
#include "kernel/proc/netns_names.h"
#include "kernel/proc/proc_words.h"

namespace pwru::kernel {
namespace {

// A line of names, then a line of their values: snmp_seq_show(), netstat_seq_show().
void parse_pairs(std::string_view text, uint32_t netns, CounterValues& values) {
  while (!text.empty()) {
    std::string_view names = take_line(text), numbers = take_line(text);
    std::string_view prefix = take_word(names);
    if (!prefix.ends_with(':') || take_word(numbers) != prefix) return;
    prefix.remove_suffix(1);
    for (;;) {
      const std::string_view name = take_word(names), number = take_word(numbers);
      if (name.empty()) break;
      uint64_t value = 0;
      // TcpMaxConn may be -1.
      if (read_number(number, value))
        values.push_back({netns, "", fmt::format("{}{}", prefix, name), value});
    }
  }
}

void parse_snmp6(std::string_view text, uint32_t netns, CounterValues& values) {
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const std::string_view name = take_word(line);
    uint64_t value = 0;
    if (read_number(take_word(line), value))
      values.push_back({netns, "", std::string(name), value});
  }
}

// dev_seq_printf_stats(). The name may contain a colon, no number does.
void parse_devices(std::string_view text, uint32_t netns, CounterValues& values) {
  constexpr std::array<std::string_view, 16> kColumns = {
      "", "", "rx_errors", "rx_drop", "rx_fifo", "rx_frame", "",           "",
      "", "", "tx_errors", "tx_drop", "tx_fifo", "",         "tx_carrier", ""};
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const size_t colon = line.rfind(':');
    if (colon == std::string_view::npos) continue;  // a headline
    std::string_view device = line.substr(0, colon);
    device.remove_prefix(std::min(device.find_first_not_of(' '), device.size()));
    line.remove_prefix(colon + 1);
    for (const std::string_view column : kColumns) {
      uint64_t value = 0;
      if (!read_number(take_word(line), value)) break;
      if (!column.empty())
        values.push_back({netns, std::string(device), std::string(column), value});
    }
  }
}

// softnet_seq_show(): a line for each CPU that is online. Its number is the 13th word (Linux 5.10).
void parse_softnet(std::string_view text, CounterValues& values) {
  constexpr size_t kDropped = 1, kCpu = 12;
  for (uint32_t number = 0; !text.empty(); number++) {
    std::string_view line = take_line(text);
    uint32_t dropped = 0, cpu = number;
    bool is_read = false;
    for (size_t at = 0; at <= kCpu; at++) {
      const std::string_view word = take_word(line);
      if (at == kDropped) is_read = read_number(word, dropped, 16);
      if (at == kCpu && !word.empty() && !read_number(word, cpu, 16)) is_read = false;
    }
    if (is_read) values.push_back({0, fmt::to_string(cpu), "softnet_dropped", dropped});
  }
}

struct FileRow {
  CounterFile file;
  const char* name;
  bool is_of_machine;
};
constexpr std::array kFiles = std::to_array<FileRow>({
    {CounterFile::Snmp, "snmp", false},
    {CounterFile::Netstat, "netstat", false},
    {CounterFile::Snmp6, "snmp6", false},  // none without IPv6
    {CounterFile::Dev, "dev", false},
    {CounterFile::Softnet, "softnet_stat", true},
});

}  // namespace

CounterValues parse_counters(CounterFile file, std::string_view text, uint32_t netns) {
  CounterValues values;
  switch (file) {
    case CounterFile::Snmp:
    case CounterFile::Netstat:
      parse_pairs(text, netns, values);
      break;
    case CounterFile::Snmp6:
      parse_snmp6(text, netns, values);
      break;
    case CounterFile::Dev:
      parse_devices(text, netns, values);
      break;
    case CounterFile::Softnet:
      parse_softnet(text, values);
      break;
  }
  return values;
}

LossCounters LossCounters::open(uint32_t only) {
  LossCounters counters;
  std::vector<NetnsFiles> namespaces;
  counters.has_machine_ = only == 0;
  const uint32_t own = current_netns_inode().value_or(0);
  const auto [names, folders] = scan_netns_processes();
  const auto add = [&, &names = names](uint32_t inode, const std::string& process) {
    const auto name = names.find(inode);
    auto files = ProcNet::open(process);
    if (files)
      namespaces.push_back({inode, name == names.end() ? "" : name->second, *std::move(files)});
  };
  if (own && (!only || only == own)) {
    add(own, "/proc/self");
    counters.rtnetlink_ = open_rtnetlink();
    counters.own_ = own;
  }
  for (const auto& [inode, process] : folders) {
    if (inode == own || (only && inode != only)) continue;
    if (namespaces.size() == kMostNetns) {
      counters.are_all_ = false;
      break;
    }
    add(inode, process);
  }
  counters.namespaces_ = std::make_shared<const std::vector<NetnsFiles>>(std::move(namespaces));
  return counters;
}

CounterValues LossCounters::read() const {
  CounterValues values = read_link_counters(rtnetlink_, own_);
  bool has_machine = has_machine_;
  for (const NetnsFiles& netns : *namespaces_) {
    if (!netns.files.is_same()) continue;
    for (const FileRow& row : kFiles) {
      if (row.is_of_machine && !has_machine) continue;
      const auto text = netns.files.read(row.name);
      if (!text) continue;
      CounterValues found = parse_counters(row.file, *text, netns.inode);
      values.insert(values.end(), std::make_move_iterator(found.begin()),
                    std::make_move_iterator(found.end()));
    }
    has_machine = false;
  }
  return values;
}

}  // namespace pwru::kernel
