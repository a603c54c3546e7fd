// SPDX-License-Identifier: Apache-2.0
#include "output/file/line_buffer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <thread>

#include "base/file.h"
#include "base/handle.h"
#include "base/signals.h"

namespace pwru::output {
namespace {

constexpr int kNowhere = -1;

std::string built(const std::function<void(LineBuffer&)>& build) {
  LineBuffer buffer(kNowhere, "nowhere");
  build(buffer);
  return std::string(buffer.text());
}

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Pipe make_pipe(int flags = 0) {
  int fds[2];
  EXPECT_EQ(::pipe2(fds, O_CLOEXEC | flags), 0);
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

std::string read_to_end(int fd) {
  std::string text;
  char chunk[1000];  // small, so that the writer meets a full pipe many times
  for (;;) {
    const ssize_t n = ::read(fd, chunk, sizeof(chunk));
    if (n == 0) return text;
    if (n > 0) text.append(chunk, static_cast<size_t>(n));
  }
}

TEST(LineBuffer, Fields) {
  EXPECT_EQ(built([](auto& b) { b.append("ab"), b.append('c'); }), "abc");
  EXPECT_EQ(built([](auto& b) { b.append_left("ab", 4), b.append('|'); }), "ab  |");
  EXPECT_EQ(built([](auto& b) { b.append_left("abcde", 4), b.append('|'); }), "abcde|");
  EXPECT_EQ(
      built([](auto& b) { b.append_decimal(0), b.append(' '), b.append_decimal(UINT64_MAX); }),
      "0 18446744073709551615");
  EXPECT_EQ(built([](auto& b) { b.append_hex(0), b.append(' '), b.append_hex(UINT64_MAX); }),
            "0 ffffffffffffffff");
  EXPECT_EQ(built([](auto& b) { b.append("0x"), b.append_hex(0x800, 4); }), "0x0800");
  EXPECT_EQ(built([](auto& b) { b.append_hex(0x12345, 4); }), "12345");
}

TEST(LineBuffer, Centred) {
  EXPECT_EQ(built([](auto& b) {
              b.append("lo:1");
              b.centre_from(0, 16);
            }),
            "      lo:1      ");
  EXPECT_EQ(built([](auto& b) {
              b.append("eth:1");
              b.centre_from(0, 16);
            }),
            "     eth:1      ");
  EXPECT_EQ(built([](auto& b) {
              b.append("");
              b.centre_from(0, 3);
            }),
            "   ");
  EXPECT_EQ(built([](auto& b) {
              b.append("toolong");
              b.centre_from(0, 3);
            }),
            "toolong");
}

TEST(LineBuffer, PadFromAnyContent) {
  EXPECT_EQ(built([](auto& b) {
              b.append("x ");
              const size_t start = b.size();
              b.append("0x");
              b.append_hex(255);
              b.pad_from(start, 6);
              b.append('|');
            }),
            "x 0xff  |");
}

TEST(LineBuffer, ReserveAndCommit) {
  EXPECT_EQ(built([](auto& b) {
              b.append('<');
              char* out = b.reserve(10);
              *out++ = 'a';
              b.commit(out);
              b.append('>');
            }),
            "<a>");
}

TEST(LineBuffer, GrowsAndKeepsContent) {
  LineBuffer buffer(kNowhere, "nowhere");
  std::string expected;
  for (int i = 0; i < 100000; ++i) {
    buffer.append_decimal(static_cast<uint64_t>(i));
    expected += std::to_string(i);
  }
  EXPECT_EQ(buffer.text(), expected);
}

TEST(LineBuffer, WritesOnlyWhenEnoughHasGathered) {
  const Result<UniqueFd> file = memfd_with("lines", "");
  ASSERT_TRUE(file);
  LineBuffer buffer(file->get(), "lines");
  buffer.append(std::string(LineBuffer::kFlushBytes - 1, 'a'));
  ASSERT_TRUE(buffer.end_line());
  EXPECT_EQ(buffer.size(), LineBuffer::kFlushBytes);
  buffer.append('b');
  ASSERT_TRUE(buffer.end_line());
  EXPECT_EQ(buffer.size(), 0u);
  const Result<std::string> written = read_file(path_of_fd(file->get()));
  ASSERT_TRUE(written);
  EXPECT_EQ(*written, std::string(LineBuffer::kFlushBytes - 1, 'a') + "\nb\n");
}

TEST(LineBuffer, FullDiskIsAnErrorThatNamesTheFile) {
  const Result<UniqueFd> full = open_file("/dev/full", O_WRONLY);
  ASSERT_TRUE(full);
  LineBuffer buffer(full->get(), "/dev/full");
  buffer.append("x");
  EXPECT_TRUE(buffer.end_event());
  const Result<> result = buffer.flush();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ENOSPC);
  EXPECT_EQ(result.error().what, "write to /dev/full: No space left on device");
  EXPECT_EQ(buffer.text(), "");  // it is not written later either
  EXPECT_EQ(buffer.events_written(), 0u);
}

TEST(LineBuffer, BrokenPipeCanBeTold) {
  ASSERT_NE(::signal(SIGPIPE, SIG_IGN), SIG_ERR);
  Pipe pipe = make_pipe();
  pipe.read.reset();
  LineBuffer buffer(pipe.write.get(), "stdout");
  buffer.append("x");
  EXPECT_TRUE(buffer.end_line());
  const Result<> result = buffer.flush();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, EPIPE);
}

// A pipe that is never big enough: the kernel takes part of each write, or EAGAIN.
TEST(LineBuffer, PartialWritesToANonBlockingPipeArriveWhole) {
  Pipe pipe = make_pipe(O_NONBLOCK);
  ASSERT_GT(::fcntl(pipe.write.get(), F_SETPIPE_SZ, 4096), 0);
  ASSERT_EQ(::fcntl(pipe.read.get(), F_SETFL, 0), 0);
  std::string got;
  std::thread reader([&] { got = read_to_end(pipe.read.get()); });
  std::string expected;
  for (int i = 0; i < 50000; ++i) expected += std::to_string(i);
  LineBuffer buffer(pipe.write.get(), "pipe");
  buffer.append(expected);
  expected += '\n';
  EXPECT_TRUE(buffer.end_line());
  EXPECT_TRUE(buffer.flush());
  pipe.write.reset();
  reader.join();
  EXPECT_EQ(got, expected);
}

// Signals without SA_RESTART while the pipe is full: write() returns short or EINTR.
TEST(LineBuffer, InterruptedWritesArriveWhole) {
  struct sigaction action = {};
  action.sa_handler = [](int) {};
  ASSERT_EQ(::sigaction(SIGUSR1, &action, nullptr), 0);
  Pipe pipe = make_pipe();
  ASSERT_GT(::fcntl(pipe.write.get(), F_SETPIPE_SZ, 4096), 0);
  const pthread_t writer = ::pthread_self();
  std::atomic<bool> is_done = false;
  std::string got;
  std::thread reader([&] { got = read_to_end(pipe.read.get()); });
  std::thread interrupter([&] {
    while (!is_done) ::pthread_kill(writer, SIGUSR1);
  });
  std::string expected(500000, 'z');
  LineBuffer buffer(pipe.write.get(), "pipe");
  buffer.append(expected);
  expected += '\n';
  EXPECT_TRUE(buffer.end_line());
  is_done = true;
  interrupter.join();
  pipe.write.reset();
  reader.join();
  EXPECT_EQ(got, expected);
}

// An event of two lines, 20 bytes.
void add_event(LineBuffer& buffer) {
  buffer.append("an event\nof 2 lines");
  EXPECT_TRUE(buffer.end_event());
}

// A file that may have so many bytes, as a full disk would have it: part of a write, then an error.
class FullFile : public testing::Test {
 protected:
  FullFile() : file_(std::tmpfile()) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
  }
  ~FullFile() override { ::setrlimit(RLIMIT_FSIZE, &before_); }

  [[nodiscard]] int fd() const { return ::fileno(file_.get()); }
  void allow(rlim_t bytes) const {
    const rlimit limit = {bytes, before_.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  }
  [[nodiscard]] off_t size() const {
    struct stat status = {};
    EXPECT_EQ(::fstat(fd(), &status), 0);
    return status.st_size;
  }

 private:
  std::unique_ptr<std::FILE, Deleter<std::fclose>> file_;
  rlimit before_ = {};
};

TEST_F(FullFile, EndsWithAWholeEventAndHasAsManyAsAreCounted) {
  LineBuffer buffer(fd(), "file");
  buffer.append("HEAD\n");
  EXPECT_TRUE(buffer.end_header());
  allow(1000);
  for (int i = 0; i < 100; i++) add_event(buffer);
  const auto result = buffer.flush();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, EFBIG);
  EXPECT_EQ(buffer.events_written(), 49u);
  EXPECT_EQ(size(), 5 + 49 * 20);
  EXPECT_EQ(::lseek(fd(), 0, SEEK_CUR), size());  // who shares it leaves no hole
  // There is room for less.
  buffer.append("the end");
  EXPECT_TRUE(buffer.end_line());
  EXPECT_TRUE(buffer.flush());
  EXPECT_EQ(size(), 5 + 49 * 20 + 8);
  EXPECT_EQ(buffer.events_written(), 49u);
}

TEST_F(FullFile, WhatOthersWroteBehindStays) {
  ASSERT_EQ(::write(fd(), "12345", 5), 5);
  EXPECT_TRUE(take_back(fd(), 2));
  EXPECT_EQ(size(), 3);
  ASSERT_EQ(::pwrite(fd(), "67", 2, 3), 2);
  EXPECT_FALSE(take_back(fd(), 2));
  EXPECT_EQ(size(), 5);
}

TEST(LineBuffer, WhatIsNotWholeIsNotWritten) {
  Pipe pipe = make_pipe();
  LineBuffer buffer(pipe.write.get(), "pipe");
  add_event(buffer);
  buffer.append("half an ev");  // what comes next could not be formatted
  EXPECT_TRUE(buffer.flush());
  pipe.write.reset();
  EXPECT_EQ(read_to_end(pipe.read.get()), "an event\nof 2 lines\n");
}

// Nobody reads, and a stop is asked for: 10,000 events are counted right, and soon. Runs in a
// process of its own, because the stop stays.
bool is_given_up(int write_fd, int read_fd) {
  catch_stop_signals(HangUp::Stops);
  LineBuffer buffer(write_fd, "stdout");
  Result<> result;
  std::thread stopper([reader = ::pthread_self()] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    ::pthread_kill(reader, SIGINT);
  });
  for (int i = 0; i < 20'000 && result; i++) {
    buffer.append("an event\nof 2 lines");
    result = buffer.end_event();
  }
  stopper.join();
  if (result || result.error().code != kNobodyReads) return false;
  ::fcntl(read_fd, F_SETFL, O_NONBLOCK);
  std::string got;
  std::array<char, 4096> chunk;
  for (ssize_t n = 0; (n = ::read(read_fd, chunk.data(), chunk.size())) > 0;)
    got.append(chunk.data(), static_cast<size_t>(n));
  const uint64_t whole = got.size() / 20;
  return whole > 0 && buffer.events_written() == whole;
}

TEST(GivenUp, APipe) {
  const Pipe pipe = make_pipe();
  EXPECT_EXIT(::_exit(is_given_up(pipe.write.get(), pipe.read.get()) ? 0 : 1),
              testing::ExitedWithCode(0), "");
}

TEST(GivenUp, APipeThatDoesNotBlock) {
  const Pipe pipe = make_pipe(O_NONBLOCK);
  EXPECT_EXIT(::_exit(is_given_up(pipe.write.get(), pipe.read.get()) ? 0 : 1),
              testing::ExitedWithCode(0), "");
}

TEST(GivenUp, ASocket) {
  std::array<int, 2> fds = {-1, -1};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()), 0);
  const UniqueFd read(fds[0]), write(fds[1]);
  EXPECT_EXIT(::_exit(is_given_up(write.get(), read.get()) ? 0 : 1), testing::ExitedWithCode(0),
              "");
}

TEST(GivenUp, StandardOutput) {
  const Pipe pipe = make_pipe();
  const auto body = [&] {
    if (::dup2(pipe.write.get(), STDOUT_FILENO) < 0) return false;
    const auto fd = open_stdout();
    const bool is_shared = (::fcntl(STDOUT_FILENO, F_GETFL) & O_NONBLOCK) != 0;
    return fd && !is_shared && (::fcntl(fd->get(), F_GETFL) & O_NONBLOCK) != 0 &&
           is_given_up(fd->get(), pipe.read.get());
  };
  EXPECT_EXIT(::_exit(body() ? 0 : 1), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace pwru::output
