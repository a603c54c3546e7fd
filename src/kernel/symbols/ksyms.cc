// SPDX-License-Identifier: Apache-2.0
#include "kernel/symbols/ksyms.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <cstring>
#include <iterator>
#include <vector>

#include "abi/ksyms.h"
#include "base/file.h"
#include "base/handle.h"

extern "C" {
extern const char pwru_ksyms_begin[], pwru_ksyms_end[];
}

namespace pwru::kernel {
namespace {

constexpr const char* kTarget = "bpf_iter_ksym";
constexpr const char* kMap = "pwru_ksyms";
constexpr size_t kTypicalBytes = 1 << 20;

using Code = std::vector<bpf_insn>;

// The instructions of the compiled program. libbpf does not load them, because it would read all of
// the kernel's BTF to find the id of the iterator, which is known here.
Code compiled() {
  LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "pwru_ksyms");
  const BpfObject object(bpf_object__open_mem(
      pwru_ksyms_begin, static_cast<size_t>(pwru_ksyms_end - pwru_ksyms_begin), &options));
  const bpf_program* program = object ? bpf_object__next_program(object.get(), nullptr) : nullptr;
  if (!program) return {};
  const bpf_insn* begin = bpf_program__insns(program);
  return {begin, begin + bpf_program__insn_cnt(program)};
}

// Replaces a mark in the program by a number. With the `kind` 0 that is the number itself; with
// BPF_PSEUDO_MAP_VALUE it is the address of the value of the map with this descriptor.
void replace(Code& code, uint64_t mark, uint8_t kind, int number) {
  for (size_t at = 0; at + 1 < code.size(); at++) {
    bpf_insn& low = code[at];
    bpf_insn& high = code[at + 1];
    if (low.code != (BPF_LD | BPF_IMM | BPF_DW)) continue;
    const uint64_t found = static_cast<uint32_t>(low.imm) |
                           static_cast<uint64_t>(static_cast<uint32_t>(high.imm)) << 32;
    if (found != mark) continue;
    low.src_reg = kind & 0xf;  // a field of four bits
    low.imm = number;
    high.imm = 0;
  }
}

// False when the struct has no such member.
bool find_offset(const Btf& btf, uint32_t structure, std::string_view name, uint32_t& offset) {
  const bool has_size_bits = BTF_INFO_KFLAG(btf.type(structure).info) != 0;
  for (const btf_member& member : btf.members(structure)) {
    if (btf.string_at(member.name_off) != name) continue;
    offset = (has_size_bits ? BTF_MEMBER_BIT_OFFSET(member.offset) : member.offset) / 8;
    return true;
  }
  return false;
}

struct Query {
  pwru_ksym_query sent = {};
  uint32_t type_offset = 0;
};

bool make_query(const WantedSymbols& wanted, const Btf& vmlinux, Query& result) {
  pwru_ksym_query& query = result.sent;
  const uint32_t iter = vmlinux.find("kallsym_iter", BTF_KIND_STRUCT);
  if (iter == 0 || !find_offset(vmlinux, iter, "name", query.name_offset) ||
      !find_offset(vmlinux, iter, "module_name", query.module_offset) ||
      !find_offset(vmlinux, iter, "value", query.value_offset) ||
      !find_offset(vmlinux, iter, "type", result.type_offset) ||
      !find_offset(vmlinux, iter, "show_value", query.show_value_offset))
    return false;
  NameSet names = wanted.functions;
  for (const std::string_view name : wanted.data) {
    names.add(name);
    query.data_letters |= PWRU_KSYM_LETTER(name.front());
  }
  std::memcpy(query.wanted, names.bits().data(), sizeof(query.wanted));
  return true;
}

// A file whose read runs the program in the kernel; none when the kernel refuses it.
UniqueFd open_iterator(const Query& query, uint32_t target) {
  const UniqueFd map(
      bpf_map_create(BPF_MAP_TYPE_ARRAY, kMap, sizeof(uint32_t), sizeof(query.sent), 1, nullptr));
  const uint32_t zero = 0;
  if (!map || bpf_map_update_elem(map.get(), &zero, &query.sent, BPF_ANY) != 0) return UniqueFd();
  Code code = compiled();
  replace(code, PWRU_KSYM_QUERY_MARK, BPF_PSEUDO_MAP_VALUE, map.get());
  replace(code, PWRU_KSYM_TYPE_MARK, 0, static_cast<int>(query.type_offset));
  LIBBPF_OPTS(bpf_prog_load_opts, options);
  options.expected_attach_type = BPF_TRACE_ITER;
  options.attach_btf_id = target;
  const UniqueFd program(bpf_prog_load(BPF_PROG_TYPE_TRACING, "pwru_ksyms", "GPL", code.data(),
                                       code.size(), &options));
  if (!program) return UniqueFd();
  const UniqueFd link(bpf_link_create(program.get(), 0, BPF_TRACE_ITER, nullptr));
  return link ? UniqueFd(bpf_iter_create(link.get())) : UniqueFd();
}

}  // namespace

KsymTexts texts_of(std::string_view records) {
  KsymTexts texts;
  uint64_t listed = 0;  // ftrace lists only one name of each address
  while (records.size() >= sizeof(pwru_ksym)) {
    pwru_ksym ksym;
    std::memcpy(&ksym, records.data(), sizeof(ksym));
    records.remove_prefix(sizeof(ksym));
    if (records.size() < size_t{ksym.name_bytes} + ksym.module_bytes) break;
    const std::string_view name = records.substr(0, ksym.name_bytes);
    const std::string_view module = records.substr(ksym.name_bytes, ksym.module_bytes);
    records.remove_prefix(name.size() + module.size());
    const auto type = static_cast<char>(ksym.type);
    fmt::format_to(std::back_inserter(texts.kallsyms), "{:016x} {} {}", ksym.addr, type, name);
    if (!module.empty()) fmt::format_to(std::back_inserter(texts.kallsyms), "\t[{}]", module);
    texts.kallsyms += '\n';
    if (!ksym.is_site || !PWRU_KSYM_IS_TEXT(type) || ksym.addr == listed) continue;
    listed = ksym.addr;
    texts.available += name;
    if (!module.empty()) fmt::format_to(std::back_inserter(texts.available), " [{}]", module);
    texts.available += '\n';
  }
  return texts;
}

std::optional<NamedSymbols> symbols_of(const WantedSymbols& wanted, const Btf& vmlinux) {
  const uint32_t target = vmlinux.find(kTarget, BTF_KIND_FUNC);
  Query query;
  if (target == 0 || !make_query(wanted, vmlinux, query)) return std::nullopt;
  const UniqueFd iterator = open_iterator(query, target);
  if (!iterator) return std::nullopt;
  const auto records = read_all(iterator.get(), kTarget, kTypicalBytes);
  if (!records) return std::nullopt;
  KsymTexts texts = texts_of(*records);
  auto symbols = Symbols::parse(std::move(texts.kallsyms));
  if (!symbols || texts.available.empty()) return std::nullopt;
  return NamedSymbols{std::move(*symbols), std::move(texts.available)};
}

}  // namespace pwru::kernel
