// SPDX-License-Identifier: Apache-2.0
// What check_max_stack_depth() of the verifier demands of the tracer's objects, without a kernel:
// no chain of calls is longer than 8 functions or takes more than 512 bytes of stack. The verifier
// counts every call that is written down, also one that is never made.
#include <fcntl.h>
#include <gelf.h>
#include <gtest/gtest.h>
#include <libelf.h>
#include <linux/bpf.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/handle.h"

namespace pwru {
namespace {

constexpr size_t kMostFrames = 8;   // MAX_CALL_FRAMES
constexpr size_t kMostBytes = 512;  // MAX_BPF_STACK

struct Function {
  size_t frame_bytes = 0;
  std::vector<std::string> calls;
};
using Functions = std::map<std::string, Function>;

// Generated functions, and the most that their generators allow: kStackBytes of
// src/expr/generate.cc, kMaxCastStackBytes and kMaxCopyStackBytes of src/filter/body.cc.
Functions generated(size_t filter_bytes) {
  return {
      {"pwru_filter_l2", {filter_bytes, {"pwru_filter_load"}}},
      {"pwru_filter_l3", {filter_bytes, {"pwru_filter_load"}}},
      {"pwru_filter_tunnel_l2", {filter_bytes, {"pwru_filter_load"}}},
      {"pwru_filter_tunnel_l3", {filter_bytes, {"pwru_filter_load"}}},
      {"pwru_filter_hit", {filter_bytes, {"pwru_filter_load", "pwru_filter_matched"}}},
      {"pwru_filter_skb_expr", {128, {}}},
      {"pwru_filter_xdp_expr", {128, {}}},
      {"pwru_on_expr", {128, {}}},
      {"pwru_skb_values", {128, {}}},
      {"pwru_sock_values", {128, {}}},
      {"pwru_xdp_values", {128, {}}},
  };
}

// How far below the frame pointer a function reaches, by its instructions in their order.
class Frame {
 public:
  void step(const bpf_insn& insn) {
    const unsigned kind = BPF_CLASS(insn.code);
    if (kind == BPF_LDX) reach(insn.src_reg, insn.off);
    if (kind == BPF_ST || kind == BPF_STX) reach(insn.dst_reg, insn.off);
    if (kind == BPF_ST || kind == BPF_STX || kind == BPF_JMP || kind == BPF_JMP32) return;
    std::optional<int>& to = at_[insn.dst_reg];
    if (insn.code == (BPF_ALU64 | BPF_MOV | BPF_X)) {
      to = at_[insn.src_reg];
    } else if (to && insn.code == (BPF_ALU64 | BPF_ADD | BPF_K)) {
      *to += insn.imm;
      reach(insn.dst_reg, 0);
    } else {
      to.reset();
    }
  }
  [[nodiscard]] size_t bytes() const { return static_cast<size_t>(-lowest_); }

 private:
  void reach(unsigned reg, int offset) {
    if (at_[reg]) lowest_ = std::min(lowest_, *at_[reg] + offset);
  }
  // Of each register, where it points from the frame pointer, which is r10.
  std::array<std::optional<int>, 16> at_ = {{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, 0}};
  int lowest_ = 0;
};

class Object {
 public:
  explicit Object(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    elf_version(EV_CURRENT);
    elf_ = elf_begin(fd_.get(), ELF_C_READ, nullptr);
  }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  ~Object() { elf_end(elf_); }

  Functions read() {
    for (Elf_Scn* s = elf_nextscn(elf_, nullptr); s; s = elf_nextscn(elf_, s))
      if (header(s).sh_type == SHT_SYMTAB) read_symbols(s);
    for (Elf_Scn* s = elf_nextscn(elf_, nullptr); s; s = elf_nextscn(elf_, s))
      if (header(s).sh_type == SHT_REL) read_calls(s);
    for (const auto& [place, function] : names_) {
      Frame frame;
      for (uint64_t at = 0; at < function.size; at += sizeof(bpf_insn)) {
        const Place here = {place.first, place.second + at};
        const bpf_insn& insn = instructions(here.first)[here.second / sizeof(bpf_insn)];
        frame.step(insn);
        // Without a relocation: to a static function of this section.
        if (is_call(insn) && !relocated_.contains(here))
          functions_[function.name].calls.push_back(
              names_.at({here.first, here.second + (insn.imm + 1) * sizeof(bpf_insn)}).name);
      }
      functions_[function.name].frame_bytes = frame.bytes();
    }
    return functions_;
  }

 private:
  using Place = std::pair<size_t, uint64_t>;  // section, offset
  struct Named {
    std::string name;
    size_t size;
  };

  static GElf_Shdr header(Elf_Scn* section) {
    GElf_Shdr header = {};
    gelf_getshdr(section, &header);
    return header;
  }
  const bpf_insn* instructions(size_t section) {
    return static_cast<const bpf_insn*>(elf_getdata(elf_getscn(elf_, section), nullptr)->d_buf);
  }
  static bool is_call(const bpf_insn& insn) {
    return insn.code == (BPF_JMP | BPF_CALL) && insn.src_reg == BPF_PSEUDO_CALL;
  }
  void read_symbols(Elf_Scn* section) {
    symbols_ = elf_getdata(section, nullptr);
    strings_ = header(section).sh_link;
    GElf_Sym symbol = {};
    for (int i = 0; gelf_getsym(symbols_, i, &symbol); i++)
      if (GELF_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_shndx != SHN_UNDEF)
        names_[{symbol.st_shndx, symbol.st_value}] = {elf_strptr(elf_, strings_, symbol.st_name),
                                                      symbol.st_size};
  }
  void read_calls(Elf_Scn* section) {
    const size_t target = header(section).sh_info;
    if (!(header(elf_getscn(elf_, target)).sh_flags & SHF_EXECINSTR)) return;
    Elf_Data* const data = elf_getdata(section, nullptr);
    GElf_Rel rel = {};
    for (int i = 0; gelf_getrel(data, i, &rel); i++) {
      const bpf_insn& insn = instructions(target)[rel.r_offset / sizeof(bpf_insn)];
      if (!is_call(insn)) continue;
      relocated_.insert({target, rel.r_offset});
      GElf_Sym symbol = {};
      gelf_getsym(symbols_, static_cast<int>(GELF_R_SYM(rel.r_info)), &symbol);
      std::string callee = elf_strptr(elf_, strings_, symbol.st_name);
      if (callee.starts_with("bpf_")) continue;  // a function of the kernel
      if (GELF_ST_TYPE(symbol.st_info) == STT_SECTION)
        callee = names_.at({symbol.st_shndx, (insn.imm + 1) * sizeof(bpf_insn)}).name;
      auto caller = names_.upper_bound({target, rel.r_offset});
      functions_[std::prev(caller)->second.name].calls.push_back(std::move(callee));
    }
  }

  UniqueFd fd_;
  Elf* elf_ = nullptr;
  Elf_Data* symbols_ = nullptr;
  size_t strings_ = 0;
  std::map<Place, Named> names_;
  std::set<Place> relocated_;  // calls
  Functions functions_;
};

// Each function on the way, then what the longest way below it takes.
void check(const Functions& functions, const std::string& name, size_t frames, size_t bytes,
           const std::string& way, size_t& most) {
  ASSERT_TRUE(functions.contains(name)) << way << " > " << name << " is not defined";
  const Function& function = functions.at(name);
  // Frames count in steps of 32 bytes, and of 16 where the kernel has a JIT since 6.9.
  bytes += (std::max<size_t>(function.frame_bytes, 1) + 31) / 32 * 32;
  const std::string here = way + " > " + name + " " + std::to_string(function.frame_bytes);
  ASSERT_LE(++frames, kMostFrames) << here;
  ASSERT_LE(bytes, kMostBytes) << here;
  most = std::max(most, bytes);
  for (const std::string& callee : function.calls)
    check(functions, callee, frames, bytes, here, most);
}

// Linked to the tracer with --drops. It gives bpf_loop() the address of two functions.
Functions nft_functions() {
  Functions functions = Object(PWRU_BPF_DIR "/pwru_nft.bpf.o").read();
  functions.at("pwru_nft_verdict").calls = {"look_at_chain", "look_at_rule"};
  return functions;
}

class CallChains : public ::testing::TestWithParam<const char*> {};

TEST_P(CallChains, FitTheStack) {
  Functions functions = Object(std::string(PWRU_BPF_DIR "/") + GetParam() + ".bpf.o").read();
  ASSERT_GT(functions.size(), 10u);
  const bool casts = std::string(GetParam()).ends_with("_cast");
  // An object that casts is also linked with filters that copy, which take less.
  functions.merge(generated(casts ? 96 : 64));
  if (!functions.contains("pwru_filter_matched")) functions.erase("pwru_filter_hit");
  functions.merge(nft_functions());
  functions.merge(Object(PWRU_BPF_DIR "/pwru_xtables.bpf.o").read());
  for (const auto& entry : functions) {
    std::vector<std::string>& calls = functions[entry.first].calls;
    std::sort(calls.begin(), calls.end());
    calls.erase(std::unique(calls.begin(), calls.end()), calls.end());
  }
  size_t most = 0;
  for (const auto& entry : functions) check(functions, entry.first, 0, 0, "", most);
  RecordProperty("most_bytes", static_cast<int>(most));
  EXPECT_GT(most, 200u);  // or nothing was understood
}

INSTANTIATE_TEST_SUITE_P(Objects, CallChains,
                         ::testing::Values("pwru_cast", "pwru_copy", "pwru_progs_cast",
                                           "pwru_progs_copy", "pwru_multi_cast"),
                         [](const auto& way) { return std::string(way.param); });

}  // namespace
}  // namespace pwru
