// SPDX-License-Identifier: Apache-2.0
#include "output/backups.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <array>
#include <cstdlib>
#include <filesystem>

#include "base/file.h"

namespace pwru::output {
namespace {

namespace fs = std::filesystem;
using std::chrono::days;
using std::chrono::milliseconds;

constexpr BackupTime kNow{milliseconds(1'767'366'245'007)};  // 2026-01-02T15:04:05.007Z

class Backups : public testing::Test {
 protected:
  Backups() {
    ::setenv("TZ", "UTC", 1);
    std::array<char, 64> pattern = {"/tmp/pwru-backups-XXXXXX"};
    folder_ = ::mkdtemp(pattern.data());
    path_ = folder_ + "/trace.log";
  }
  ~Backups() override { fs::remove_all(folder_); }

  void create(const std::string& path, std::string_view text = "line\n") {
    EXPECT_TRUE(write_file(path, text, O_CREAT | O_TRUNC));
  }
  std::vector<std::string> files() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }
  void tidy(const BackupPolicy& policy) {
    const auto done = tidy_backups(path_, policy, kNow);
    EXPECT_TRUE(done) << done.error().what;
  }

  std::string folder_;
  std::string path_;
};

std::string gunzip(const std::string& path) {
  std::array<char, 256> text = {};
  const gzFile file = ::gzopen(path.c_str(), "rb");
  const int size = ::gzread(file, text.data(), text.size());
  ::gzclose(file);
  return {text.data(), static_cast<size_t>(std::max(size, 0))};
}

using Names = std::vector<std::string>;

TEST_F(Backups, NamesAreThoseOfCilium) {
  EXPECT_EQ(backup_name("/var/log/trace.log", kNow), "/var/log/trace-2026-01-02T15-04-05.007.log");
  EXPECT_EQ(backup_name("trace", kNow), "trace-2026-01-02T15-04-05.007");
  EXPECT_EQ(backup_name("a.b/trace.old.log", kNow), "a.b/trace.old-2026-01-02T15-04-05.007.log");
}

TEST_F(Backups, OthersFilesAreNotBackups) {
  for (const char* name :
       {"trace.log", "trace-1.log", "trace-2026-01-02T15-04-05.007.txt", "other.log",
        "trace-2026-01-02T15-04-05x007.log", "xtrace-2026-01-02T15-04-05.007.log"})
    create(folder_ + "/" + name);
  create(folder_ + "/trace-2026-01-02T15-04-05.007.log");
  create(folder_ + "/trace-2026-01-03T15-04-05.007.log.gz");
  const auto found = find_backups(path_);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].stamp, "2026-01-03T15-04-05.007");
  EXPECT_TRUE(found[0].is_compressed);
  EXPECT_FALSE(found[1].is_compressed);
}

TEST_F(Backups, AllAreKeptByDefault) {
  create(backup_name(path_, kNow - days(9999)));
  create(backup_name(path_, kNow));
  tidy({});
  EXPECT_EQ(files().size(), 2u);
}

TEST_F(Backups, OldOnesGo) {
  create(backup_name(path_, kNow - days(3)));
  create(backup_name(path_, kNow - days(1)));
  tidy({.max_age_days = 2});
  EXPECT_EQ(files(), Names{"trace-2026-01-01T15-04-05.007.log"});
}

TEST_F(Backups, TooManyGo) {
  for (int age = 0; age < 5; age++) create(backup_name(path_, kNow - days(age)));
  create(backup_name(path_, kNow) + ".gz");  // the same backup twice counts once
  tidy({.max_backups = 2});
  EXPECT_EQ(files(),
            (Names{"trace-2026-01-01T15-04-05.007.log", "trace-2026-01-02T15-04-05.007.log",
                   "trace-2026-01-02T15-04-05.007.log.gz"}));
}

TEST_F(Backups, AreCompressedAlsoWhenThatWasInterrupted) {
  const std::string backup = backup_name(path_, kNow);
  create(backup, "all of it\n");
  create(backup + ".gz", "half");
  tidy({.compresses = true});
  EXPECT_EQ(files(), Names{"trace-2026-01-02T15-04-05.007.log.gz"});
  EXPECT_EQ(gunzip(backup + ".gz"), "all of it\n");
}

TEST_F(Backups, WhatCannotBeCompressedIsSaid) {
  fs::create_directory(backup_name(path_, kNow));  // reading it fails
  const auto done = tidy_backups(path_, {.compresses = true}, kNow);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().what.find("to compress it: Is a directory"), std::string::npos)
      << done.error().what;
  EXPECT_EQ(files().size(), 1u);
}

}  // namespace
}  // namespace pwru::output
