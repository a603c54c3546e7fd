// SPDX-License-Identifier: Apache-2.0
#include "plan/fentry_ids.h"

#include "kernel/fentry_multi.h"
#include "kernel/packet_ends.h"

namespace pwru::plan {
namespace {

uint32_t id_of(std::string_view name, uint64_t address, const kernel::Btf& vmlinux,
               const kernel::Symbols& symbols) {
  if (symbols.addresses(name, "") != std::vector<uint64_t>{address}) return 0;
  const uint32_t id = vmlinux.find(name, BTF_KIND_FUNC);
  return id && kernel::fits_trampoline(vmlinux, vmlinux.type(id).type) ? id : 0;
}

}  // namespace

FentryIds find_fentry_ids(const std::vector<kernel::Function>& functions, const Release& release,
                          const kernel::Btf& vmlinux, const kernel::Symbols& symbols) {
  FentryIds ids;
  for (const kernel::Function& function : functions) {
    if (!function.module.empty() || function.skb_arg == 0 || kernel::takes_list(function)) continue;
    if (const uint32_t id = id_of(function.name, function.addr, vmlinux, symbols))
      ids[function.addr] = id;
  }
  if (release.addr)
    if (const uint32_t id = id_of(release.name, release.addr, vmlinux, symbols))
      ids[release.addr] = id;
  return ids;
}

}  // namespace pwru::plan
