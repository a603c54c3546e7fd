// SPDX-License-Identifier: Apache-2.0
// The tracer's BPF objects, compiled from bpf/hooks/*.bpf.c and embedded in the executable as gzip.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace pwru::program {

// One that reads the kernel by plain loads (bpf_rdonly_cast, 6.2), one that copies.
[[nodiscard]] Result<std::string> tracer_object(bool uses_cast);
// Of bpf/hooks/fentry_multi.bpf.c.
[[nodiscard]] Result<std::string> fentry_multi_object();
// The same of bpf/hooks/bpf_progs.bpf.c.
[[nodiscard]] Result<std::string> progs_object(bool uses_cast);
// pwru_nft_verdict(), which the others call: of bpf/hooks/nft.bpf.c, and the one that answers
// nothing.
[[nodiscard]] std::string_view nft_object();
[[nodiscard]] std::string_view nft_arrays_object();  // before 5.17
[[nodiscard]] std::string_view nft_stub_object();
// The same for pwru_xt_verdict(), of bpf/hooks/xtables.bpf.c.
[[nodiscard]] std::string_view xtables_object();
[[nodiscard]] std::string_view xtables_stub_object();

}  // namespace pwru::program
