// SPDX-License-Identifier: Apache-2.0
// The thread that drains the rings steps back while others run, for as long as the rings have room:
// on a busy CPU what is traced comes first, and lines are written when it is over. A second thread
// watches, and brings the first one forward when a ring fills up, when what it does takes long, and
// when a signal asks to stop.
#pragma once

#include <pthread.h>
#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "base/handle.h"
#include "base/result.h"

namespace pwru::event {

class Pace {
 public:
  // No step back lasts longer: nobody shall wait for an old event on a machine that is never idle.
  static constexpr std::chrono::milliseconds kLongest{1000};

  // For the calling thread, which must be the one that ends it. `bell_fd` becomes readable when a
  // ring fills up. Null without the privilege to come first.
  [[nodiscard]] static Result<std::unique_ptr<Pace>> start(
      int bell_fd, std::chrono::milliseconds longest = kLongest);
  ~Pace();
  Pace(const Pace&) = delete;
  Pace& operator=(const Pace&) = delete;

  [[nodiscard]] bool is_first() const { return is_first_.load(std::memory_order_relaxed); }
  // `ask_for_bell` is called when the watcher would be heard, and before the step is made.
  void step_back(const std::function<void()>& ask_for_bell);
  void come_first();

 private:
  Pace(pid_t reader_id, std::chrono::milliseconds longest)
      : reader_(::pthread_self()), reader_id_(reader_id), longest_(longest) {}

  Result<> watch(int bell_fd);
  void work();
  void bring_forward();
  void set_timer(std::chrono::milliseconds time) const;

  pthread_t reader_;
  pid_t reader_id_;
  std::chrono::milliseconds longest_;
  sigset_t signals_before_ = {};
  std::atomic<bool> is_first_ = true;  // the watcher may set it
  bool has_stepped_back_ = false;      // since come_first()
  UniqueFd end_, timer_, epoll_;
  std::thread watcher_;
};

}  // namespace pwru::event
