// SPDX-License-Identifier: Apache-2.0
#include "kernel/netfilter/xt_words.h"

#include <arpa/inet.h>

#include <cctype>

#include "kernel/netfilter/nft_value.h"

namespace pwru::kernel {

std::string xt_option(std::string_view name, bool is_inverted) {
  return (is_inverted ? " ! " : " ") + std::string(name);
}

std::string xt_quoted(std::string_view text) {
  const auto is_plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '\'') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string xt_address(Bytes address) {
  return nft_value(address.size() == sizeof(in_addr) ? NftType::Ipv4 : NftType::Ipv6, address,
                   true);
}

std::string xt_mask(Bytes mask) {
  const int prefix = nft_prefix(mask);
  return prefix >= 0 ? fmt::format("/{}", prefix) : "/" + xt_address(mask);
}

std::string xt_bits(uint64_t bits, std::span<const std::string_view> names) {
  std::string text;
  for (size_t i = 0; i < names.size(); i++)
    if (bits >> i & 1) text.append(text.empty() ? "" : ",") += names[i];
  if (const uint64_t rest = bits >> names.size() << names.size())
    text += fmt::format("{}{:#x}", text.empty() ? "" : ",", rest);
  return text;
}

}  // namespace pwru::kernel
