// SPDX-License-Identifier: Apache-2.0
#include "probe/haste.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <map>

#include "base/file.h"

namespace pwru::probe {
namespace {

// A note is a kprobe that is never switched on, on one of these functions. The first of them is
// among the first symbols, which matters before 6.2: the kernel looks through them one after the
// other.
constexpr std::array kNoteFunctions = {"do_one_initcall", "emergency_restart", "kernel_halt"};

void pause() {
  constexpr timespec kPause = {0, 10'000'000};
  ::nanosleep(&kPause, nullptr);
}

// One pwru locks out the others while it reads or changes settings and notes. Whoever has waited
// too long goes on without the lock.
class Lock {
 public:
  explicit Lock(int fd) : fd_(fd) {
    constexpr int kTries = 500;
    for (int i = 0; i < kTries && ::flock(fd, LOCK_EX | LOCK_NB) != 0; i++) pause();
  }
  ~Lock() { ::flock(fd_, LOCK_UN); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  int fd_;
};

}  // namespace

Haste::Haste(int kprobe_events, const kernel::ProcessName& owner)
    : kprobe_events_(kprobe_events),
      group_(group_name(owner)),
      settings_({{
          // Taking a kprobe off waits for several RCU grace periods, one after the other under a
          // lock (perf_trace_event_unreg, unregister_kprobe): half a minute for a thousand.
          {"/sys/kernel/rcu_expedited", '1'},
          // With preemption built in, the optimizer waits for RCU-tasks grace periods while it
          // holds the lock that every kprobe needs (kprobe_optimizer). Switched on again, it does
          // all in one go.
          {"/proc/sys/debug/kprobes-optimization", '0'},
      }}) {
  for (Setting& setting : settings_)
    if (auto file = open_file(setting.path, O_RDWR)) setting.file = std::move(*file);
}

std::vector<int> Haste::descriptors() const {
  std::vector<int> all = {kprobe_events_};
  for (const Setting& setting : settings_)
    if (setting.file) all.push_back(setting.file.get());
  return all;
}

std::vector<TracerEvent> Haste::events() const {
  if (::lseek(kprobe_events_, 0, SEEK_SET) != 0) return {};
  const auto text = read_all(kprobe_events_, "kprobe_events");
  return text ? tracer_events(*text) : std::vector<TracerEvent>{};
}

char Haste::value_of(size_t setting) const {
  char value = 'x';
  const int fd = settings_[setting].file.get();
  if (fd < 0 || ::pread(fd, &value, 1, 0) != 1) return 'x';
  return value == '0' || value == '1' ? value : 'x';
}

bool Haste::is_change(size_t setting, char original) const {
  return original != 'x' && original != settings_[setting].hurried;
}

// How the settings are when no tracer hurries: as they are now, unless a note says otherwise. A
// reader of the list may miss an event while others are removed, so the list is read again.
Originals Haste::originals(std::vector<TracerEvent>& all) const {
  constexpr int kLooks = 3;
  Originals found = {};
  for (size_t i = 0; i < found.size(); i++) found[i] = value_of(i);
  for (int look = 0; look < kLooks; look++) {
    bool is_clear = true;
    for (size_t i = 0; i < found.size(); i++) {
      for (const TracerEvent& event : all)
        if (found[i] == settings_[i].hurried && event.note && is_change(i, (*event.note)[i]))
          found[i] = (*event.note)[i];
      is_clear = is_clear && found[i] != settings_[i].hurried;
    }
    if (is_clear) break;
    all = events();
  }
  return found;
}

// Whether another tracer that lives has changed the setting, and will put it back.
bool Haste::is_in_use(const std::vector<TracerEvent>& all, size_t setting) const {
  return std::ranges::any_of(all, [&](const TracerEvent& event) {
    return event.group != group_ && event.note && is_change(setting, (*event.note)[setting]) &&
           kernel::life_of(event.owner) == kernel::Life::Alive;
  });
}

bool Haste::write_line(const std::string& line) const {
  return ::write(kprobe_events_, line.data(), line.size()) >= 0;
}

// An event is busy as long as a perf event uses it. The exit of the tracer may close its perf
// events after the socket to its guard.
void Haste::remove(const TracerEvent& event) const {
  constexpr int kTries = 3000;
  for (int i = 0; i < kTries; i++) {
    if (write_line("-:" + event.name) || errno != EBUSY) return;
    pause();
  }
}

void Haste::restore(const std::vector<TracerEvent>& all, const Originals& originals) const {
  for (size_t i = 0; i < settings_.size(); i++) {
    if (!is_change(i, originals[i]) || value_of(i) != settings_[i].hurried || is_in_use(all, i))
      continue;
    [[maybe_unused]] const ssize_t written = ::pwrite(settings_[i].file.get(), &originals[i], 1, 0);
  }
}

void Haste::begin_locked() {
  std::vector<TracerEvent> all = events();
  const auto is_ours = [&](const TracerEvent& event) {
    return event.group == group_ && event.note;
  };
  Originals before = {};
  if (const auto note = std::ranges::find_if(all, is_ours); note != all.end()) {
    before = *note->note;
  } else {
    before = originals(all);
    if (!is_change(0, before[0]) && !is_change(1, before[1])) return;
    const std::string name = note_name(group_, before);
    if (std::ranges::none_of(kNoteFunctions, [&](const char* function) {
          return write_line(fmt::format("p:{} {}", name, function));
        }))
      return;
  }
  for (size_t i = 0; i < settings_.size(); i++) {
    if (!is_change(i, before[i])) continue;
    [[maybe_unused]] const ssize_t written =
        ::pwrite(settings_[i].file.get(), &settings_[i].hurried, 1, 0);
  }
}

void Haste::end_locked() {
  const std::vector<TracerEvent> all = events();
  for (const TracerEvent& event : all) {
    if (event.group != group_ || !event.note) continue;
    restore(all, *event.note);
    remove(event);
  }
}

void Haste::begin() {
  const Lock lock(kprobe_events_);
  begin_locked();
}

void Haste::end() {
  const Lock lock(kprobe_events_);
  end_locked();
}

void Haste::clean_up() {
  const Lock lock(kprobe_events_);
  begin_locked();
  for (const TracerEvent& event : events())
    if (event.group == group_ && !event.note) remove(event);
  end_locked();
}

void Haste::clean_up_after_the_dead() {
  std::map<std::string, kernel::Life> groups;
  const auto life_of = [&](const TracerEvent& event) {
    const auto [at, is_new] = groups.try_emplace(event.group, kernel::Life::Alive);
    if (is_new && event.group != group_) at->second = kernel::life_of(event.owner);
    return at->second;
  };
  const auto needs_us = [&](const TracerEvent& event) {
    return life_of(event) == kernel::Life::Dead ||
           (event.note && life_of(event) == kernel::Life::Unknown);
  };
  if (std::ranges::none_of(events(), needs_us)) return;
  const Lock lock(kprobe_events_);
  const std::vector<TracerEvent> all = events();
  const bool has_dead = std::ranges::any_of(
      all, [&](const TracerEvent& event) { return life_of(event) == kernel::Life::Dead; });
  if (has_dead) begin_locked();
  for (const TracerEvent& event : all)
    if (life_of(event) == kernel::Life::Dead && !event.note) remove(event);
  for (const TracerEvent& event : all) {
    if (!event.note || !needs_us(event)) continue;
    restore(all, *event.note);
    if (life_of(event) == kernel::Life::Dead) remove(event);
  }
  end_locked();
}

}  // namespace pwru::probe
