// SPDX-License-Identifier: Apache-2.0
// The programs of bpf/hooks/bpf_progs.bpf.c: fentry and fexit, and those of tracepoints and of
// single functions. libbpf opens and relocates them once; then a copy is loaded for each BPF
// program of the machine, or tracepoint, that is traced. With an object for each, libbpf would look
// up the kernel's types again and again, which takes longer than all the rest.
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abi/event.h"
#include "base/handle.h"
#include "base/result.h"
#include "program/tracer.h"

namespace pwru::program {

enum class ProgKind { Tc, Xdp, Tracepoint, Function };

// What a copy is made for.
struct ProgTarget {
  int fd = -1;
  uint32_t function_id = 0;  // of the entry function in the program's BTF
  uint64_t ip = 0;           // goes into the events as pwru_event.func_ip
};

// A function of the kernel.
struct FunctionTarget {
  uint32_t function_id = 0;  // in the BTF of vmlinux
  uint64_t ip = 0;
  uint8_t skb_arg = 1;
  uint8_t numbers = 0;  // plan::number_arguments()
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
  // The same for a raw tracepoint: pwru_tp_<program> of bpf/hooks/tracepoints.bpf.c. The kernel
  // knows it as `name`.
  [[nodiscard]] Result<UniqueFd> load_raw(std::string_view program, const std::string& name,
                                          uint64_t id) const;
  // The same for a function: pwru_fn_<program> of bpf/hooks/fentry.bpf.c.
  [[nodiscard]] Result<UniqueFd> load_function(std::string_view program,
                                               const FunctionTarget& target) const;

 private:
  // A program as libbpf would hand it to the kernel.
  struct Relocated {
    std::vector<bpf_insn> instructions;
    std::vector<uint8_t> func_info;
    uint32_t func_info_rec_size = 0;
    uint32_t func_info_cnt = 0;
    uint32_t btf_fd = 0;
  };

  struct Mark {
    uint64_t mark = 0;
    uint64_t value = 0;
  };
  // Puts numbers where the marks that stand for them are.
  static void set_marks(std::vector<bpf_insn>& instructions, std::span<const Mark> marks);
  static int take_program(bpf_program* program, bpf_prog_load_opts* options, long cookie);
  [[nodiscard]] Result<> open(const plan::Plan& plan, const std::string& btf_path,
                              const Tracer& tracer, ProgKind kind);
  struct Kind {
    bpf_prog_type type = BPF_PROG_TYPE_TRACING;
    bpf_attach_type attach = {};
  };
  // A copy of the program whose name ends in `suffix`, behind that of the kind.
  [[nodiscard]] Result<UniqueFd> load_one(std::string_view suffix, const char* name,
                                          const Kind& kind, const ProgTarget& target,
                                          std::span<const Mark> more = {}) const;

  bool has_cmpxchg_ = false;
  std::string_view prefix_;  // of the programs of this kind: "pwru_tc_"
  BpfObject object_;         // owns the BTF and the maps that the instructions refer to
  std::map<std::string, Relocated, std::less<>> programs_;  // by what follows the prefix
};

}  // namespace pwru::program
