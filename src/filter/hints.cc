// SPDX-License-Identifier: Apache-2.0
#include "filter/hints.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace pwru::filter {
namespace {

using Text = std::string_view;

template <size_t N>
bool is_one_of(const std::array<Text, N>& words, Text text) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_number(Text text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_address(Text text) {
  std::array<unsigned char, 16> room;
  const std::string word(text);
  return ::inet_pton(AF_INET, word.c_str(), room.data()) == 1 ||
         ::inet_pton(AF_INET6, word.c_str(), room.data()) == 1;
}

// Names of protocols that are also words of the filter language.
constexpr std::array<Text, 14> kProtocols = {"ip",   "ip6",   "arp",  "rarp", "tcp", "udp", "sctp",
                                             "icmp", "icmp6", "igmp", "pim",  "ah",  "esp", "vrrp"};
constexpr std::array<Text, 8> kWireshark = {"ip.",  "ipv6.", "tcp.",   "udp.",
                                            "eth.", "icmp.", "frame.", "vlan."};
constexpr std::array<Text, 12> kDevices = {"eth", "en",  "wl",  "veth", "br",    "docker",
                                           "cni", "tun", "tap", "bond", "dummy", "wg"};

std::string lower(Text text) {
  std::string word(text);
  for (char& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return word;
}

// Whether the text looks like a device, letters and then a number: eth0, veth12. A host name does
// not.
bool is_device(Text text) {
  return std::any_of(kDevices.begin(), kDevices.end(), [text](Text start) {
    return text.starts_with(start) && text.size() > start.size() && text.back() >= '0' &&
           text.back() <= '9';
  });
}

std::string did_you_mean(const std::string& text) {
  return fmt::format("; did you mean '{}'?", text);
}

// "10.0.0.1:80", "port:80".
std::string colon_hint(Text before, Text word) {
  const size_t colon = word.rfind(':');
  const Text head = word.substr(0, colon), tail = word.substr(colon + 1);
  if (!is_number(tail)) return "";
  const bool has_direction = before == "src" || before == "dst";
  const std::string direction = has_direction ? fmt::format("{} ", before) : "";
  if (head == "port" || head == "host") return did_you_mean(fmt::format("{} {}", head, tail));
  if (!is_address(head)) return "";
  return did_you_mean(fmt::format("{0}host {1} and {0}port {2}", direction, head, tail));
}

}  // namespace

std::string syntax_hint(const std::vector<Token>& tokens, size_t bad) {
  const Text word = tokens[bad].text;
  const Text before = bad ? tokens[bad - 1].text : Text();
  if (before == "proto" && is_one_of(kProtocols, word))
    return fmt::format("; '{0}' is a word of the language: write '{0}' alone, or 'proto \\{0}'",
                       word);
  if (word.find(':') != Text::npos && !is_address(word)) return colon_hint(before, word);
  if (is_number(word)) return did_you_mean(fmt::format("port {}", word));
  if (is_address(word)) return did_you_mean(fmt::format("host {}", word));
  if (word == "," && before.size() && bad + 1 < tokens.size() && is_number(tokens[bad + 1].text))
    return did_you_mean(fmt::format("port {} or port {}", before, tokens[bad + 1].text));
  if (std::any_of(kWireshark.begin(), kWireshark.end(),
                  [word](Text start) { return word.starts_with(start); }))
    return "; this is the language of Wireshark's display filters: 'host' and 'port' are the words "
           "here";
  if (is_device(word)) return fmt::format("; an interface is chosen by --filter-ifname {}", word);
  if (is_one_of(kProtocols, lower(word)) && lower(word) != word) return did_you_mean(lower(word));
  return "";
}

}  // namespace pwru::filter
