#include "storage/database/database.h"

#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/file.h"

namespace osler::storage {
namespace {

using ::testing::HasSubstr;

class DatabaseTest : public ::testing::Test {
 protected:
  DatabaseTest() : database_(*Database::open(path())) {
    EXPECT_TRUE(database_.execute(
        "CREATE TABLE films(id INTEGER PRIMARY KEY, name TEXT UNIQUE, weight REAL, raw BLOB)"));
  }
  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "home" / "osler.db"; }
  std::int64_t films() { return **database_.integer("SELECT count(*) FROM films"); }

  TemporaryFolder folder_;
  Database database_;
};

TEST_F(DatabaseTest, KeepsEveryKindOfValue) {
  const Bytes raw{std::byte{0}, std::byte{255}};
  ASSERT_TRUE(database_.execute("INSERT INTO films VALUES (?, ?, ?, ?)", {7, "röntgen", 0.5, raw}));
  ASSERT_TRUE(database_.execute("INSERT INTO films VALUES (?, ?, ?, ?)",
                                {8, std::optional<std::string>(), nullptr, Bytes()}));

  auto rows = database_.prepare("SELECT id, name, weight, raw FROM films ORDER BY id");

  ASSERT_TRUE(rows);
  ASSERT_TRUE(*rows->step());
  EXPECT_EQ(rows->integer(0), 7);
  EXPECT_EQ(rows->text(1), "röntgen");
  EXPECT_EQ(rows->number(2), 0.5);
  EXPECT_EQ(rows->bytes(3), raw);
  ASSERT_TRUE(*rows->step());
  EXPECT_TRUE(rows->is_null(1));
  EXPECT_TRUE(rows->is_null(2));
  EXPECT_FALSE(rows->is_null(3));
  EXPECT_FALSE(*rows->step());
}

TEST_F(DatabaseTest, KeepsDigestsAndRefusesOtherText) {
  const auto digest = crypto::sha256("film");
  ASSERT_TRUE(database_.execute("INSERT INTO films(id, name) VALUES (1, ?)", {digest}));
  ASSERT_TRUE(database_.execute("INSERT INTO films(id, name) VALUES (2, 'abc')"));

  auto rows = database_.prepare("SELECT name FROM films ORDER BY id");
  ASSERT_TRUE(rows);
  ASSERT_TRUE(*rows->step());
  EXPECT_EQ(*rows->digest(0), digest);
  ASSERT_TRUE(*rows->step());
  EXPECT_EQ(rows->digest(0).error().code, ErrorCode::DataCorrupt);
}

TEST_F(DatabaseTest, RunsOneStatementManyTimes) {
  auto insert = database_.prepare("INSERT INTO films(name) VALUES (?)", {"a"});
  ASSERT_TRUE(insert);
  EXPECT_FALSE(*insert->step());
  ASSERT_TRUE(insert->rebind({"b"}));
  EXPECT_FALSE(*insert->step());

  EXPECT_EQ(films(), 2);
}

TEST_F(DatabaseTest, UsesARollbackJournalAndSyncsFully) {
  EXPECT_EQ(**database_.text("PRAGMA journal_mode"), "truncate");
  EXPECT_EQ(**database_.integer("PRAGMA synchronous"), 3);
  EXPECT_EQ(**database_.integer("PRAGMA foreign_keys"), 1);
  struct stat facts{};
  ASSERT_EQ(::stat(path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST_F(DatabaseTest, TransactionStandsWholeOrNotAtAll) {
  {
    auto change = Transaction::begin(database_);
    ASSERT_TRUE(change);
    ASSERT_TRUE(database_.execute("INSERT INTO films(name) VALUES ('dropped')"));
  }
  EXPECT_EQ(films(), 0);
  {
    auto change = Transaction::begin(database_);
    ASSERT_TRUE(change);
    EXPECT_EQ(Transaction::begin(database_).error().code, ErrorCode::FailedPrecondition);
    ASSERT_TRUE(database_.execute("INSERT INTO films(name) VALUES ('kept')"));
    ASSERT_TRUE(change->commit());
    EXPECT_FALSE(change->commit());
  }
  EXPECT_EQ(films(), 1);
}

TEST_F(DatabaseTest, SaysWhatARuleRefused) {
  ASSERT_TRUE(database_.execute("INSERT INTO films(name) VALUES ('a')"));

  const auto again = database_.execute("INSERT INTO films(name) VALUES ('a')");

  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::FailedPrecondition);
  EXPECT_THAT(again.error().message, HasSubstr("films.name"));
}

TEST_F(DatabaseTest, CallsWrongSqlABug) {
  EXPECT_EQ(database_.execute("SELEKT 1").error().code, ErrorCode::Internal);
  EXPECT_EQ(database_.execute("SELECT ?").error().code, ErrorCode::Internal);
}

TEST_F(DatabaseTest, TakesAFullDiskForUnavailableAndLosesNothing) {
  ASSERT_TRUE(database_.execute("INSERT INTO films(name) VALUES ('before')"));
  const auto pages = **database_.integer("PRAGMA page_count");
  ASSERT_TRUE(database_.text("PRAGMA max_page_count = " + std::to_string(pages + 2)));
  {
    auto change = Transaction::begin(database_);
    ASSERT_TRUE(change);
    const auto full =
        database_.execute("INSERT INTO films(name, raw) VALUES ('big', zeroblob(1000000))");
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().code, ErrorCode::Unavailable);
    EXPECT_THAT(full.error().message, HasSubstr("disk is full"));
  }
  EXPECT_EQ(films(), 1);
  EXPECT_TRUE(database_.check());
  ASSERT_TRUE(database_.execute("INSERT INTO films(name) VALUES ('after')"));
}

TEST_F(DatabaseTest, TwoConnectionsWriteInTurn) {
  auto other = Database::open(path());
  ASSERT_TRUE(other);
  const auto write = [](Database& database, int from) {
    for (int i = from; i < from + 20; ++i) {
      auto change = Transaction::begin(database);
      ASSERT_TRUE(change) << change.error().message;
      ASSERT_TRUE(database.execute("INSERT INTO films(id) VALUES (?)", {i}));
      ASSERT_TRUE(change->commit());
    }
  };

  {
    const std::jthread first([&] { write(database_, 0); });
    const std::jthread second([&] { write(*other, 1000); });
    const std::jthread third([&] { write(database_, 2000); });
  }

  EXPECT_EQ(films(), 60);
  EXPECT_TRUE(database_.check());
}

TEST(DatabaseFile, ThatIsNotADatabaseIsRefused) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "osler.db";
  ASSERT_TRUE(write_file(path, std::string(5000, 'x')));

  const auto database = Database::open(path);

  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, ErrorCode::DataCorrupt);
  EXPECT_THAT(database.error().where, HasSubstr("osler.db"));
  EXPECT_THAT(database.error().advice, HasSubstr("backup"));
}

TEST(DatabaseFile, DamageIsFoundOnDemand) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "osler.db";
  {
    auto database = Database::open(path);
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->execute("CREATE TABLE t(x TEXT)"));
    auto change = Transaction::begin(*database);
    for (int i = 0; i < 2000; ++i) {
      ASSERT_TRUE(database->execute("INSERT INTO t VALUES (?)", {std::string(40, 'x')}));
    }
    ASSERT_TRUE(change->commit());
  }
  auto bytes = read_file(path);
  ASSERT_TRUE(bytes);
  std::fill_n(bytes->begin() + 5 * 4096, 4096, std::byte{0xA5});
  ASSERT_TRUE(write_file(path, BytesView(*bytes)));

  auto database = Database::open(path);

  ASSERT_TRUE(database);
  EXPECT_EQ(database->check().error().code, ErrorCode::DataCorrupt);
}

TEST(DatabaseFile, ThatCannotBeMadeIsRefused) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder.path() / "file", std::string_view("x")));
  EXPECT_FALSE(Database::open(folder.path() / "file" / "osler.db"));
  const auto is_folder = Database::open(folder.path());
  ASSERT_FALSE(is_folder);
  EXPECT_EQ(is_folder.error().code, ErrorCode::PermissionDenied);
}

}  // namespace
}  // namespace osler::storage
