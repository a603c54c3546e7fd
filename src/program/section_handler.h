// SPDX-License-Identifier: Apache-2.0
// A say in how libbpf loads the programs of a section.
#pragma once

#include <bpf/libbpf.h>

namespace pwru::program {

// libbpf's list of section handlers is the process's own; an entry of ours is in it only while an
// object is opened and loaded.
class SectionHandler {
 public:
  // `section` as in libbpf_register_prog_handler(); `cookie` is handed to `prepare`.
  SectionHandler(const char* section, bpf_prog_type type, libbpf_prog_prepare_load_fn_t prepare,
                 void* cookie);
  ~SectionHandler() { libbpf_unregister_prog_handler(id_); }
  SectionHandler(const SectionHandler&) = delete;
  SectionHandler& operator=(const SectionHandler&) = delete;

  // Negative: why libbpf refused.
  [[nodiscard]] int id() const { return id_; }

 private:
  int id_;
};

}  // namespace pwru::program
