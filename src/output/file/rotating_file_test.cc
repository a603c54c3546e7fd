// SPDX-License-Identifier: Apache-2.0
#include "output/file/rotating_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <array>
#include <cstdlib>
#include <filesystem>

#include "base/file_for_test.h"
#include "output/file/line_buffer.h"

namespace pwru::output {
namespace {

namespace fs = std::filesystem;

class Rotation : public testing::Test {
 protected:
  Rotation() {
    std::array<char, 64> pattern = {"/tmp/pwru-rotation-XXXXXX"};
    folder_ = ::mkdtemp(pattern.data());
    path_ = folder_ + "/trace.log";
  }
  ~Rotation() override { fs::remove_all(folder_); }

  RotatingFile open(uint64_t max_bytes, const BackupPolicy& policy = {}) {
    auto file = RotatingFile::open(path_, max_bytes, policy);
    EXPECT_TRUE(file) << file.error().what;
    return std::move(*file);
  }
  std::string text_of(const std::string& path) {
    const auto text = read_file(path);
    EXPECT_TRUE(text);
    return text.value_or("");
  }
  std::vector<Backup> backups() {
    const auto place = find_place(path_);
    EXPECT_TRUE(place);
    return find_backups(*place);
  }
  // All files in the order of time, the current one last.
  std::vector<std::string> texts() {
    std::vector<std::string> result;
    for (const Backup& backup : backups())
      result.insert(result.begin(), text_of(folder_ + "/" + backup.name));
    result.push_back(text_of(path_));
    return result;
  }
  static mode_t mode_of(const std::string& path) {
    struct stat st = {};
    EXPECT_EQ(::stat(path.c_str(), &st), 0);
    return st.st_mode & ALLPERMS;
  }

  std::string folder_;
  std::string path_;
};

void write_line(LineBuffer& lines, std::string_view line) {
  lines.append(line);
  EXPECT_TRUE(lines.end_line());
  const auto flushed = lines.flush();
  EXPECT_TRUE(flushed) << flushed.error().what;
}

void write_header(LineBuffer& lines, std::string_view header) {
  lines.append(header);
  lines.append('\n');
  EXPECT_TRUE(lines.end_header());
}

using Texts = std::vector<std::string>;

TEST_F(Rotation, RefusesASecondWriter) {
  auto first = open(10);
  const auto refused = [this] {
    const auto second = RotatingFile::open(path_, 10, {});
    return second ? "" : second.error().what;
  };
  const std::string message = "write to the output file " + path_ +
                              ": another process has locked it, such as a pwru that writes to it; "
                              "name another file";
  EXPECT_EQ(refused(), message);
  LineBuffer lines(first);
  write_line(lines, "line 1");
  write_line(lines, "line 2");  // in the next file
  EXPECT_EQ(backups().size(), 1u);
  EXPECT_EQ(refused(), message);
}

TEST_F(Rotation, EachFileHasTheHeaderAndWholeLines) {
  RotatingFile file = open(16);
  LineBuffer lines(file);
  write_header(lines, "HEAD");
  for (const char* line : {"one", "two", "three", "four"}) write_line(lines, line);
  EXPECT_TRUE(file.finish());
  EXPECT_EQ(texts(), (Texts{"HEAD\none\ntwo\n", "HEAD\nthree\nfour\n"}));
}

TEST_F(Rotation, ALineThatIsLongerThanAFileIsWritten) {
  RotatingFile file = open(4);
  LineBuffer lines(file);
  write_line(lines, "longer");
  write_line(lines, "even longer");
  EXPECT_EQ(texts(), (Texts{"longer\n", "even longer\n"}));
}

TEST_F(Rotation, AnExistingFileIsAppendedTo) {
  EXPECT_TRUE(write_file(path_, "before\n", O_CREAT));
  RotatingFile file = open(16);
  LineBuffer lines(file);
  write_line(lines, "one");
  EXPECT_EQ(texts(), Texts{"before\none\n"});
  write_line(lines, "two, too much");
  EXPECT_EQ(texts(), (Texts{"before\none\n", "two, too much\n"}));
}

TEST_F(Rotation, BackupsOfOneMillisecondAreAllKept) {
  RotatingFile file = open(1);
  LineBuffer lines(file);
  std::string expected;
  for (int i = 0; i < 100; i++) {
    write_line(lines, std::to_string(i));
    expected += std::to_string(i) + "\n";
  }
  std::string all;
  for (const std::string& text : texts()) all += text;
  EXPECT_EQ(all, expected);
  EXPECT_EQ(texts().size(), 100u);
}

TEST_F(Rotation, TheModeStays) {
  RotatingFile file = open(4);
  ASSERT_EQ(::chmod(path_.c_str(), 0640), 0);
  LineBuffer lines(file);
  write_line(lines, "longer");
  write_line(lines, "longer");
  EXPECT_EQ(mode_of(path_), 0640u);
}

TEST_F(Rotation, BackupsAreCompressedWhenFinished) {
  RotatingFile file = open(4, {.compresses = true});
  LineBuffer lines(file);
  write_line(lines, "one");
  write_line(lines, "two");
  const auto finished = file.finish();
  EXPECT_TRUE(finished) << finished.error().what;
  ASSERT_EQ(backups().size(), 1u);
  EXPECT_TRUE(backups()[0].is_compressed);
}

TEST_F(Rotation, ASymbolicLinkStays) {
  const std::string real = folder_ + "/real.log";
  fs::create_symlink("real.log", path_);
  RotatingFile file = open(4);
  LineBuffer lines(file);
  write_line(lines, "one");
  write_line(lines, "two");
  EXPECT_TRUE(fs::is_symlink(path_));
  EXPECT_EQ(text_of(path_), "two\n");
  path_ = real;
  EXPECT_EQ(backups().size(), 1u);
}

TEST_F(Rotation, ADeviceIsNotRenamed) {
  path_ = "/dev/null";
  RotatingFile file = open(1);
  LineBuffer lines(file);
  write_line(lines, "one");
  write_line(lines, "two");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(Rotation, IsForItsOwnerOnly) {
  RotatingFile file = open(4, {.compresses = true});
  EXPECT_EQ(mode_of(path_), 0600u);
  LineBuffer lines(file);
  write_line(lines, "one");
  write_line(lines, "two");
  EXPECT_TRUE(file.finish());
  EXPECT_EQ(mode_of(path_), 0600u);
  EXPECT_EQ(mode_of(folder_ + "/" + backups().at(0).name), 0600u);
}

TEST_F(Rotation, AFailedRenameIsOneError) {
  path_ = folder_ + "/" + std::string(250, 'x');  // with a time it is too long for a name
  RotatingFile file = open(4);
  LineBuffer lines(file);
  write_line(lines, "one");
  lines.append("two");
  EXPECT_TRUE(lines.end_line());
  const auto flushed = lines.flush();
  ASSERT_FALSE(flushed);
  EXPECT_TRUE(flushed.error().what.starts_with("rename the full output file " + path_ + " to "))
      << flushed.error().what;
  write_line(lines, "the end");  // for what there is to say
  EXPECT_EQ(text_of(path_), "one\nthe end\n");
}

TEST_F(Rotation, AFileThatWasMovedAwayIsFollowedByANewOne) {
  RotatingFile file = open(8);
  ASSERT_EQ(::chmod(path_.c_str(), 0640), 0);
  LineBuffer lines(file);
  write_header(lines, "HEAD");
  const std::string moved = folder_ + "/moved";
  fs::rename(path_, moved);
  write_line(lines, "on");
  testing::internal::CaptureStderr();
  write_line(lines, "two");
  EXPECT_EQ(
      testing::internal::GetCapturedStderr(),
      "warning: the output file " + path_ + " was moved away; the trace goes on in a new one\n");
  EXPECT_EQ(text_of(moved), "HEAD\non\n");
  EXPECT_EQ(text_of(path_), "HEAD\ntwo\n");
  EXPECT_EQ(mode_of(path_), 0640u);
  EXPECT_TRUE(backups().empty());
  fs::remove(path_);
  testing::internal::CaptureStderr();
  write_line(lines, "three");
  testing::internal::GetCapturedStderr();
  EXPECT_EQ(text_of(path_), "HEAD\nthree\n");
}

TEST_F(Rotation, ReopensAFileThatWasMovedAway) {
  RotatingFile file = open(1000);
  LineBuffer lines(file);
  write_header(lines, "HEAD");
  write_line(lines, "one");
  file.reopen();  // nobody moved it
  write_line(lines, "two");
  const std::string moved = folder_ + "/trace.log.1";
  fs::rename(path_, moved);
  write_line(lines, "three");
  testing::internal::CaptureStderr();
  file.reopen();
  EXPECT_EQ(
      testing::internal::GetCapturedStderr(),
      "SIGHUP: the output file " + path_ + " was moved away; the trace goes on in a new one\n");
  write_line(lines, "four");
  EXPECT_EQ(text_of(moved), "HEAD\none\ntwo\nthree\n");
  EXPECT_EQ(text_of(path_), "HEAD\nfour\n");
  // logrotate's "create" puts an empty file there.
  fs::rename(path_, moved);
  EXPECT_TRUE(write_file(path_, "", O_CREAT));
  testing::internal::CaptureStderr();
  file.reopen();
  testing::internal::GetCapturedStderr();
  write_line(lines, "five");
  EXPECT_EQ(text_of(path_), "HEAD\nfive\n");
}

TEST_F(Rotation, GoesOnInTheOldFileWhenSomethingIsInTheWay) {
  RotatingFile file = open(4);
  LineBuffer lines(file);
  write_line(lines, "one");
  const std::string moved = folder_ + "/moved";
  fs::rename(path_, moved);
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  testing::internal::CaptureStderr();
  write_line(lines, "two");
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("no new output file is begun, and the trace goes on in the old one: open "),
            std::string::npos)
      << said;
  EXPECT_EQ(text_of(moved), "one\ntwo\n");
  fs::remove(path_);
  testing::internal::CaptureStderr();
  write_line(lines, "three");
  testing::internal::GetCapturedStderr();
  EXPECT_EQ(text_of(moved), "one\ntwo\n");
  EXPECT_EQ(text_of(path_), "three\n");
}

// The full file has its new name already when the new one cannot be made.
TEST_F(Rotation, GoesOnInTheRenamedFileWhenNoNewOneCanBeMade) {
  RotatingFile file = open(4, {.compresses = true});
  LineBuffer lines(file);
  write_line(lines, "one");
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  testing::internal::CaptureStderr();
  const rlimit none = {0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  write_line(lines, "two");
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("no new output file is begun, and the trace goes on in the old one: open "),
            std::string::npos)
      << said;
  // Nobody compresses the file that is written to.
  const auto finished = file.finish();
  EXPECT_TRUE(finished) << finished.error().what;
  ASSERT_EQ(backups().size(), 1u);
  EXPECT_EQ(text_of(folder_ + "/" + backups()[0].name), "one\ntwo\n");
}

TEST_F(Rotation, AnEmptiedFileIsNotFull) {
  RotatingFile file = open(8);
  LineBuffer lines(file);
  write_line(lines, "one");
  ASSERT_EQ(::truncate(path_.c_str(), 0), 0);
  write_line(lines, "three");
  EXPECT_EQ(texts(), Texts{"three\n"});
}

TEST_F(Rotation, AFolderWhereABackupWouldBeIsPassedOver) {
  RotatingFile file = open(4, {.compresses = true});
  LineBuffer lines(file);
  fs::create_directory(folder_ + "/trace-2026-01-02T15-04-05.007.log");
  ASSERT_EQ(::mkfifo((folder_ + "/trace-2026-01-03T15-04-05.007.log").c_str(), 0600), 0);
  for (const char* line : {"one", "two", "three", "four"}) write_line(lines, line);
  const auto finished = file.finish();
  EXPECT_TRUE(finished) << finished.error().what;
  EXPECT_EQ(backups().size(), 3u);
}

}  // namespace
}  // namespace pwru::output
