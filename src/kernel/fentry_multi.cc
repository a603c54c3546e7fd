// SPDX-License-Identifier: Apache-2.0
#include "kernel/fentry_multi.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace pwru::kernel {
namespace {

constexpr uint32_t kWordBytes = 8;
constexpr size_t kMostArguments = 12;  // MAX_BPF_FUNC_ARGS

bool is_aggregate(uint32_t kind) { return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION; }

// How many words of the array that programs read it takes. 0: the kernel knows no size.
uint32_t words_of(const Btf& btf, uint32_t id) {
  const uint32_t type = btf.resolve(id);
  switch (btf.kind(type)) {
    case BTF_KIND_PTR:
      return 1;
    case BTF_KIND_INT:
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
      return (btf.type(type).size + kWordBytes - 1) / kWordBytes;
    default:
      return 0;
  }
}

}  // namespace

UniqueFd create_fentry_multi(const FentryMultiLink& link) {
  return UniqueFd(static_cast<int>(::syscall(SYS_bpf, BPF_LINK_CREATE, &link, sizeof(link))));
}

bool fits_trampoline(const Btf& btf, uint32_t func_proto_id) {
  const auto params = btf.params(func_proto_id);
  if (btf.kind(func_proto_id) != BTF_KIND_FUNC_PROTO || params.size() > kMostArguments)
    return false;
  const uint32_t result = btf.type(func_proto_id).type;
  if (result && (is_aggregate(btf.kind(btf.resolve(result))) || words_of(btf, result) != 1))
    return false;
  size_t words = 0;
  for (const btf_param& param : params) {
    const uint32_t taken =
        param.type ? words_of(btf, param.type) : 0;  // no type: variable arguments
    if (taken == 0 || taken > 2) return false;
    words += taken;
  }
  return words <= kMostArguments;
}

}  // namespace pwru::kernel
