#include "workflow/internal/sources.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/archive.h"
#include "base/file.h"

namespace osler::workflow::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;

class SourcesTest : public ::testing::Test {
 protected:
  void write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(write_file(folder_.path() / name, text));
  }
  TemporaryFolder folder_;
};

TEST_F(SourcesTest, AreAllFilesBelowInOrderAndLinksToFoldersAreNotFollowed) {
  write("b.dcm", "2");
  write("a/z.dcm", "1");
  std::filesystem::create_directory_symlink(folder_.path(), folder_.path() / "loop");
  const auto sources = list_sources({folder_.path()});
  ASSERT_TRUE(sources) << sources.error().message;
  std::vector<std::string> paths;
  for (const auto& source : *sources) {
    paths.push_back(source.path);
  }
  EXPECT_THAT(paths, ElementsAre(EndsWith("a/z.dcm"), EndsWith("b.dcm")));
}

TEST_F(SourcesTest, ThatDoNotExistAreAnError) {
  EXPECT_EQ(list_sources({folder_.path() / "absent"}).error().code, ErrorCode::NotFound);
}

TEST_F(SourcesTest, MembersOfAnArchiveAreInputsOfTheirOwn) {
  const auto zip = stored_archive({{.name = "one.dcm", .bytes = as_bytes("1")},
                                   {.name = "sub/two.dcm", .bytes = as_bytes("22")}});
  ASSERT_TRUE(zip);
  ASSERT_TRUE(write_file(folder_.path() / "disc.zip", *zip));
  std::vector<std::string> taken;
  open_source(
      {.path = "disc.zip", .file = folder_.path() / "disc.zip", .size = zip->size()},
      [&](std::string path, Bytes bytes) {
        taken.push_back(path + " " + std::string(as_text(bytes)));
      },
      [&](std::string path, const Error& error) {
        ADD_FAILURE() << path << ": " << error.message;
      });
  EXPECT_THAT(taken, ElementsAre("disc.zip!one.dcm 1", "disc.zip!sub/two.dcm 22"));
}

TEST_F(SourcesTest, ABrokenArchiveIsRefusedWhole) {
  write("broken.zip", "PK\x03\x04 and nothing more");
  int refused = 0;
  open_source(
      {.path = "broken.zip", .file = folder_.path() / "broken.zip", .size = 20},
      [](std::string, Bytes) { ADD_FAILURE(); }, [&](std::string, const Error&) { ++refused; });
  EXPECT_EQ(refused, 1);
}

}  // namespace
}  // namespace osler::workflow::internal
