// SPDX-License-Identifier: Apache-2.0
#include "base/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <string>
#include <thread>

#include "base/file.h"
#include "base/process.h"

namespace pwru {
namespace {

struct Ended {
  int status = 0;
  std::string stderr_text;
};

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kHasOtherRuntime = true;
#else
constexpr bool kHasOtherRuntime = false;
#endif

class SandboxTest : public testing::Test {
  void SetUp() override {
    if (kHasOtherRuntime) GTEST_SKIP() << "AddressSanitizer makes system calls of its own";
  }
};

// Runs `body` in the sandbox, in a process of its own; its result is the exit status.
Ended in_sandbox(const Sandbox& sandbox, const std::function<int()>& body) {
  constexpr int kNoSeccomp = 99;
  int ends[2];
  if (::pipe(ends) != 0) return {};
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    refuse_new_privileges();
    ::_exit(enter_sandbox(sandbox) ? body() : kNoSeccomp);
  }
  ::close(ends[1]);
  Ended ended;
  ended.stderr_text = read_all(ends[0], "the pipe").value_or("");
  ::close(ends[0]);
  ::waitpid(pid, &ended.status, 0);
  return ended;
}

bool is_refused(long answer) { return answer == -1 && errno == ENOSYS; }

TEST_F(SandboxTest, WhatIsRefusedIsReportedAndAllGoesOn) {
  const Ended ended = in_sandbox({}, [] {
    for (int i = 0; i < 2; i++)
      if (!is_refused(::socket(AF_INET, SOCK_STREAM, 0))) return 1;
    if (!is_refused(::execl("/bin/true", "true", nullptr))) return 2;
    void* const memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory != MAP_FAILED || errno != ENOSYS) return 3;
    if (!is_refused(::syscall(SYS_kill, 1, SIGKILL))) return 4;
    if (!is_refused(::syscall(SYS_bpf, BPF_PROG_LOAD, nullptr, 0))) return 5;
    if (!is_refused(::unshare(CLONE_NEWUSER))) return 6;
    return 0;
  });
  ASSERT_TRUE(WIFEXITED(ended.status)) << ended.status;
  EXPECT_EQ(WEXITSTATUS(ended.status), 0);
  const std::string report = "refused number 0041";  // socket(2), once
#if defined(__x86_64__)
  const size_t at = ended.stderr_text.find(report);
  EXPECT_NE(at, std::string::npos) << ended.stderr_text;
  EXPECT_EQ(ended.stderr_text.find(report, at + 1), std::string::npos) << ended.stderr_text;
#endif
}

TEST_F(SandboxTest, WhatTheReaderNeeds) {
  const Ended ended = in_sandbox({}, [] {
    if (!read_file("/proc/self/status")) return 1;
    int sum = 0;
    std::thread([&] { sum = 7; }).join();
    if (sum != 7) return 2;
    if (is_refused(::syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, nullptr, 0))) return 3;
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    if (::waitpid(child, nullptr, 0) != child) return 4;
    std::string large(1 << 22, 'x');
    return large.back() == 'x' ? 0 : 5;
  });
  ASSERT_TRUE(WIFEXITED(ended.status)) << ended.status;
  EXPECT_EQ(WEXITSTATUS(ended.status), 0);
  EXPECT_EQ(ended.stderr_text, "");
}

TEST_F(SandboxTest, AProcessThatAttachesMayLoad) {
  const Ended ended = in_sandbox({.attaches = true}, [] {
    return is_refused(::syscall(SYS_bpf, BPF_PROG_LOAD, nullptr, 0)) ? 1 : 0;
  });
  ASSERT_TRUE(WIFEXITED(ended.status)) << ended.status;
  EXPECT_EQ(WEXITSTATUS(ended.status), 0);
}

TEST_F(SandboxTest, AnAbortStillAborts) {
  const Ended ended = in_sandbox({}, []() -> int { ::abort(); });
  EXPECT_TRUE(WIFSIGNALED(ended.status));
  EXPECT_EQ(WTERMSIG(ended.status), SIGABRT);
}

}  // namespace
}  // namespace pwru
