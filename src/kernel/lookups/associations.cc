// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/associations.h"

#include <linux/xfrm.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace pwru::kernel {

Association find_association(const AskKernel& ask, const RouteQuestion& packet, uint32_t spi) {
  xfrm_usersa_id id = {};
  const auto spi_bytes = to_big_endian(spi);
  std::memcpy(&id.spi, spi_bytes.data(), sizeof(id.spi));
  id.family = packet.is_v6 ? AF_INET6 : AF_INET;
  id.proto = packet.protocol;
  const Bytes address = bytes_of(packet.destination, packet.is_v6);
  std::memcpy(&id.daddr, address.data(), address.size());
  Message request(XFRM_MSG_GETSA, NLM_F_REQUEST);
  request.append_value(id);
  const auto answer = ask(packet.netns, request.bytes());
  if (netlink_error(answer) == ESRCH) return Association::None;
  xfrm_usersa_info found = {};
  bool is_found = false;
  for_each_message(answer, XFRM_MSG_NEWSA, [&](Bytes body) { is_found = take(body, found); });
  if (!is_found) return Association::Unknown;
  if (found.stats.integrity_failed) return Association::Failed;
  return found.stats.replay || found.stats.replay_window ? Association::Replayed
                                                         : Association::Refuses;
}

size_t cut_keys_off(std::span<std::byte> answer) {
  constexpr uint32_t kFixedBytes = NLMSG_LENGTH(sizeof(xfrm_usersa_info));
  nlmsghdr head = {};
  if (!take(answer, head) || head.nlmsg_type != XFRM_MSG_NEWSA || answer.size() <= kFixedBytes)
    return answer.size();
  head.nlmsg_len = kFixedBytes;
  std::memcpy(answer.data(), &head, sizeof(head));
  return kFixedBytes;
}

}  // namespace pwru::kernel
