// SPDX-License-Identifier: Apache-2.0
// Reads the expressions of a rule one after the other. They put values into registers, and compare
// or use what is there.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "kernel/netfilter/nft_field.h"
#include "kernel/netfilter/nft_text.h"

namespace pwru::kernel {

class NftDecoder {
 public:
  NftDecoder(uint8_t family, const NftSetReader& read_set);

  // A list of expressions: NFTA_RULE_EXPRESSIONS.
  void read(Bytes list);
  // One that stands alone.
  void read_one(Bytes expression);
  [[nodiscard]] std::string text() const;

 private:
  struct Expression {
    std::string_view name;
    Bytes data;
  };
  struct Operand {
    std::vector<NftField> fields;  // several when one load took them together; none: not known
    Bytes mask;
    Bytes constant;       // when there is one, it is the value
    unsigned loaded = 0;  // when
    bool is_used = false;
  };
  using Handler = void (NftDecoder::*)(Bytes);
  struct HandlerRow {
    std::string_view name;
    Handler handler;
  };
  static const std::array<HandlerRow, 34> kHandlers;
  static constexpr size_t kWords = 16;  // a register is one word or four

  void run(const Expression& expression);

  // nft_match.cc
  void meta(Bytes data);
  void ct(Bytes data);
  void payload(Bytes data);
  void exthdr(Bytes data);
  void fib(Bytes data);
  void route(Bytes data);
  void socket(Bytes data);
  void numgen(Bytes data);
  void bitwise(Bytes data);
  void byteorder(Bytes data);
  void cmp(Bytes data);
  void range(Bytes data);
  void lookup(Bytes data);
  // nft_statement.cc
  void immediate(Bytes data);
  void counter(Bytes data);
  void limit(Bytes data);
  void quota(Bytes data);
  void connlimit(Bytes data);
  void log(Bytes data);
  void reject(Bytes data);
  void queue(Bytes data);
  void nat(Bytes data);
  void masquerade(Bytes data);
  void redirect(Bytes data);
  void tproxy(Bytes data);
  void notrack(Bytes data);
  void object(Bytes data);
  void flow_offload(Bytes data);
  void dynset(Bytes data);
  void match(Bytes data);
  void target(Bytes data);
  void fwd(Bytes data);
  void dup(Bytes data);
  void last(Bytes data);

  [[nodiscard]] Operand* operand(uint64_t reg);
  void load(uint64_t reg, std::vector<NftField> fields);
  void load(uint64_t reg, NftField field);
  // "meta mark set 0x1"
  void set(const NftField& field, uint64_t reg);
  // What is in a register: a constant of that type, or what was loaded. "" when not known.
  [[nodiscard]] std::string used(uint64_t reg, NftType type, bool is_network = true);
  [[nodiscard]] std::string ports(Bytes data, unsigned min, unsigned max);
  // " & 0xff"; "" without a mask.
  [[nodiscard]] static std::string masked(const Operand& operand);
  [[nodiscard]] NftHeader header_of(unsigned base) const;
  void compare(const Operand& operand, unsigned op, Bytes value);
  void remember_header(const NftField& field, Bytes value);
  void forget_implied(NftHeader header);
  // The fields in the registers from `reg` on, which were loaded together.
  [[nodiscard]] std::vector<NftField> fields_from(uint64_t reg);
  [[nodiscard]] std::string elements(const NftSet& set, const std::vector<NftField>& fields) const;

  void say_match(std::string text) { parts_.push_back(std::move(text)); }
  void say(std::string text);
  [[nodiscard]] bool next_is_end_of_range(uint64_t reg, Bytes& value) const;

  const uint8_t family_;
  const NftSetReader& read_set_;
  std::vector<Expression> expressions_;
  bool is_inner_ = false;
  size_t at_ = 0;
  unsigned loads_ = 0;
  std::array<Operand, kWords> operands_;
  std::vector<std::string> parts_;
  NftHeader network_ = NftHeader::None, transport_ = NftHeader::None;
  // The part that says so, which nft leaves out when a field of that header follows; 0: none.
  size_t link_part_ = 0, network_part_ = 0, transport_part_ = 0;
};

// "drop", "jump near"
[[nodiscard]] std::string nft_verdict(Bytes data);
// A number of an attribute, which is in network byte order.
[[nodiscard]] inline uint64_t nft_u(Bytes data, unsigned type) {
  return big_endian(attribute(data, type));
}
[[nodiscard]] std::string joined(const std::vector<NftField>& fields);

}  // namespace pwru::kernel
