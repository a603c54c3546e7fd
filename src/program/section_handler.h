// SPDX-License-Identifier: Apache-2.0
// Has libbpf call a function of ours before it loads a program of some section.
#pragma once

#include <bpf/libbpf.h>

namespace pwru::program {

// libbpf has one list of section handlers for the process. Our entry is in it as long as this
// object lives, which is while a BPF object is opened and loaded.
class SectionHandler {
 public:
  // `section` as in libbpf_register_prog_handler(); `cookie` is handed to `prepare`.
  SectionHandler(const char* section, bpf_prog_type type, libbpf_prog_prepare_load_fn_t prepare,
                 void* cookie, bpf_attach_type attach = {});
  ~SectionHandler() { libbpf_unregister_prog_handler(id_); }
  SectionHandler(const SectionHandler&) = delete;
  SectionHandler& operator=(const SectionHandler&) = delete;

  // Negative: why libbpf refused.
  [[nodiscard]] int id() const { return id_; }

 private:
  int id_;
};

}  // namespace pwru::program
