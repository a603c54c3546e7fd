// SPDX-License-Identifier: Apache-2.0
// Matches on the connection that a packet belongs to.
#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_state.h>

#include "kernel/netfilter/xt_match.h"
#include "kernel/netfilter/xt_words.h"

namespace pwru::kernel {
namespace {

struct BitName {
  unsigned bit;
  std::string_view name;
};

template <size_t Count>
std::string list_of(unsigned bits, const std::array<BitName, Count>& names, unsigned& unknown) {
  std::string text;
  unknown = bits;
  for (const BitName& row : names) {
    if (!(bits & row.bit)) continue;
    text.append(text.empty() ? "" : ",") += row.name;
    unknown &= ~row.bit;
  }
  return text;
}

constexpr auto kStates =
    std::to_array<BitName>({{XT_CONNTRACK_STATE_INVALID, "INVALID"},
                            {XT_CONNTRACK_STATE_BIT(IP_CT_NEW), "NEW"},
                            {XT_CONNTRACK_STATE_BIT(IP_CT_RELATED), "RELATED"},
                            {XT_CONNTRACK_STATE_BIT(IP_CT_ESTABLISHED), "ESTABLISHED"},
                            {XT_CONNTRACK_STATE_UNTRACKED, "UNTRACKED"},
                            {XT_CONNTRACK_STATE_SNAT, "SNAT"},
                            {XT_CONNTRACK_STATE_DNAT, "DNAT"}});
constexpr auto kStatuses = std::to_array<BitName>({{IPS_EXPECTED, "EXPECTED"},
                                                   {IPS_SEEN_REPLY, "SEEN_REPLY"},
                                                   {IPS_ASSURED, "ASSURED"},
                                                   {IPS_CONFIRMED, "CONFIRMED"}});

// An option of the match conntrack is there when its flag is.
class Options {
 public:
  Options(const xt_conntrack_mtinfo3& info, size_t address_bytes, std::string& text)
      : info_(info), address_bytes_(address_bytes), text_(text) {}

  [[nodiscard]] bool has(unsigned flag) {
    written_ |= flag;
    return info_.match_flags & flag;
  }
  void add(unsigned flag, std::string_view option, std::string_view value) {
    text_.append(xt_option(option, info_.invert_flags & flag)).append(" ") += value;
  }
  void address(unsigned flag, std::string_view option, const nf_inet_addr& address,
               const nf_inet_addr& mask) {
    if (!has(flag)) return;
    const auto bytes = [this](const nf_inet_addr& of) {
      return std::as_bytes(std::span(&of, 1)).first(address_bytes_);
    };
    const std::string length = xt_mask(bytes(mask));
    const bool is_whole = length == fmt::format("/{}", address_bytes_ * 8);
    add(flag, option, xt_address(bytes(address)) + (is_whole ? "" : length));
  }
  void range(unsigned flag, std::string_view option, uint32_t low, uint32_t high) {
    if (!has(flag)) return;
    add(flag, option, low == high ? fmt::to_string(low) : fmt::format("{}:{}", low, high));
  }
  [[nodiscard]] bool are_all() const { return !(info_.match_flags & ~written_); }

 private:
  const xt_conntrack_mtinfo3& info_;
  size_t address_bytes_;
  std::string& text_;
  unsigned written_ = XT_CONNTRACK_STATE_ALIAS;
};

void write_tuple(const xt_conntrack_mtinfo3& info, Options& options) {
  options.address(XT_CONNTRACK_ORIGSRC, "--ctorigsrc", info.origsrc_addr, info.origsrc_mask);
  options.address(XT_CONNTRACK_ORIGDST, "--ctorigdst", info.origdst_addr, info.origdst_mask);
  options.address(XT_CONNTRACK_REPLSRC, "--ctreplsrc", info.replsrc_addr, info.replsrc_mask);
  options.address(XT_CONNTRACK_REPLDST, "--ctrepldst", info.repldst_addr, info.repldst_mask);
  options.range(XT_CONNTRACK_ORIGSRC_PORT, "--ctorigsrcport", info.origsrc_port,
                info.origsrc_port_high);
  options.range(XT_CONNTRACK_ORIGDST_PORT, "--ctorigdstport", info.origdst_port,
                info.origdst_port_high);
  options.range(XT_CONNTRACK_REPLSRC_PORT, "--ctreplsrcport", info.replsrc_port,
                info.replsrc_port_high);
  options.range(XT_CONNTRACK_REPLDST_PORT, "--ctrepldstport", info.repldst_port,
                info.repldst_port_high);
}

bool conntrack_words(const XtMatch& match, std::string& text) {
  xt_conntrack_mtinfo3 info;
  if (!take(match.extension.data, info)) return false;
  const bool is_v6 = match.family == PWRU_XT_IP6;
  Options options(info, is_v6 ? sizeof(nf_inet_addr) : sizeof(uint32_t), text);
  unsigned unknown_state = 0, unknown_status = 0;
  if (options.has(XT_CONNTRACK_STATE)) {
    const bool is_alias = info.match_flags & XT_CONNTRACK_STATE_ALIAS;
    options.add(XT_CONNTRACK_STATE, is_alias ? "--state" : "--ctstate",
                list_of(info.state_mask, kStates, unknown_state));
  }
  if (options.has(XT_CONNTRACK_PROTO))
    options.add(XT_CONNTRACK_PROTO, "--ctproto", fmt::to_string(info.l4proto));
  write_tuple(info, options);
  if (options.has(XT_CONNTRACK_STATUS))
    options.add(XT_CONNTRACK_STATUS, "--ctstatus",
                info.status_mask ? list_of(info.status_mask, kStatuses, unknown_status) : "NONE");
  options.range(XT_CONNTRACK_EXPIRES, "--ctexpire", info.expires_min, info.expires_max);
  if (options.has(XT_CONNTRACK_DIRECTION))
    text.append(" --ctdir ") += info.invert_flags & XT_CONNTRACK_DIRECTION ? "REPLY" : "ORIGINAL";
  return options.are_all() && !unknown_state && !unknown_status;
}

bool state_words(const XtMatch& match, std::string& text) {
  xt_state_info state;
  if (!take(match.extension.data, state)) return false;
  unsigned unknown = 0;
  text += " --state " + list_of(state.statemask, kStates, unknown);
  return !unknown;
}

constexpr auto kRows =
    std::to_array<XtMatchRow>({{"state", 1, state_words}, {"conntrack", 1 << 3, conntrack_words}});

}  // namespace

std::span<const XtMatchRow> xt_conntrack_matches() { return kRows; }

}  // namespace pwru::kernel
