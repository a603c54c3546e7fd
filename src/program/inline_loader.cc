// SPDX-License-Identifier: Apache-2.0
#include "program/inline_loader.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include <fmt/core.h>

#include <algorithm>

#include "program/inline_hit.h"

namespace pwru::program {
namespace {

// Of the programs at the functions' entries in bpf/hooks/functions.bpf.c.
constexpr const char* kTraceSection = "kprobe";

}  // namespace

InlineLoader::InlineLoader(plan::Family family) : family_(family) {
  if (family == plan::Family::Hit || family == plan::Family::Tracked)
    handler_.emplace(kTraceSection, BPF_PROG_TYPE_KPROBE, put_hit_inline, this);
}

InlineLoader::InlineLoader(plan::Family family, const char* section, bpf_attach_type attach)
    : family_(family) {
  handler_.emplace(section, BPF_PROG_TYPE_TRACING, put_hit_inline, this, attach);
}

Result<> InlineLoader::check() const {
  if (handler_ && handler_->id() < 0)
    return sys_fail("tell libbpf how to load the tracer", -handler_->id());
  return {};
}

void InlineLoader::look_up_types(const bpf_object* object) {
  const int id = btf__find_by_name_kind(bpf_object__btf(object), "pwru_filter_hit", BTF_KIND_FUNC);
  hit_type_id_ = static_cast<uint32_t>(std::max(0, id));
}

// Called by libbpf when all is relocated. `cookie` is an InlineLoader.
int InlineLoader::put_hit_inline(bpf_program* program, bpf_prog_load_opts* options, long cookie) {
  const std::string_view name = bpf_program__name(program);
  auto& self = *reinterpret_cast<InlineLoader*>(cookie);
  const bool has_hit = self.family_ == plan::Family::Hit || self.family_ == plan::Family::Tracked;
  if (!has_hit || !name.starts_with(fmt::format("pwru_{}_", name_of(self.family_))) ||
      options->func_info_rec_size != sizeof(bpf_func_info))
    return 0;
  auto changed =
      inline_hit({bpf_program__insns(program), bpf_program__insn_cnt(program)},
                 {static_cast<const bpf_func_info*>(options->func_info), options->func_info_cnt},
                 self.hit_type_id_, self.family_ == plan::Family::Hit);
  if (!changed) return 0;
  options->func_info = self.functions_.emplace_back(std::move(changed->functions)).data();
  options->func_info_cnt--;
  return bpf_program__set_insns(program, changed->instructions.data(),
                                changed->instructions.size());
}

}  // namespace pwru::program
