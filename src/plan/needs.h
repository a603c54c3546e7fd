// SPDX-License-Identifier: Apache-2.0
// What an option needs besides itself, decided once.
#pragma once

#include "cli/options.h"

namespace pwru::plan {

struct Needs {
  bool identity = false;        // packets get an id
  bool follows_skb = false;     // a packet that is known passes without the filters
  bool follows_stack = false;   // so does what is hit while a packet is handled
  bool follows_xdp = false;     // from the XDP program to the skb
  bool bpf_programs = false;    // TC or XDP programs are traced
  bool nesting_rings = false;   // programs interrupt each other while they write
  bool control_buffer = false;  // __sk_buff->cb[]: a TC program's own scratch memory
  bool address_names = false;   // an address may have to be named that is no probed function's
  bool unwinds = false;         // programs ask the kernel for call stacks
  bool map_calls = false;       // calls of functions of BPF maps are shown
  bool paths = false;           // hits are kept until a trigger fires
  bool parents = false;         // what a packet was made of
  bool deaths = false;          // where packets die, more is read than on their way
};

[[nodiscard]] Needs needs_of(const cli::Options& options);

}  // namespace pwru::plan
