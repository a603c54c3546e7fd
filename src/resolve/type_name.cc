// SPDX-License-Identifier: Apache-2.0
#include "resolve/type_name.h"

#include <fmt/core.h>

#include <iterator>

namespace pwru::resolve {
namespace {

// BTF may describe functions that take functions without an end.
class Declarator {
 public:
  explicit Declarator(const kernel::Btf& btf) : btf_(btf) {}

  // `inner` is what stands on the inside of the type: "*", "(*)(int)", "[3]".
  std::string declare(uint32_t id, std::string inner) {
    constexpr size_t kLongest = 512;
    if (inner.size() > kLongest || steps_++ > kMostSteps) return "...";
    const btf_type& type = btf_.type(id);
    switch (btf_.kind(id)) {
      case BTF_KIND_PTR:
        return declare(type.type, is_postfix(type.type) ? "(*" + inner + ")" : "*" + inner);
      case BTF_KIND_ARRAY:
        return declare(btf_.array(id)->type, fmt::format("{}[{}]", inner, btf_.array(id)->nelems));
      case BTF_KIND_FUNC_PROTO: {
        const std::string parameters = parameters_of(id);
        return declare(type.type, fmt::format("{}({})", inner, parameters));
      }
      case BTF_KIND_CONST:
      case BTF_KIND_VOLATILE:
      case BTF_KIND_RESTRICT:
      case BTF_KIND_TYPE_TAG:
        return declare(type.type, std::move(inner));
      default:
        break;
    }
    const bool is_apart = !inner.empty() && inner.front() != '[';
    return word_of(id) + (is_apart ? " " : "") + inner;
  }

 private:
  static constexpr unsigned kMostSteps = 256;

  // Behind a name, an array or a parameter list binds closer than the * before it.
  bool is_postfix(uint32_t id) {
    for (;; id = btf_.type(id).type) {
      if (steps_++ > kMostSteps) return false;
      switch (btf_.kind(id)) {
        case BTF_KIND_CONST:
        case BTF_KIND_VOLATILE:
        case BTF_KIND_RESTRICT:
        case BTF_KIND_TYPE_TAG:
          continue;
        default:
          return btf_.kind(id) == BTF_KIND_ARRAY || btf_.kind(id) == BTF_KIND_FUNC_PROTO;
      }
    }
  }

  std::string parameters_of(uint32_t id) {
    const auto params = btf_.params(id);
    if (params.empty()) return "void";
    std::string text;
    for (const btf_param& param : params) {
      if (!text.empty()) text += ", ";
      // The last one may be the ellipsis, whose type is void.
      text += param.type ? declare(param.type, "") : "...";
      if (steps_ > kMostSteps) break;
    }
    return text;
  }

  std::string word_of(uint32_t id) {
    const std::string_view tag = tag_of(id);
    const std::string name = id == 0 ? "void" : printable_name(btf_.name(id));
    return fmt::format("{}{}{}", tag, tag.empty() || name.empty() ? "" : " ", name);
  }

  std::string_view tag_of(uint32_t id) {
    switch (btf_.kind(id)) {
      case BTF_KIND_STRUCT:
        return "struct";
      case BTF_KIND_UNION:
        return "union";
      case BTF_KIND_FWD:
        return BTF_INFO_KFLAG(btf_.type(id).info) ? "union" : "struct";
      case BTF_KIND_ENUM:
      case BTF_KIND_ENUM64:
        return "enum";
      default:
        return "";
    }
  }

  const kernel::Btf& btf_;
  unsigned steps_ = 0;
};

}  // namespace

std::string type_name(const kernel::Btf& btf, uint32_t id) {
  return Declarator(btf).declare(id, "");
}

std::string printable_name(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c >= ' ' && c <= '~')
      text += c;
    else
      fmt::format_to(std::back_inserter(text), "\\x{:02x}", static_cast<unsigned char>(c));
  }
  return text;
}

}  // namespace pwru::resolve
