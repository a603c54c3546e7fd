// SPDX-License-Identifier: Apache-2.0
#include "base/signals.h"

#include <unistd.h>
#include <csignal>

namespace pwru {
namespace {

volatile sig_atomic_t stop_flag = 0;

void on_stop_signal(int number) {
  // The kernel takes down whatever is attached when the descriptors close.
  if (stop_flag) ::_exit(128 + number);
  stop_flag = 1;
}

}  // namespace

void prepare_signals() {
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
}

void catch_stop_signals() {
  struct sigaction action = {}, before = {};
  action.sa_handler = on_stop_signal;
  ::sigemptyset(&action.sa_mask);
  // No SA_RESTART: whatever waits is to look at the flag.
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  // nohup(1) has it ignored, and that it stays.
  if (::sigaction(SIGHUP, nullptr, &before) == 0 && before.sa_handler != SIG_IGN)
    ::sigaction(SIGHUP, &action, nullptr);
}

bool stop_requested() { return stop_flag != 0; }

}  // namespace pwru
