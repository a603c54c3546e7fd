// SPDX-License-Identifier: Apache-2.0
#include "probe/bpf_progs.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <fmt/core.h>
#include <linux/bpf.h>

#include <cerrno>

#include "base/log.h"
#include "probe/links.h"
#include "probe/tail_calls.h"

namespace pwru::probe {
namespace {

using program::ProgKind;

constexpr auto kPause = std::chrono::milliseconds(100);
// Programs of one look that are skipped and named; the rest is counted.
constexpr size_t kNamed = 5;

// The BTF has the whole name; bpf_prog_info has its first 15 characters.
void read_entry_function(BpfProg& prog, uint32_t btf_id, uint32_t function_id) {
  const BtfHandle btf(btf_id ? btf__load_from_kernel_by_id(btf_id) : nullptr);
  const btf_type* type = btf ? btf__type_by_id(btf.get(), function_id) : nullptr;
  if (!type || !btf_is_func(type)) return;
  prog.site.name = btf__name_by_offset(btf.get(), type->name_off);
  prog.function_id = function_id;
}

// Nothing for a program that vanished meanwhile or is of another type.
std::optional<BpfProg> read_prog(uint32_t id) {
  BpfProg prog;
  prog.id = id;
  prog.fd.reset(bpf_prog_get_fd_by_id(id));
  if (!prog.fd) return std::nullopt;
  bpf_prog_info info = {};
  uint32_t size = sizeof(info);
  if (bpf_obj_get_info_by_fd(prog.fd.get(), &info, &size) != 0) return std::nullopt;
  const auto kind = kind_of(info.type);
  if (!kind) return std::nullopt;
  prog.kind = *kind;
  prog.site.name = info.name;

  const uint32_t btf_id = info.btf_id;
  bpf_func_info function = {};
  uint64_t address = 0;
  info = {};
  size = sizeof(info);
  info.nr_func_info = 1;
  info.func_info_rec_size = sizeof(function);
  info.func_info = reinterpret_cast<uintptr_t>(&function);
  info.nr_jited_ksyms = 1;
  info.jited_ksyms = reinterpret_cast<uintptr_t>(&address);
  if (bpf_obj_get_info_by_fd(prog.fd.get(), &info, &size) == 0 && info.nr_func_info > 0)
    read_entry_function(prog, btf_id, function.type_id);
  prog.site.name += fmt::format("({})", name_of(prog.kind));
  prog.site.kind = kernel::SiteKind::BpfProgram;
  prog.site.address = address;
  prog.site.id = address ? address : id;
  return prog;
}

}  // namespace

std::optional<ProgKind> kind_of(uint32_t type) {
  if (type == BPF_PROG_TYPE_SCHED_CLS) return ProgKind::Tc;
  if (type == BPF_PROG_TYPE_XDP) return ProgKind::Xdp;
  return std::nullopt;
}

std::string_view name_of(ProgKind kind) { return kind == ProgKind::Tc ? "tc" : "xdp"; }

std::vector<BpfProg> BpfProgs::find_new() {
  std::vector<BpfProg> found;
  uint32_t id = last_id_;
  while (bpf_prog_get_next_id(id, &id) == 0) {
    last_id_ = id;
    auto prog = read_prog(id);
    if (prog && template_for(prog->kind)) found.push_back(std::move(*prog));
  }
  return found;
}

Result<BpfProgs::Traced> BpfProgs::trace(const BpfProg& prog) const {
  if (!prog.function_id) return fail("it has no BTF that names its entry function");
  Traced traced;
  traced.name = prog.site.name;
  PWRU_ASSIGN(traced.programs,
              template_for(prog.kind)->load(
                  {.fd = prog.fd.get(), .function_id = prog.function_id, .ip = prog.site.id}));
  // Before 5.17 there is no other way to attach these than a raw tracepoint without a name.
  traced.entry_link.reset(bpf_raw_tracepoint_open(nullptr, traced.programs.entry.get()));
  if (!traced.entry_link) return sys_fail("attach fentry");
  traced.exit_link.reset(bpf_raw_tracepoint_open(nullptr, traced.programs.exit.get()));
  if (!traced.exit_link) return sys_fail("attach fexit");
  return traced;
}

Attached BpfProgs::attach_new(const OnProgress& on_progress) {
  last_look_ = std::chrono::steady_clock::now();
  const std::vector<BpfProg> found = find_new();
  Attached attached;
  size_t done = 0, refused = 0;
  for (const BpfProg& prog : found) {
    if (stop_requested()) {
      attached.is_interrupted = true;
      break;
    }
    on_traced_(prog.site);
    auto traced = trace(prog);
    if (traced) {
      if (names_each_) log_info("debug: BPF program {}", prog.site.name);
      traced_.push_back(std::move(*traced));
      attached.count++;
    } else if (++refused <= kNamed) {
      log_warn("BPF program {} {} is not traced: {}", prog.id, prog.site.name, traced.error().what);
    }
    on_progress(++done, found.size());
  }
  if (refused > kNamed) log_warn("{} more BPF programs are not traced", refused - kNamed);
  if (refused) attached.left_out["as said above"] = static_cast<unsigned>(refused);
  return attached;
}

Result<Attached> BpfProgs::attach(const OnProgress& on_progress) {
  Attached attached = attach_new(on_progress);
  warn_about_tail_calls([this](ProgKind kind) { return template_for(kind) != nullptr; });
  return attached;
}

void BpfProgs::poll() {
  if (std::chrono::steady_clock::now() - last_look_ < kPause) return;
  if (const Attached attached = attach_new([](size_t, size_t) {}); attached.count > 0)
    log_info("{} new BPF programs are traced", attached.count);
}

void BpfProgs::detach(const OnProgress& on_progress) { take_off_each(traced_, on_progress); }

program::MissCounts BpfProgs::missed() const {
  program::MissCounts counts;
  for (const Traced& traced : traced_) {
    program::add_misses(traced.programs.entry.get(), traced.name, counts);
    program::add_misses(traced.programs.exit.get(), traced.name, counts);
  }
  return counts;
}

}  // namespace pwru::probe
