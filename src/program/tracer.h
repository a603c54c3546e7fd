// SPDX-License-Identifier: Apache-2.0
// The loadable object: filters linked in, constants set, programs picked, verified by the kernel.
#pragma once

#include <bpf/libbpf.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "abi/config.h"
#include "abi/ring.h"
#include "base/handle.h"
#include "base/mapping.h"
#include "base/result.h"
#include "filter/filter.h"

namespace pwru::program {

enum class Backend { Kprobe, KprobeMulti };

struct TracerSpec {
  pwru_config config = {};
  filter::PcapFilter filter;
  filter::TunnelFilter tunnel_filter;
  bool uses_cast = false;
  Backend backend = Backend::Kprobe;
  std::array<bool, 6> uses_arg = {};        // [1]..[5]: some function has its skb there
  std::vector<std::string> copy_functions;  // functions with a fexit program that exist here
  uint32_t tracked_entries = 1;
  std::string btf_path;  // "" is the running kernel's
};

// What the kernel counted of hits that no program saw.
struct Missed {
  uint64_t recursion = 0;  // a probe hit inside another probe's program
};

class Tracer {
 public:
  // An error names the program and, in one line, what the verifier or libbpf said.
  [[nodiscard]] static Result<Tracer> load(const TracerSpec& spec);

  [[nodiscard]] bpf_program* trace(int skb_arg) const {
    return trace_[static_cast<size_t>(skb_arg)];
  }
  // skb_release_head_state: shown or only watched; and the functions that run after it.
  [[nodiscard]] bpf_program* trace_release() const { return trace_release_; }
  [[nodiscard]] bpf_program* release() const { return release_; }
  [[nodiscard]] bpf_program* trace_dying() const { return trace_dying_; }
  [[nodiscard]] const std::vector<bpf_program*>& copies() const { return copies_; }

  // One ring of spec.config.ring_bytes a possible CPU, by CPU number.
  [[nodiscard]] std::span<const std::byte> ring_memory() const { return ring_memory_.bytes(); }
  // Live: both sides read and write this memory.
  [[nodiscard]] pwru_shared& shared() const { return *shared_; }
  // Of the map that wakes the reader up.
  [[nodiscard]] int doorbell_fd() const;
  [[nodiscard]] Missed missed() const;
  // Identities that the LRU map threw out to make room.
  [[nodiscard]] uint64_t tracked_evicted() const;

 private:
  Result<> pick_programs(const TracerSpec& spec);
  Result<> set_constants(const TracerSpec& spec);
  Result<> map_rings();
  Result<> map_shared();

  BpfObject object_;
  std::array<bpf_program*, 6> trace_ = {};
  bpf_program* trace_release_ = nullptr;
  bpf_program* release_ = nullptr;
  bpf_program* trace_dying_ = nullptr;
  std::vector<bpf_program*> copies_;
  Mapping ring_memory_;
  pwru_shared* shared_ = nullptr;
};

}  // namespace pwru::program
