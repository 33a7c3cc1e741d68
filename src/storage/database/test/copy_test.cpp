#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/file.h"
#include "storage/database/database.h"

namespace osler::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DatabaseCopy : public ::testing::Test {
 protected:
  DatabaseCopy() : database_(*Database::open(folder_.path() / "osler.db")) {
    EXPECT_TRUE(database_.execute("CREATE TABLE pairs(one INTEGER, two INTEGER, raw BLOB)"));
  }
  [[nodiscard]] std::filesystem::path copy() const { return folder_.path() / "copy.db"; }

  TemporaryFolder folder_;
  Database database_;
};

TEST_F(DatabaseCopy, HoldsWhatWasThereAndIsForItsOwnerAlone) {
  ASSERT_TRUE(database_.execute("INSERT INTO pairs VALUES (1, 2, zeroblob(100000))"));

  ASSERT_TRUE(database_.copy_to(copy()));

  struct stat facts{};
  ASSERT_EQ(::stat(copy().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  EXPECT_FALSE(std::filesystem::exists(copy().string() + "-journal"));
  auto copied = Database::open(copy());
  ASSERT_TRUE(copied);
  EXPECT_TRUE(copied->check());
  EXPECT_EQ(*copied->integer("SELECT length(raw) FROM pairs"), 100000);
}

TEST_F(DatabaseCopy, NeverWritesOverAFile) {
  ASSERT_TRUE(write_file(copy(), "mine"));

  const auto refused = database_.copy_to(copy());

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::FailedPrecondition);
  EXPECT_EQ(*read_text(copy()), "mine");
}

TEST_F(DatabaseCopy, LeavesNothingWhereItFails) {
  const auto refused = database_.copy_to(folder_.path() / "absent" / "copy.db");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::NotFound);
  // The source is gone: what was begun is taken back.
  std::filesystem::rename(folder_.path() / "osler.db", folder_.path() / "moved.db");
  EXPECT_FALSE(database_.copy_to(copy()));
  EXPECT_FALSE(std::filesystem::exists(copy()));
}

// Each transaction writes two rows that belong together, through a second connection, as another
// process would: no copy may hold one of them alone, and none may take for ever.
TEST_F(DatabaseCopy, IsOfOneMomentWhileOthersWrite) {
  {
    auto change = Transaction::begin(database_);
    for (int i = 0; i < 40; ++i) {
      ASSERT_TRUE(database_.execute("INSERT INTO pairs VALUES (0, 0, zeroblob(1000000))"));
    }
    ASSERT_TRUE(change->commit());
  }
  auto other = Database::open(folder_.path() / "osler.db");
  ASSERT_TRUE(other);
  std::atomic<bool> enough = false;
  std::atomic<int> written = 0;
  {
    const std::jthread writer([&] {
      for (int i = 1; !enough; ++i) {
        auto change = Transaction::begin(*other);
        ASSERT_TRUE(change) << change.error().message;
        ASSERT_TRUE(other->execute("INSERT INTO pairs VALUES (?, ?, NULL)", {i, -i}));
        ASSERT_TRUE(other->execute("INSERT INTO pairs VALUES (?, ?, NULL)", {-i, i}));
        ASSERT_TRUE(change->commit());
        ++written;
      }
    });
    for (int round = 0; round < 4; ++round) {
      const auto name = folder_.path() / ("copy" + std::to_string(round));
      const auto done = database_.copy_to(name);
      EXPECT_TRUE(done) << done.error().message;
      auto copied = Database::open(name);
      ASSERT_TRUE(copied);
      EXPECT_TRUE(copied->check());
      EXPECT_EQ(*copied->integer("SELECT sum(one) FROM pairs"), 0);
      EXPECT_EQ(**copied->integer("SELECT count(*) FROM pairs WHERE one <> 0") % 2, 0);
    }
    enough = true;
  }
  EXPECT_GT(written, 0);
}

TEST_F(DatabaseCopy, SchemaIsTheStepsThatWereApplied) {
  EXPECT_THAT(*database_.schema(), ElementsAre());
  ASSERT_TRUE(database_.migrate(std::vector<database::Migration>{{"b/1-t", "CREATE TABLE b(x)"},
                                                                 {"a/1-t", "CREATE TABLE a(x)"}}));
  EXPECT_THAT(*database_.schema(), ElementsAre("a/1-t", "b/1-t"));
}

}  // namespace
}  // namespace osler::storage
