// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <fmt/core.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace pwru {
namespace {

// Calls the kernel directly, because libc has no wrappers, and /proc may not be mounted. The 64
// bits are two words.
using Words = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

bool get_capabilities(Words& words) {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  return ::syscall(SYS_capget, &header, words.data()) == 0;
}

void set_capabilities(const Words& words) {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  ::syscall(SYS_capset, &header, words.data());  // to give up capabilities is always allowed
}

}  // namespace

void raise_open_files() {
  rlimit limit = {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

Result<> raise_stack() {
  // A trace takes less than 128 KiB. A filter of libpcap takes more with each address in it, so as
  // much as systems usually give is had where it can be.
  constexpr rlim_t kLeast = rlim_t{512} << 10;
  constexpr rlim_t kWanted = rlim_t{8} << 20;
  rlimit limit = {};
  if (::getrlimit(RLIMIT_STACK, &limit) != 0) return {};
  if (limit.rlim_cur < kWanted) {
    limit.rlim_cur = std::min(kWanted, limit.rlim_max);
    ::setrlimit(RLIMIT_STACK, &limit);
  }
  if (limit.rlim_cur < kLeast)
    return fail(
        fmt::format("start: the stack may grow to {} KiB only, and takes up to {} KiB; "
                    "raise the limit (ulimit -s)",
                    limit.rlim_cur >> 10, kLeast >> 10));
  pthread_attr_t threads;
  size_t size = 0;
  if (::pthread_getattr_default_np(&threads) != 0) return {};
  if (::pthread_attr_getstacksize(&threads, &size) == 0 && size < kLeast &&
      ::pthread_attr_setstacksize(&threads, kLeast) == 0)
    ::pthread_setattr_default_np(&threads);
  ::pthread_attr_destroy(&threads);
  return {};
}

void become_helper(const char* name, std::vector<int> kept) {
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE})
    ::sigaction(number, &ignore, nullptr);
  ::prctl(PR_SET_NAME, name);
  std::sort(kept.begin(), kept.end());
  int next = 0;
  for (const int fd : kept) {
    for (int other = next; other < fd; other++) ::close(other);
    next = fd + 1;
  }
  ::syscall(SYS_close_range, next, ~0u, 0);
}

void raise_priority() {
  constexpr int kMostFavourable = -20;
  ::setpriority(PRIO_PROCESS, 0, kMostFavourable);
}

void disable_huge_pages() { ::prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0); }

void refuse_new_privileges() { ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

uint64_t capability_set(std::initializer_list<int> capabilities) {
  uint64_t set = 0;
  for (const int capability : capabilities) set |= uint64_t{1} << capability;
  return set;
}

uint64_t permitted_capabilities() {
  Words words = {};
  return get_capabilities(words) ? words[0].permitted | uint64_t{words[1].permitted} << 32 : 0;
}

uint64_t effective_capabilities() {
  Words words = {};
  return get_capabilities(words) ? words[0].effective | uint64_t{words[1].effective} << 32 : 0;
}

void suspend_capabilities() {
  Words words = {};
  if (!get_capabilities(words)) return;
  for (auto& word : words) word.effective = 0;
  set_capabilities(words);
}

void keep_capabilities(uint64_t kept) {
  Words words = {};
  if (!get_capabilities(words)) return;
  for (size_t i = 0; i < words.size(); i++) {
    words[i].permitted &= static_cast<uint32_t>(kept >> 32 * i);
    words[i].effective = words[i].permitted;
    words[i].inheritable = 0;
  }
  set_capabilities(words);
}

uint64_t file_capabilities() { return capability_set({CAP_DAC_OVERRIDE, CAP_FOWNER}); }

}  // namespace pwru
