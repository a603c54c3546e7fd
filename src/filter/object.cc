// SPDX-License-Identifier: Apache-2.0
// Takes the compiled stub (bpf/stubs/filter_stub.bpf.c) and replaces its code. Code and relocations
// are appended to the file and their section headers moved there; the rest is patched in place. So
// the symbols and the BTF that libbpf's linker needs are right without further work. libelf cannot
// do this, because it cannot make a section empty, and a filter that loads nothing has no
// relocations.
#include "filter/object.h"

#include <elf.h>

#include <cstring>
#include <string_view>
#include <vector>

extern "C" {
extern const char pwru_filter_stub_l2_begin[], pwru_filter_stub_l2_end[];
extern const char pwru_filter_stub_l3_begin[], pwru_filter_stub_l3_end[];
extern const char pwru_filter_stub_tunnel_l2_begin[], pwru_filter_stub_tunnel_l2_end[];
extern const char pwru_filter_stub_tunnel_l3_begin[], pwru_filter_stub_tunnel_l3_end[];
extern const char pwru_hit_stub_begin[], pwru_hit_stub_end[];
extern const char pwru_hit_stub_args_begin[], pwru_hit_stub_args_end[];
}

namespace pwru::filter {
namespace {

constexpr uint32_t kRelocCall = 10;  // R_BPF_64_32
// The functions that generated code calls.
constexpr std::string_view kLoadFunction = "pwru_filter_load";
constexpr std::string_view kMatchedFunction = "pwru_filter_matched";

// The header of .BTF.ext, which libbpf does not export.
struct BtfExtHeader {
  uint16_t magic;
  uint8_t version, flags;
  uint32_t hdr_len, func_info_off, func_info_len, line_info_off, line_info_len;
};

// The line information of .BTF.ext, which is of one section only, begins with this; the records
// follow.
struct LineInfo {
  uint32_t record_bytes, section_name, record_count;
};

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<size_t>(end - begin)};
}

std::string_view stub_of(FilterFunction function) {
  switch (function) {
    case FilterFunction::L2:
      return between(pwru_filter_stub_l2_begin, pwru_filter_stub_l2_end);
    case FilterFunction::L3:
      return between(pwru_filter_stub_l3_begin, pwru_filter_stub_l3_end);
    case FilterFunction::TunnelL2:
      return between(pwru_filter_stub_tunnel_l2_begin, pwru_filter_stub_tunnel_l2_end);
    case FilterFunction::TunnelL3:
      return between(pwru_filter_stub_tunnel_l3_begin, pwru_filter_stub_tunnel_l3_end);
  }
  return {};
}

// The file that is being changed. The stub is from this build, so its offsets are trusted.
class ElfImage {
 public:
  explicit ElfImage(std::string_view stub) : bytes_(stub), header_(get<Elf64_Ehdr>(0)) {}

  template <class T>
  T get(size_t at) const {
    T value;
    std::memcpy(&value, bytes_.data() + at, sizeof(value));
    return value;
  }
  template <class T>
  void put(size_t at, const T& value) {
    std::memcpy(bytes_.data() + at, &value, sizeof(value));
  }

  size_t section_count() const { return header_.e_shnum; }
  Elf64_Shdr section(size_t index) const { return get<Elf64_Shdr>(section_at(index)); }
  std::string_view string(size_t string_section, size_t offset) const {
    return bytes_.c_str() + section(string_section).sh_offset + offset;
  }
  // 0, which is no section, when there is none of this name.
  size_t find_section(std::string_view name) const {
    for (size_t i = 1; i < section_count(); i++) {
      if (string(header_.e_shstrndx, section(i).sh_name) == name) return i;
    }
    return 0;
  }

  void replace_section(size_t index, const void* data, size_t size) {
    bytes_.resize((bytes_.size() + 7) / 8 * 8);
    Elf64_Shdr changed = section(index);
    changed.sh_offset = bytes_.size();
    changed.sh_size = size;
    put(section_at(index), changed);
    if (size) bytes_.append(static_cast<const char*>(data), size);
  }

  std::string take() { return std::move(bytes_); }

 private:
  size_t section_at(size_t index) const { return header_.e_shoff + index * sizeof(Elf64_Shdr); }

  std::string bytes_;
  Elf64_Ehdr header_;
};

// The symbol numbers of the functions that are called; 0 for a function that is not.
struct Callees {
  uint64_t load = 0, matched = 0;
};

// Sets the size of the one function that the object defines.
Result<Callees> patch_symbols(ElfImage* image, size_t code_bytes) {
  const size_t index = image->find_section(".symtab");
  const Elf64_Shdr table = image->section(index);
  Callees callees;
  bool has_function = false;
  for (size_t i = 0; i * sizeof(Elf64_Sym) < table.sh_size; i++) {
    const size_t at = table.sh_offset + i * sizeof(Elf64_Sym);
    Elf64_Sym symbol = image->get<Elf64_Sym>(at);
    const std::string_view name = image->string(table.sh_link, symbol.st_name);
    if (name == kLoadFunction) callees.load = i;
    if (name == kMatchedFunction) callees.matched = i;
    if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC) continue;
    has_function = true;
    symbol.st_size = code_bytes;
    image->put(at, symbol);
  }
  if (!has_function) return fail("the built-in filter stub lacks a symbol: this build is broken");
  return callees;
}

// Keeps only the first source line, that of the beginning of the function: the others name
// instructions that no longer exist. Having none at all satisfies neither libbpf nor the kernel
// (check_btf_line() requires a line for each function when any function has one).
void keep_first_line(ElfImage* image, size_t btf_ext_section) {
  const size_t at = image->section(btf_ext_section).sh_offset;
  BtfExtHeader header = image->get<BtfExtHeader>(at);
  const size_t lines_at = at + header.hdr_len + header.line_info_off;
  LineInfo lines = image->get<LineInfo>(lines_at);
  lines.record_count = 1;
  image->put(lines_at, lines);
  header.line_info_len = static_cast<uint32_t>(sizeof(lines)) + lines.record_bytes;
  image->put(at, header);
}

}  // namespace

Result<std::string> replace_code(std::string_view object, const Code& code) {
  ElfImage image(object);
  const size_t text = image.find_section(".text"), relocs = image.find_section(".rel.text"),
               btf_ext = image.find_section(".BTF.ext");
  const size_t code_bytes = code.insns.size() * sizeof(bpf_insn);
  PWRU_ASSIGN(const Callees callees, patch_symbols(&image, code_bytes));
  const bool has_callees =
      (callees.load || code.load_calls.empty()) && (callees.matched || code.matched_calls.empty());
  const bool has_calls = !code.load_calls.empty() || !code.matched_calls.empty();
  if (!text || !btf_ext || !has_callees || (has_calls && !relocs))
    return fail("the built-in filter stub lacks a section: this build is broken");

  keep_first_line(&image, btf_ext);
  image.replace_section(text, code.insns.data(), code_bytes);
  if (!relocs) return image.take();
  std::vector<Elf64_Rel> calls;
  const auto relocate = [&](const std::vector<size_t>& at, uint64_t symbol) {
    for (const size_t insn : at)
      calls.push_back({insn * sizeof(bpf_insn), ELF64_R_INFO(symbol, kRelocCall)});
  };
  relocate(code.load_calls, callees.load);
  relocate(code.matched_calls, callees.matched);
  image.replace_section(relocs, calls.data(), calls.size() * sizeof(Elf64_Rel));
  return image.take();
}

Result<std::string> hit_object(HitContext context, const Code& code) {
  return replace_code(context == HitContext::Registers
                          ? between(pwru_hit_stub_begin, pwru_hit_stub_end)
                          : between(pwru_hit_stub_args_begin, pwru_hit_stub_args_end),
                      code);
}

Result<std::string> filter_object(FilterFunction function, const Code& code) {
  return replace_code(stub_of(function), code);
}

}  // namespace pwru::filter
