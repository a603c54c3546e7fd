// SPDX-License-Identifier: Apache-2.0
// Matches on anything else than the bytes of a packet and its connection.
#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <linux/netfilter/xt_addrtype.h>
#include <linux/netfilter/xt_limit.h>
#include <linux/netfilter/xt_mark.h>
#include <linux/netfilter/xt_pkttype.h>
#include <linux/netfilter/xt_rpfilter.h>

#include "kernel/netfilter/nft_value.h"
#include "kernel/netfilter/xt_match.h"
#include "kernel/netfilter/xt_words.h"

namespace pwru::kernel {
namespace {

bool comment_words(const XtMatch& match, std::string& text) {
  text += " --comment " + xt_quoted(text_of(match.extension.data));
  return true;
}

// Of the packet or, with the same struct, of the connection.
bool mark_words(const XtMatch& match, std::string& text) {
  xt_mark_mtinfo1 mark;
  if (!take(match.extension.data, mark)) return false;
  text += fmt::format("{} {:#x}", xt_option("--mark", mark.invert), mark.mark);
  if (mark.mask != 0xffffffff) text += fmt::format("/{:#x}", mark.mask);
  return true;
}

// The period between two packets is a number of 1/10000 seconds.
std::string rate_text(uint32_t period) {
  struct Unit {
    std::string_view name;
    uint32_t periods;
  };
  constexpr std::array kUnits = std::to_array<Unit>({{"day", XT_LIMIT_SCALE * 24 * 60 * 60},
                                                     {"hour", XT_LIMIT_SCALE * 60 * 60},
                                                     {"min", XT_LIMIT_SCALE * 60},
                                                     {"sec", XT_LIMIT_SCALE}});
  size_t unit = 0;  // the smallest in which the rate is a whole number, or nearly
  while (unit + 1 < kUnits.size()) {
    const uint32_t periods = kUnits[unit + 1].periods;
    if (period > periods || periods / period < periods % period) break;
    unit++;
  }
  return fmt::format("{}/{}", kUnits[unit].periods / period, kUnits[unit].name);
}

bool limit_words(const XtMatch& match, std::string& text) {
  constexpr uint32_t kUsualBurst = 5;
  struct {
    uint32_t period, burst;  // the beginning of struct xt_rateinfo
  } limit;
  if (!take(match.extension.data, limit) || !limit.period) return false;
  text += " --limit " + rate_text(limit.period);
  if (limit.burst != kUsualBurst) text += fmt::format(" --limit-burst {}", limit.burst);
  return true;
}

bool addrtype_words(const XtMatch& match, std::string& text) {
  constexpr std::array<std::string_view, 12> kTypes = {
      "UNSPEC",    "UNICAST",     "LOCAL",    "BROADCAST", "ANYCAST", "MULTICAST",
      "BLACKHOLE", "UNREACHABLE", "PROHIBIT", "THROW",     "NAT",     "XRESOLVE"};
  xt_addrtype_info_v1 info;
  if (!take(match.extension.data, info)) return false;
  const auto flag = [&](unsigned bit) { return (info.flags & bit) != 0; };
  if (info.source)
    text += xt_option("--src-type", flag(XT_ADDRTYPE_INVERT_SOURCE)) + " " +
            xt_bits(info.source, kTypes);
  if (info.dest)
    text +=
        xt_option("--dst-type", flag(XT_ADDRTYPE_INVERT_DEST)) + " " + xt_bits(info.dest, kTypes);
  if (flag(XT_ADDRTYPE_LIMIT_IFACE_IN)) text += " --limit-iface-in";
  if (flag(XT_ADDRTYPE_LIMIT_IFACE_OUT)) text += " --limit-iface-out";
  return true;
}

bool pkttype_words(const XtMatch& match, std::string& text) {
  constexpr std::array<std::string_view, 3> kTypes = {"unicast", "broadcast", "multicast"};
  xt_pkttype_info info;
  if (!take(match.extension.data, info) || info.pkttype < 0 ||
      static_cast<size_t>(info.pkttype) >= kTypes.size())
    return false;
  text += xt_option("--pkt-type", info.invert) + " " +
          std::string(kTypes[static_cast<size_t>(info.pkttype)]);
  return true;
}

bool rpfilter_words(const XtMatch& match, std::string& text) {
  constexpr std::array<std::string_view, 4> kOptions = {"--loose", "--validmark", "--accept-local",
                                                        "--invert"};
  xt_rpfilter_info info;
  if (!take(match.extension.data, info)) return false;
  for (size_t i = 0; i < kOptions.size(); i++)
    if (info.flags >> i & 1) text.append(" ") += kOptions[i];
  return true;
}

// The match has more options in its later revisions, which are flags and numbers behind these.
bool set_words(const XtMatch& match, std::string& text) {
  struct {
    uint16_t index;
    uint8_t dimension, flags;  // the beginning of struct xt_set_info
  } set;
  const Bytes data = match.extension.data;
  if (!take(data, set) || set.dimension > IPSET_DIM_MAX || !match.set_name) return false;
  const std::string name = match.set_name(set.index);
  if (name.empty()) return false;
  text += xt_option("--match-set", set.flags & IPSET_INV_MATCH) + " ";
  text += name.find_first_of(" \"'\\") == std::string::npos ? name : xt_quoted(name);
  // Bit n: dimension n is that of the source.
  for (unsigned i = 1; i <= set.dimension; i++)
    text.append(i == 1 ? " " : ",") += set.flags >> i & 1 ? "src" : "dst";
  return is_all_zero(after(data, sizeof(set)));
}

constexpr auto kRows = std::to_array<XtMatchRow>({
    {"comment", 1, comment_words},
    {"mark", 1 << 1, mark_words},
    {"connmark", 1 << 1, mark_words},
    {"limit", 1, limit_words},
    {"addrtype", 1 << 1, addrtype_words},
    {"pkttype", 1, pkttype_words},
    {"rpfilter", 1, rpfilter_words},
    {"set", 0x1e, set_words},
});

}  // namespace

std::span<const XtMatchRow> xt_condition_matches() { return kRows; }

}  // namespace pwru::kernel
