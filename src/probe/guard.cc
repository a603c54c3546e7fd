// SPDX-License-Identifier: Apache-2.0
#include "probe/guard.h"

#include <linux/capability.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "base/process.h"
#include "base/sandbox.h"

namespace pwru::probe {
namespace {

void set(Haste& haste, bool is_on) {
  if (is_on)
    haste.begin();
  else
    haste.end();
}

// Serves 'h' (hurry) and 'o' (ordinary), each answered with a byte, until the tracer's end closes.
[[noreturn]] void serve(int socket_fd, Haste& haste) {
  std::vector<int> kept = haste.descriptors();
  kept.push_back(socket_fd);
  // The tracer's descriptors must not live on in the guard, or its probes would outlive it.
  become_helper("pwru-guard", std::move(kept));
  keep_capabilities(capability_set({CAP_SYS_PTRACE}));  // to see whether another tracer lives
  keep_open_files_only();  // every system call that a guard makes must be on that list
  for (;;) {
    [[maybe_unused]] const ssize_t written = ::write(socket_fd, "r", 1);
    char command = 0;
    if (::read(socket_fd, &command, 1) <= 0) break;
    set(haste, command == 'h');
  }
  haste.clean_up();
  ::_exit(0);
}

// False when the guard has died.
bool read_answer(int fd) {
  char byte = 0;
  ssize_t got = 0;
  do got = ::read(fd, &byte, 1);
  while (got < 0 && errno == EINTR);
  return got == 1;
}

}  // namespace

Guard::Guard(int kprobe_events) : haste_(kprobe_events, kernel::own_process()) {
  std::array<int, 2> ends = {};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return;
  UniqueFd guards_end(ends[0]);
  alive_.reset(ends[1]);
  pid_ = ::fork();
  if (pid_ == 0) serve(guards_end.get(), haste_);
  guards_end.reset();
  if (pid_ > 0) (void)read_answer(alive_.get());  // it has let go of our descriptors
}

Guard::~Guard() {
  alive_.reset();
  int status = -1;
  while (pid_ > 0 && ::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0) haste_.clean_up();
}

void Guard::hurry(bool is_on) {
  const char command = is_on ? 'h' : 'o';
  if (pid_ > 0 && ::send(alive_.get(), &command, 1, MSG_NOSIGNAL) == 1 && read_answer(alive_.get()))
    return;
  set(haste_, is_on);
}

}  // namespace pwru::probe
