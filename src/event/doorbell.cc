// SPDX-License-Identifier: Apache-2.0
#include "event/doorbell.h"

#include <bpf/libbpf.h>

namespace pwru::event {

Result<Doorbell> Doorbell::open(int fd) {
  const auto ignore = [](void*, void*, size_t) { return 0; };
  Doorbell bell;
  bell.ring_.reset(ring_buffer__new(fd, ignore, nullptr, nullptr));
  if (!bell.ring_) return sys_fail("wait on the tracer's doorbell");
  return bell;
}

void Doorbell::wait(int timeout_ms) { ring_buffer__poll(ring_.get(), timeout_ms); }

}  // namespace pwru::event
