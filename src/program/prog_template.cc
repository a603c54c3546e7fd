// SPDX-License-Identifier: Apache-2.0
#include "program/prog_template.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "program/atomic_take.h"
#include "program/constants.h"
#include "program/filters.h"
#include "program/libbpf_log.h"
#include "program/link.h"
#include "program/objects.h"
#include "program/section_handler.h"
#include "program/share_maps.h"

namespace pwru::program {
namespace {

constexpr const char* kSection = "progs/";
constexpr const char* kLicense = "Dual BSD/GPL";
constexpr size_t kVerifierLogBytes = size_t{256} * 1024;

constexpr bpf_insn instruction(unsigned code, int32_t imm) {
  bpf_insn insn{};
  insn.code = static_cast<uint8_t>(code);
  insn.imm = imm;
  return insn;
}

// What the programs of each kind are called, by ProgKind.
constexpr std::array<std::string_view, 4> kPrefixes = {"pwru_tc_", "pwru_xdp_", "pwru_tp_",
                                                       "pwru_fn_"};

}  // namespace

Result<std::unique_ptr<ProgTemplate>> ProgTemplate::prepare(const plan::Plan& plan,
                                                            const std::string& btf_path,
                                                            const Tracer& tracer, ProgKind kind) {
  auto made = std::make_unique<ProgTemplate>();
  PWRU_TRY(made->open(plan, btf_path, tracer, kind));
  return made;
}

void ProgTemplate::set_marks(std::vector<bpf_insn>& instructions, std::span<const Mark> marks) {
  for (size_t i = 0; i + 1 < instructions.size(); i++) {
    bpf_insn& low = instructions[i];
    bpf_insn& high = instructions[i + 1];
    if (low.code != (BPF_LD | BPF_IMM | BPF_DW)) continue;
    const uint64_t number =
        static_cast<uint32_t>(low.imm) | uint64_t{static_cast<uint32_t>(high.imm)} << 32;
    const auto found = std::ranges::find(marks, number, &Mark::mark);
    if (low.src_reg == 0 && found != marks.end()) {
      low.imm = static_cast<int32_t>(found->value);
      high.imm = static_cast<int32_t>(found->value >> 32);
    }
    i++;
  }
}

// Called by libbpf when all is relocated. The kernel gets an empty program in place of ours, which
// cannot be loaded without a target.
int ProgTemplate::take_program(bpf_program* program, bpf_prog_load_opts* options, long cookie) {
  auto& self = *reinterpret_cast<ProgTemplate*>(cookie);
  const std::string_view full_name = bpf_program__name(program);
  Relocated& taken = self.programs_[std::string(full_name.substr(self.prefix_.size()))];
  const bpf_insn* begin = bpf_program__insns(program);
  taken.instructions.assign(begin, begin + bpf_program__insn_cnt(program));
  if (self.has_cmpxchg_) take_atomically(taken.instructions);
  taken.func_info_rec_size = options->func_info_rec_size;
  taken.func_info_cnt = options->func_info_cnt;
  const auto* info = static_cast<const uint8_t*>(options->func_info);
  taken.func_info.assign(info, info + size_t{options->func_info_cnt} * options->func_info_rec_size);
  taken.btf_fd = options->prog_btf_fd;

  std::array<bpf_insn, 2> nothing = {instruction(BPF_ALU64 | BPF_MOV | BPF_K, 0),
                                     instruction(BPF_JMP | BPF_EXIT, 0)};
  options->func_info_cnt = 0;
  options->line_info_cnt = 0;
  options->func_info = nullptr;
  options->line_info = nullptr;
  options->prog_btf_fd = 0;
  return bpf_program__set_insns(program, nothing.data(), nothing.size());
}

Result<> ProgTemplate::open(const plan::Plan& plan, const std::string& btf_path,
                            const Tracer& tracer, ProgKind kind) {
  const bool is_xdp = kind == ProgKind::Xdp;
  const plan::Filters& filters = plan.filters;
  has_cmpxchg_ = plan.has_cmpxchg;
  prefix_ = kPrefixes[static_cast<size_t>(kind)];
  PWRU_ASSIGN(const std::string unlinked, progs_object(plan.uses_cast && !is_xdp));
  PWRU_ASSIGN(std::string elf,
              link_objects(with_filters(unlinked, is_xdp ? filters.xdp_pcap : filters.pcap,
                                        is_xdp ? filters.xdp_tunnel : filters.tunnel,
                                        plan.expressions, pwru_config{})));
  PWRU_TRY(set_constants(elf, is_xdp ? plan.xdp_config : plan.tc_config));
  if (plan.is_locked_down) leave_out_copies(elf);
  if (plan.uses_old_copies) use_old_copies(elf);
  const SectionHandler handler(kSection, BPF_PROG_TYPE_SOCKET_FILTER, take_program, this);
  if (handler.id() < 0)
    return sys_fail("tell libbpf about programs that are loaded as copies", -handler.id());
  LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "pwru_progs",
              .btf_custom_path = btf_path.empty() ? nullptr : btf_path.c_str());
  object_.reset(bpf_object__open_mem(elf.data(), elf.size(), &options));
  if (!object_)
    return libbpf_fail("open the BPF object of programs that are loaded as copies", errno);
  if (!plan.has_global_functions) make_functions_static(object_.get());
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object_.get()) bpf_program__set_autoload(
      program, std::string_view(bpf_program__name(program)).starts_with(prefix_));
  PWRU_TRY(share_maps(object_.get(), [&](const char* name) { return tracer.map_fd(name); }));
  if (const int error = bpf_object__load(object_.get()); error)
    return libbpf_fail("prepare the programs that are loaded as copies", -error);
  return {};
}

Result<UniqueFd> ProgTemplate::load_one(std::string_view suffix, const char* name, const Kind& kind,
                                        const ProgTarget& target,
                                        std::span<const Mark> more) const {
  const auto found = programs_.find(suffix);
  if (found == programs_.end())
    return fail(fmt::format("the built-in BPF object has no program {}{}: this build is broken",
                            prefix_, suffix));
  const Relocated& program = found->second;
  std::vector<bpf_insn> instructions = program.instructions;
  set_marks(instructions, std::array{Mark{PWRU_TARGET_IP, target.ip}});
  set_marks(instructions, more);
  LIBBPF_OPTS(bpf_prog_load_opts, options);
  options.expected_attach_type = kind.attach;
  if (target.fd >= 0) options.attach_prog_fd = static_cast<uint32_t>(target.fd);
  options.attach_btf_id = target.function_id;
  options.prog_btf_fd = program.btf_fd;
  options.func_info = program.func_info.data();
  options.func_info_cnt = program.func_info_cnt;
  options.func_info_rec_size = program.func_info_rec_size;
  const auto load = [&] {
    return bpf_prog_load(kind.type, name, kLicense, instructions.data(), instructions.size(),
                         &options);
  };
  if (const int fd = load(); fd >= 0) return UniqueFd(fd);
  // Once more, with a log that has the reason. The verifier takes twice as long when it writes a
  // log, so it does not the first time.
  std::vector<char> log(kVerifierLogBytes);
  options.log_level = 1;
  options.log_buf = log.data();
  options.log_size = static_cast<uint32_t>(log.size());
  const int fd = load();
  if (fd >= 0) return UniqueFd(fd);
  std::string reason = std::strerror(-fd);
  if (const std::string said = reason_in(log.data()); !said.empty()) reason += " (" + said + ")";
  return fail(std::move(reason), ExitCode::Failed, -fd);
}

Result<ProgPair> ProgTemplate::load(const ProgTarget& target) const {
  ProgPair pair;
  PWRU_ASSIGN(pair.entry, load_one("entry", "pwru_entry", {.attach = BPF_TRACE_FENTRY}, target));
  PWRU_ASSIGN(pair.exit, load_one("exit", "pwru_exit", {.attach = BPF_TRACE_FEXIT}, target));
  return pair;
}

Result<UniqueFd> ProgTemplate::load_raw(std::string_view program, const std::string& name,
                                        uint64_t id) const {
  return load_one(program, name.c_str(), {.type = BPF_PROG_TYPE_RAW_TRACEPOINT}, {.ip = id});
}

Result<UniqueFd> ProgTemplate::load_function(std::string_view program,
                                             const FunctionTarget& target) const {
  const auto marks = std::array{Mark{PWRU_TARGET_SKB_ARG, target.skb_arg},
                                Mark{PWRU_TARGET_NUMBERS, target.numbers}};
  return load_one(program, "pwru_fentry", {.attach = BPF_TRACE_FENTRY},
                  {.function_id = target.function_id, .ip = target.ip}, marks);
}

}  // namespace pwru::program
