// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/tunnels.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>

namespace pwru::kernel {
namespace {

using State = FoundTunnel::State;

constexpr uint16_t kVniFilter = 30;           // IFLA_VXLAN_VNIFILTER, Linux 5.18
constexpr uint32_t kSkipStatistics = 1 << 3;  // RTEXT_FILTER_SKIP_STATS

bool is_on(Bytes attributes, unsigned type) { return host_number(attribute(attributes, type)); }

bool is_address(Bytes bytes, const IpBytes& address, bool is_v6) {
  return std::ranges::equal(bytes, bytes_of(address, is_v6));
}

std::string address_text(Bytes address) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  ::inet_ntop(address.size() == sizeof(in6_addr) ? AF_INET6 : AF_INET, address.data(), text.data(),
              text.size());
  return text.data();
}

// What keeps a tunnel that is for the packet, or would be, from taking it.
struct Fit {
  enum class How : uint8_t { Not, Fits, OtherKey, OtherRemote };
  How how = How::Not;
  std::string expects = {};  // see FoundTunnel
};
using How = Fit::How;

constexpr Fit fits_if(bool fits) { return {fits ? How::Fits : How::Not}; }

// As ip_tunnel_lookup() and ip6_tnl_lookup() do it. The devices that each namespace has from the
// start (tunl0) take what no other one takes, and are for nobody in particular.
Fit fit_of_ends(Bytes local, Bytes remote, const TunnelQuestion& packet) {
  const bool is_local = is_address(local, packet.destination, packet.is_v6);
  const bool is_remote = is_address(remote, packet.source, packet.is_v6);
  if (is_local && !is_remote && !is_all_zero(remote))
    return {How::OtherRemote, address_text(remote)};
  return fits_if(is_local || (is_remote && is_all_zero(local)));
}

// ip_tunnel_key_match(). The key of ERSPAN is the number of a session and stands elsewhere.
Fit fit_of_gre(std::string_view kind, Bytes data, const TunnelQuestion& packet) {
  const Fit ends =
      fit_of_ends(attribute(data, IFLA_GRE_LOCAL), attribute(data, IFLA_GRE_REMOTE), packet);
  if (ends.how == How::Not || kind.ends_with("erspan")) return ends;
  constexpr uint64_t kHasKey = 0x2000;  // GRE_KEY
  const bool has_key = big_endian(attribute(data, IFLA_GRE_IFLAGS)) & kHasKey;
  const uint64_t key = big_endian(attribute(data, IFLA_GRE_IKEY));
  if (has_key == packet.key.has_value() && (!has_key || key == *packet.key)) return ends;
  if (ends.how == How::OtherRemote) return {};
  return {How::OtherKey, has_key ? fmt::format("the key {}", key) : "no key"};
}

Fit fit_of_vxlan(Bytes data, const TunnelQuestion& packet) {
  return fits_if(big_endian(attribute(data, IFLA_VXLAN_PORT)) == packet.port &&
                 (is_on(data, IFLA_VXLAN_COLLECT_METADATA) ||
                  host_number(attribute(data, IFLA_VXLAN_ID)) == packet.vni));
}

// Geneve says this by an attribute without a value.
bool is_external_geneve(Bytes data) {
  Attribute found;
  while (take_attribute(data, found))
    if (found.type == IFLA_GENEVE_COLLECT_METADATA) return true;
  return false;
}

Fit fit_of_geneve(Bytes data, const TunnelQuestion& packet) {
  if (big_endian(attribute(data, IFLA_GENEVE_PORT)) != packet.port) return {};
  if (is_external_geneve(data)) return fits_if(true);
  if (host_number(attribute(data, IFLA_GENEVE_ID)) != packet.vni) return {};
  const Bytes remote = attribute(data, packet.is_v6 ? IFLA_GENEVE_REMOTE6 : IFLA_GENEVE_REMOTE);
  if (remote.empty() || is_address(remote, packet.source, packet.is_v6))
    return fits_if(!remote.empty());
  return {How::OtherRemote, address_text(remote)};
}

Fit fit_of(std::string_view kind, Bytes data, const TunnelQuestion& packet) {
  if (kind == "vxlan") return fit_of_vxlan(data, packet);
  if (kind == "geneve") return fit_of_geneve(data, packet);
  if (kind.find("gre") != std::string_view::npos || kind.ends_with("erspan"))
    return fit_of_gre(kind, data, packet);
  return fit_of_ends(attribute(data, IFLA_IPTUN_LOCAL), attribute(data, IFLA_IPTUN_REMOTE), packet);
}

// The one that is up tells most, then the one that is down.
unsigned weight(State state) {
  constexpr std::array<unsigned, 6> kWeights = {0, 5, 4, 3, 2, 1};
  return kWeights[static_cast<size_t>(state)];
}

State state_of(const Fit& fit, bool is_up, bool filters) {
  switch (fit.how) {
    case How::Not:
      return State::None;
    case How::Fits:
      return !is_up ? State::Down : filters ? State::Filter : State::Up;
    case How::OtherKey:
      return is_up ? State::Key : State::None;
    case How::OtherRemote:
      return is_up ? State::Remote : State::None;
  }
  return State::None;
}

// Looks at one tunnel after the other.
class Search {
 public:
  explicit Search(const TunnelQuestion& packet) : packet_(packet) {}

  void look_at(Bytes body, std::string_view kind) {
    ifinfomsg link = {};
    if (!take(body, link)) return;
    const Bytes attributes = after(body, NLMSG_ALIGN(sizeof(link)));
    const Bytes info = attribute(attributes, IFLA_LINKINFO);
    const Bytes data = attribute(info, IFLA_INFO_DATA);
    if (text_of(attribute(info, IFLA_INFO_KIND)) != kind) return;
    Fit fit = fit_of(kind, data, packet_);
    const State state =
        state_of(fit, (link.ifi_flags & IFF_UP) != 0, kind == "vxlan" && is_on(data, kVniFilter));
    if (state == found_.state) alike_++;
    if (weight(state) <= weight(found_.state)) return;
    alike_ = 1;
    found_ = {state, std::string(kind), std::string(text_of(attribute(attributes, IFLA_IFNAME))),
              std::move(fit.expects)};
  }

  // Of several that nearly fit, none is to be named.
  [[nodiscard]] FoundTunnel found() && {
    if ((found_.state == State::Key || found_.state == State::Remote) && alike_ > 1) return {};
    return std::move(found_);
  }

 private:
  const TunnelQuestion& packet_;
  FoundTunnel found_;
  unsigned alike_ = 0;
};

// The devices of one kind. False when the kernel does not list them all.
bool look_at_all(const AskKernel& ask, std::string_view kind, uint32_t netns, Search& search) {
  Message request(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP);
  request.append_value(ifinfomsg{});
  request.add_value(IFLA_EXT_MASK, kSkipStatistics);
  Message wanted(0, 0);
  wanted.add(IFLA_INFO_KIND, kind);
  request.add(IFLA_LINKINFO, after(wanted.bytes(), NLMSG_HDRLEN));
  return for_each_message(ask(netns, request.bytes()), RTM_NEWLINK,
                          [&](Bytes body) { search.look_at(body, kind); });
}

}  // namespace

std::optional<FoundTunnel> find_tunnel(const AskKernel& ask, const TunnelQuestion& packet) {
  Search search(packet);
  for (const std::string_view kind : packet.kinds)
    if (!look_at_all(ask, kind, packet.netns, search)) return std::nullopt;
  return std::move(search).found();
}

}  // namespace pwru::kernel
