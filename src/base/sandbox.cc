// SPDX-License-Identifier: Apache-2.0
#include "base/sandbox.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <initializer_list>
#include <tuple>
#include <utility>

namespace pwru {
namespace {

#if defined(__x86_64__)
constexpr uint32_t kArch = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t kArch = AUDIT_ARCH_AARCH64;
#else
#error "the sandbox does not know this architecture"
#endif

// Allowed with any arguments: what libc, its threads and its allocator call, work on files and
// descriptors, waiting, and calls about the process itself.
constexpr int kAllowed[] = {SYS_read,
                            SYS_write,
                            SYS_readv,
                            SYS_writev,
                            SYS_pread64,
                            SYS_pwrite64,
                            SYS_lseek,
                            SYS_close,
                            SYS_close_range,
                            SYS_openat,
                            SYS_fstat,
                            SYS_newfstatat,
                            SYS_statx,
                            SYS_statfs,
                            SYS_fstatfs,
                            SYS_faccessat,
                            SYS_faccessat2,
                            SYS_readlinkat,
                            SYS_renameat,
                            SYS_renameat2,
                            SYS_unlinkat,
                            SYS_linkat,
                            SYS_fchmod,
                            SYS_fchmodat,
                            SYS_fchown,
                            SYS_fchownat,
                            SYS_ftruncate,
                            SYS_fallocate,
                            SYS_fsync,
                            SYS_fdatasync,
                            SYS_flock,
                            SYS_getdents64,
                            SYS_utimensat,
                            SYS_umask,
                            SYS_getcwd,
                            SYS_fcntl,
                            SYS_dup,
                            SYS_dup3,
                            SYS_pipe2,
                            SYS_ppoll,
                            SYS_pselect6,
                            SYS_epoll_pwait,
                            SYS_epoll_ctl,
                            SYS_epoll_create1,
                            SYS_eventfd2,
                            SYS_timerfd_create,
                            SYS_timerfd_settime,
                            SYS_signalfd4,
                            SYS_setitimer,
                            SYS_timer_create,
                            SYS_timer_settime,
                            SYS_timer_delete,
                            SYS_clock_gettime,
                            SYS_clock_getres,
                            SYS_clock_nanosleep,
                            SYS_nanosleep,
                            SYS_gettimeofday,
                            SYS_restart_syscall,
                            SYS_wait4,
                            SYS_waitid,
                            SYS_sendto,
                            SYS_recvfrom,
                            SYS_shutdown,
                            SYS_munmap,
                            SYS_mremap,
                            SYS_madvise,
                            SYS_brk,
                            SYS_futex,
                            SYS_set_robust_list,
                            SYS_rseq,
                            SYS_set_tid_address,
                            SYS_membarrier,
                            SYS_getrandom,
                            SYS_sched_yield,
                            SYS_sched_getaffinity,
                            SYS_rt_sigaction,
                            SYS_rt_sigprocmask,
                            SYS_rt_sigreturn,
                            SYS_rt_sigtimedwait,
                            SYS_sigaltstack,
                            SYS_getpid,
                            SYS_gettid,
                            SYS_getppid,
                            SYS_getuid,
                            SYS_geteuid,
                            SYS_getgid,
                            SYS_getegid,
                            SYS_uname,
                            SYS_sysinfo,
                            SYS_getrusage,
                            SYS_capget,
                            SYS_capset,
                            SYS_memfd_create,
                            SYS_pidfd_open,
                            SYS_exit,
                            SYS_seccomp,
                            SYS_exit_group};

// Older forms of some of these, which arm64 never had.
constexpr std::initializer_list<int> kAllowedOld = {
#if defined(__x86_64__)
    SYS_open,   SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_rename,
    SYS_unlink, SYS_link, SYS_chmod, SYS_poll,   SYS_select,   SYS_epoll_wait,
    SYS_time,   SYS_dup2, SYS_pipe,  SYS_alarm
#endif
};

// Commands of bpf(2) on maps, programs and links that are already open.
constexpr uint32_t kBpfCommands[] = {BPF_MAP_LOOKUP_ELEM,    BPF_MAP_UPDATE_ELEM,
                                     BPF_MAP_DELETE_ELEM,    BPF_MAP_GET_NEXT_KEY,
                                     BPF_OBJ_GET_INFO_BY_FD, BPF_MAP_LOOKUP_AND_DELETE_ELEM,
                                     BPF_MAP_LOOKUP_BATCH,   BPF_LINK_DETACH};
// --output-bpfmap reads the types of a map with these.
constexpr uint32_t kBpfObjectCommands[] = {BPF_MAP_GET_FD_BY_ID, BPF_BTF_GET_FD_BY_ID};

constexpr uint32_t kNewNamespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                                    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

class Filter {
 public:
  // A call under another architecture's numbers does not come from this program.
  Filter() {
    load(offsetof(seccomp_data, arch));
    add(BPF_JMP | BPF_JEQ | BPF_K, kArch, 1, 0);
    add(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    load(offsetof(seccomp_data, nr));
  }

  void allow(int number) { answer(number, SECCOMP_RET_ALLOW); }

  void answer(int number, uint32_t action) {
    add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(number), 0, 1);
    add(BPF_RET | BPF_K, action);
  }

  // Allows the call only with one of these values in the low half of the argument.
  template <class Values>
  void allow_values(int number, unsigned argument, const Values& values) {
    const auto count = static_cast<uint8_t>(std::size(values));
    add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(number), 0,
        static_cast<uint8_t>(2 * count + 2));
    load_argument(argument);
    for (const uint32_t value : values) {
      add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
      add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    }
    add(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
  }

  // Allows the call only with none of these bits in the argument.
  void allow_without(int number, unsigned argument, uint32_t bits) {
    add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(number), 0, 4);
    load_argument(argument);
    add(BPF_JMP | BPF_JSET | BPF_K, bits, 1, 0);
    add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    add(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
  }

  std::vector<sock_filter> finish() {
    add(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
    return std::move(code_);
  }

 private:
  void add(unsigned code, uint32_t k, uint8_t jt = 0, uint8_t jf = 0) {
    code_.push_back({static_cast<uint16_t>(code), jt, jf, k});
  }
  void load(size_t offset) { add(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset)); }
  // Both architectures are little-endian, so the low half comes first.
  void load_argument(unsigned number) {
    load(offsetof(seccomp_data, args) + number * sizeof(uint64_t));
  }

  std::vector<sock_filter> code_;
};

// Reports a refused call, because its caller may take ENOSYS for anything.
void on_refused_call(int, siginfo_t* info, void* context) {
  constexpr int kMost = 1024;
  static volatile sig_atomic_t is_reported[kMost];
  const int saved = errno;
  const int number = info->si_syscall;
  if (number >= 0 && number < kMost && !is_reported[number]) {
    is_reported[number] = 1;
    char text[] =
        "warning: pwru's own filter of system calls has refused number 0000: what is printed may "
        "be incomplete; please report this\n";
    char* digit = __builtin_strstr(text, "0000") + 3;
    for (int rest = number, i = 0; i < 4; rest /= 10, i++)
      *digit-- = static_cast<char>('0' + rest % 10);
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text, sizeof(text) - 1);
  }
  auto* const registers = &static_cast<ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  registers->gregs[REG_RAX] = -ENOSYS;
#else
  registers->regs[0] = static_cast<unsigned long long>(-ENOSYS);
#endif
  errno = saved;
}

}  // namespace

std::vector<sock_filter> sandbox_filter(const Sandbox& sandbox) {
  Filter filter;
  for (const int number : kAllowed) filter.allow(number);
  for (const int number : kAllowedOld) filter.allow(number);
  filter.allow_without(SYS_mmap, 2, PROT_EXEC);
  filter.allow_without(SYS_mprotect, 2, PROT_EXEC);
  // seccomp cannot read the flags of clone3(2), which are behind a pointer. After ENOSYS libc calls
  // clone(2).
  filter.answer(SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS);
  filter.allow_without(SYS_clone, 0, kNewNamespaces);
  filter.allow_values(SYS_tgkill, 0, std::array{static_cast<uint32_t>(::getpid())});
  filter.allow_values(SYS_kill, 1, std::array{0u});
  filter.allow_values(SYS_prlimit64, 0, std::array{0u});
  filter.allow_values(SYS_socketpair, 0, std::array<uint32_t, 1>{AF_UNIX});
  filter.allow_values(SYS_prctl, 0, std::array<uint32_t, 2>{PR_SET_NAME, PR_SET_DUMPABLE});
  filter.allow_values(SYS_ioctl, 1,
                      std::array<uint32_t, 8>{TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO,
                                              SIOCETHTOOL,  // only reads without CAP_NET_ADMIN
                                              0x2400 /* PERF_EVENT_IOC_ENABLE */,
                                              0x2401 /* PERF_EVENT_IOC_DISABLE */,
                                              0x40042408 /* PERF_EVENT_IOC_SET_BPF */});
  if (sandbox.attaches) {
    for (const int number : {SYS_bpf, SYS_perf_event_open}) filter.allow(number);
  } else {
    std::vector<uint32_t> commands(std::begin(kBpfCommands), std::end(kBpfCommands));
    commands.insert(commands.end(), std::begin(kBpfObjectCommands), std::end(kBpfObjectCommands));
    if (sandbox.attaches_more) commands.push_back(BPF_LINK_CREATE);
    filter.allow_values(SYS_bpf, 0, commands);
  }
  return filter.finish();
}

namespace {

// clang-format off
constexpr int kOpenFilesOnly[] = {
    SYS_read, SYS_write, SYS_pread64, SYS_pwrite64, SYS_close, SYS_lseek, SYS_nanosleep,
    SYS_clock_nanosleep, SYS_clock_gettime, SYS_futex, SYS_rt_sigreturn, SYS_rt_sigprocmask,
    SYS_restart_syscall, SYS_brk, SYS_munmap, SYS_madvise, SYS_exit, SYS_exit_group, SYS_flock,
    SYS_fstat, SYS_newfstatat, SYS_readlinkat, SYS_getdents64, SYS_mremap, SYS_pidfd_open,
    SYS_fcntl, SYS_getpid};
// clang-format on

Result<> install(const std::vector<sock_filter>& code) {
  struct sigaction action = {};
  action.sa_sigaction = on_refused_call;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGSYS, &action, nullptr);
  const sock_fprog program = {static_cast<unsigned short>(code.size()),
                              const_cast<sock_filter*>(code.data())};
  // Before 5.16, a seccomp filter without SPEC_ALLOW turns the mitigation of speculative store
  // bypass on, which slows the whole process down.
  for (const unsigned long flags :
       {SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW, SECCOMP_FILTER_FLAG_TSYNC})
    if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program) == 0) return {};
  return sys_fail("give up system calls (seccomp)");
}

Filter open_files_only() {
  Filter filter;
  for (const int number : kOpenFilesOnly) filter.allow(number);
  filter.allow_without(SYS_mmap, 2, PROT_EXEC);
  filter.allow_without(SYS_openat, 2, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC);
#if defined(__x86_64__)
  for (const int number : {SYS_stat, SYS_lstat, SYS_readlink}) filter.allow(number);
  filter.allow_without(SYS_open, 1, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC);
#endif
  filter.allow_values(SYS_kill, 1, std::array{0u});
  return filter;
}

}  // namespace

void keep_open_files_only() {
  std::ignore =
      install(open_files_only().finish());  // a guard without the filter still does its work
}

void keep_netlink_only() {
  Filter filter = open_files_only();
  filter.allow(SYS_recvfrom);
  // Without an address a socket that is not connected sends nothing; that of netlink goes to the
  // kernel.
  filter.allow_values(SYS_sendto, 5, std::array<uint32_t, 1>{0});
  filter.allow_values(SYS_socket, 0, std::array<uint32_t, 3>{AF_NETLINK, AF_INET, AF_INET6});
  // IPT_SO_GET_INFO and IPT_SO_GET_ENTRIES, which are those of IPv6 too, and ARPT_SO_*.
  filter.allow_values(SYS_getsockopt, 2, std::array<uint32_t, 4>{64, 65, 96, 97});
  filter.allow_values(SYS_setsockopt, 1, std::array<uint32_t, 1>{SOL_NETLINK});
  filter.allow_values(SYS_setns, 1, std::array<uint32_t, 1>{CLONE_NEWNET});
  std::ignore = install(filter.finish());
}

Result<> enter_sandbox(const Sandbox& sandbox) { return install(sandbox_filter(sandbox)); }

}  // namespace pwru
