// SPDX-License-Identifier: Apache-2.0
#include "probe/guard.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <ctime>

#include "base/file.h"
#include "base/process.h"
#include "base/sandbox.h"

namespace pwru::probe {
namespace {

struct Setting {
  const char* path;
  char hurried;
  UniqueFd file = {};
  char original = 0;
};

// What can be read, can be written, and is not already as it should be.
std::vector<Setting> open_settings() {
  std::vector<Setting> all;
  // Taking a kprobe off waits for several RCU grace periods, one after the other under a lock
  // (perf_trace_event_unreg, unregister_kprobe): half a minute for a thousand.
  all.push_back({"/sys/kernel/rcu_expedited", '1'});
  // With preemption built in, the optimizer waits for RCU-tasks grace periods while it holds the
  // lock that every kprobe needs (kprobe_optimizer). Switched on again, it does all in one go.
  all.push_back({"/proc/sys/debug/kprobes-optimization", '0'});
  std::vector<Setting> usable;
  for (Setting& setting : all) {
    const auto now = read_file(setting.path);
    if (!now || now->empty() || now->front() == setting.hurried) continue;
    auto file = open_file(setting.path, O_WRONLY);
    if (!file) continue;
    setting.file = std::move(*file);
    setting.original = now->front();
    usable.push_back(std::move(setting));
  }
  return usable;
}

void apply(const std::vector<Setting>& settings, bool is_hurried) {
  for (const Setting& setting : settings) {
    const char value = is_hurried ? setting.hurried : setting.original;
    [[maybe_unused]] const ssize_t written = ::pwrite(setting.file.get(), &value, 1, 0);
  }
}

// An event is busy until the tracer's perf events are gone, which its exit may close after us.
void remove_events(int kprobe_events, const std::vector<std::string>& removals) {
  constexpr int kTries = 3000;
  constexpr timespec kPause = {0, 10'000'000};
  for (const std::string& line : removals) {
    for (int i = 0; i < kTries; i++) {
      if (::write(kprobe_events, line.data(), line.size()) >= 0 || errno != EBUSY) break;
      ::nanosleep(&kPause, nullptr);
    }
  }
}

// The tracer's descriptors must not live on in the guard, or its probes would outlive it.
void close_all_but(std::vector<int> kept) {
  std::sort(kept.begin(), kept.end());
  int next = 0;
  for (const int fd : kept) {
    for (int other = next; other < fd; other++) ::close(other);
    next = fd + 1;
  }
  ::syscall(SYS_close_range, next, ~0u, 0);
}

// Serves 'h' (hurry) and 'o' (ordinary), each answered with a byte, until the tracer's end closes.
[[noreturn]] void serve(int socket_fd, int kprobe_events,
                        const std::vector<std::string>& removals) {
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE})
    ::sigaction(number, &ignore, nullptr);
  ::prctl(PR_SET_NAME, "pwru-guard");
  const std::vector<Setting> settings = open_settings();
  std::vector<int> kept = {socket_fd};
  if (kprobe_events >= 0) kept.push_back(kprobe_events);
  for (const Setting& setting : settings) kept.push_back(setting.file.get());
  close_all_but(kept);
  keep_capabilities(capability_set({CAP_SYS_PTRACE}));  // to see whether another tracer lives
  keep_open_files_only();  // whatever else a guard is to call must be on that list
  for (;;) {
    [[maybe_unused]] const ssize_t written = ::write(socket_fd, "r", 1);
    char command = 0;
    if (::read(socket_fd, &command, 1) <= 0) break;
    apply(settings, command == 'h');
  }
  apply(settings, true);
  remove_events(kprobe_events, removals);
  apply(settings, false);
  ::_exit(0);
}

void read_answer(int fd) {
  char byte = 0;
  while (::read(fd, &byte, 1) < 0 && errno == EINTR) {
  }
}

}  // namespace

Guard::Guard(int kprobe_events, std::vector<std::string> removals) {
  std::array<int, 2> ends = {};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return;
  UniqueFd guards_end(ends[0]);
  alive_.reset(ends[1]);
  pid_ = ::fork();
  if (pid_ == 0) serve(guards_end.get(), kprobe_events, removals);
  guards_end.reset();
  if (pid_ > 0) read_answer(alive_.get());  // it has let go of our descriptors
}

Guard::~Guard() {
  alive_.reset();
  while (pid_ > 0 && ::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Guard::hurry(bool is_on) {
  if (pid_ <= 0) return;
  const char command = is_on ? 'h' : 'o';
  if (::send(alive_.get(), &command, 1, MSG_NOSIGNAL) == 1) read_answer(alive_.get());
}

}  // namespace pwru::probe
