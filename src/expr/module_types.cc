// SPDX-License-Identifier: Apache-2.0
#include "expr/module_types.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "expr/lexer.h"
#include "expr/parser.h"

namespace pwru::expr {
namespace {

using kernel::Btf;
using kernel::ModuleBtf;

// A name in an expression.
struct Name {
  std::string_view tag;  // "struct", "union", "enum"; "": a typedef or a constant of an enum
  std::string_view text;

  [[nodiscard]] std::string quoted() const {
    return fmt::format("\"{}{}{}\"", tag, tag.empty() ? "" : " ", text);
  }
};

bool is_tag(std::string_view word) { return word == "struct" || word == "union" || word == "enum"; }

// All names except those of members. None for a text with a mistake, which the compiler will
// report.
std::vector<Name> names_in(std::string_view text) {
  std::vector<Name> names;
  const auto tokens = split_tokens(text);
  if (!tokens) return names;
  std::string_view before;
  for (const Token& token : *tokens) {
    if (token.kind == TokenKind::Name && before != "." && before != "->" && !is_tag(token.text))
      names.push_back({is_tag(before) ? before : "", token.text});
    before = token.text;
  }
  return names;
}

bool has_enumerator(const Btf& btf, uint32_t id, std::string_view name) {
  const auto is_it = [&](const auto& e) { return btf.string_at(e.name_off) == name; };
  const auto values = btf.enumerators(id);
  const auto values64 = btf.enumerators64(id);
  return std::any_of(values.begin(), values.end(), is_it) ||
         std::any_of(values64.begin(), values64.end(), is_it);
}

bool defines(const Btf& btf, uint32_t id, const Name& name) {
  const uint32_t kind = btf.kind(id);
  const bool is_enum = kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64;
  if (name.tag.empty() && is_enum) return has_enumerator(btf, id, name.text);
  const bool is_kind = name.tag == "struct"  ? kind == BTF_KIND_STRUCT
                       : name.tag == "union" ? kind == BTF_KIND_UNION
                       : name.tag == "enum"  ? is_enum
                                             : kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_INT;
  return is_kind && btf.name(id) == name.text;
}

// The type of `btf` itself that defines the name, or 0. The base is not searched.
uint32_t find_definition(const Btf& btf, const Name& name) {
  for (uint32_t id = btf.first_id(); id < btf.end_id(); id++)
    if (defines(btf, id, name)) return id;
  return 0;
}

bool is_known(const Btf& vmlinux, const Name& name) {
  constexpr std::string_view kOwn[] = {"skb", "xdp", "sk", "true", "false", "NULL"};
  if (name.tag.empty() &&
      (is_basic_type_word(name.text) ||
       std::find(std::begin(kOwn), std::end(kOwn), name.text) != std::end(kOwn)))
    return true;
  return find_definition(vmlinux, name) != 0;
}

// Whether two modules define a name in the same way. Each module has a copy of what the headers
// define.
bool is_same(const Btf& a, uint32_t a_id, const Btf& b, uint32_t b_id) {
  a_id = a.resolve(a_id), b_id = b.resolve(b_id);
  const btf_type &a_type = a.type(a_id), &b_type = b.type(b_id);
  if (a_type.info != b_type.info || (!a.has_target(a_id) && a_type.size != b_type.size))
    return false;
  const auto same_name = [&](uint32_t a_name, uint32_t b_name) {
    return a.string_at(a_name) == b.string_at(b_name);
  };
  const auto a_members = a.members(a_id), b_members = b.members(b_id);
  const auto a_values = a.enumerators(a_id), b_values = b.enumerators(b_id);
  return std::equal(a_members.begin(), a_members.end(), b_members.begin(), b_members.end(),
                    [&](const btf_member& x, const btf_member& y) {
                      return x.offset == y.offset && same_name(x.name_off, y.name_off);
                    }) &&
         std::equal(a_values.begin(), a_values.end(), b_values.begin(), b_values.end(),
                    [&](const btf_enum& x, const btf_enum& y) {
                      return x.val == y.val && same_name(x.name_off, y.name_off);
                    });
}

// The first of the sorted modules that defines the name; null when no module does.
Result<const ModuleBtf*> find_module(const std::vector<ModuleBtf>& modules, const Name& name) {
  const ModuleBtf* first = nullptr;
  uint32_t first_id = 0;
  for (const ModuleBtf& module : modules) {
    const uint32_t id = find_definition(*module.btf, name);
    if (!id) continue;
    if (!first) {
      first = &module;
      first_id = id;
    } else if (!is_same(*first->btf, first_id, *module.btf, id)) {
      return fail(fmt::format("compile an expression: {} is defined differently in the modules {} "
                              "and {}, so its meaning is not known; do not use it",
                              name.quoted(), first->module, module.module),
                  ExitCode::BadUsage);
    }
  }
  return first;
}

std::string describe_search(const std::vector<ModuleBtf>& modules) {
  constexpr size_t kNamed = 4;
  if (modules.empty())
    return "; searched: vmlinux' BTF (no module is loaded that has BTF, which needs Linux 5.11 "
           "with CONFIG_DEBUG_INFO_BTF_MODULES)";
  std::string text = "; searched: the BTF of vmlinux and of ";
  if (modules.size() > kNamed) return fmt::format("{}all {} loaded modules", text, modules.size());
  for (const ModuleBtf& module : modules)
    text += (&module == &modules.front() ? "" : ", ") + module.module;
  return text;
}

}  // namespace

Result<KnownTypes> find_types(const Btf& vmlinux, std::span<const std::string> expressions,
                              const LoadModules& load) {
  KnownTypes types{kernel::BtfStack(vmlinux), ""};
  std::vector<Name> missing;
  for (const std::string& expression : expressions)
    for (const Name& name : names_in(expression))
      if (!is_known(vmlinux, name)) missing.push_back(name);
  if (missing.empty()) return types;

  PWRU_ASSIGN(const auto modules, load());
  std::vector<const ModuleBtf*> added;
  for (const Name& name : missing) {
    PWRU_ASSIGN(const ModuleBtf* module, find_module(modules, name));
    if (!module || std::find(added.begin(), added.end(), module) != added.end()) continue;
    PWRU_TRY(types.btf.add(*module->btf));
    added.push_back(module);
  }
  types.searched = describe_search(modules);
  return types;
}

}  // namespace pwru::expr
