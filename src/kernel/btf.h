// SPDX-License-Identifier: Apache-2.0
// A read-only view of BTF that builds no type graph: one pass records where each type starts,
// everything else is looked up in the bytes. Layout: Documentation/bpf/btf.rst.
#pragma once

#include <linux/btf.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pwru::kernel {

class Btf {
 public:
  // `bytes` is raw BTF or an ELF file with a .BTF section; `base` is vmlinux' for a module's split
  // BTF and must outlive the result. Every offset and string is checked here, so that later
  // look-ups need no checks.
  [[nodiscard]] static Result<std::unique_ptr<Btf>> parse(std::string bytes, const Btf* base);

  // Ids from first_id() to end_id() - 1 are this file's own; smaller ones are the base's.
  [[nodiscard]] uint32_t first_id() const;
  [[nodiscard]] uint32_t end_id() const;
  // Id 0 is void: a type of kind BTF_KIND_UNKN.
  [[nodiscard]] const btf_type& type(uint32_t id) const;
  [[nodiscard]] uint32_t kind(uint32_t id) const;
  [[nodiscard]] std::string_view name(uint32_t id) const;
  [[nodiscard]] std::string_view string_at(uint32_t offset) const;
  [[nodiscard]] std::span<const btf_param> params(uint32_t func_proto_id) const;
  [[nodiscard]] std::span<const btf_enum> enumerators(uint32_t enum_id) const;
  // Skips typedef, const, volatile, restrict and type tags.
  [[nodiscard]] uint32_t resolve(uint32_t id) const;
  // 0 when there is none. kind is a BTF_KIND_*.
  [[nodiscard]] uint32_t find(std::string_view type_name, uint32_t kind) const;

  // What parse() was given (raw BTF, without an ELF around it): libbpf takes it from here.
  [[nodiscard]] std::string_view raw() const;
};

// /sys/kernel/btf/vmlinux, or the file the user named. The error says which kernel option is missing.
[[nodiscard]] Result<std::unique_ptr<Btf>> load_kernel_btf(const std::string& user_path);

struct ModuleBtf {
  std::string module;
  std::unique_ptr<Btf> btf;
};
// The split BTF of loaded modules. `names` empty: all of them; a named one without BTF is an error
// that says so (not loaded, or no BTF in this kernel).
[[nodiscard]] Result<std::vector<ModuleBtf>> load_module_btf(const Btf& vmlinux,
                                                             const std::vector<std::string>& names);

}  // namespace pwru::kernel
