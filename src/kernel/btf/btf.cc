// SPDX-License-Identifier: Apache-2.0
#include "kernel/btf/btf.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "kernel/btf/btf_check.h"
#include "kernel/btf/btf_elf.h"

namespace pwru::kernel {
namespace {

constexpr btf_type kVoid{};
constexpr uint32_t kInfoBits = 0x9f00ffff;  // kind_flag, kind, vlen: BTF_INFO_MASK in the kernel
// The kernel's MAX_RESOLVE_DEPTH (kernel/bpf/btf.c): no real type is nested deeper.
constexpr int kMaxResolveDepth = 32;

tl::unexpected<Error> malformed(std::string_view why) {
  return fail(fmt::format("parse BTF: {}", why));
}

// How many bytes follow a btf_type; none for an unknown kind.
std::optional<size_t> trailing_bytes(uint32_t kind, uint32_t vlen) {
  switch (kind) {
    case BTF_KIND_PTR:
    case BTF_KIND_FWD:
    case BTF_KIND_TYPEDEF:
    case BTF_KIND_VOLATILE:
    case BTF_KIND_CONST:
    case BTF_KIND_RESTRICT:
    case BTF_KIND_FUNC:
    case BTF_KIND_FLOAT:
    case BTF_KIND_TYPE_TAG:
      return 0;
    case BTF_KIND_INT:
      return sizeof(uint32_t);
    case BTF_KIND_ARRAY:
      return sizeof(btf_array);
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
      return vlen * sizeof(btf_member);
    case BTF_KIND_ENUM:
      return vlen * sizeof(btf_enum);
    case BTF_KIND_FUNC_PROTO:
      return vlen * sizeof(btf_param);
    case BTF_KIND_VAR:
      return sizeof(btf_var);
    case BTF_KIND_DATASEC:
      return vlen * sizeof(btf_var_secinfo);
    case BTF_KIND_DECL_TAG:
      return sizeof(btf_decl_tag);
    case BTF_KIND_ENUM64:
      return vlen * sizeof(btf_enum64);
    default:
      return std::nullopt;
  }
}

bool has_type_reference(uint32_t kind) {
  constexpr uint32_t kKinds =
      1u << BTF_KIND_PTR | 1u << BTF_KIND_TYPEDEF | 1u << BTF_KIND_VOLATILE | 1u << BTF_KIND_CONST |
      1u << BTF_KIND_RESTRICT | 1u << BTF_KIND_FUNC | 1u << BTF_KIND_FUNC_PROTO |
      1u << BTF_KIND_VAR | 1u << BTF_KIND_DECL_TAG | 1u << BTF_KIND_TYPE_TAG;
  return (kKinds >> kind & 1) != 0;
}

// The greatest string offset and type id that any type refers to. They are compared with the limits
// once, at the end, because a type may refer to a later one.
struct References {
  uint32_t max_string = 0;
  uint32_t max_type = 0;

  void string(uint32_t offset) { max_string = std::max(max_string, offset); }
  void type(uint32_t id) { max_type = std::max(max_type, id); }

  void trailing(const btf_type& t, uint32_t vlen) {
    const void* data = &t + 1;
    switch (BTF_INFO_KIND(t.info)) {
      case BTF_KIND_ARRAY: {
        const auto* array = static_cast<const btf_array*>(data);
        type(array->type);
        type(array->index_type);
        break;
      }
      case BTF_KIND_STRUCT:
      case BTF_KIND_UNION:
        for (const btf_member& m : std::span(static_cast<const btf_member*>(data), vlen)) {
          string(m.name_off);
          type(m.type);
        }
        break;
      case BTF_KIND_ENUM:
        for (const btf_enum& e : std::span(static_cast<const btf_enum*>(data), vlen))
          string(e.name_off);
        break;
      case BTF_KIND_ENUM64:
        for (const btf_enum64& e : std::span(static_cast<const btf_enum64*>(data), vlen))
          string(e.name_off);
        break;
      case BTF_KIND_FUNC_PROTO:
        for (const btf_param& p : std::span(static_cast<const btf_param*>(data), vlen)) {
          string(p.name_off);
          type(p.type);
        }
        break;
      case BTF_KIND_DATASEC:
        for (const btf_var_secinfo& v : std::span(static_cast<const btf_var_secinfo*>(data), vlen))
          type(v.type);
        break;
      default:
        break;
    }
  }
};

}  // namespace

Result<std::unique_ptr<Btf>> Btf::parse(std::string bytes, const Btf* base, Origin origin) {
  if (is_elf(bytes)) {
    PWRU_ASSIGN(bytes, btf_section_of_elf(bytes));
  }
  std::unique_ptr<Btf> btf(new Btf(std::move(bytes), base, origin));
  PWRU_TRY(btf->read_header());
  PWRU_TRY(btf->index_types());
  if (origin == Origin::Others) {
    PWRU_TRY(check_names(btf->strings_));
    PWRU_TRY(check_types(*btf));
  }
  return btf;
}

Result<> Btf::read_header() {
  btf_header header{};
  if (bytes_.size() < sizeof(header)) return malformed("shorter than a BTF header");
  std::memcpy(&header, bytes_.data(), sizeof(header));
  if (header.magic == __builtin_bswap16(BTF_MAGIC)) return malformed("it has the other byte order");
  if (header.magic != BTF_MAGIC) return malformed("this is no BTF (wrong magic number)");
  if (header.version != BTF_VERSION)
    return malformed(fmt::format("version {} is not supported", header.version));
  if (header.hdr_len < sizeof(header) || header.hdr_len > bytes_.size())
    return malformed("wrong header length");

  const std::string_view body = std::string_view(bytes_).substr(header.hdr_len);
  const auto section_fits = [&](uint32_t offset, uint32_t length) {
    return offset <= body.size() && length <= body.size() - offset;
  };
  if (!section_fits(header.type_off, header.type_len) ||
      !section_fits(header.str_off, header.str_len))
    return malformed("a section reaches past the end");
  if (header.type_len && header.str_len &&
      header.type_off < uint64_t{header.str_off} + header.str_len &&
      header.str_off < uint64_t{header.type_off} + header.type_len)
    return malformed("the types and the strings overlap");
  types_ = body.substr(header.type_off, header.type_len);
  strings_ = body.substr(header.str_off, header.str_len);
  if (reinterpret_cast<uintptr_t>(types_.data()) % alignof(btf_type) != 0)
    return malformed("the types are not aligned");
  if (!strings_.empty() && strings_.back() != '\0')
    return malformed("the last string does not end");
  if (!base_ && (strings_.empty() || strings_.front() != '\0'))
    return malformed(
        "the first string is not empty, as in the BTF of a module; name the BTF of the kernel");
  if (base_) {
    first_id_ = base_->end_id();
    first_string_ = base_->end_string();
  }
  return {};
}

Result<> Btf::index_types() {
  constexpr size_t kTypicalTypeBytes = 24;
  index_.reserve(types_.size() / kTypicalTypeBytes + 1);
  if (!base_) index_.push_back(&kVoid);
  References references;
  for (std::string_view rest = types_; !rest.empty();) {
    if (rest.size() < sizeof(btf_type)) return malformed("the last type is cut off");
    const btf_type& t = *reinterpret_cast<const btf_type*>(rest.data());
    const uint32_t kind = BTF_INFO_KIND(t.info);
    const uint32_t vlen = BTF_INFO_VLEN(t.info);
    const auto trailing = trailing_bytes(kind, vlen);
    // A bit that has no meaning yet may one day mean that the type is longer.
    if (t.info & ~kInfoBits) return malformed(fmt::format("type {} has unknown flags", end_id()));
    if (!trailing)
      return malformed(fmt::format("type {} is of the unknown kind {}", end_id(), kind));
    if (rest.size() - sizeof(btf_type) < *trailing)
      return malformed(fmt::format("type {} is cut off", end_id()));
    references.string(t.name_off);
    if (has_type_reference(kind)) references.type(t.type);
    references.trailing(t, vlen);
    index_.push_back(&t);
    rest.remove_prefix(sizeof(btf_type) + *trailing);
  }
  return check_references(references.max_string, references.max_type);
}

Result<> Btf::check_references(uint32_t max_string, uint32_t max_type) const {
  // Split BTF may have no strings of its own. end_string() is then that of its base, which has at
  // least one string.
  if (max_string >= end_string())
    return malformed(fmt::format("string offset {} is past the end", max_string));
  if (max_type >= end_id())
    return malformed(fmt::format("type {} is referred to and does not exist", max_type));
  return {};
}

std::string_view Btf::string_at(uint32_t offset) const {
  if (offset < first_string_) return base_->string_at(offset);
  return strings_.data() + (offset - first_string_);
}

std::string_view Btf::name(uint32_t id) const { return string_at(type(id).name_off); }

template <class T>
std::span<const T> Btf::trailing(uint32_t id) const {
  const btf_type& t = type(id);
  return {reinterpret_cast<const T*>(&t + 1), BTF_INFO_VLEN(t.info)};
}

std::span<const btf_param> Btf::params(uint32_t func_proto_id) const {
  if (kind(func_proto_id) != BTF_KIND_FUNC_PROTO) return {};
  return trailing<btf_param>(func_proto_id);
}

std::span<const btf_enum> Btf::enumerators(uint32_t enum_id) const {
  if (kind(enum_id) != BTF_KIND_ENUM) return {};
  return trailing<btf_enum>(enum_id);
}

std::span<const btf_enum64> Btf::enumerators64(uint32_t enum64_id) const {
  if (kind(enum64_id) != BTF_KIND_ENUM64) return {};
  return trailing<btf_enum64>(enum64_id);
}

std::span<const btf_member> Btf::members(uint32_t struct_id) const {
  const uint32_t k = kind(struct_id);
  if (k != BTF_KIND_STRUCT && k != BTF_KIND_UNION) return {};
  return trailing<btf_member>(struct_id);
}

std::span<const btf_var_secinfo> Btf::variables(uint32_t datasec_id) const {
  if (kind(datasec_id) != BTF_KIND_DATASEC) return {};
  return trailing<btf_var_secinfo>(datasec_id);
}

const btf_array* Btf::array(uint32_t id) const {
  if (kind(id) != BTF_KIND_ARRAY) return nullptr;
  return reinterpret_cast<const btf_array*>(&type(id) + 1);
}

uint32_t Btf::resolve(uint32_t id) const {
  for (int depth = 0; depth < kMaxResolveDepth; ++depth) {
    const btf_type& t = type(id);
    switch (BTF_INFO_KIND(t.info)) {
      case BTF_KIND_TYPEDEF:
      case BTF_KIND_CONST:
      case BTF_KIND_VOLATILE:
      case BTF_KIND_RESTRICT:
      case BTF_KIND_TYPE_TAG:
        id = t.type;
        break;
      default:
        return id;
    }
  }
  return 0;
}

bool Btf::has_target(uint32_t id) const { return has_type_reference(kind(id)); }

uint32_t Btf::find(std::string_view type_name, uint32_t kind) const {
  for (size_t n = 0; n < index_.size(); ++n) {
    const btf_type& t = *index_[n];
    if (BTF_INFO_KIND(t.info) == kind && is_named(t, type_name))
      return first_id_ + static_cast<uint32_t>(n);
  }
  return base_ ? base_->find(type_name, kind) : 0;
}

bool Btf::is_named(const btf_type& t, std::string_view type_name) const {
  if (t.name_off < first_string_) return base_->is_named(t, type_name);
  const char* const text = strings_.data() + (t.name_off - first_string_);
  // The comparison stops at the end of the string, which is at the latest the end of the section.
  return std::strncmp(text, type_name.data(), type_name.size()) == 0 &&
         text[type_name.size()] == '\0';
}

}  // namespace pwru::kernel
