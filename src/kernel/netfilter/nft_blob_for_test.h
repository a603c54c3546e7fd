// SPDX-License-Identifier: Apache-2.0
// Rules as nf_tables describes them to netlink, for tests.
#pragma once

#include <linux/netfilter/nf_tables.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/lookups/netlink.h"

namespace pwru::kernel {

using Blob = std::vector<std::byte>;

inline Blob bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}
// With the zero at the end.
inline Blob name_of(std::string_view text) {
  Blob bytes = bytes_of(text);
  bytes.push_back(std::byte{0});
  return bytes;
}
inline Blob raw(std::initializer_list<int> values) {
  Blob bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}
inline Blob be32(uint32_t value) {
  return raw({static_cast<int>(value >> 24), static_cast<int>(value >> 16 & 0xff),
              static_cast<int>(value >> 8 & 0xff), static_cast<int>(value & 0xff)});
}
inline Blob be64(uint64_t value) {
  Blob bytes = be32(static_cast<uint32_t>(value >> 32));
  const Blob low = be32(static_cast<uint32_t>(value));
  bytes.insert(bytes.end(), low.begin(), low.end());
  return bytes;
}
inline Blob joined_blobs(std::initializer_list<Blob> blobs) {
  Blob bytes;
  for (const Blob& blob : blobs) bytes.insert(bytes.end(), blob.begin(), blob.end());
  return bytes;
}
// An attribute, which may hold others.
inline Blob attr(uint16_t type, const Blob& payload) {
  const nlattr head = {static_cast<uint16_t>(sizeof(nlattr) + payload.size()), type};
  const auto bytes = std::as_bytes(std::span(&head, 1));
  Blob blob(bytes.begin(), bytes.end());
  blob.insert(blob.end(), payload.begin(), payload.end());
  blob.resize(NLA_ALIGN(blob.size()));
  return blob;
}
inline Blob nest(uint16_t type, std::initializer_list<Blob> inner) {
  return attr(static_cast<uint16_t>(type | NLA_F_NESTED), joined_blobs(inner));
}
inline Blob value(uint16_t type, const Blob& bytes) {
  return nest(type, {attr(NFTA_DATA_VALUE, bytes)});
}
inline Blob expr(std::string_view name, std::initializer_list<Blob> data) {
  return nest(NFTA_LIST_ELEM, {attr(NFTA_EXPR_NAME, name_of(name)), nest(NFTA_EXPR_DATA, data)});
}

inline Blob meta(uint32_t key) {
  return expr("meta", {attr(NFTA_META_KEY, be32(key)), attr(NFTA_META_DREG, be32(NFT_REG_1))});
}
inline Blob payload(uint32_t base, uint32_t offset, uint32_t length, uint32_t reg = NFT_REG_1) {
  return expr("payload",
              {attr(NFTA_PAYLOAD_DREG, be32(reg)), attr(NFTA_PAYLOAD_BASE, be32(base)),
               attr(NFTA_PAYLOAD_OFFSET, be32(offset)), attr(NFTA_PAYLOAD_LEN, be32(length))});
}
inline Blob cmp(uint32_t op, const Blob& bytes) {
  return expr("cmp", {attr(NFTA_CMP_SREG, be32(NFT_REG_1)), attr(NFTA_CMP_OP, be32(op)),
                      value(NFTA_CMP_DATA, bytes)});
}
inline Blob bitwise(const Blob& mask, const Blob& flip) {
  return expr("bitwise",
              {attr(NFTA_BITWISE_SREG, be32(NFT_REG_1)), attr(NFTA_BITWISE_DREG, be32(NFT_REG_1)),
               value(NFTA_BITWISE_MASK, mask), value(NFTA_BITWISE_XOR, flip)});
}
inline Blob verdict_data(uint16_t type, int code, std::string_view chain = "") {
  Blob verdict = attr(NFTA_VERDICT_CODE, be32(static_cast<uint32_t>(code)));
  if (!chain.empty()) verdict = joined_blobs({verdict, attr(NFTA_VERDICT_CHAIN, name_of(chain))});
  return nest(type, {nest(NFTA_DATA_VERDICT, {verdict})});
}
inline Blob verdict(int code, std::string_view chain = "") {
  return expr("immediate", {attr(NFTA_IMMEDIATE_DREG, be32(NFT_REG_VERDICT)),
                            verdict_data(NFTA_IMMEDIATE_DATA, code, chain)});
}
inline Blob constant(uint32_t reg, const Blob& bytes) {
  return expr("immediate",
              {attr(NFTA_IMMEDIATE_DREG, be32(reg)), value(NFTA_IMMEDIATE_DATA, bytes)});
}
inline Blob counter(uint64_t packets, uint64_t bytes) {
  return expr("counter",
              {attr(NFTA_COUNTER_BYTES, be64(bytes)), attr(NFTA_COUNTER_PACKETS, be64(packets))});
}
inline Blob lookup(std::string_view set) {
  return expr("lookup",
              {attr(NFTA_LOOKUP_SET, name_of(set)), attr(NFTA_LOOKUP_SREG, be32(NFT_REG_1))});
}
inline Blob rule(std::initializer_list<Blob> expressions, std::string_view comment = "") {
  Blob blob = nest(NFTA_RULE_EXPRESSIONS, expressions);
  if (comment.empty()) return blob;
  const Blob text = name_of(comment);
  return joined_blobs({blob, attr(NFTA_RULE_USERDATA,
                                  joined_blobs({raw({0, static_cast<int>(text.size())}), text}))});
}

}  // namespace pwru::kernel
