#include "base/file.h"

#include <filesystem>

#include <gtest/gtest.h>

namespace osler {
namespace {

TEST(File, ComesBackAsItWasWritten) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "a" / "b.txt";
  ASSERT_TRUE(write_file(path, "first"));
  ASSERT_TRUE(write_file(path, "second"));
  EXPECT_EQ(*read_text(path), "second");
  // Nothing but the file is left.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path.parent_path()), {}), 1);
}

TEST(File, SaysWhyItCannotBeRead) {
  const TemporaryFolder folder;
  EXPECT_EQ(read_file(folder.path() / "absent").error().code, ErrorCode::NotFound);
  EXPECT_EQ(read_file(folder.path()).error().code, ErrorCode::NotSupported);
  ASSERT_TRUE(write_file(folder.path() / "large", "12345"));
  EXPECT_EQ(read_file(folder.path() / "large", 4).error().code, ErrorCode::NotSupported);
}

TEST(File, RefusesAPlaceThatIsNoFolder) {
  EXPECT_FALSE(write_file("/dev/full/x", "1"));
}

TEST(TemporaryFolder, IsGoneAfterwards) {
  std::filesystem::path path;
  {
    const TemporaryFolder folder;
    path = folder.path();
    ASSERT_TRUE(write_file(path / "x", "1"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace osler
