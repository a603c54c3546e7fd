// SPDX-License-Identifier: Apache-2.0
// With a machine that is a folder, whose kernel is tests/support/debug_lines.c.
#include "kernel/dwarf/source_lines.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include "base/file_for_test.h"
#include "kernel/dwarf/elf_symbols.h"

namespace pwru::kernel {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kShift = 0xffffffff9a000000;  // KASLR's
constexpr uint64_t kInModule = 0xffffffffc0100000;

std::string object(const std::string& name) { return PWRU_DEBUG_LINES "/" + name; }

// A note as the kernel has it.
std::string note_of(std::string_view build_id) {
  std::string note(12, '\0');
  note[0] = 4;
  note[4] = static_cast<char>(build_id.size());
  note[8] = NT_GNU_BUILD_ID;
  return note + std::string("GNU\0", 4) + std::string(build_id);
}

const std::string kBuildId(
    "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff\x00\x11\x22\x33", 20);

class Machine : public testing::Test {
 protected:
  Machine() {
    std::array<char, 64> pattern = {"/tmp/pwru-lines-XXXXXX"};
    root_ = ::mkdtemp(pattern.data());
    put("/sys/kernel/notes", note_of(kBuildId));
    const auto vmlinux = dwarf::ElfFile::open(open_file(object("5-none"), O_RDONLY).value());
    std::string symbols;
    for (const char* name : {"_stext", "touch", "tcp_receive", "device_receive"})
      symbols +=
          fmt::format("{:x} T {}\n", *dwarf::find_symbol(*vmlinux, name).value() + kShift, name);
    symbols += fmt::format("{:x} t tcp_receive\t[some_module]\n", kInModule);
    symbols += fmt::format("{:x} t other\t[some_module]\n", kInModule + 0x1000);
    symbols += fmt::format("{:x} t program\t[bpf]\n", kInModule + 0x9000);
    symbols_.emplace(Symbols::parse(std::move(symbols)).value());
  }
  ~Machine() override { fs::remove_all(root_); }

  void put(const std::string& path, std::string_view bytes) const {
    fs::create_directories(fs::path(root_ + path).parent_path());
    ASSERT_TRUE(write_file(root_ + path, bytes, O_CREAT | O_TRUNC));
  }
  void copy(const std::string& name, const std::string& path) const {
    put(path, read_file(object(name)).value());
  }
  [[nodiscard]] SourceLines lines() const { return SourceLines(*symbols_, {root_, "9.9"}); }
  [[nodiscard]] uint64_t tcp_receive() const {
    return symbols_->addresses("tcp_receive", "").front();
  }
  // Of what pwru says once, a part.
  void expect_warning(const std::string& part) const {
    testing::internal::CaptureStderr();
    {
      SourceLines lines = this->lines();
      EXPECT_EQ(lines.line_of(tcp_receive()), "");
      EXPECT_EQ(lines.line_of(tcp_receive() + 1), "");
    }
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_EQ(std::ranges::count(said, '\n'), part.empty() ? 0 : 1) << said;
    EXPECT_NE(said.find(part), std::string::npos) << said;
  }

  std::string root_;
  std::optional<Symbols> symbols_;
};

constexpr const char* kVmlinux = "/usr/lib/debug/boot/vmlinux-9.9";

TEST_F(Machine, WithoutDebugInfoNothingIsSaid) { expect_warning(""); }

TEST_F(Machine, TheKernelIsWhereKaslrPutIt) {
  copy("5-none", kVmlinux);
  SourceLines lines = this->lines();
  EXPECT_EQ(lines.line_of(tcp_receive()), "net/ipv4/tcp_ipv4.c:100");
  EXPECT_EQ(lines.line_of(tcp_receive()), "net/ipv4/tcp_ipv4.c:100");  // again
  EXPECT_EQ(lines.line_of(symbols_->addresses("touch", "").front()), "kernel/touch.c:20");
  EXPECT_EQ(lines.line_of(kInModule), "");
  EXPECT_EQ(lines.line_of(kInModule + 0x9000), "");
  EXPECT_EQ(lines.line_of(1), "");
}

TEST_F(Machine, VmlinuxIsLookedForWhereDistributionsPutIt) {
  for (const std::string path :
       {"/usr/lib/debug/lib/modules/9.9/vmlinux", "/lib/modules/9.9/build/vmlinux",
        "/usr/lib/debug/.build-id/00/112233445566778899aabbccddeeff00112233.debug"}) {
    copy("4-zlib", path);
    EXPECT_EQ(lines().line_of(tcp_receive()), "net/ipv4/tcp_ipv4.c:100") << path;
    fs::remove(root_ + path);
  }
}

TEST_F(Machine, AnotherBuildIsNotUsed) {
  copy("5-none", kVmlinux);
  put("/sys/kernel/notes", note_of("another build"));
  expect_warning("");
  put("/sys/kernel/notes", "");
  expect_warning("");
}

TEST_F(Machine, WhatOthersMayWriteIsNotRead) {
  copy("5-none", kVmlinux);
  ASSERT_EQ(::chmod((root_ + kVmlinux).c_str(), 0666), 0);
  expect_warning("vmlinux-9.9: others may write to it");
}

TEST_F(Machine, OneWarningForADamagedFile) {
  put(kVmlinux,
      "\x7f"
      "ELF");
  expect_warning("vmlinux-9.9: it is cut off");
  // Another one is used all the same.
  copy("5-none", "/usr/lib/debug/lib/modules/9.9/vmlinux");
  EXPECT_EQ(lines().line_of(tcp_receive()), "net/ipv4/tcp_ipv4.c:100");
}

TEST_F(Machine, ModulesHaveFilesOfTheirOwn) {
  put("/lib/modules/9.9/modules.dep", "kernel/net/some-module.ko.xz: kernel/lib/x.ko\n");
  put("/sys/module/some_module/notes/.note.gnu.build-id", note_of(kBuildId));
  const std::string path = "/usr/lib/debug/lib/modules/9.9/kernel/net/some-module.ko";
  SourceLines before = lines();
  EXPECT_EQ(before.line_of(kInModule), "");
  copy("5-zlib", path);
  EXPECT_EQ(before.line_of(kInModule), "");
  EXPECT_EQ(lines().line_of(kInModule), "net/ipv4/tcp_ipv4.c:100");
  fs::rename(root_ + path, root_ + path + ".debug");
  EXPECT_EQ(lines().line_of(kInModule), "net/ipv4/tcp_ipv4.c:100");
  EXPECT_EQ(lines().line_of(tcp_receive()), "");
}

TEST_F(Machine, AModuleThatIsLoadedAgainIsLookedForAgain) {
  put("/sys/module/some_module/notes/.note.gnu.build-id", note_of("another build"));
  copy("5-none", "/usr/lib/debug/.build-id/00/112233445566778899aabbccddeeff00112233.debug");
  SourceLines lines = this->lines();
  EXPECT_EQ(lines.line_of(kInModule), "");
  fs::rename(root_ + "/sys/module/some_module", root_ + "/sys/module/gone");
  EXPECT_EQ(lines.line_of(kInModule), "");
  put("/sys/module/some_module/notes/.note.gnu.build-id", note_of(kBuildId));
  EXPECT_EQ(lines.line_of(kInModule), "net/ipv4/tcp_ipv4.c:100");
}

TEST(DebugFiles, PathsOfModules) {
  const std::string table =
      "kernel/net/sched/sch_htb.ko:\nkernel/drivers/net/8021q-a.b/virtio-net.ko.zst: kernel/a.ko\n"
      "updates/dkms/wire.ko.xz:\nkernel/odd:\n";
  EXPECT_EQ(path_of_module(table, "sch_htb"), "kernel/net/sched/sch_htb.ko");
  EXPECT_EQ(path_of_module(table, "virtio_net"), "kernel/drivers/net/8021q-a.b/virtio-net.ko");
  EXPECT_EQ(path_of_module(table, "wire"), "updates/dkms/wire.ko");
  for (const char* none : {"a", "odd", "sch", "", "no_such"})
    EXPECT_EQ(path_of_module(table, none), "") << none;
}

}  // namespace
}  // namespace pwru::kernel
