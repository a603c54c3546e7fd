// SPDX-License-Identifier: Apache-2.0
#include "kernel/netfilter/nft_text.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "kernel/netfilter/nft_decoder.h"

namespace pwru::kernel {
namespace {

// Of libnftnl: pieces of a byte for the type, one for the length, and as many bytes.
std::string_view comment_in(Bytes userdata) {
  constexpr auto kComment = std::byte{0};
  while (userdata.size() >= 2) {
    const auto bytes = std::to_integer<size_t>(userdata[1]);
    if (bytes > userdata.size() - 2) break;
    if (userdata[0] == kComment) return text_of(userdata.subspan(2, bytes));
    userdata = userdata.subspan(2 + bytes);
  }
  return "";
}

}  // namespace

const std::array<NftDecoder::HandlerRow, 34> NftDecoder::kHandlers = {{
    {"meta", &NftDecoder::meta},       {"ct", &NftDecoder::ct},
    {"payload", &NftDecoder::payload}, {"exthdr", &NftDecoder::exthdr},
    {"fib", &NftDecoder::fib},         {"rt", &NftDecoder::route},
    {"socket", &NftDecoder::socket},   {"numgen", &NftDecoder::numgen},
    {"bitwise", &NftDecoder::bitwise}, {"byteorder", &NftDecoder::byteorder},
    {"cmp", &NftDecoder::cmp},         {"range", &NftDecoder::range},
    {"lookup", &NftDecoder::lookup},   {"immediate", &NftDecoder::immediate},
    {"counter", &NftDecoder::counter}, {"limit", &NftDecoder::limit},
    {"quota", &NftDecoder::quota},     {"connlimit", &NftDecoder::connlimit},
    {"log", &NftDecoder::log},         {"reject", &NftDecoder::reject},
    {"queue", &NftDecoder::queue},     {"nat", &NftDecoder::nat},
    {"masq", &NftDecoder::masquerade}, {"redir", &NftDecoder::redirect},
    {"tproxy", &NftDecoder::tproxy},   {"notrack", &NftDecoder::notrack},
    {"objref", &NftDecoder::object},   {"flow_offload", &NftDecoder::flow_offload},
    {"dynset", &NftDecoder::dynset},   {"match", &NftDecoder::match},
    {"target", &NftDecoder::target},   {"fwd", &NftDecoder::fwd},
    {"dup", &NftDecoder::dup},         {"last", &NftDecoder::last},
}};

NftDecoder::NftDecoder(uint8_t family, const NftSetReader& read_set)
    : family_(family), read_set_(read_set) {
  if (family == NFPROTO_IPV4) network_ = NftHeader::Ip;
  if (family == NFPROTO_IPV6) network_ = NftHeader::Ip6;
  if (family == NFPROTO_ARP) network_ = NftHeader::Arp;
}

void NftDecoder::read(Bytes list) {
  Attribute element;
  while (take_attribute(list, element))
    if (element.type == NFTA_LIST_ELEM)
      expressions_.push_back({text_of(attribute(element.payload, NFTA_EXPR_NAME)),
                              attribute(element.payload, NFTA_EXPR_DATA)});
  for (at_ = 0; at_ < expressions_.size(); at_++) run(expressions_[at_]);
}

void NftDecoder::read_one(Bytes expression) {
  run({text_of(attribute(expression, NFTA_EXPR_NAME)), attribute(expression, NFTA_EXPR_DATA)});
}

void NftDecoder::run(const Expression& expression) {
  for (const HandlerRow& row : kHandlers)
    if (row.name == expression.name) return (this->*row.handler)(expression.data);
  say("[" + std::string(expression.name) + "]");
  operands_ = {};  // it may have written to any of the registers
}

std::string NftDecoder::text() const {
  std::string text;
  for (const std::string& part : parts_) {
    if (part.empty()) continue;
    if (!text.empty()) text += ' ';
    text += part;
  }
  return text;
}

// What a statement comes behind is not left out: nft would show it in front of the statement.
void NftDecoder::say(std::string text) {
  parts_.push_back(std::move(text));
  link_part_ = network_part_ = transport_part_ = 0;
}

std::string nft_rule_text(uint8_t family, Bytes rule, const NftSetReader& read_set) {
  NftDecoder decoder(family, read_set);
  decoder.read(attribute(rule, NFTA_RULE_EXPRESSIONS));
  std::string text = decoder.text();
  const std::string_view comment = comment_in(attribute(rule, NFTA_RULE_USERDATA));
  if (!comment.empty())
    text.append(text.empty() ? "" : " ").append("comment ") += nft_quoted(comment);
  return shortened_rule(std::move(text));
}

}  // namespace pwru::kernel
