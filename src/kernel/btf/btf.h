// SPDX-License-Identifier: Apache-2.0
// A read-only view of BTF. It builds no graph of types: one pass records where each type starts,
// and everything else is looked up in the bytes. Layout: Documentation/bpf/btf.rst.
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
  // Where the BTF comes from. The running kernel's own BTF is trusted: whoever could change it
  // controls the kernel already. To check all its types would make each start longer.
  enum class Origin : uint8_t { Others, Kernel };

  // `bytes` is raw BTF, or an ELF file with a .BTF section. `base` is vmlinux' BTF for the split
  // BTF of a module, and must outlive the result. Every offset and string is checked here, so that
  // later look-ups need no checks. Of BTF from others, check_types() also checks what the types
  // mean.
  [[nodiscard]] static Result<std::unique_ptr<Btf>> parse(std::string bytes, const Btf* base,
                                                          Origin origin = Origin::Others);
  // Others, when the base comes from others.
  [[nodiscard]] Origin origin() const { return origin_; }

  // Ids from first_id() to end_id() - 1 are this file's own. Smaller ones are those of the base.
  // Without a base first_id() is 1, because 0 is void.
  [[nodiscard]] uint32_t first_id() const { return base_ ? first_id_ : 1; }
  [[nodiscard]] uint32_t end_id() const { return first_id_ + static_cast<uint32_t>(index_.size()); }
  // Id 0 is void: a type of kind BTF_KIND_UNKN.
  [[nodiscard]] const btf_type& type(uint32_t id) const {
    return id < first_id_ ? base_->type(id) : *index_[id - first_id_];
  }
  [[nodiscard]] uint32_t kind(uint32_t id) const { return BTF_INFO_KIND(type(id).info); }
  [[nodiscard]] std::string_view name(uint32_t id) const;
  // The same as name(id) == type_name, and faster: the length of the name is not needed to find the
  // first letter that differs.
  [[nodiscard]] bool is_named(uint32_t id, std::string_view type_name) const {
    return id < first_id_ ? base_->is_named(id, type_name) : is_named(type(id), type_name);
  }
  [[nodiscard]] std::string_view string_at(uint32_t offset) const;
  [[nodiscard]] std::span<const btf_param> params(uint32_t func_proto_id) const;
  // Empty for a type of another kind, like all spans here.
  [[nodiscard]] std::span<const btf_enum> enumerators(uint32_t enum_id) const;
  [[nodiscard]] std::span<const btf_enum64> enumerators64(uint32_t enum64_id) const;
  // The members of a struct or union.
  [[nodiscard]] std::span<const btf_member> members(uint32_t struct_id) const;
  // The variables of a section of data.
  [[nodiscard]] std::span<const btf_var_secinfo> variables(uint32_t datasec_id) const;
  // Null for a type that is no array.
  [[nodiscard]] const btf_array* array(uint32_t id) const;
  // Skips typedef, const, volatile, restrict and type tags. 0 for a chain that never ends.
  [[nodiscard]] uint32_t resolve(uint32_t id) const;
  // Whether a type is made of another type (a pointer, a typedef, ..), so that its `type` is an id.
  [[nodiscard]] bool has_target(uint32_t id) const;
  // The string offset at which split BTF over this one begins.
  [[nodiscard]] uint32_t end_string() const {
    return first_string_ + static_cast<uint32_t>(strings_.size());
  }
  // The id of the type with this name and kind (BTF_KIND_*), here or in the base; 0 when there is
  // none.
  [[nodiscard]] uint32_t find(std::string_view type_name, uint32_t kind) const;

  // The raw BTF that parse() was given, without an ELF file around it. libbpf reads it from here.
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
  uint32_t first_string_ = 0;  // where our strings start: the end of the base's
  uint32_t first_id_ = 0;      // 0, or the base's end_id(); type n is index_[n - first_id_]
  std::vector<const btf_type*> index_;
};

// Reads /sys/kernel/btf/vmlinux, or the file that the user named. The error says which kernel
// option is missing.
[[nodiscard]] Result<std::unique_ptr<Btf>> load_kernel_btf(const std::string& user_path);

struct ModuleBtf {
  std::string module;
  std::unique_ptr<Btf> btf;
};
// The split BTF of the modules called `names`, or of all loaded modules when `names` is empty. A
// named module without BTF is an error, which says whether it is not loaded or this kernel has no
// BTF for modules.
[[nodiscard]] Result<std::vector<ModuleBtf>> load_module_btf(const Btf& vmlinux,
                                                             const std::vector<std::string>& names);

// Whether the kernel has BTF of this module.
[[nodiscard]] bool has_module_btf(const std::string& module);

// The loaded modules (/proc/modules) that have no BTF, sorted: their functions cannot be found.
[[nodiscard]] std::vector<std::string> modules_without_btf();

}  // namespace pwru::kernel
