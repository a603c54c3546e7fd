// SPDX-License-Identifier: Apache-2.0
#include "base/patience.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "base/handle.h"
#include "base/log.h"
#include "base/signals.h"

namespace pwru {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

struct Pipe {
  Pipe() {
    std::array<int, 2> fds = {-1, -1};
    EXPECT_EQ(::pipe2(fds.data(), O_CLOEXEC), 0);
    read.reset(fds[0]);
    write.reset(fds[1]);
  }
  void fill() const {
    const int flags = ::fcntl(write.get(), F_GETFL);
    ::fcntl(write.get(), F_SETFL, flags | O_NONBLOCK);
    const std::array<char, 4096> zeros = {};
    while (::write(write.get(), zeros.data(), zeros.size()) > 0) {
    }
    ::fcntl(write.get(), F_SETFL, flags);
  }
  UniqueFd read, write;
};

// A stop cannot be undone, so each of these tests runs in a process of its own, whose exit status
// is 0 when everything was as expected.
template <class Body>
void in_a_child(Body body) {
  EXPECT_EXIT(
      {
        ::signal(SIGHUP, SIG_DFL);
        catch_stop_signals(HangUp::Reopens);
        ::_exit(body() ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST(Patience, WaitsAsLongAsNobodyStops) {
  const Pipe pipe;
  EXPECT_TRUE(wait_until_writable(pipe.write.get(), milliseconds(0)));
  pipe.fill();
  std::thread reader([&] {
    std::this_thread::sleep_for(milliseconds(150));
    std::array<char, 8192> room;
    EXPECT_GT(::read(pipe.read.get(), room.data(), room.size()), 0);
  });
  EXPECT_TRUE(wait_until_writable(pipe.write.get(), milliseconds(0)));
  reader.join();
}

TEST(Patience, EndsSoonAfterAStop) {
  in_a_child([] {
    const Pipe pipe;
    pipe.fill();
    ::raise(SIGINT);
    const auto before = Clock::now();
    const bool is_writable = wait_until_writable(pipe.write.get(), milliseconds(150));
    return !is_writable && Clock::now() - before >= milliseconds(150);
  });
}

TEST(Patience, AReaderIsGivenUpOnce) {
  in_a_child([] {
    const Pipe pipe, other;
    pipe.fill();
    other.fill();
    ::raise(SIGINT);
    const UniqueFd twin(::dup(pipe.write.get()));
    if (wait_until_writable(pipe.write.get(), milliseconds(10))) return false;
    const auto before = Clock::now();
    if (wait_until_writable(twin.get(), milliseconds(5000))) return false;
    if (Clock::now() - before > milliseconds(2500)) return false;
    return !wait_until_writable(other.write.get(), milliseconds(150)) &&
           Clock::now() - before >= milliseconds(150);
  });
}

TEST(Patience, TwoSignalsAtOnceAreOneStop) {
  in_a_child([] {
    const auto before = Clock::now();
    ::raise(SIGTERM);
    ::raise(SIGTERM);
    const bool were_at_once = Clock::now() - before < milliseconds(100);
    return stop_requested() && (!stop_is_urgent() || !were_at_once);
  });
}

TEST(Patience, AnUrgentStopDoesNotWait) {
  in_a_child([] {
    const Pipe pipe;
    pipe.fill();
    ::raise(SIGINT);
    while (!stop_is_urgent()) ::raise(SIGINT);
    return !wait_until_writable(pipe.write.get(), milliseconds(60'000));
  });
}

TEST(Patience, AnUrgentStopThatTakesTooLongEnds) {
  EXPECT_EXIT(
      {
        catch_stop_signals(HangUp::Stops);
        ::raise(SIGINT);
        while (!stop_is_urgent()) ::raise(SIGTERM);
        for (;;) ::pause();
      },
      testing::ExitedWithCode(128 + SIGTERM), "");
}

TEST(Patience, AHangUpReopensOnce) {
  in_a_child([] {
    if (::setsid() < 0) return false;  // no terminal
    catch_stop_signals(HangUp::Reopens);
    ::raise(SIGHUP);
    return !stop_requested() && take_reopen_request() && !take_reopen_request();
  });
}

// Runs a process that leads the session of a terminal. `lose` takes the terminal away, which must
// stop the process.
template <class Lose>
void with_a_terminal(Lose lose) {
  if (::access("/dev/ptmx", R_OK | W_OK) != 0) GTEST_SKIP() << "no pseudo-terminals here";
  in_a_child([&] {
    UniqueFd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!master || ::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0) return false;
    if (::setsid() < 0) return false;
    const UniqueFd terminal(::open(::ptsname(master.get()), O_RDWR | O_CLOEXEC));
    catch_stop_signals(HangUp::Reopens);
    ::raise(SIGHUP);
    if (!terminal || stop_requested() || !take_reopen_request()) return false;
    lose(master);
    for (int i = 0; i < 1000 && !stop_requested(); i++)
      std::this_thread::sleep_for(milliseconds(10));
    return stop_requested() && !take_reopen_request();
  });
}

TEST(Patience, ATerminalThatIsGoneStopsAlsoWithAFile) {
  with_a_terminal([](UniqueFd& master) { master.reset(); });
}

TEST(Patience, AHangUpAfterTheTerminalIsGoneStopsAlsoWithAFile) {
  with_a_terminal([](UniqueFd&) {
    ::signal(SIGCONT, SIG_IGN);
    // Like a job in the background: the terminal goes away without a signal, and then the shell
    // sends SIGHUP.
    sigset_t hang_up = {};
    ::sigaddset(&hang_up, SIGHUP);
    ::sigprocmask(SIG_BLOCK, &hang_up, nullptr);
    const UniqueFd terminal(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
    ::ioctl(terminal.get(), TIOCNOTTY);
    const timespec no_time = {};
    ::sigtimedwait(&hang_up, nullptr, &no_time);
    ::sigprocmask(SIG_UNBLOCK, &hang_up, nullptr);
    ::raise(SIGHUP);
  });
}

TEST(Patience, AHangUpWithoutAFileStops) {
  in_a_child([] {
    catch_stop_signals(HangUp::Stops);
    ::raise(SIGHUP);
    return stop_requested() && !take_reopen_request();
  });
}

// When nobody reads the pipe, writing all the last lines takes no longer than writing one.
TEST(Patience, ABlockedStderrIsGivenUp) {
  in_a_child([] {
    const Pipe pipe;
    pipe.fill();
    if (::dup2(pipe.write.get(), STDERR_FILENO) < 0) return false;
    ::raise(SIGINT);
    const auto before = Clock::now();
    for (int i = 0; i < 100; i++) log_info("line {}", i);
    return Clock::now() - before < milliseconds(900);
  });
}

}  // namespace
}  // namespace pwru
