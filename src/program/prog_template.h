// SPDX-License-Identifier: Apache-2.0
// The fentry and fexit programs of bpf/hooks/bpf_progs.bpf.c. libbpf opens and relocates them once;
// then a copy is loaded for each BPF program of the machine that is traced. With an object for
// each, libbpf would look up the kernel's types again and again, which takes longer than all the
// rest.
#pragma once

#include <linux/bpf.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "abi/event.h"
#include "base/handle.h"
#include "base/result.h"
#include "program/tracer.h"

namespace pwru::program {

enum class ProgKind { Tc, Xdp };

// What a copy is made for.
struct ProgTarget {
  int fd = -1;
  uint32_t function_id = 0;  // of the entry function in the program's BTF
  uint64_t ip = 0;           // goes into the events as pwru_event.func_ip
};

// One program on its way in, one on its way out.
struct ProgPair {
  UniqueFd entry;
  UniqueFd exit;
};

class ProgTemplate {
 public:
  // Shares the maps and counters of `tracer`, which was loaded for `plan`. `btf_path` as there.
  [[nodiscard]] static Result<std::unique_ptr<ProgTemplate>> prepare(const plan::Plan& plan,
                                                                     const std::string& btf_path,
                                                                     const Tracer& tracer,
                                                                     ProgKind kind);
  // Loaded, not yet attached. The error is what the kernel said, without a subject.
  [[nodiscard]] Result<ProgPair> load(const ProgTarget& target) const;

 private:
  // A program as libbpf would hand it to the kernel.
  struct Relocated {
    std::vector<bpf_insn> instructions;
    std::vector<uint8_t> func_info;
    uint32_t func_info_rec_size = 0;
    uint32_t func_info_cnt = 0;
    uint32_t btf_fd = 0;
  };

  static int take_program(bpf_program* program, bpf_prog_load_opts* options, long cookie);
  [[nodiscard]] Result<> open(const plan::Plan& plan, const std::string& btf_path,
                              const Tracer& tracer, ProgKind kind);
  [[nodiscard]] Result<UniqueFd> load_one(const Relocated& program, const char* name,
                                          bpf_attach_type attach, const ProgTarget& target) const;

  BpfObject object_;  // owns the BTF and the maps that the instructions refer to
  Relocated entry_;
  Relocated exit_;
};

}  // namespace pwru::program
