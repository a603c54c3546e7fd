// SPDX-License-Identifier: Apache-2.0
// Sets and maps in rules.
#include <fmt/format.h>
#include <linux/netfilter/nf_tables.h>

#include "kernel/netfilter/nft_decoder.h"

namespace pwru::kernel {
namespace {

constexpr size_t kMostElements = 8;
constexpr size_t kWordBytes = 4;
using Key = std::vector<std::byte>;

// "10.0.0.0/8", when the range is one.
std::string range_text(const NftField& field, Bytes first, Bytes last) {
  if (std::equal(first.begin(), first.end(), last.begin(), last.end()))
    return nft_value(field.type, first, field.is_network);
  if (field.type == NftType::Ipv4 || field.type == NftType::Ipv6) {
    Key mask(first.size());
    bool is_aligned = first.size() == last.size();
    for (size_t i = 0; is_aligned && i < mask.size(); i++) {
      mask[i] = ~(first[i] ^ last[i]);
      is_aligned = (first[i] & mask[i]) == first[i] && (last[i] | mask[i]) == std::byte{0xff};
    }
    if (const int prefix = nft_prefix(mask); is_aligned && prefix >= 0)
      return fmt::format("{}/{}", nft_value(field.type, first, true), prefix);
  }
  return fmt::format("{}-{}", nft_value(field.type, first, field.is_network),
                     nft_value(field.type, last, field.is_network));
}

// The parts of a key, each in whole words; the last one may be shorter.
std::string key_text(const std::vector<NftField>& fields, Bytes key, Bytes end) {
  const auto part_of = [](Bytes& bytes, size_t size) {
    const Bytes part = bytes.first(std::min(size, bytes.size()));
    bytes = after(bytes, (size + kWordBytes - 1) / kWordBytes * kWordBytes);
    return part;
  };
  if (fields.size() == 1 && (fields.front().bytes == 0 || fields.front().whole)) return "[?]";
  std::string text;
  for (const NftField& field : fields) {
    const Bytes first = part_of(key, field.bytes), last = part_of(end, field.bytes);
    if (first.empty()) return "[?]";
    text.append(text.empty() ? "" : " . ") += range_text(field, first, last.empty() ? first : last);
  }
  return text;
}

// The numbers of nft(8) for types of data (enum datatypes).
std::string data_text(uint64_t type, Bytes data) {
  if (!attribute(data, NFTA_DATA_VERDICT).empty()) return nft_verdict(data);
  const Bytes value = attribute(data, NFTA_DATA_VALUE);
  constexpr uint64_t kIp = 7, kIp6 = 8, kService = 13, kMark = 19;
  switch (type) {
    case kIp:
      return nft_value(NftType::Ipv4, value, true);
    case kIp6:
      return nft_value(NftType::Ipv6, value, true);
    case kService:
      return nft_value(NftType::Number, value.first(std::min<size_t>(value.size(), 2)), true);
    case kMark:
      return nft_value(NftType::Mark, value, false);
    default:
      return "[?]";
  }
}

// One less than an end, which is the first key behind its range.
Key before(Key key) {
  for (size_t i = key.size(); i-- > 0;) {
    if (key[i] != std::byte{0}) {
      key[i] = static_cast<std::byte>(std::to_integer<unsigned>(key[i]) - 1);
      return key;
    }
    key[i] = std::byte{0xff};
  }
  return key;
}

}  // namespace

// The keys of ranges are in network byte order: nft has them turned round by a byteorder before.
std::string NftDecoder::elements(const NftSet& set, const std::vector<NftField>& fields) const {
  constexpr std::string_view kUnread = "{ … }";
  const bool has_ends = set.has_ranges && fields.size() == 1;
  // Keys of fields that begin within a byte are shifted, or the fields are.
  const bool is_shifted =
      std::any_of(fields.begin(), fields.end(), [](const NftField& field) { return field.shift; });
  if (set.elements.empty() || fields.empty() || (has_ends && !set.is_complete) || is_shifted)
    return std::string(kUnread);
  std::vector<const NftElement*> sorted;
  for (const NftElement& element : set.elements) sorted.push_back(&element);
  std::sort(sorted.begin(), sorted.end(), [&](const NftElement* a, const NftElement* b) {
    const auto number = [&](const Key& key) { return nft_number(key, fields.front().is_network); };
    if (a->key == b->key) return a->is_end > b->is_end;  // where a range begins as another ends
    return fields.size() == 1 && a->key.size() <= sizeof(uint64_t)
               ? number(a->key) < number(b->key)
               : std::lexicographical_compare(a->key.begin(), a->key.end(), b->key.begin(),
                                              b->key.end());
  });
  std::string text;
  size_t count = 0;
  for (size_t i = 0; i < sorted.size(); i++) {
    const NftElement& element = *sorted[i];
    if (element.is_end) continue;
    if (count++ == kMostElements) break;
    text.append(text.empty() ? " " : ", ");
    if (has_ends && element.key_end.empty()) {
      const bool is_last = i + 1 == sorted.size() || !sorted[i + 1]->is_end;
      const Key last =
          is_last ? Key(element.key.size(), std::byte{0xff}) : before(sorted[i + 1]->key);
      text += range_text(fields.front(), element.key, last);
    } else {
      text += key_text(fields, element.key, element.key_end);
    }
    if (!element.data.empty()) text += " : " + data_text(set.data_type, element.data);
  }
  if (count > kMostElements || !set.is_complete) text += ", …";
  if (set.catch_all) text += ", *";
  if (set.catch_all && !set.catch_all->empty())
    text += " : " + data_text(set.data_type, *set.catch_all);
  return "{" + text + " }";
}

void NftDecoder::lookup(Bytes data) {
  constexpr std::string_view kAnonymousSet = "__set", kAnonymousMap = "__map";
  const std::string_view name = text_of(attribute(data, NFTA_LOOKUP_SET));
  const std::vector<NftField> fields = fields_from(nft_u(data, NFTA_LOOKUP_SREG));
  if (fields.empty()) return say_match("[lookup]");
  std::string set;
  if (name.starts_with(kAnonymousSet) || name.starts_with(kAnonymousMap)) {
    const auto read = read_set_(name);
    set = read ? elements(*read, fields) : "{ … }";
  } else {
    set = "@" + nft_name(name);
  }
  const Bytes to = attribute(data, NFTA_LOOKUP_DREG);
  const std::string left = joined(fields);
  if (to.empty()) {
    const bool is_inverted = nft_u(data, NFTA_LOOKUP_FLAGS) & NFT_LOOKUP_F_INV;
    return say_match(left + (is_inverted ? " != " : " ") + set);
  }
  if (big_endian(to) == NFT_REG_VERDICT) return say(left + " vmap " + set);
  NftField found;
  found.text = left + " map " + set;
  load(big_endian(to), std::move(found));
}

}  // namespace pwru::kernel
