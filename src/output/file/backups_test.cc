// SPDX-License-Identifier: Apache-2.0
#include "output/file/backups.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <zlib.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "base/file_for_test.h"

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
  Place place() {
    auto place = find_place(path_);
    EXPECT_TRUE(place) << place.error().what;
    return std::move(*place);
  }
  // Beside the output file, a year old; where traps lead to, it is "precious".
  std::string backup() { return backup_name(path_, kNow - days(365)); }
  std::string precious() {
    const std::string path = folder_ + "/precious";
    create(path, "precious\n");
    return path;
  }
  bool is_untouched(const std::string& path) {
    return read_file(path).value_or("") == "precious\n";
  }
  std::vector<std::string> files() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }
  void tidy(const BackupPolicy& policy) {
    const auto done = tidy_backups(place(), policy, kNow);
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
  const auto found = find_backups(place());
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

TEST_F(Backups, TheCompressedOneHasTheModeOfThePlainOne) {
  create(backup());
  ASSERT_EQ(::chmod(backup().c_str(), 0600), 0);
  tidy({.compresses = true});
  struct stat status = {};
  ASSERT_EQ(::stat((backup() + ".gz").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & ALLPERMS, 0600u);
}

// Nothing is read, written to, removed or waited for that somebody else may have put there.
constexpr BackupPolicy kAll = {.max_age_days = 2, .compresses = true};

TEST_F(Backups, ALinkCalledLikeABackupIsNotRead) {
  fs::create_symlink(precious(), backup());
  const auto before = files();
  tidy({.compresses = true});
  tidy(kAll);
  EXPECT_EQ(files(), before);
  EXPECT_TRUE(find_backups(place()).empty());
}

TEST_F(Backups, ALinkCalledLikeACompressedBackupIsNotWrittenTo) {
  create(backup());
  fs::create_symlink(precious(), backup() + ".gz");
  const auto before = files();
  tidy({.compresses = true});
  EXPECT_EQ(files(), before);
  EXPECT_TRUE(is_untouched(folder_ + "/precious"));
}

TEST_F(Backups, AnotherNameOfAFileIsLeftAlone) {
  create(backup());
  fs::create_hard_link(precious(), backup() + ".gz");
  fs::create_hard_link(folder_ + "/precious", backup_name(path_, kNow));
  const auto before = files();
  tidy({.compresses = true});
  EXPECT_EQ(files(), before);
  EXPECT_TRUE(is_untouched(folder_ + "/precious"));
}

TEST_F(Backups, PipesAndFoldersAreSkipped) {
  ASSERT_EQ(::mkfifo(backup().c_str(), 0666), 0);
  fs::create_directory(backup_name(path_, kNow - days(4)));
  create(backup_name(path_, kNow - days(1)));
  fs::create_directory(backup_name(path_, kNow - days(1)) + ".gz");
  ASSERT_EQ(::mkfifo((backup() + ".gz").c_str(), 0666), 0);
  const auto before = files();
  tidy(kAll);
  EXPECT_EQ(files(), before);
}

TEST_F(Backups, AnotherUsersFileIsLeftAlone) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  create(backup());
  ASSERT_EQ(::chown(backup().c_str(), 12345, 12345), 0);
  tidy(kAll);
  EXPECT_EQ(files().size(), 1u);
}

// Somebody exchanges the backup and its compressed name for links, again and again, meanwhile.
TEST_F(Backups, NoRaceIsWonByLinks) {
  precious();
  const std::string link = folder_ + "/link", plain = folder_ + "/plain";
  std::atomic<bool> is_done = false;
  std::thread attacker([&] {
    std::error_code ignored;
    while (!is_done) {
      for (const std::string& name : {backup(), backup() + ".gz"}) {
        fs::create_symlink("precious", link, ignored);
        fs::rename(link, name, ignored);
        std::ignore = write_file(plain, "plain\n", O_CREAT | O_TRUNC);
        fs::rename(plain, name, ignored);
      }
    }
  });
  for (int i = 0; i < 300; i++) {
    std::ignore = tidy_backups(place(), {.compresses = true}, kNow);
    const auto compressed = read_file(backup() + ".gz");
    if (!compressed || *compressed == "plain\n" || *compressed == "precious\n") continue;
    create(folder_ + "/copy", *compressed);  // the name may be a link by now
    EXPECT_EQ(gunzip(folder_ + "/copy").find("precious"), std::string::npos);
  }
  is_done = true;
  attacker.join();
  EXPECT_TRUE(is_untouched(folder_ + "/precious"));
}

TEST_F(Backups, WhatCannotBeCompressedIsSaid) {
  std::string text;
  for (int i = 0; i < 10'000; i++) text += std::to_string(i * 7919);
  create(backup(), text);
  rlimit before = {};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit little = {1000, before.rlim_max};
  ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &little), 0);
  const auto done = tidy_backups(place(), {.compresses = true}, kNow);
  ::setrlimit(RLIMIT_FSIZE, &before);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().what,
            "write " + backup() + ".gz: File too large; raise the limit (ulimit -f)");
  EXPECT_EQ(read_file(backup()).value_or(""), text);
  EXPECT_EQ(files().size(), 1u);
}

}  // namespace
}  // namespace pwru::output
