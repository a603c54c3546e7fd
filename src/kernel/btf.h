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
#include <utility>
#include <vector>

#include "base/result.h"

namespace pwru::kernel {

class Btf {
 public:
  // Who made it. What the running kernel says of itself has the kernel's own types, and whoever
  // could change them has the kernel; looking at all of them would make each start longer.
  enum class Origin : uint8_t { Others, Kernel };

  // `bytes` is raw BTF or an ELF file with a .BTF section; `base` is vmlinux' for a module's split
  // BTF and must outlive the result. Every offset and string is checked here, so that later
  // look-ups need no checks, and of others' BTF also what the types mean (check_types()).
  [[nodiscard]] static Result<std::unique_ptr<Btf>> parse(std::string bytes, const Btf* base,
                                                          Origin origin = Origin::Others);
  // A base of others makes others' of what is split from it.
  [[nodiscard]] Origin origin() const { return origin_; }

  // Ids from first_id() to end_id() - 1 are this file's own; smaller ones are the base's.
  // Without a base first_id() is 1, as 0 is void.
  [[nodiscard]] uint32_t first_id() const { return base_ ? first_id_ : 1; }
  [[nodiscard]] uint32_t end_id() const { return first_id_ + static_cast<uint32_t>(index_.size()); }
  // Id 0 is void: a type of kind BTF_KIND_UNKN.
  [[nodiscard]] const btf_type& type(uint32_t id) const {
    return id < first_id_ ? base_->type(id) : *index_[id - first_id_];
  }
  [[nodiscard]] uint32_t kind(uint32_t id) const { return BTF_INFO_KIND(type(id).info); }
  [[nodiscard]] std::string_view name(uint32_t id) const;
  // As name(id) == type_name, without the length of the name, which takes longer to find than the
  // first letter that differs.
  [[nodiscard]] bool is_named(uint32_t id, std::string_view type_name) const {
    return id < first_id_ ? base_->is_named(id, type_name) : is_named(type(id), type_name);
  }
  [[nodiscard]] std::string_view string_at(uint32_t offset) const;
  [[nodiscard]] std::span<const btf_param> params(uint32_t func_proto_id) const;
  // Empty for a type of another kind, as are all spans here.
  [[nodiscard]] std::span<const btf_enum> enumerators(uint32_t enum_id) const;
  [[nodiscard]] std::span<const btf_enum64> enumerators64(uint32_t enum64_id) const;
  // The members of a struct or union.
  [[nodiscard]] std::span<const btf_member> members(uint32_t struct_id) const;
  // The variables of a section of data.
  [[nodiscard]] std::span<const btf_var_secinfo> variables(uint32_t datasec_id) const;
  // Null for a type that is no array.
  [[nodiscard]] const btf_array* array(uint32_t id) const;
  // Skips typedef, const, volatile, restrict and type tags; 0 for a chain that never ends.
  [[nodiscard]] uint32_t resolve(uint32_t id) const;
  // Whether a type is made of another one (a pointer, a typedef, ..): its `type` is an id then.
  [[nodiscard]] bool has_target(uint32_t id) const;
  // Where the strings of split BTF over this one begin.
  [[nodiscard]] uint32_t end_string() const {
    return first_string_ + static_cast<uint32_t>(strings_.size());
  }
  // 0 when there is none, here or in the base. kind is a BTF_KIND_*.
  [[nodiscard]] uint32_t find(std::string_view type_name, uint32_t kind) const;

  // What parse() was given (raw BTF, without an ELF around it): libbpf takes it from here.
  [[nodiscard]] std::string_view raw() const { return bytes_; }

 private:
  Btf(std::string bytes, const Btf* base, Origin origin)
      : bytes_(std::move(bytes)), base_(base), origin_(origin) {}

  [[nodiscard]] bool is_named(const btf_type& t, std::string_view type_name) const;
  [[nodiscard]] Result<> read_header();
  [[nodiscard]] Result<> index_types();
  [[nodiscard]] Result<> check_references(uint32_t max_string, uint32_t max_type) const;
  template <class T>
  [[nodiscard]] std::span<const T> trailing(uint32_t id) const;

  std::string bytes_;
  const Btf* base_;
  Origin origin_;
  std::string_view types_;     // the type section
  std::string_view strings_;   // the string section
  uint32_t first_string_ = 0;  // where our strings start: the length of the base's
  uint32_t first_id_ = 0;      // 0, or the base's end_id(); type n is index_[n - first_id_]
  std::vector<const btf_type*> index_;
};

// /sys/kernel/btf/vmlinux, or the file the user named. The error says which kernel option is
// missing.
[[nodiscard]] Result<std::unique_ptr<Btf>> load_kernel_btf(const std::string& user_path);

struct ModuleBtf {
  std::string module;
  std::unique_ptr<Btf> btf;
};
// The split BTF of loaded modules. `names` empty: all of them; a named one without BTF is an error
// that says so (not loaded, or no BTF in this kernel).
[[nodiscard]] Result<std::vector<ModuleBtf>> load_module_btf(const Btf& vmlinux,
                                                             const std::vector<std::string>& names);

// Whether the kernel shows BTF of this module.
[[nodiscard]] bool has_module_btf(const std::string& module);

// The loaded modules (/proc/modules) that have no BTF, sorted: their functions cannot be found.
[[nodiscard]] std::vector<std::string> modules_without_btf();

}  // namespace pwru::kernel
