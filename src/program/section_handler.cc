// SPDX-License-Identifier: Apache-2.0
#include "program/section_handler.h"

namespace pwru::program {

SectionHandler::SectionHandler(const char* section, bpf_prog_type type,
                               libbpf_prog_prepare_load_fn_t prepare, void* cookie,
                               bpf_attach_type attach) {
  // libbpf before 1.3 frees its list with the last entry and goes on using it: so one entry stays.
  [[maybe_unused]] static const int kept = libbpf_register_prog_handler(
      "pwru_none", BPF_PROG_TYPE_SOCKET_FILTER, bpf_attach_type{}, nullptr);
  LIBBPF_OPTS(libbpf_prog_handler_opts, options);
  options.cookie = reinterpret_cast<long>(cookie);
  options.prog_prepare_load_fn = prepare;
  id_ = libbpf_register_prog_handler(section, type, attach, &options);
}

}  // namespace pwru::program
