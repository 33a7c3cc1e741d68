#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "storage/database/database.h"

namespace osler::storage::database {
namespace {

using ::testing::HasSubstr;

constexpr Migration kFirst{"films/1-table", "CREATE TABLE films(id INTEGER)"};
constexpr Migration kSecond{"films/2-name", "ALTER TABLE films ADD COLUMN name TEXT"};

class MigrateTest : public ::testing::Test {
 protected:
  Result<void> migrate(std::initializer_list<Migration> steps) {
    return database_.migrate(std::span(steps.begin(), steps.size()));
  }

  TemporaryFolder folder_;
  Database database_ = *Database::open(folder_.path() / "osler.db");
};

TEST_F(MigrateTest, AppliesEachStepOnce) {
  ASSERT_TRUE(migrate({kFirst}));
  ASSERT_TRUE(migrate({kFirst}));
  ASSERT_TRUE(migrate({kFirst, kSecond}));

  EXPECT_TRUE(database_.execute("INSERT INTO films(id, name) VALUES (1, 'a')"));
}

TEST_F(MigrateTest, LeavesOtherRoomsAlone) {
  ASSERT_TRUE(migrate({kFirst}));
  ASSERT_TRUE(migrate({{"jobs/1-table", "CREATE TABLE jobs(id INTEGER)"}}));
}

TEST_F(MigrateTest, AppliesAllOrNone) {
  const auto result = migrate({kFirst, {"films/2-wrong", "CREATE TABEL"}});

  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("films/2-wrong"));
  EXPECT_FALSE(database_.execute("SELECT * FROM films"));
}

TEST_F(MigrateTest, RefusesAHomeOfANewerOsler) {
  ASSERT_TRUE(migrate({kFirst, kSecond}));

  const auto older = migrate({kFirst});

  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().code, ErrorCode::FailedPrecondition);
  EXPECT_THAT(older.error().message, HasSubstr("newer osler"));
}

TEST_F(MigrateTest, RefusesAStepThatWasEdited) {
  ASSERT_TRUE(migrate({kFirst}));

  const auto edited = migrate({{kFirst.name, "CREATE TABLE films(id TEXT)"}});

  ASSERT_FALSE(edited);
  EXPECT_EQ(edited.error().code, ErrorCode::DataCorrupt);
}

}  // namespace
}  // namespace osler::storage::database
