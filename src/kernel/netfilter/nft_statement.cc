// SPDX-License-Identifier: Apache-2.0
// What rules do with a packet.
#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>

#include "kernel/netfilter/nft_decoder.h"

namespace pwru::kernel {
namespace {

std::string chain_text(std::string_view name) {
  // nf_tables_newrule() makes such a chain for a block in braces.
  return name.starts_with("__chain") ? "{ … }" : nft_name(name);
}

std::string rate_of_bytes(uint64_t bytes) {
  constexpr uint64_t kStep = 1024;
  constexpr std::array<std::string_view, 4> kUnits = {"bytes", "kbytes", "mbytes", "gbytes"};
  size_t unit = 0;
  while (bytes && unit + 1 < kUnits.size() && bytes % kStep == 0) {
    bytes /= kStep;
    unit++;
  }
  return fmt::format("{} {}", bytes, kUnits[unit]);
}

std::string_view time_unit(uint64_t seconds) {
  switch (seconds) {
    case 1:
      return "second";
    case 60:
      return "minute";
    case 3600:
      return "hour";
    case 86400:
      return "day";
    case 604800:
      return "week";
    default:
      return "[?]";
  }
}

std::string nat_flags(uint64_t flags) {
  std::string text;
  const auto add = [&](std::string_view name) {
    text.append(text.empty() ? " " : ",").append(name);
  };
  if (flags & NF_NAT_RANGE_PROTO_RANDOM) add("random");
  if (flags & NF_NAT_RANGE_PROTO_RANDOM_FULLY) add("fully-random");
  if (flags & NF_NAT_RANGE_PERSISTENT) add("persistent");
  return text;
}

std::string code_text(uint64_t code, std::span<const std::string_view> names) {
  return code < names.size() && !names[code].empty() ? std::string(names[code])
                                                     : fmt::to_string(code);
}

// struct xt_tcp and struct xt_udp both begin so.
struct PortMatch {
  uint16_t source[2], destination[2];
};

std::string port_range(std::string_view what, const uint16_t (&ports)[2], bool is_inverted) {
  if (ports[0] == 0 && ports[1] == 0xffff) return "";
  const std::string range =
      ports[0] == ports[1] ? fmt::to_string(ports[0]) : fmt::format("{}-{}", ports[0], ports[1]);
  return fmt::format(" {} {}{}", what, is_inverted ? "!= " : "", range);
}

}  // namespace

std::string nft_verdict(Bytes data) {
  const Bytes verdict = attribute(data, NFTA_DATA_VERDICT);
  const auto code = static_cast<int32_t>(nft_u(verdict, NFTA_VERDICT_CODE));
  const std::string chain = chain_text(text_of(attribute(verdict, NFTA_VERDICT_CHAIN)));
  switch (code) {
    case NFT_CONTINUE:
      return "continue";
    case NFT_BREAK:
      return "break";
    case NFT_JUMP:
      return "jump " + chain;
    case NFT_GOTO:
      return "goto " + chain;
    case NFT_RETURN:
      return "return";
    default:
      break;
  }
  switch (static_cast<unsigned>(code) & NF_VERDICT_MASK) {
    case NF_DROP:
      return "drop";
    case NF_ACCEPT:
      return "accept";
    case NF_QUEUE:
      return fmt::format("queue to {}", static_cast<unsigned>(code) >> NF_VERDICT_QBITS);
    default:
      return fmt::format("[verdict {}]", code);
  }
}

void NftDecoder::immediate(Bytes data) {
  const uint64_t reg = nft_u(data, NFTA_IMMEDIATE_DREG);
  const Bytes constant = attribute(data, NFTA_IMMEDIATE_DATA);
  if (reg == NFT_REG_VERDICT) return say(nft_verdict(constant));
  Operand* const to = operand(reg);
  if (!to) return;
  *to = {};
  to->constant = attribute(constant, NFTA_DATA_VALUE);
  to->loaded = ++loads_;
}

void NftDecoder::counter(Bytes data) {
  say(fmt::format("counter packets {} bytes {}", nft_u(data, NFTA_COUNTER_PACKETS),
                  nft_u(data, NFTA_COUNTER_BYTES)));
}

void NftDecoder::limit(Bytes data) {
  const bool is_bytes = nft_u(data, NFTA_LIMIT_TYPE) == NFT_LIMIT_PKT_BYTES;
  const uint64_t rate = nft_u(data, NFTA_LIMIT_RATE), burst = nft_u(data, NFTA_LIMIT_BURST);
  std::string text = fmt::format("limit rate {}{}/{}",
                                 nft_u(data, NFTA_LIMIT_FLAGS) & NFT_LIMIT_F_INV ? "over " : "",
                                 is_bytes ? rate_of_bytes(rate) : fmt::to_string(rate),
                                 time_unit(nft_u(data, NFTA_LIMIT_UNIT)));
  constexpr uint64_t kUnsaid = 5;  // nft's default, which it does not show
  if (burst && (is_bytes || burst != kUnsaid))
    text += fmt::format(" burst {}",
                        is_bytes ? rate_of_bytes(burst) : fmt::format("{} packets", burst));
  say(std::move(text));
}

void NftDecoder::quota(Bytes data) {
  std::string text =
      fmt::format("quota {}{}", nft_u(data, NFTA_QUOTA_FLAGS) & NFT_QUOTA_F_INV ? "over " : "",
                  rate_of_bytes(nft_u(data, NFTA_QUOTA_BYTES)));
  if (const uint64_t used = nft_u(data, NFTA_QUOTA_CONSUMED))
    text += " used " + rate_of_bytes(used);
  say(std::move(text));
}

void NftDecoder::connlimit(Bytes data) {
  say(fmt::format("ct count {}{}",
                  nft_u(data, NFTA_CONNLIMIT_FLAGS) & NFT_CONNLIMIT_F_INV ? "over " : "",
                  nft_u(data, NFTA_CONNLIMIT_COUNT)));
}

void NftDecoder::log(Bytes data) {
  constexpr std::array<std::string_view, 9> kLevels = {"emerg",  "alert", "crit",  "err",  "warn",
                                                       "notice", "info",  "debug", "audit"};
  constexpr uint64_t kWarn = 4;
  std::string text = "log";
  const Bytes prefix = attribute(data, NFTA_LOG_PREFIX), group = attribute(data, NFTA_LOG_GROUP);
  if (!prefix.empty()) text += " prefix " + nft_quoted(text_of(prefix));
  const Bytes level = attribute(data, NFTA_LOG_LEVEL);
  if (!level.empty() && big_endian(level) != kWarn)
    text += " level " + code_text(big_endian(level), kLevels);
  if (!group.empty()) text += fmt::format(" group {}", big_endian(group));
  if (const uint64_t bytes = nft_u(data, NFTA_LOG_SNAPLEN))
    text += fmt::format(" snaplen {}", bytes);
  if (nft_u(data, NFTA_LOG_FLAGS)) text += " flags …";
  say(std::move(text));
}

void NftDecoder::reject(Bytes data) {
  constexpr std::array<std::string_view, 14> kIcmp = {"net-unreachable",
                                                      "host-unreachable",
                                                      "prot-unreachable",
                                                      "port-unreachable",
                                                      "",
                                                      "",
                                                      "",
                                                      "",
                                                      "",
                                                      "net-prohibited",
                                                      "host-prohibited",
                                                      "",
                                                      "",
                                                      "admin-prohibited"};
  constexpr std::array<std::string_view, 7> kIcmp6 = {
      "no-route",    "admin-prohibited", "", "addr-unreachable", "port-unreachable",
      "policy-fail", "reject-route"};
  constexpr std::array<std::string_view, 4> kEither = {"no-route", "port-unreachable",
                                                       "host-unreachable", "admin-prohibited"};
  constexpr uint64_t kPortUnreachable = 3, kPortUnreachable6 = 4;
  const uint64_t code = nft_u(data, NFTA_REJECT_ICMP_CODE);
  const uint64_t type = nft_u(data, NFTA_REJECT_TYPE);
  if (type == NFT_REJECT_TCP_RST) return say("reject with tcp reset");
  if (type == NFT_REJECT_ICMPX_UNREACH)
    return say(code == NFT_REJECT_ICMPX_PORT_UNREACH
                   ? "reject"
                   : "reject with icmpx " + code_text(code, kEither));
  const bool is_v6 = network_ == NftHeader::Ip6;
  const bool is_of_one = family_ == NFPROTO_IPV4 || family_ == NFPROTO_IPV6;
  if (is_of_one && code == (is_v6 ? kPortUnreachable6 : kPortUnreachable)) return say("reject");
  forget_implied(network_);
  say(is_v6 ? "reject with icmpv6 " + code_text(code, kIcmp6)
            : "reject with icmp " + code_text(code, kIcmp));
}

void NftDecoder::queue(Bytes data) {
  const uint64_t flags = nft_u(data, NFTA_QUEUE_FLAGS), first = nft_u(data, NFTA_QUEUE_NUM);
  const uint64_t total = nft_u(data, NFTA_QUEUE_TOTAL);
  std::string text = "queue";
  if (flags & (NFT_QUEUE_FLAG_BYPASS | NFT_QUEUE_FLAG_CPU_FANOUT)) {
    text += " flags ";
    if (flags & NFT_QUEUE_FLAG_BYPASS) text += "bypass";
    if (flags & NFT_QUEUE_FLAG_CPU_FANOUT) text += text.ends_with(' ') ? "fanout" : ",fanout";
  }
  const Bytes from = attribute(data, NFTA_QUEUE_SREG_QNUM);
  if (!from.empty())
    text += " to " + used(big_endian(from), NftType::Number, false);
  else if (total > 1)
    text += fmt::format(" to {}-{}", first, first + total - 1);
  else
    text += fmt::format(" to {}", first);
  say(std::move(text));
}

// ":80", ":1024-2048"; "" without any.
std::string NftDecoder::ports(Bytes data, unsigned min, unsigned max) {
  const Bytes first = attribute(data, min), last = attribute(data, max);
  if (first.empty()) return "";
  const auto port = [this](Bytes reg) {
    Operand* const from = operand(big_endian(reg));
    if (from && from->constant.size() > sizeof(uint16_t))
      from->constant = from->constant.first(sizeof(uint16_t));
    return used(big_endian(reg), NftType::Number);
  };
  std::string text = port(first);
  if (text.empty()) return "";  // in the registers of a map that gave the address
  if (!last.empty() && big_endian(last) != big_endian(first))
    if (const std::string to = port(last); to != text) text += "-" + to;
  return ":" + text;
}

void NftDecoder::nat(Bytes data) {
  const uint64_t family = nft_u(data, NFTA_NAT_FAMILY);
  const bool is_v6 = family == NFPROTO_IPV6;
  std::string text = nft_u(data, NFTA_NAT_TYPE) == NFT_NAT_SNAT ? "snat" : "dnat";
  if (family_ == NFPROTO_INET) text += is_v6 ? " ip6" : " ip";
  text += " to ";
  const NftType type = is_v6 ? NftType::Ipv6 : NftType::Ipv4;
  const std::string port = ports(data, NFTA_NAT_REG_PROTO_MIN, NFTA_NAT_REG_PROTO_MAX);
  const Bytes first = attribute(data, NFTA_NAT_REG_ADDR_MIN);
  const Bytes last = attribute(data, NFTA_NAT_REG_ADDR_MAX);
  if (!first.empty()) {
    std::string address = used(big_endian(first), type);
    if (address.empty()) address = "[?]";
    if (!last.empty() && big_endian(last) != big_endian(first))
      if (const std::string to = used(big_endian(last), type); to != address) address += "-" + to;
    text += is_v6 && !port.empty() ? "[" + address + "]" : address;
  }
  say(text + port + nat_flags(nft_u(data, NFTA_NAT_FLAGS)));
}

void NftDecoder::masquerade(Bytes data) {
  const std::string port = ports(data, NFTA_MASQ_REG_PROTO_MIN, NFTA_MASQ_REG_PROTO_MAX);
  say("masquerade" + (port.empty() ? "" : " to " + port) + nat_flags(nft_u(data, NFTA_MASQ_FLAGS)));
}

void NftDecoder::redirect(Bytes data) {
  const std::string port = ports(data, NFTA_REDIR_REG_PROTO_MIN, NFTA_REDIR_REG_PROTO_MAX);
  say("redirect" + (port.empty() ? "" : " to " + port) + nat_flags(nft_u(data, NFTA_REDIR_FLAGS)));
}

void NftDecoder::tproxy(Bytes data) {
  const bool is_v6 = nft_u(data, NFTA_TPROXY_FAMILY) == NFPROTO_IPV6;
  std::string text = "tproxy ";
  if (family_ == NFPROTO_INET) text += is_v6 ? "ip6 " : "ip ";
  text += "to ";
  if (const Bytes address = attribute(data, NFTA_TPROXY_REG_ADDR); !address.empty())
    text += used(big_endian(address), is_v6 ? NftType::Ipv6 : NftType::Ipv4);
  say(text + ports(data, NFTA_TPROXY_REG_PORT, NFTA_TPROXY_REG_PORT));
}

void NftDecoder::notrack(Bytes) { say("notrack"); }

void NftDecoder::object(Bytes data) {
  constexpr std::array<std::string_view, 11> kKinds = {"",
                                                       "counter name",
                                                       "quota name",
                                                       "ct helper set",
                                                       "limit name",
                                                       "ct count name",
                                                       "tunnel name",
                                                       "ct timeout set",
                                                       "meta secmark set",
                                                       "ct expectation set",
                                                       "synproxy name"};
  const Bytes name = attribute(data, NFTA_OBJREF_IMM_NAME);
  if (name.empty()) {
    const std::string fields = joined(fields_from(nft_u(data, NFTA_OBJREF_SET_SREG)));
    return say(fmt::format("[objref] {} map @{}", fields,
                           nft_name(text_of(attribute(data, NFTA_OBJREF_SET_NAME)))));
  }
  say(fmt::format("{} {}", code_text(nft_u(data, NFTA_OBJREF_IMM_TYPE), kKinds),
                  nft_quoted(text_of(name))));
}

void NftDecoder::flow_offload(Bytes data) {
  constexpr unsigned kTable = 1;  // NFTA_FLOW_TABLE_NAME
  say("flow add @" + nft_name(text_of(attribute(data, kTable))));
}

void NftDecoder::dynset(Bytes data) {
  if (is_inner_) return say("[dynset]");  // the kernel makes none in another
  constexpr std::array<std::string_view, 3> kOperations = {"add", "update", "delete"};
  // First, so that it is not taken for a part of the key.
  const Bytes mapped = attribute(data, NFTA_DYNSET_SREG_DATA);
  const std::string value = mapped.empty() ? "" : " : " + used(big_endian(mapped), NftType::Raw);
  std::string text =
      fmt::format("{} @{} {{ {}", code_text(nft_u(data, NFTA_DYNSET_OP), kOperations),
                  nft_name(text_of(attribute(data, NFTA_DYNSET_SET_NAME))),
                  joined(fields_from(nft_u(data, NFTA_DYNSET_SREG_KEY))));
  if (const uint64_t ms = nft_u(data, NFTA_DYNSET_TIMEOUT))
    text += fmt::format(" timeout {}s", ms / 1000);
  NftDecoder inner(family_, read_set_);
  inner.is_inner_ = true;
  if (const Bytes one = attribute(data, NFTA_DYNSET_EXPR); !one.empty()) inner.read_one(one);
  if (const Bytes several = attribute(data, NFTA_DYNSET_EXPRESSIONS); !several.empty())
    inner.read(several);
  if (const std::string more = inner.text(); !more.empty()) text += " " + more;
  say(text + value + " }");
}

// Extensions of iptables: those whose data is simple, and the names of the others.
void NftDecoder::match(Bytes data) {
  const std::string_view name = text_of(attribute(data, NFTA_MATCH_NAME));
  const Bytes info = attribute(data, NFTA_MATCH_INFO);
  const bool is_tcp = name == "tcp";
  PortMatch ports;
  if ((is_tcp || name == "udp") && take(info, ports)) {
    constexpr size_t kTcpFlags = 9, kTcpInverted = 11, kUdpInverted = 8;
    uint8_t inverted = 0, option = 0, flags = 0;
    constexpr size_t kTcpOption = 8;
    bool is_whole = take(after(info, is_tcp ? kTcpInverted : kUdpInverted), inverted);
    if (is_tcp)
      is_whole =
          is_whole && take(after(info, kTcpOption), option) && take(after(info, kTcpFlags), flags);
    const std::string text = port_range("sport", ports.source, inverted & 1) +
                             port_range("dport", ports.destination, inverted & 2);
    if (is_whole && !option && !flags && !text.empty()) return say_match(std::string(name) + text);
  }
  if (name == "comment") return say_match("comment " + nft_quoted(text_of(info)));
  say_match("[xt match " + std::string(name) + "]");
}

void NftDecoder::target(Bytes data) {
  say("[xt target " + std::string(text_of(attribute(data, NFTA_TARGET_NAME))) + "]");
}

void NftDecoder::fwd(Bytes data) {
  say("fwd to " + used(nft_u(data, NFTA_FWD_SREG_DEV), NftType::Number, false));
}

void NftDecoder::dup(Bytes data) {
  const Bytes address = attribute(data, NFTA_DUP_SREG_ADDR);
  std::string text = "dup";
  if (!address.empty())
    text += " to " +
            used(big_endian(address), network_ == NftHeader::Ip6 ? NftType::Ipv6 : NftType::Ipv4);
  if (const Bytes device = attribute(data, NFTA_DUP_SREG_DEV); !device.empty())
    text +=
        (address.empty() ? " to " : " device ") + used(big_endian(device), NftType::Number, false);
  say(std::move(text));
}

void NftDecoder::last(Bytes) { say("last"); }

}  // namespace pwru::kernel
