// SPDX-License-Identifier: Apache-2.0
#include "base/place.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <cstdlib>
#include <filesystem>

#include "base/file_for_test.h"

namespace pwru {
namespace {

namespace fs = std::filesystem;

// "own" is a folder of this user, "open" is one that everybody may write to, "target" is the file
// that the traps lead to.
class Places : public testing::Test {
 protected:
  Places() {
    std::array<char, 64> pattern = {"/tmp/pwru-places-XXXXXX"};
    root_ = ::mkdtemp(pattern.data());
    fs::create_directory(root_ + "/own");
    fs::create_directory(root_ + "/open");
    ::chmod((root_ + "/open").c_str(), 01777);
    EXPECT_TRUE(write_file(target(), "precious\n", O_CREAT));
  }
  ~Places() override { fs::remove_all(root_); }

  std::string own(const std::string& name) { return root_ + "/own/" + name; }
  std::string open(const std::string& name) { return root_ + "/open/" + name; }
  std::string target() { return root_ + "/target"; }

  // Appends a line to `path`; "", or the error.
  std::string append(const std::string& path, int flags = O_APPEND) {
    const auto place = find_place(path);
    if (!place) return place.error().what;
    const auto checked = check_writable(*place);
    const auto fd = open_to_write(*place, flags, 0600);
    EXPECT_EQ(checked.has_value(), fd.has_value()) << path;
    if (!fd) return fd.error().what;
    const auto written = write_all(fd->get(), "line\n", path);
    return written ? "" : written.error().what;
  }
  std::string refusal(const std::string& path, const std::string& why) {
    return "open " + path + ": " + why +
           ", and others may write to its folder; remove it, or name a file in a folder that only "
           "you may write to";
  }
  std::string text_of(const std::string& path) { return read_file(path).value_or("none"); }

  std::string root_;
};

TEST_F(Places, WhatIsNewIsForItsOwnerOnly) {
  for (const std::string& path : {own("new"), open("new")}) {
    EXPECT_EQ(append(path), "");
    EXPECT_EQ(append(path), "");
    EXPECT_EQ(text_of(path), "line\nline\n");
    struct stat status = {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & ALLPERMS, 0600u);
    EXPECT_EQ(append(path, O_TRUNC), "");
    EXPECT_EQ(text_of(path), "line\n");
  }
}

TEST_F(Places, LinksAreFollowedInFoldersOfOnesOwn) {
  fs::create_symlink("../target", own("relative"));
  fs::create_symlink(own("relative"), own("absolute"));
  EXPECT_EQ(append(own("absolute")), "");
  EXPECT_EQ(text_of(target()), "precious\nline\n");
  const auto place = find_place(own("absolute"));
  ASSERT_TRUE(place);
  EXPECT_EQ(place->path, own("../target"));
  EXPECT_EQ(path_beside(*place, "other"), own("../other"));
  fs::create_symlink("to-be-made", own("dangling"));
  EXPECT_EQ(append(own("dangling")), "");
  EXPECT_EQ(text_of(own("to-be-made")), "line\n");
  fs::create_symlink("loop", own("loop"));
  EXPECT_EQ(append(own("loop")), "open " + own("loop") + ": Too many levels of symbolic links");
}

TEST_F(Places, LinksOfOthersAreNotFollowed) {
  fs::create_symlink("../target", open("link"));
  EXPECT_EQ(append(open("link")), refusal(open("link"), "it is a symbolic link"));
  fs::create_symlink("../own", open("folder"));
  EXPECT_EQ(append(open("folder/new")), refusal(open("folder"), "it is a symbolic link"));
  fs::create_symlink(open("link"), own("way-there"));
  EXPECT_EQ(append(own("way-there")), refusal(open("link"), "it is a symbolic link"));
  fs::create_hard_link(target(), open("hard"));
  EXPECT_EQ(append(open("hard")),
            refusal(open("hard"), "it has another name elsewhere (a hard link)"));
  EXPECT_EQ(text_of(target()), "precious\n");
  EXPECT_FALSE(fs::exists(own("new")));
}

TEST_F(Places, PipesAndFoldersOfOthersDoNotHang) {
  ASSERT_EQ(::mkfifo(open("pipe").c_str(), 0666), 0);
  EXPECT_EQ(append(open("pipe")), refusal(open("pipe"), "it is no regular file"));
  fs::create_directory(open("inner"));
  EXPECT_NE(append(open("inner")), "");
  EXPECT_EQ(append(open("inner/file")), "");  // this user owns that folder
}

TEST_F(Places, AnotherUsersFolderIsNotTrusted) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  constexpr uid_t kOther = 12345;
  fs::create_symlink("../target", own("link"));
  EXPECT_TRUE(write_file(own("theirs"), "", O_CREAT));
  ASSERT_EQ(::chown(own("theirs").c_str(), kOther, kOther), 0);
  EXPECT_EQ(append(own("theirs")), "");
  ASSERT_EQ(::chown(own("").c_str(), kOther, kOther), 0);
  EXPECT_EQ(append(own("theirs")), refusal(own("theirs"), "it is another user's file"));
  EXPECT_EQ(append(own("link")), refusal(own("link"), "it is a symbolic link"));
  EXPECT_EQ(append(own("new")), "");
  EXPECT_EQ(append(own("new")), "");
}

TEST_F(Places, PipesAndDevicesThatAreMeantAreUsed) {
  EXPECT_EQ(append("/dev/null"), "");
  int fds[2];
  ASSERT_EQ(::pipe2(fds, O_CLOEXEC), 0);
  const UniqueFd reader(fds[0]), writer(fds[1]);
  EXPECT_EQ(append(path_of_fd(writer.get())), "");
  std::array<char, 16> text = {};
  EXPECT_EQ(::read(reader.get(), text.data(), text.size()), 5);
  ASSERT_EQ(::mkfifo(own("pipe").c_str(), 0600), 0);
  const UniqueFd other(::open(own("pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  EXPECT_EQ(append(own("pipe")), "");
}

TEST_F(Places, ARegularFileIsWhatItSays) {
  ASSERT_EQ(::mkfifo(own("pipe").c_str(), 0600), 0);
  const UniqueFd other(::open(own("pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  const auto regular = [](const std::string& path) {
    const auto place = find_place(path);
    const auto file = open_regular(*place, O_APPEND, 0600);
    return file ? std::string(file->is_new ? "new" : "there") : file.error().what;
  };
  EXPECT_EQ(regular(own("pipe")), "open " + own("pipe") + ": it is no regular file");
  EXPECT_EQ(regular(own("file")), "new");
  EXPECT_EQ(regular(own("file")), "there");
}

TEST_F(Places, WhatIsTrustedOnlyThisUserCanWrite) {
  const auto trusted = [](const std::string& path) {
    const auto fd = open_trusted(path);
    return fd ? read_all(fd->get(), path).value() : fd.error().what;
  };
  EXPECT_TRUE(write_file(own("file"), "mine\n", O_CREAT));
  fs::create_symlink("file", own("link"));
  EXPECT_EQ(trusted(own("link")), "mine\n");
  EXPECT_TRUE(write_file(open("file"), "anybody's\n", O_CREAT));
  EXPECT_EQ(trusted(open("file")), "open " + open("file") + ": others may write to its folder");
  ASSERT_EQ(::chmod(own("file").c_str(), 0664), 0);
  EXPECT_EQ(trusted(own("file")), "open " + own("file") + ": others may write to it");
  ASSERT_EQ(::mkfifo(own("pipe").c_str(), 0600), 0);
  EXPECT_EQ(trusted(own("pipe")), "open " + own("pipe") + ": it is no regular file");
  for (const std::string& path : {own("none"), own("none/file")})
    EXPECT_EQ(open_trusted(path).error().code, ENOENT);
  EXPECT_EQ(open_trusted(own("file/none")).error().code, ENOTDIR);
}

TEST_F(Places, AnotherUsersFileIsNotTrusted) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  EXPECT_TRUE(write_file(own("theirs"), "", O_CREAT));
  ASSERT_EQ(::chown(own("theirs").c_str(), 12345, 12345), 0);
  EXPECT_EQ(open_trusted(own("theirs")).error().what,
            "open " + own("theirs") + ": others may write to it");
}

TEST_F(Places, MissingFilesAreReported) {
  EXPECT_EQ(append(root_ + "/no/such"), "open " + root_ + "/no/such: No such file or directory");
  EXPECT_EQ(append(own("")), "open " + own("") + ": Is a directory");
  EXPECT_EQ(append(root_ + "/own"), "open " + root_ + "/own: Is a directory");
  EXPECT_EQ(append(root_ + "/own/.."), "open " + root_ + "/own/..: Is a directory");
  EXPECT_EQ(append(target() + "/file"), "open " + target() + "/file: Not a directory");
  fs::create_directories(own("a/b"));
  EXPECT_EQ(append(own("a/./b/../file")), "");
  EXPECT_EQ(text_of(own("a/file")), "line\n");
}

}  // namespace
}  // namespace pwru
