// SPDX-License-Identifier: Apache-2.0
#include "output/line_buffer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <thread>

#include "base/file.h"
#include "base/handle.h"

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
  EXPECT_EQ(built([](auto& b) { b.append_centred("lo:1", 16); }), "      lo:1      ");
  EXPECT_EQ(built([](auto& b) { b.append_centred("eth:1", 16); }), "     eth:1      ");
  EXPECT_EQ(built([](auto& b) { b.append_centred("", 3); }), "   ");
  EXPECT_EQ(built([](auto& b) { b.append_centred("toolong", 3); }), "toolong");
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
  const Result<> result = buffer.flush();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ENOSPC);
  EXPECT_EQ(result.error().what, "write to /dev/full: No space left on device");
  EXPECT_EQ(buffer.text(), "x");
}

TEST(LineBuffer, BrokenPipeCanBeTold) {
  ASSERT_NE(::signal(SIGPIPE, SIG_IGN), SIG_ERR);
  Pipe pipe = make_pipe();
  pipe.read.reset();
  LineBuffer buffer(pipe.write.get(), "stdout");
  buffer.append("x");
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
  const std::string expected(500000, 'z');
  LineBuffer buffer(pipe.write.get(), "pipe");
  buffer.append(expected);
  EXPECT_TRUE(buffer.flush());
  is_done = true;
  interrupter.join();
  pipe.write.reset();
  reader.join();
  EXPECT_EQ(got, expected);
}

}  // namespace
}  // namespace pwru::output
