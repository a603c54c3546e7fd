// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/bridge.h"

#include <gtest/gtest.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>

#include "kernel/lookups/netlink_for_test.h"

namespace pwru::kernel {
namespace {

constexpr BridgeQuestion kFrame = {7, 3, {2, 0, 0, 0, 0, 0x77}, 20};

// A bridge that knows one address, at the port with that index.
class FakeBridge {
 public:
  std::vector<std::byte> answer(Bytes request) const {
    nlmsghdr head = {};
    take(request, head);
    std::vector<std::byte> bytes;
    switch (head.nlmsg_type) {
      case RTM_GETNEIGH:
        answer_address(after(request, NLMSG_HDRLEN), bytes);
        break;
      case RTM_GETLINK:
        if (head.nlmsg_flags & NLM_F_DUMP)
          answer_ports(bytes);
        else
          answer_link(bytes);
        break;
    }
    return bytes;
  }
  std::optional<BridgePort> find(const BridgeQuestion& frame = kFrame) const {
    return find_bridge_port([this](uint32_t, Bytes request) { return answer(request); }, frame);
  }

  // A port of the bridge with the index 9, or of another one; of VLANs 18 to 20.
  void add_port(uint32_t ifindex, bool is_flooded = true, uint16_t first = 18,
                uint32_t master = 9) {
    Message of_port(0, 0);
    of_port.add_value(IFLA_BRPORT_STATE, state);
    of_port.add_value(IFLA_BRPORT_UNICAST_FLOOD, static_cast<uint8_t>(is_flooded));
    of_port.add_value(IFLA_BRPORT_ISOLATED, static_cast<uint8_t>(are_isolated));
    Message vlans(0, 0);
    vlans.add_value(IFLA_BRIDGE_VLAN_INFO, bridge_vlan_info{BRIDGE_VLAN_INFO_RANGE_BEGIN, first});
    vlans.add_value(IFLA_BRIDGE_VLAN_INFO,
                    bridge_vlan_info{BRIDGE_VLAN_INFO_RANGE_END, static_cast<uint16_t>(first + 2)});
    vlans.add_value(IFLA_BRIDGE_VLAN_INFO, bridge_vlan_info{0, 50});
    Message link(RTM_NEWLINK, NLM_F_MULTI);
    ifinfomsg head = {};
    head.ifi_index = static_cast<int>(ifindex);
    link.append_value(head);
    link.add(IFLA_IFNAME, "p" + std::to_string(ifindex));
    link.add_value(IFLA_MASTER, master);
    link.add(IFLA_PROTINFO, after(of_port.bytes(), NLMSG_HDRLEN));
    link.add(IFLA_AF_SPEC, after(vlans.bytes(), NLMSG_HDRLEN));
    append_message(ports_, link);
  }

  bool are_isolated = false;  // ports that are added from now on
  uint32_t port = 4;
  uint8_t state = BR_STATE_FORWARDING;
  int error = 0;

 private:
  void answer_address(Bytes asked, std::vector<std::byte>& bytes) const {
    const Bytes attributes = after(asked, sizeof(ndmsg));
    EXPECT_EQ(attribute(attributes, NDA_LLADDR).size(), 6U);
    const int refusal = error ? error : ENOENT;
    if (!port || error) return append_error(bytes, refusal);
    Message entry(RTM_NEWNEIGH, 0);
    ndmsg head = {};
    head.ndm_family = AF_BRIDGE;
    head.ndm_ifindex = static_cast<int>(port);
    entry.append_value(head);
    append_message(bytes, entry);
  }
  void answer_link(std::vector<std::byte>& bytes) const {
    Message data(0, 0);  // attributes with a head that is left out
    data.add_value(IFLA_BRPORT_STATE, state);
    Message info(0, 0);
    info.add(IFLA_INFO_SLAVE_DATA, after(data.bytes(), NLMSG_HDRLEN));
    Message link(RTM_NEWLINK, 0);
    link.append_value(ifinfomsg{});
    link.add(IFLA_IFNAME, "p2");
    link.add(IFLA_LINKINFO, after(info.bytes(), NLMSG_HDRLEN));
    append_message(bytes, link);
  }
  void answer_ports(std::vector<std::byte>& bytes) const {
    bytes = ports_;
    append_done(bytes);
  }

  std::vector<std::byte> ports_;
};

TEST(Bridge, AnotherPortHasANameAndAState) {
  FakeBridge bridge;
  const auto found = bridge.find();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->place, BridgePort::Place::Other);
  EXPECT_EQ(found->name, "p2");
  EXPECT_EQ(found->state, "forwarding");
  bridge.state = BR_STATE_BLOCKING;
  EXPECT_EQ(bridge.find()->state, "blocking");
}

TEST(Bridge, ThePortThatItCameFromIsTold) {
  FakeBridge bridge;
  bridge.port = kFrame.ifindex;
  EXPECT_EQ(bridge.find()->place, BridgePort::Place::Same);
}

TEST(Bridge, AnAddressMayBeUnknownAndAKernelSilent) {
  FakeBridge bridge;
  bridge.port = 0;
  EXPECT_EQ(bridge.find()->place, BridgePort::Place::Unknown);
  bridge.error = EOPNOTSUPP;
  EXPECT_FALSE(bridge.find());
}

TEST(Bridge, WhatKeepsAllOtherPortsFromBeingFloodedIsTold) {
  using Hindrance = BridgePort::Hindrance;
  FakeBridge bridge;
  bridge.port = 0;
  EXPECT_EQ(bridge.find()->hindrance, Hindrance::None);
  bridge.add_port(3);
  bridge.add_port(8, true, 18, 10);  // of another bridge
  EXPECT_EQ(bridge.find()->hindrance, Hindrance::NoPort);
  FakeBridge another = bridge, silent = bridge;
  bridge.add_port(4, true, 21);
  EXPECT_EQ(bridge.find()->hindrance, Hindrance::Vlan);
  EXPECT_EQ(bridge.find()->name, "p4");
  bridge.add_port(5, true, 10);
  EXPECT_EQ(bridge.find()->hindrance, Hindrance::Vlan);
  EXPECT_EQ(bridge.find()->name, "");
  bridge.add_port(6, false);
  EXPECT_EQ(bridge.find()->hindrance, Hindrance::None);
  another.state = BR_STATE_BLOCKING;
  another.add_port(4);
  EXPECT_EQ(another.find()->hindrance, Hindrance::State);
  silent.add_port(4, false);
  EXPECT_EQ(silent.find()->hindrance, Hindrance::Flood);
  FakeBridge isolated;
  isolated.port = 0;
  isolated.are_isolated = true;
  isolated.add_port(3);
  isolated.add_port(4);
  EXPECT_EQ(isolated.find()->hindrance, Hindrance::Isolated);
  BridgeQuestion untagged = kFrame;
  untagged.vlan = 0;
  FakeBridge open = silent;
  open.add_port(5, true, 100);
  EXPECT_EQ(open.find(untagged)->hindrance, Hindrance::None);
}

}  // namespace
}  // namespace pwru::kernel
