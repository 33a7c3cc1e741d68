#include "storage/audit/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/rng.h"

namespace osler::storage::audit {
namespace {

using ::testing::HasSubstr;

Event event(int number) {
  return {.actor = "dr.jones",
          .action = "model.promote",
          .facts = {{"model", "m" + std::to_string(number)}, {"to", "shadow"}}};
}

class LogTest : public ::testing::Test {
 protected:
  void record(int first, int count) {
    auto change = *Transaction::begin(database_);
    for (int i = first; i < first + count; ++i) {
      ASSERT_TRUE(log_.append(change, event(i)));
    }
    ASSERT_TRUE(change.commit());
  }
  // Changes the tables as someone with a database tool would, past the triggers.
  void tamper(const std::string& sql) {
    for (const char* trigger :
         {"audit_records_stay", "audit_records_kept", "audit_heads_stay", "audit_heads_kept"}) {
      ASSERT_TRUE(database_.execute(std::string("DROP TRIGGER IF EXISTS ") + trigger));
    }
    const auto done = database_.execute(sql);
    ASSERT_TRUE(done) << done.error().message;
  }
  std::string fault() {
    const auto verified = log_.verify();
    return verified ? "none" : verified.error().message;
  }
  Log reopen() { return *Log::open(database_, key(), clock_); }
  [[nodiscard]] std::filesystem::path key() const { return home_.path() / "keys" / "audit.key"; }

  TemporaryFolder home_;
  Database database_ = *Database::open(home_.path() / "osler.db");
  FixedClock clock_{std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000))};
  Log log_ = *Log::open(database_, key(), clock_);
};

TEST_F(LogTest, KeepsWhatWasDone) {
  record(0, 3);

  const auto records = log_.records(1, 10);

  ASSERT_TRUE(records) << records.error().message;
  ASSERT_EQ(records->size(), 2U);
  EXPECT_EQ((*records)[0].index, 1U);
  EXPECT_EQ((*records)[0].time, "2023-11-14T22:13:20Z");
  EXPECT_EQ((*records)[0].event.actor, "dr.jones");
  EXPECT_EQ((*records)[0].event.facts.at("model"), "m1");
}

TEST_F(LogTest, FindsTheNewestRecordOfAnAction) {
  EXPECT_FALSE(*log_.newest("model.promote"));
  record(0, 3);
  const std::string action = log_.records(0, 1)->front().event.action;
  const auto newest = log_.newest(action);
  ASSERT_TRUE(newest && *newest);
  EXPECT_EQ((*newest)->index, 2U);
  // Neither a part of a name nor what stands in the facts.
  EXPECT_FALSE(*log_.newest(action.substr(0, action.size() - 1)));
}

TEST_F(LogTest, EmptyAndWholeLogsVerify) {
  EXPECT_EQ(log_.verify()->records, 0U);
  record(0, 20);
  const auto verified = log_.verify();
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_EQ(verified->records, 20U);
  EXPECT_TRUE(signed_by(*log_.head(), log_.public_key()));
}

TEST_F(LogTest, RecordStandsOnlyWithItsChange) {
  record(0, 1);
  {
    auto change = *Transaction::begin(database_);
    ASSERT_TRUE(log_.append(change, event(1)));
  }
  EXPECT_EQ(log_.verify()->records, 1U);
  record(2, 1);
  EXPECT_EQ(log_.verify()->records, 2U);
}

TEST_F(LogTest, TakesSeveralEventsUnderOneHead) {
  const std::vector<Event> events{event(0), event(1), event(2)};
  auto change = *Transaction::begin(database_);
  ASSERT_TRUE(log_.append(change, events));
  ASSERT_TRUE(log_.append(change, event(3)));
  ASSERT_TRUE(change.commit());

  EXPECT_EQ(log_.verify()->records, 4U);
  EXPECT_EQ(**database_.integer("SELECT count(*) FROM audit_heads"), 2);
}

TEST_F(LogTest, TablesRefuseAccidents) {
  record(0, 2);
  EXPECT_FALSE(database_.execute("UPDATE audit_records SET entry = 'x'"));
  EXPECT_FALSE(database_.execute("DELETE FROM audit_records"));
  EXPECT_FALSE(database_.execute("DELETE FROM audit_heads"));
}

TEST_F(LogTest, FindsAnEditedRecordAndNamesIt) {
  record(0, 9);
  tamper(
      "UPDATE audit_records SET entry = replace(entry, 'shadow', 'production') "
      "WHERE position = 4");
  EXPECT_THAT(fault(), HasSubstr("record 4 of the audit log: edited"));
}

TEST_F(LogTest, FindsARemovedRecord) {
  record(0, 9);
  tamper("DELETE FROM audit_records WHERE position = 6");
  EXPECT_THAT(fault(), HasSubstr("record 6 of the audit log is gone"));
}

TEST_F(LogTest, FindsRecordsThatChangedPlaces) {
  record(0, 9);
  tamper(
      "UPDATE audit_records SET entry = (SELECT other.entry FROM audit_records AS other "
      "WHERE other.position = 5 - audit_records.position) WHERE position IN (2, 3)");
  EXPECT_THAT(fault(), HasSubstr("record 2 of the audit log"));
}

TEST_F(LogTest, FindsARecordPutIn) {
  record(0, 3);
  tamper("INSERT INTO audit_records VALUES (3, '{}')");
  EXPECT_THAT(fault(), HasSubstr("added by someone else"));
}

// A thousand changes of one letter, each taken back by the transaction that made it.
TEST_F(LogTest, FindsEveryChangedLetter) {
  record(0, 12);
  tamper("SELECT 1");
  Rng rng(20261124);
  for (int round = 0; round < 1000; ++round) {
    auto change = *Transaction::begin(database_);
    const auto position = rng.below(12);
    std::string entry =
        **database_.text("SELECT entry FROM audit_records WHERE position = ?", {position});
    char& letter = entry[rng.below(entry.size())];
    letter = static_cast<char>(letter == 'x' ? 'y' : 'x');
    ASSERT_TRUE(database_.execute("UPDATE audit_records SET entry = ? WHERE position = ?",
                                  {entry, position}));
    const auto verified = log_.verify();
    ASSERT_FALSE(verified);
    ASSERT_THAT(verified.error().message, HasSubstr("record " + std::to_string(position) + " of"));
  }
  EXPECT_TRUE(log_.verify());
}

TEST_F(LogTest, FindsAForgedHead) {
  record(0, 3);
  // A whole tree of the forger's own, but without the key.
  const auto forged = leaf_hash(as_bytes("{}"));
  tamper("DELETE FROM audit_records WHERE position > 0");
  tamper("DELETE FROM audit_heads WHERE size > 1");
  tamper("UPDATE audit_records SET entry = '{}'");
  tamper("UPDATE audit_heads SET root = '" + forged.hex() + "'");
  EXPECT_THAT(fault(), HasSubstr("not signed by this home"));
}

TEST_F(LogTest, FindsRecordsCutFromTheEnd) {
  record(0, 5);
  tamper("DELETE FROM audit_records WHERE position >= 3");
  EXPECT_THAT(fault(), HasSubstr("records 3 to 4 of the audit log are gone"));
}

TEST_F(LogTest, FindsRecordsCutFromTheEndWithTheirHeads) {
  record(0, 5);
  const auto kept_elsewhere = *log_.head();
  tamper("DELETE FROM audit_records WHERE position >= 3");
  tamper("DELETE FROM audit_heads WHERE size > 3");

  const auto verified = log_.verify(kept_elsewhere);

  ASSERT_FALSE(verified);
  EXPECT_THAT(verified.error().message, HasSubstr("records 3 to 4"));
}

TEST_F(LogTest, HeadBesideTheKeyFindsItToo) {
  record(0, 5);
  log_ = reopen();
  tamper("DELETE FROM audit_records WHERE position >= 3");
  tamper("DELETE FROM audit_heads WHERE size > 3");
  log_ = reopen();
  EXPECT_THAT(fault(), HasSubstr("records 3 to 4"));
}

TEST_F(LogTest, AddsNothingToATreeWithAnotherEdge) {
  record(0, 5);
  tamper("UPDATE audit_edge SET hashes = zeroblob(64)");
  auto change = *Transaction::begin(database_);
  EXPECT_EQ(log_.append(change, event(5)).error().code, ErrorCode::DataCorrupt);
}

TEST_F(LogTest, ProvesRecordsAndEarlierHeads) {
  record(0, 4);
  const TreeHead before = log_.head()->head;
  record(4, 7);
  const TreeHead now = log_.head()->head;

  const auto entry = *database_.text("SELECT entry FROM audit_records WHERE position = 6");

  EXPECT_TRUE(
      verify_inclusion(leaf_hash(as_bytes(*entry)), 6, now.size, *log_.inclusion(6), now.root));
  EXPECT_TRUE(verify_consistency(before, now, *log_.consistency(before.size)));
  EXPECT_FALSE(log_.inclusion(11));
}

TEST_F(LogTest, GoesOnWithItsKeyAndRefusesToLoseIt) {
  record(0, 2);
  log_ = reopen();
  record(2, 2);
  EXPECT_TRUE(log_.verify());

  std::filesystem::remove(key());
  const auto without = Log::open(database_, key(), clock_);
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().code, ErrorCode::FailedPrecondition);
}

TEST_F(LogTest, RefusesEventsOfNobody) {
  auto change = *Transaction::begin(database_);
  EXPECT_EQ(log_.append(change, Event{.actor = "", .action = "x", .facts = {}}).error().code,
            ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace osler::storage::audit
