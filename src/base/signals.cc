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

void install_signal_handlers() {
  struct sigaction action = {};
  action.sa_handler = on_stop_signal;
  ::sigemptyset(&action.sa_mask);
  // No SA_RESTART: whatever waits is to look at the flag.
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &action, nullptr);
}

bool stop_requested() { return stop_flag != 0; }

}  // namespace pwru
