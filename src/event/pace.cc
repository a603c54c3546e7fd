// SPDX-License-Identifier: Apache-2.0
#include "event/pace.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <csignal>

#include "base/process.h"
#include "base/signals.h"

namespace pwru::event {
namespace {

Result<> add_to(const UniqueFd& epoll, int fd, uint32_t events) {
  epoll_event event = {};
  event.events = events;
  event.data.fd = fd;
  if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) != 0) return sys_fail("watch the rings");
  return {};
}

}  // namespace

Result<std::unique_ptr<Pace>> Pace::start(int bell_fd, std::chrono::milliseconds longest) {
  const pid_t reader_id = ::gettid();
  if (!set_priority(reader_id, Priority::First)) return std::unique_ptr<Pace>();
  std::unique_ptr<Pace> pace(new Pace(reader_id, longest));
  PWRU_TRY(pace->watch(bell_fd));
  return pace;
}

Result<> Pace::watch(int bell_fd) {
  end_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  timer_.reset(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!end_ || !timer_ || !epoll_) return sys_fail("watch the rings");
  PWRU_TRY(add_to(epoll_, end_.get(), EPOLLIN));
  // By their edges: who drains the rings empties the bell too, and what the timer said is old then.
  PWRU_TRY(add_to(epoll_, timer_.get(), EPOLLIN | EPOLLET));
  PWRU_TRY(add_to(epoll_, bell_fd, EPOLLIN | EPOLLET));
  // For the watcher alone, which runs when the reader does not.
  signals_before_ = block_stop_signals();
  watcher_ = std::thread([this] { work(); });
  return {};
}

Pace::~Pace() {
  if (!watcher_.joinable()) return;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(end_.get(), &one, sizeof(one));
  watcher_.join();
  ::pthread_sigmask(SIG_SETMASK, &signals_before_, nullptr);
  come_first();
}

void Pace::step_back(const std::function<void()>& ask_for_bell) {
  is_first_ = false;
  has_stepped_back_ = true;
  set_timer(longest_);
  ask_for_bell();
  set_priority(reader_id_, Priority::Last);
  // It rang in between: what the watcher did is undone.
  if (is_first_) set_priority(reader_id_, Priority::First);
}

void Pace::come_first() {
  if (!has_stepped_back_) return;
  has_stepped_back_ = false;
  set_timer({});
  bring_forward();
}

void Pace::work() {
  set_priority(::gettid(), Priority::First);
  for (;;) {
    epoll_event event = {};
    const int count = ::epoll_pwait(epoll_.get(), &event, 1, -1, &signals_before_);
    if (count > 0 && event.data.fd == end_.get()) return;
    bring_forward();
    if (stop_requested()) interrupt(reader_);
  }
}

void Pace::bring_forward() {
  is_first_ = true;
  set_priority(reader_id_, Priority::First);
}

void Pace::set_timer(std::chrono::milliseconds time) const {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  itimerspec spec = {};
  spec.it_value.tv_sec = seconds.count();
  spec.it_value.tv_nsec = std::chrono::nanoseconds(time - seconds).count();
  ::timerfd_settime(timer_.get(), 0, &spec, nullptr);
}

}  // namespace pwru::event
