// SPDX-License-Identifier: Apache-2.0
#include "event/perf_buffers.h"

#include <bpf/bpf.h>
#include <fmt/core.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace pwru::event {
namespace {

UniqueFd open_event(uint32_t cpu, uint32_t wakeup_bytes) {
  perf_event_attr attr{};
  attr.size = sizeof(attr);
  attr.type = PERF_TYPE_SOFTWARE;
  attr.config = PERF_COUNT_SW_BPF_OUTPUT;
  attr.sample_type = PERF_SAMPLE_RAW;
  attr.sample_period = 1;
  attr.watermark = 1;
  attr.wakeup_watermark = wakeup_bytes;
  constexpr int kAnyTask = -1;
  constexpr int kNoGroup = -1;
  return UniqueFd(
      static_cast<int>(::syscall(SYS_perf_event_open, &attr, kAnyTask, static_cast<int>(cpu),
                                 kNoGroup, PERF_FLAG_FD_CLOEXEC)));
}

Result<PerfBuffer> open_buffer(UniqueFd event, uint32_t cpu, uint32_t bytes) {
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  PWRU_ASSIGN(Mapping memory, Mapping::writable(event.get(), page + bytes,
                                                fmt::format("the perf buffer of CPU {} (a smaller "
                                                            "--output-buffer-size needs less)",
                                                            cpu)));
  auto& positions = *reinterpret_cast<perf_event_mmap_page*>(memory.writable_bytes().data());
  const PerfRing ring(positions, memory.bytes().subspan(page));
  return PerfBuffer{cpu, std::move(event), std::move(memory), ring};
}

}  // namespace

Result<std::vector<PerfBuffer>> open_perf_buffers(int map_fd, uint32_t cpus, uint32_t bytes) {
  std::vector<PerfBuffer> buffers;
  for (uint32_t cpu = 0; cpu < cpus; cpu++) {
    UniqueFd event = open_event(cpu, bytes / 2);
    if (!event && errno == ENODEV) continue;  // it is offline
    if (!event) return sys_fail(fmt::format("open the perf buffer of CPU {}", cpu));
    PWRU_ASSIGN(PerfBuffer buffer, open_buffer(std::move(event), cpu, bytes));
    const int fd = buffer.event.get();
    if (bpf_map_update_elem(map_fd, &cpu, &fd, BPF_ANY) != 0 ||
        ::ioctl(fd, PERF_EVENT_IOC_ENABLE, 0) != 0)
      return sys_fail(fmt::format("give the perf buffer of CPU {} to the tracer", cpu));
    buffers.push_back(std::move(buffer));
  }
  return buffers;
}

}  // namespace pwru::event
