// SPDX-License-Identifier: Apache-2.0
// Answers of netlink, as the kernel would give them.
#pragma once

#include <arpa/inet.h>

#include <string_view>
#include <vector>

#include "kernel/lookups/netlink.h"
#include "kernel/lookups/routes.h"

namespace pwru::kernel {

// Of "10.1.0.2", "fd00::1".
inline IpBytes address(const char* text) {
  IpBytes bytes = {};
  const bool is_v6 = std::string_view(text).find(':') != std::string_view::npos;
  ::inet_pton(is_v6 ? AF_INET6 : AF_INET, text, bytes.data());
  return bytes;
}

inline void append_message(std::vector<std::byte>& answer, Message message) {
  const Bytes bytes = message.bytes();
  answer.insert(answer.end(), bytes.begin(), bytes.end());
}

// The end of a dump.
inline void append_done(std::vector<std::byte>& answer) {
  Message done(NLMSG_DONE, NLM_F_MULTI);
  done.append_value(int32_t{0});
  append_message(answer, done);
}

inline void append_error(std::vector<std::byte>& answer, int positive_errno) {
  Message message(NLMSG_ERROR, 0);
  nlmsgerr error = {};
  error.error = -positive_errno;
  message.append_value(error);
  append_message(answer, message);
}

}  // namespace pwru::kernel
