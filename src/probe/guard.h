// SPDX-License-Identifier: Apache-2.0
// A small process that outlives the tracer by a moment. It cleans up what the kernel does not clean
// up by itself: two settings, and trace events. It does so also when the tracer is killed. When the
// guard is killed, the tracer cleans up.
#pragma once

#include <sys/types.h>

#include "base/handle.h"
#include "probe/haste.h"

namespace pwru::probe {

class Guard {
 public:
  // `kprobe_events` is open for reading and appending; the events are those of our own group.
  explicit Guard(int kprobe_events);
  // Lets the guard clean up, and waits until it has.
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  // While it is on, kprobes come and go quickly. It is to be on only around attach and detach.
  void hurry(bool is_on);

 private:
  Haste haste_;
  UniqueFd alive_;  // a socket to the guard, which cleans up when this end closes
  pid_t pid_ = -1;
};

}  // namespace pwru::probe
