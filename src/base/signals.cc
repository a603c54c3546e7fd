// SPDX-License-Identifier: Apache-2.0
#include "base/signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <initializer_list>

#include "base/clock.h"

namespace pwru {
namespace {

// timeout(1) signals its child and then the group that the child is in; both signals count as one
// request.
constexpr uint64_t kOneRequestNs = 100'000'000;
constexpr unsigned kSecondsWhenUrgent = 1;

volatile sig_atomic_t stop_count = 0;
volatile sig_atomic_t last_signal = 0;
volatile sig_atomic_t reopen_flag = 0;
volatile sig_atomic_t has_terminal = 0;
uint64_t first_stop_ns = 0;  // used only by the handler, which does not nest

// When a terminal hangs up, the kernel takes it away from all processes of its session
// (tty_signal_session_leader()), and /dev/tty can no longer be opened.
bool can_open_terminal() {
  const int fd = ::open("/dev/tty", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return false;
  ::close(fd);
  return true;
}

// The kernel detaches everything when the descriptors close.
void on_alarm(int) { ::_exit(128 + last_signal); }

void on_stop_signal(int number) {
  const uint64_t now_ns = monotonic_ns();
  if (stop_count == 0) first_stop_ns = now_ns;
  if (stop_count == 1 && now_ns - first_stop_ns < kOneRequestNs) return;
  last_signal = number;
  stop_count = stop_count + 1;
  if (stop_count == 2) ::alarm(kSecondsWhenUrgent);
  if (stop_count > 2) ::_exit(128 + number);
}

// When a shell ends, the kernel first signals its foreground processes and then takes the terminal
// away (disassociate_ctty()). The shell signals its other jobs after that.
void on_hang_up(int number, siginfo_t* info, void*) {
  const int saved_errno = errno;
  if (has_terminal && (info->si_code == SI_KERNEL || !can_open_terminal()))
    on_stop_signal(number);
  else
    reopen_flag = 1;
  errno = saved_errno;
}

void handle(int number, struct sigaction action) {
  // Handlers do not interrupt each other.
  for (const int other : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&action.sa_mask, other);
  // Without SA_RESTART a blocking call returns, and its caller looks at the flag.
  ::sigaction(number, &action, nullptr);
}

void handle(int number, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  handle(number, action);
}

void handle(int number, void (*handler)(int, siginfo_t*, void*)) {
  struct sigaction action = {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO;
  handle(number, action);
}

}  // namespace

void prepare_signals() {
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
}

void catch_stop_signals(HangUp hang_up) {
  handle(SIGINT, on_stop_signal);
  handle(SIGTERM, on_stop_signal);
  handle(SIGALRM, on_alarm);
  struct sigaction before = {};
  // nohup(1) starts the process with SIGHUP ignored: then a terminal that goes away stops nothing.
  const bool is_ignored =
      ::sigaction(SIGHUP, nullptr, &before) == 0 && before.sa_handler == SIG_IGN;
  has_terminal = !is_ignored && can_open_terminal();
  if (hang_up == HangUp::Reopens)
    handle(SIGHUP, on_hang_up);
  else if (!is_ignored)
    handle(SIGHUP, on_stop_signal);
}

bool stop_requested() { return stop_count != 0; }

bool stop_is_urgent() { return stop_count > 1; }

bool take_reopen_request() {
  if (!reopen_flag) return false;
  reopen_flag = 0;
  return true;
}

}  // namespace pwru
