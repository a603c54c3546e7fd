// SPDX-License-Identifier: Apache-2.0
// The loadable object: filters linked in, constants set, programs picked, verified by the kernel.
#pragma once

#include <bpf/libbpf.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "abi/config.h"
#include "abi/event.h"
#include "abi/ring.h"
#include "base/handle.h"
#include "base/mapping.h"
#include "base/result.h"
#include "cli/backend.h"
#include "event/counters.h"
#include "expr/compile.h"
#include "filter/filter.h"
#include "kernel/functions.h"
#include "plan/arg_table.h"
#include "program/misses.h"

namespace pwru::program {

struct TracerSpec {
  pwru_config config = {};
  filter::PcapFilter filter;
  filter::HitFilter hit_filter;   // with uses_cast
  expr::Program expressions;      // on struct sk_buff
  expr::Program xdp_expressions;  // on struct xdp_buff
  filter::TunnelFilter tunnel_filter;
  filter::PcapFilter xdp_filter;  // the same for XDP programs: made to copy
  filter::TunnelFilter xdp_tunnel_filter;
  bool uses_cast = false;
  cli::Backend backend = cli::Backend::Kprobe;
  // [1]..[5]: some function has its skb there; [0]: some function has none. One that takes a list
  // counts apart.
  std::array<bool, 6> uses_arg = {};
  bool uses_list = false;
  std::optional<plan::ArgTable> arg_table;  // with it one program does positions 2 to 5
  std::vector<std::string> copy_functions;  // functions with a fexit program that exist here
  uint32_t tracked_entries = 1;
  uint32_t stack_entries = 1;  // call stacks that handle a packet, with config.by_stack
  std::string btf_path;        // "" is the running kernel's
};

// `object` with the user's filters and expressions, as one ELF file.
[[nodiscard]] Result<std::string> link_with_filters(std::string_view object,
                                                    const TracerSpec& spec);

class Tracer {
 public:
  // An error names the program and, in one line, what the verifier or libbpf said.
  [[nodiscard]] static Result<Tracer> load(const TracerSpec& spec);

  // The table that it was loaded with, and more in it.
  [[nodiscard]] Result<> set_arg_table(const plan::ArgTable& table) const;
  // By the position of the skb; 0: for functions that have none.
  [[nodiscard]] bpf_program* trace(int skb_arg) const {
    return trace_[static_cast<size_t>(skb_arg)];
  }
  // For a function that takes a list of them.
  [[nodiscard]] bpf_program* list() const { return list_; }
  // For a function of BPF maps; and for the return of a look-up, nullptr for the others.
  [[nodiscard]] bpf_program* map(kernel::MapOp op) const { return map_[static_cast<size_t>(op)]; }
  [[nodiscard]] bpf_program* map_lookup_return() const { return map_lookup_return_; }
  // skb_release_head_state: shown or only watched; and the functions that run after it. The same
  // program, with config.release_addr.
  [[nodiscard]] bpf_program* trace_release() const { return trace_release_; }
  [[nodiscard]] bpf_program* release() const { return release_; }
  [[nodiscard]] bpf_program* trace_dying() const { return trace_dying_; }
  [[nodiscard]] const std::vector<bpf_program*>& copies() const { return copies_; }

  // Another object may share it; -1 when there is none of that name.
  [[nodiscard]] int map_fd(const char* name) const;
  // One ring of spec.config.ring_bytes a possible CPU, by CPU number.
  [[nodiscard]] std::span<const std::byte> ring_memory() const { return ring_memory_.bytes(); }
  // Live: both sides read and write this memory.
  [[nodiscard]] pwru_shared& shared() const { return *shared_; }
  // Of the map that wakes the reader up.
  [[nodiscard]] int doorbell_fd() const;
  // Hits inside another probe's program.
  [[nodiscard]] MissCounts missed() const;
  // Programs that are still attached follow nothing more.
  void end_tracking() const;
  // Adds what the programs could not keep: identities, call stacks, lists, look-ups. Walks through
  // maps.
  void add_losses(event::Counters& counters) const;

 private:
  Result<> pick_trace_programs(const TracerSpec& spec, std::string_view family);
  Result<> pick_programs(const TracerSpec& spec, std::string_view family);
  Result<> pick_end_programs(const TracerSpec& spec);
  Result<> pick_map_programs(const TracerSpec& spec);
  Result<> size_maps(const TracerSpec& spec);
  Result<> map_rings();
  Result<> map_shared();
  [[nodiscard]] uint64_t entries_in(const char* map) const;
  [[nodiscard]] uint64_t tracked_evicted() const;
  [[nodiscard]] uint64_t heads_evicted() const;
  [[nodiscard]] uint64_t stacks_forgotten() const;

  BpfObject object_;
  std::array<bpf_program*, 6> trace_ = {};
  bpf_program* list_ = nullptr;
  std::array<bpf_program*, 4> map_ = {};  // by kernel::MapOp; [0]: no function of maps
  bpf_program* map_lookup_return_ = nullptr;
  bpf_program* trace_release_ = nullptr;
  bpf_program* release_ = nullptr;
  bpf_program* trace_dying_ = nullptr;
  std::vector<bpf_program*> copies_;
  Mapping ring_memory_;
  pwru_shared* shared_ = nullptr;
};

}  // namespace pwru::program
