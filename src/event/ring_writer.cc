// SPDX-License-Identifier: Apache-2.0
#include "event/ring_writer.h"

#include <fmt/core.h>

#include <cstring>

#include "abi/event.h"

namespace pwru::event {

Result<bool> RingWriter::write(std::span<const std::byte> bytes) {
  pwru_event header = {};
  if (bytes.size() >= sizeof(header)) std::memcpy(&header, bytes.data(), sizeof(header));
  const uint32_t length = header.bytes;
  if (length < sizeof(header) || length > bytes.size() || length > layout_.record_max_bytes ||
      length % 8 != 0)
    return fail(fmt::format("read a perf buffer: a record of {} bytes is no event", length));
  const uint64_t start =
      pwru_record_start(positions_.reserved, layout_.chunk_bytes, layout_.record_max_bytes);
  if (start + length - positions_.released > layout_.ring_bytes) return false;
  std::memcpy(memory_ + (start & (layout_.ring_bytes - 1)), bytes.data(), length);
  positions_.reserved = positions_.committed = start + length;
  return true;
}

}  // namespace pwru::event
