// SPDX-License-Identifier: Apache-2.0
// What rules load into registers, and compare there.
#include <fmt/format.h>
#include <linux/netfilter/nf_tables.h>

#include "kernel/netfilter/nft_decoder.h"

namespace pwru::kernel {
namespace {

constexpr std::array<std::string_view, 6> kOperators = {" ", " != ", " < ", " <= ", " > ", " >= "};
constexpr size_t kWordBytes = 4;

Bytes value_in(Bytes data, unsigned type) {
  return attribute(attribute(data, type), NFTA_DATA_VALUE);
}

std::string number(const NftField& field, Bytes value) {
  const uint64_t shifted = nft_number(value, field.is_network) >> field.shift;
  return field.type == NftType::Mark ? fmt::format("{:#04x}", shifted) : fmt::to_string(shifted);
}

std::string value_text(const NftField& field, Bytes value) {
  if (field.shift && value.size() <= sizeof(uint64_t)) return number(field, value);
  return nft_value(field.type, value, field.is_network);
}

// An address whose first bytes only are compared: "10.1.0.0/24".
std::string prefix_text(const NftField& field, Bytes value) {
  std::vector<std::byte> whole(value.begin(), value.end());
  whole.resize(field.whole);
  return fmt::format("{}/{}", nft_value(field.type, whole, true), value.size() * 8);
}

bool is_address(NftType type) { return type == NftType::Ipv4 || type == NftType::Ipv6; }

std::string masked_text(const NftField& field, Bytes mask, unsigned op, Bytes value) {
  const int prefix = nft_prefix(mask);
  if (is_address(field.type) && prefix >= 0)
    return fmt::format("{}{}{}/{}", field.text, kOperators[op], value_text(field, value), prefix);
  const bool is_equal = op == NFT_CMP_EQ, is_unequal = op == NFT_CMP_NEQ;
  if (is_bits(field.type) && (is_equal || is_unequal)) {
    const std::string bits = value_text(field, mask);
    if (is_all_zero(value)) return fmt::format("{} {}{}", field.text, is_equal ? "! " : "", bits);
    return fmt::format("{}{}{} / {}", field.text, kOperators[op], value_text(field, value), bits);
  }
  return fmt::format("{} & {}{}{}", field.text, nft_hex(mask, field.is_network),
                     is_equal ? " == " : kOperators[op], value_text(field, value));
}

}  // namespace

std::string joined(const std::vector<NftField>& fields) {
  std::string text;
  for (const NftField& field : fields) text.append(text.empty() ? "" : " . ").append(field.text);
  return text;
}

std::string NftDecoder::masked(const Operand& operand) {
  if (operand.mask.empty() || operand.fields.empty()) return "";
  return " & " + nft_hex(operand.mask, operand.fields.back().is_network);
}

// Registers 1 to 4 are those from 8 on, four at a time (nft_parse_register()).
NftDecoder::Operand* NftDecoder::operand(uint64_t reg) {
  constexpr uint64_t kFirst = NFT_REG32_00;
  uint64_t word = kWords;
  if (reg >= NFT_REG_1 && reg <= NFT_REG_4) word = (reg - NFT_REG_1) * 4;
  if (reg >= kFirst) word = reg - kFirst;
  return word < kWords ? &operands_[word] : nullptr;
}

void NftDecoder::load(uint64_t reg, std::vector<NftField> fields) {
  Operand* const to = operand(reg);
  if (!to) return;
  *to = {};
  to->fields = std::move(fields);
  to->loaded = ++loads_;
}

void NftDecoder::load(uint64_t reg, NftField field) {
  std::vector<NftField> fields;
  fields.push_back(std::move(field));
  load(reg, std::move(fields));
}

void NftDecoder::set(const NftField& field, uint64_t reg) {
  const std::string value = used(reg, field.type, field.is_network);
  say(fmt::format("{} set {}", field.text, value.empty() ? "[?]" : value));
}

std::string NftDecoder::used(uint64_t reg, NftType type, bool is_network) {
  Operand* const from = operand(reg);
  if (!from) return "";
  from->is_used = true;
  if (!from->constant.empty()) return nft_value(type, from->constant, is_network);
  return joined(from->fields) + masked(*from);
}

void NftDecoder::meta(Bytes data) {
  const NftField field = nft_meta(static_cast<unsigned>(nft_u(data, NFTA_META_KEY)));
  const Bytes from = attribute(data, NFTA_META_SREG);
  if (!from.empty()) return set(field, big_endian(from));
  load(nft_u(data, NFTA_META_DREG), field);
}

void NftDecoder::ct(Bytes data) {
  const Bytes direction = attribute(data, NFTA_CT_DIRECTION);
  NftField field = nft_ct(static_cast<unsigned>(nft_u(data, NFTA_CT_KEY)),
                          direction.empty() ? -1 : static_cast<int>(big_endian(direction)));
  const Bytes from = attribute(data, NFTA_CT_SREG);
  if (!from.empty()) return set(field, big_endian(from));
  load(nft_u(data, NFTA_CT_DREG), std::move(field));
}

NftHeader NftDecoder::header_of(unsigned base) const {
  if (base == NFT_PAYLOAD_NETWORK_HEADER) return network_;
  return base == NFT_PAYLOAD_TRANSPORT_HEADER ? transport_ : NftHeader::None;
}

// nft shows "tcp dport 22" for what it has made "meta l4proto tcp", "tcp dport 22".
void NftDecoder::forget_implied(NftHeader header) {
  const auto forget = [this](size_t& part) {
    if (part) parts_[part - 1].clear();
    part = 0;
  };
  switch (header) {
    case NftHeader::Ether:
      return forget(link_part_);
    case NftHeader::Ip:
    case NftHeader::Ip6:
    case NftHeader::Arp:
      return forget(network_part_);
    case NftHeader::Icmp:
    case NftHeader::Icmp6:
      forget(network_part_);
      return forget(transport_part_);
    case NftHeader::Tcp:
    case NftHeader::Udp:
      return forget(transport_part_);
    default:
      return;
  }
}

void NftDecoder::payload(Bytes data) {
  const auto base = static_cast<unsigned>(nft_u(data, NFTA_PAYLOAD_BASE));
  const auto offset = static_cast<unsigned>(nft_u(data, NFTA_PAYLOAD_OFFSET));
  std::vector<NftField> fields =
      nft_payload(base, header_of(base), offset, nft_u(data, NFTA_PAYLOAD_LEN));
  if (fields.empty()) return;
  if (!fields.front().text.starts_with('@')) forget_implied(fields.front().header);
  const Bytes from = attribute(data, NFTA_PAYLOAD_SREG);
  if (!from.empty()) return set(fields.front(), big_endian(from));
  load(nft_u(data, NFTA_PAYLOAD_DREG), std::move(fields));
}

void NftDecoder::exthdr(Bytes data) {
  constexpr std::array<std::string_view, 4> kKinds = {"exthdr", "tcp option", "ip option",
                                                      "sctp chunk"};
  const uint64_t kind = nft_u(data, NFTA_EXTHDR_OP), type = nft_u(data, NFTA_EXTHDR_TYPE);
  NftField field;
  field.text = fmt::format("{} {}", kind < kKinds.size() ? kKinds[kind] : "[exthdr]", type);
  if (nft_u(data, NFTA_EXTHDR_FLAGS) & NFT_EXTHDR_F_PRESENT)
    field.type = NftType::Presence;
  else
    field.text += fmt::format(" @{},{}", nft_u(data, NFTA_EXTHDR_OFFSET) * 8,
                              nft_u(data, NFTA_EXTHDR_LEN) * 8);
  const Bytes from = attribute(data, NFTA_EXTHDR_SREG);
  if (!from.empty()) return set(field, big_endian(from));
  if (attribute(data, NFTA_EXTHDR_DREG).empty()) return say("reset " + field.text);
  load(nft_u(data, NFTA_EXTHDR_DREG), std::move(field));
}

void NftDecoder::fib(Bytes data) {
  constexpr std::array<std::string_view, 6> kFlags = {"saddr", "daddr", "mark", "iif", "oif", ""};
  const uint64_t flags = nft_u(data, NFTA_FIB_FLAGS);
  NftField field;
  field.is_network = false;
  field.text = "fib ";
  for (size_t i = 0; i < kFlags.size(); i++)
    if (flags >> i & 1 && !kFlags[i].empty())
      field.text.append(field.text.ends_with(' ') ? "" : " . ").append(kFlags[i]);
  const uint64_t result = nft_u(data, NFTA_FIB_RESULT);
  field.text += result == NFT_FIB_RESULT_OIF       ? " oif"
                : result == NFT_FIB_RESULT_OIFNAME ? " oifname"
                                                   : " type";
  field.type = result == NFT_FIB_RESULT_OIF       ? NftType::Number
               : result == NFT_FIB_RESULT_OIFNAME ? NftType::Name
                                                  : NftType::AddressType;
  if (flags & NFTA_FIB_F_PRESENT) field.type = NftType::Presence;
  load(nft_u(data, NFTA_FIB_DREG), std::move(field));
}

void NftDecoder::route(Bytes data) {
  constexpr std::array<std::string_view, 5> kKeys = {"classid", "ip nexthop", "ip6 nexthop", "mtu",
                                                     "ipsec"};
  constexpr std::array<NftType, 5> kTypes = {NftType::Mark, NftType::Ipv4, NftType::Ipv6,
                                             NftType::Number, NftType::Number};
  const uint64_t key = nft_u(data, NFTA_RT_KEY);
  NftField field;
  field.text = key < kKeys.size() ? fmt::format("rt {}", kKeys[key]) : "[rt]";
  if (key < kTypes.size()) field.type = kTypes[key];
  field.is_network = key == NFT_RT_NEXTHOP4 || key == NFT_RT_NEXTHOP6;
  load(nft_u(data, NFTA_RT_DREG), std::move(field));
}

void NftDecoder::socket(Bytes data) {
  constexpr std::array<std::string_view, 4> kKeys = {"transparent", "mark", "wildcard", "cgroupv2"};
  const uint64_t key = nft_u(data, NFTA_SOCKET_KEY);
  NftField field;
  field.text = key < kKeys.size() ? fmt::format("socket {}", kKeys[key]) : "[socket]";
  field.type = key == NFT_SOCKET_MARK ? NftType::Mark : NftType::Number;
  field.is_network = false;
  load(nft_u(data, NFTA_SOCKET_DREG), std::move(field));
}

void NftDecoder::numgen(Bytes data) {
  NftField field;
  field.type = NftType::Number;
  field.is_network = false;
  field.text =
      fmt::format("numgen {} mod {}", nft_u(data, NFTA_NG_TYPE) == NFT_NG_RANDOM ? "random" : "inc",
                  nft_u(data, NFTA_NG_MODULUS));
  if (const uint64_t offset = nft_u(data, NFTA_NG_OFFSET))
    field.text += fmt::format(" offset {}", offset);
  load(nft_u(data, NFTA_NG_DREG), std::move(field));
}

// (value & mask) ^ xor, which is also what makes `|`.
void NftDecoder::bitwise(Bytes data) {
  Operand* const from = operand(nft_u(data, NFTA_BITWISE_SREG));
  Operand* const to = operand(nft_u(data, NFTA_BITWISE_DREG));
  if (!from || !to) return;
  Operand result = *from;
  const uint64_t op = nft_u(data, NFTA_BITWISE_OP);
  const Bytes mask = value_in(data, NFTA_BITWISE_MASK), flip = value_in(data, NFTA_BITWISE_XOR);
  const bool is_shift = op == NFT_BITWISE_LSHIFT || op == NFT_BITWISE_RSHIFT;
  // Other operations take another register.
  const bool is_known = result.fields.size() == 1 && result.constant.empty() &&
                        result.mask.empty() && (is_shift || op == NFT_BITWISE_BOOL);
  if (!is_known) {
    result = {};
  } else if (is_shift) {
    // nft has a field of some bits of a byte moved to the right, or its constants to the left.
    NftField& field = result.fields.front();
    const uint64_t count = nft_number(value_in(data, NFTA_BITWISE_DATA), false);
    if (op == NFT_BITWISE_RSHIFT && field.shift != 0 && count == uint64_t(field.shift))
      field.shift = 0;
    else
      field.text += fmt::format(" {} {}", op == NFT_BITWISE_LSHIFT ? "<<" : ">>", count);
  } else if (is_all_zero(flip)) {
    NftField& field = result.fields.front();
    if (nft_masked(field, mask))
      forget_implied(field.header);
    else
      result.mask = mask;
    if (field.text.starts_with("vlan ") && network_part_) parts_[network_part_ - 1].clear();
  } else {
    NftField& field = result.fields.front();
    const bool is_or = std::equal(mask.begin(), mask.end(), flip.begin(), flip.end(),
                                  [](std::byte m, std::byte x) { return (m & x) == std::byte{0}; });
    const bool is_plain_or = is_or && std::equal(mask.begin(), mask.end(), flip.begin(), flip.end(),
                                                 [](std::byte m, std::byte x) { return m == ~x; });
    const bool is_whole =
        std::all_of(mask.begin(), mask.end(), [](std::byte b) { return b == std::byte{0xff}; });
    if (!is_plain_or && !is_whole) field.text += " & " + nft_hex(mask, field.is_network);
    field.text += (is_or ? " | " : " ^ ") + nft_hex(flip, field.is_network);
  }
  result.loaded = ++loads_;
  *to = std::move(result);
}

// Either way it turns the bytes round, on the little-endian hosts that pwru runs on.
void NftDecoder::byteorder(Bytes data) {
  const Operand* const from = operand(nft_u(data, NFTA_BYTEORDER_SREG));
  Operand* const to = operand(nft_u(data, NFTA_BYTEORDER_DREG));
  if (!from || !to) return;
  Operand result = *from;
  if (!result.mask.empty() && result.fields.size() == 1)
    result.fields.front().text += masked(result);
  if (!result.mask.empty() && result.fields.size() != 1) result.fields.clear();
  result.mask = {};
  for (NftField& field : result.fields) field.is_network = !field.is_network;
  result.loaded = ++loads_;
  *to = std::move(result);
}

void NftDecoder::remember_header(const NftField& field, Bytes value) {
  const bool is_meta = field.text == "meta l4proto";
  if (is_meta || field.text == "ip protocol" || field.text == "ip6 nexthdr") {
    transport_ = nft_transport(nft_number(value, field.is_network));
    transport_part_ = is_meta ? parts_.size() : 0;
  } else if (field.text == "meta nfproto" || field.text == "meta protocol" ||
             field.text == "ether type" || field.text == "vlan type") {
    network_ = nft_network(field.type, nft_number(value, field.is_network));
    network_part_ = parts_.size();
  } else if (field.text == "meta iiftype") {
    link_part_ = parts_.size();
  }
}

void NftDecoder::compare(const Operand& left, unsigned op, Bytes value) {
  if (left.fields.size() != 1) {
    size_t bytes = 0;
    for (const NftField& field : left.fields) bytes += field.bytes;
    if (op != NFT_CMP_EQ || bytes != value.size() || !left.mask.empty())
      return say_match(joined(left.fields) + kOperators[op].data() + nft_hex(value, true));
    for (const NftField& field : left.fields) {
      Operand one;
      one.fields = {field};
      compare(one, op, value.first(field.bytes));
      value = value.subspan(field.bytes);
    }
    return;
  }
  const NftField& field = left.fields.front();
  if (!left.mask.empty()) return say_match(masked_text(field, left.mask, op, value));
  if (field.whole) return say_match(field.text + kOperators[op].data() + prefix_text(field, value));
  const bool is_explicit = op == NFT_CMP_EQ && is_bits(field.type);
  say_match(field.text + (is_explicit ? " == " : kOperators[op].data()) + value_text(field, value));
  if (op == NFT_CMP_EQ) remember_header(field, value);
}

bool NftDecoder::next_is_end_of_range(uint64_t reg, Bytes& value) const {
  if (at_ + 1 >= expressions_.size() || expressions_[at_ + 1].name != "cmp") return false;
  const Bytes data = expressions_[at_ + 1].data;
  value = value_in(data, NFTA_CMP_DATA);
  return nft_u(data, NFTA_CMP_OP) == NFT_CMP_LTE && nft_u(data, NFTA_CMP_SREG) == reg;
}

void NftDecoder::cmp(Bytes data) {
  const uint64_t reg = nft_u(data, NFTA_CMP_SREG), op = nft_u(data, NFTA_CMP_OP);
  Operand* const left = operand(reg);
  if (!left || left->fields.empty() || op >= kOperators.size()) return say_match("[cmp]");
  left->is_used = true;
  const Bytes value = value_in(data, NFTA_CMP_DATA);
  Bytes end;
  if (op == NFT_CMP_GTE && left->fields.size() == 1 && left->mask.empty() &&
      next_is_end_of_range(reg, end)) {
    const NftField& field = left->fields.front();
    say_match(
        fmt::format("{} {}-{}", field.text, value_text(field, value), value_text(field, end)));
    at_++;
    return;
  }
  compare(*left, static_cast<unsigned>(op), value);
}

void NftDecoder::range(Bytes data) {
  Operand* const left = operand(nft_u(data, NFTA_RANGE_SREG));
  if (!left || left->fields.size() != 1 || !left->mask.empty()) return say_match("[range]");
  left->is_used = true;
  const NftField& field = left->fields.front();
  say_match(fmt::format("{}{}{}-{}", field.text,
                        nft_u(data, NFTA_RANGE_OP) == NFT_RANGE_NEQ ? " != " : " ",
                        value_text(field, value_in(data, NFTA_RANGE_FROM_DATA)),
                        value_text(field, value_in(data, NFTA_RANGE_TO_DATA))));
}

// The parts of a key lie in registers one behind the other, and are loaded in that order.
std::vector<NftField> NftDecoder::fields_from(uint64_t reg) {
  std::vector<NftField> fields;
  Operand* from = operand(reg);
  unsigned loaded = 0;
  while (from && !from->fields.empty() && from->loaded > loaded &&
         (fields.empty() || !from->is_used)) {
    loaded = from->loaded;
    from->is_used = true;
    size_t words = 0;  // no field is longer than all registers, whatever the rule says
    for (const NftField& field : from->fields)
      words += std::min(field.bytes / kWordBytes + (field.bytes % kWordBytes != 0), kWords);
    fields.insert(fields.end(), from->fields.begin(), from->fields.end());
    fields.back().text += masked(*from);
    const auto next = static_cast<size_t>(from - operands_.data()) + std::max<size_t>(words, 1);
    from = next < kWords ? &operands_[next] : nullptr;
  }
  return fields;
}

}  // namespace pwru::kernel
