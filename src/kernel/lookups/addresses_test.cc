// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/addresses.h"

#include <gtest/gtest.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "kernel/lookups/netlink_for_test.h"

namespace pwru::kernel {
namespace {

using Why = OwnAddress::Why;

// A host with fd01::1 on eth1 (ifindex 3), fd01::55 on eth2 (4), and 10.0.0.1 on eth2. Device 9 is
// the VRF red.
struct Host {
  uint32_t flags = IFA_F_PERMANENT;  // of fd01::55
  uint32_t master = 0;               // of eth2

  void append_address(std::vector<std::byte>& answer, const char* text, uint32_t ifindex,
                      uint32_t of_it) const {
    Message message(RTM_NEWADDR, NLM_F_MULTI);
    ifaddrmsg head = {};
    head.ifa_index = ifindex;
    message.append_value(head);
    const IpBytes bytes = address(text);
    const bool is_v6 = std::string_view(text).find(':') != std::string_view::npos;
    message.add(is_v6 ? IFA_ADDRESS : IFA_LOCAL,
                std::as_bytes(std::span(bytes)).first(is_v6 ? 16 : 4));
    message.add_value(IFA_FLAGS, of_it);
    append_message(answer, message);
  }
  void append_link(std::vector<std::byte>& answer, uint32_t ifindex) const {
    Message link(RTM_NEWLINK, 0);
    link.append_value(ifinfomsg{});
    link.add(IFLA_IFNAME, ifindex == 9 ? "red" : ifindex == 4 ? "eth2" : "eth1");
    if (ifindex == 4 && master) link.add_value(IFLA_MASTER, master);
    if (ifindex == 9) {
      Message data(0, 0), info(0, 0);
      data.add_value(IFLA_VRF_TABLE, uint32_t{100});
      info.add(IFLA_INFO_KIND, "vrf");
      info.add(IFLA_INFO_DATA, after(data.bytes(), NLMSG_HDRLEN));
      link.add(IFLA_LINKINFO, after(info.bytes(), NLMSG_HDRLEN));
    }
    append_message(answer, link);
  }
  std::vector<std::byte> answer_to(Bytes request) const {
    nlmsghdr head = {};
    ifinfomsg link = {};
    EXPECT_TRUE(take(request, head));
    std::vector<std::byte> answer;
    if (head.nlmsg_type == RTM_GETLINK) {
      EXPECT_TRUE(take(after(request, NLMSG_HDRLEN), link));
      append_link(answer, static_cast<uint32_t>(link.ifi_index));
      return answer;
    }
    append_address(answer, "fd01::1", 3, IFA_F_PERMANENT);
    append_address(answer, "fd01::55", 4, flags);
    append_address(answer, "10.0.0.1", 4, IFA_F_PERMANENT);
    append_done(answer);
    return answer;
  }
  std::optional<OwnAddress> find(const char* destination) const {
    RouteQuestion packet;
    packet.netns = 7;
    packet.ifindex = 3;
    packet.is_v6 = std::string_view(destination).find(':') != std::string_view::npos;
    packet.destination = address(destination);
    return find_own_address([this](uint32_t, Bytes request) { return answer_to(request); }, packet);
  }
};

TEST(Addresses, TellWhatIsNotInUse) {
  Host host;
  EXPECT_EQ(host.find("fd01::55")->why, Why::None);
  host.flags = IFA_F_TENTATIVE | IFA_F_OPTIMISTIC;
  EXPECT_EQ(host.find("fd01::55")->why, Why::None);
  host.flags = IFA_F_PERMANENT | IFA_F_TENTATIVE;
  EXPECT_EQ(host.find("fd01::55")->why, Why::Tentative);
  host.flags = IFA_F_TENTATIVE | IFA_F_DADFAILED;
  EXPECT_EQ(host.find("fd01::55")->why, Why::Duplicate);
  EXPECT_EQ(host.find("fd01::56")->why, Why::None) << "another host's";
}

TEST(Addresses, TellWhatIsInAnotherVrf) {
  Host host;
  host.master = 9;
  const auto found = host.find("10.0.0.1");
  EXPECT_EQ(found->why, Why::OtherVrf);
  EXPECT_EQ(found->device, "eth2");
  EXPECT_EQ(found->vrf, "red");
  host.master = 3;  // which is no VRF
  EXPECT_EQ(host.find("10.0.0.1")->why, Why::None);
  EXPECT_EQ(host.find("10.0.0.2")->why, Why::None) << "another host's";
}

TEST(Addresses, WithoutAnAnswerNothingIsKnown) {
  EXPECT_FALSE(
      find_own_address([](uint32_t, Bytes) { return std::vector<std::byte>(); }, RouteQuestion{}));
}

}  // namespace
}  // namespace pwru::kernel
