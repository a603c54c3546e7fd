// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/tunnels.h"

#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/rtnetlink.h>

#include <functional>

#include "kernel/lookups/netlink_for_test.h"

namespace pwru::kernel {
namespace {

using State = FoundTunnel::State;

// Devices of one kind, as a dump has them.
class Links {
 public:
  explicit Links(const char* kind) : kind_(kind) {}

  Links& with(const char* name, bool is_up, const std::function<void(Message&)>& add_data) {
    Message link(RTM_NEWLINK, NLM_F_MULTI), data(0, 0), info(0, 0);
    ifinfomsg head = {};
    head.ifi_flags = is_up ? unsigned{IFF_UP} : 0;
    link.append_value(head);
    link.add(IFLA_IFNAME, name);
    add_data(data);
    info.add(IFLA_INFO_KIND, kind_);
    info.add(IFLA_INFO_DATA, after(data.bytes(), NLMSG_HDRLEN));
    link.add(IFLA_LINKINFO, after(info.bytes(), NLMSG_HDRLEN));
    append_message(answer_, link);
    return *this;
  }
  [[nodiscard]] std::optional<FoundTunnel> find(const TunnelQuestion& packet) {
    append_done(answer_);
    return find_tunnel([this](uint32_t, Bytes) { return answer_; }, packet);
  }

 private:
  const char* kind_;
  std::vector<std::byte> answer_;
};

TunnelQuestion of_udp(const char* kind, uint16_t port, uint32_t vni) {
  TunnelQuestion packet;
  packet.kinds = {kind};
  packet.source = address("10.1.0.2");
  packet.destination = address("10.1.0.1");
  packet.port = port;
  packet.vni = vni;
  return packet;
}

auto vxlan(uint32_t vni, bool is_external = false, bool filters = false) {
  return [=](Message& data) {
    data.add_value(IFLA_VXLAN_ID, vni);
    data.add_value(IFLA_VXLAN_PORT, to_big_endian(uint16_t{4789}));
    data.add_value(IFLA_VXLAN_COLLECT_METADATA, uint8_t{is_external});
    data.add_value(30, uint8_t{filters});
  };
}

auto with_ends(unsigned local_type, const char* local, const char* remote) {
  return [=](Message& data) {
    const auto add = [&](unsigned type, const char* text) {
      const IpBytes bytes = address(text);
      data.add(static_cast<uint16_t>(type), std::as_bytes(std::span(bytes)).first(4));
    };
    add(local_type, local);
    add(local_type + 1, remote);
  };
}

TEST(Tunnels, AVxlanDeviceThatIsDown) {
  const TunnelQuestion packet = of_udp("vxlan", 4789, 43);
  Links links("vxlan");
  links.with("vx42", true, vxlan(42)).with("vx43", false, vxlan(43));
  const auto found = links.find(packet);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->state, State::Down);
  EXPECT_EQ(found->name, "vx43");
  EXPECT_EQ(found->kind, "vxlan");
  EXPECT_EQ(Links("vxlan").with("vx42", false, vxlan(42)).find(packet)->state, State::None);
  EXPECT_EQ(Links("vxlan").find(of_udp("vxlan", 8472, 43))->state, State::None);
  EXPECT_EQ(links.with("vx0", true, vxlan(43)).find(packet)->state, State::Up);
}

TEST(Tunnels, AnExternalVxlanDeviceMayFilter) {
  const TunnelQuestion packet = of_udp("vxlan", 4789, 43);
  EXPECT_EQ(Links("vxlan").with("v", true, vxlan(0, true)).find(packet)->state, State::Up);
  EXPECT_EQ(Links("vxlan").with("v", true, vxlan(0, true, true)).find(packet)->state,
            State::Filter);
}

TEST(Tunnels, AGeneveDeviceHasAnotherEnd) {
  const auto geneve = [](const char* remote) {
    return [=](Message& data) {
      const IpBytes bytes = address(remote);
      data.add_value(IFLA_GENEVE_ID, uint32_t{9});
      data.add_value(IFLA_GENEVE_PORT, to_big_endian(uint16_t{6081}));
      data.add(IFLA_GENEVE_REMOTE, std::as_bytes(std::span(bytes)).first(4));
    };
  };
  const TunnelQuestion packet = of_udp("geneve", 6081, 9);
  EXPECT_EQ(Links("geneve").with("g", true, geneve("10.1.0.2")).find(packet)->state, State::Up);
  EXPECT_EQ(Links("geneve").with("g", false, geneve("10.1.0.2")).find(packet)->state, State::Down);
  EXPECT_EQ(Links("geneve").with("g", false, geneve("10.1.0.3")).find(packet)->state, State::None);
  EXPECT_EQ(Links("geneve").with("g", true, geneve("10.1.0.3")).find(packet)->expects, "10.1.0.3");
}

TEST(Tunnels, EndsMayBeLeftOut) {
  const auto state = [](const char* kind, unsigned local_type, const char* local,
                        const char* remote) {
    return Links(kind)
        .with("t", false, with_ends(local_type, local, remote))
        .find(of_udp(kind, 0, 0))
        ->state;
  };
  EXPECT_EQ(state("ipip", IFLA_IPTUN_LOCAL, "10.1.0.1", "10.1.0.2"), State::Down);
  EXPECT_EQ(state("gretap", IFLA_GRE_LOCAL, "10.1.0.1", "10.1.0.2"), State::Down);
  EXPECT_EQ(state("ipip", IFLA_IPTUN_LOCAL, "0.0.0.0", "10.1.0.2"), State::Down);
  EXPECT_EQ(state("ipip", IFLA_IPTUN_LOCAL, "10.1.0.1", "0.0.0.0"), State::Down);
  EXPECT_EQ(state("ipip", IFLA_IPTUN_LOCAL, "0.0.0.0", "0.0.0.0"), State::None) << "tunl0";
  EXPECT_EQ(state("ipip", IFLA_IPTUN_LOCAL, "10.1.0.1", "10.1.0.9"), State::None);
}

TEST(Tunnels, AnotherKeyOfGre) {
  const auto gre = [](std::optional<uint32_t> key, const char* remote = "10.1.0.2") {
    return [=](Message& data) {
      with_ends(IFLA_GRE_LOCAL, "10.1.0.1", remote)(data);
      data.add_value(IFLA_GRE_IFLAGS, to_big_endian(uint16_t(key ? 0x2000 : 0)));
      data.add_value(IFLA_GRE_IKEY, to_big_endian(key.value_or(0)));
    };
  };
  TunnelQuestion packet = of_udp("gre", 0, 0);
  packet.key = 7;
  const auto other = Links("gre").with("gre1", true, gre(5)).find(packet);
  EXPECT_EQ(other->state, State::Key);
  EXPECT_EQ(other->name + " " + other->expects, "gre1 the key 5");
  EXPECT_EQ(Links("gre").with("g", true, gre(7)).find(packet)->state, State::Up);
  EXPECT_EQ(Links("gre").with("g", false, gre(7)).find(packet)->state, State::Down);
  EXPECT_EQ(Links("gre").with("g", false, gre(5)).find(packet)->state, State::None);
  EXPECT_EQ(Links("gre").with("g", true, gre({})).find(packet)->expects, "no key");
  EXPECT_EQ(Links("gre").with("g", true, gre(5)).with("h", true, gre(6)).find(packet)->state,
            State::None)
      << "none of several is named";
  EXPECT_EQ(Links("gre").with("g", true, gre(5, "10.1.0.9")).find(packet)->state, State::None);
  const auto remote = Links("gre").with("g", true, gre(7, "10.1.0.9")).find(packet);
  EXPECT_EQ(remote->state, State::Remote);
  EXPECT_EQ(remote->expects, "10.1.0.9");
  packet.key.reset();
  EXPECT_EQ(Links("gre").with("g", true, gre(5)).find(packet)->expects, "the key 5");
  EXPECT_EQ(Links("gre").with("g", true, gre({})).find(packet)->state, State::Up);
}

TEST(Tunnels, AnotherSender) {
  const auto ipip = [](const char* remote) {
    return with_ends(IFLA_IPTUN_LOCAL, "10.1.0.1", remote);
  };
  const TunnelQuestion packet = of_udp("ipip", 0, 0);
  const auto found = Links("ipip").with("t", true, ipip("10.1.0.9")).find(packet);
  EXPECT_EQ(found->state, State::Remote);
  EXPECT_EQ(found->expects, "10.1.0.9");
  EXPECT_EQ(Links("ipip")
                .with("t", true, ipip("10.1.0.9"))
                .with("u", true, ipip("10.1.0.8"))
                .find(packet)
                ->state,
            State::None);
  EXPECT_EQ(Links("ipip")
                .with("t", true, ipip("10.1.0.9"))
                .with("u", false, ipip("10.1.0.2"))
                .find(packet)
                ->name,
            "u");
}

TEST(Tunnels, AListThatIsCutTellsNothing) {
  EXPECT_FALSE(find_tunnel([](uint32_t, Bytes) { return std::vector<std::byte>(); },
                           of_udp("vxlan", 4789, 43)));
}

}  // namespace
}  // namespace pwru::kernel
