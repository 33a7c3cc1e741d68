#include "deploy/registry/registry.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace osler::deploy::registry {
namespace {

using storage::Transaction;

class RegistryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = storage::Database::open(folder_.path() / "osler.db");
    ASSERT_TRUE(opened) << opened.error().message;
    database_.emplace(*std::move(opened));
    auto registry = Registry::open(*database_, clock_);
    ASSERT_TRUE(registry) << registry.error().message;
    registry_.emplace(*std::move(registry));
  }

  template <typename Body>
  void change(Body body) {
    auto change = Transaction::begin(*database_);
    ASSERT_TRUE(change);
    body(*change);
    ASSERT_TRUE(change->commit());
  }

  void add(std::int64_t version) {
    change([&](Transaction& transaction) {
      const auto added = registry_->add(
          transaction,
          {.name = "chest", .version = version, .digest = {}, .content = std::to_string(version)},
          {.actor = "test", .reason = "made"});
      ASSERT_TRUE(added) << added.error().message;
    });
  }

  void promote(std::int64_t version, Stage to) {
    change([&](Transaction& transaction) {
      const auto moved = registry_->promote(transaction, *registry_->find("chest", version), to,
                                            {.actor = "test", .reason = "good"});
      ASSERT_TRUE(moved) << moved.error().message;
    });
  }

  Stage stage(std::int64_t version) { return registry_->find("chest", version)->stage; }

  TemporaryFolder folder_;
  FixedClock clock_{std::chrono::system_clock::from_time_t(1'800'000'000)};
  std::optional<storage::Database> database_;
  std::optional<Registry> registry_;
};

TEST_F(RegistryTest, KeepsOneVersionInProduction) {
  add(1);
  add(2);
  promote(1, Stage::Production);
  promote(2, Stage::Production);
  EXPECT_EQ(stage(1), Stage::Shadow);
  EXPECT_EQ(stage(2), Stage::Production);
  EXPECT_EQ((*registry_->production("chest"))->version, 2);
  EXPECT_EQ(*registry_->next_version("chest"), 3);
}

TEST_F(RegistryTest, RollsBackToTheFormerVersion) {
  add(1);
  add(2);
  promote(1, Stage::Production);
  promote(2, Stage::Production);
  change([&](Transaction& transaction) {
    const auto back =
        registry_->rollback(transaction, "chest", {.actor = "test", .reason = "worse"});
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->version, 1);
  });
  EXPECT_EQ(stage(1), Stage::Production);
  EXPECT_EQ(stage(2), Stage::Shadow);
}

TEST_F(RegistryTest, RefusesWhatMakesNoSense) {
  add(1);
  change([&](Transaction& transaction) {
    EXPECT_EQ(registry_->rollback(transaction, "chest", {}).error().code,
              ErrorCode::FailedPrecondition);
    const auto model = *registry_->find("chest", 1);
    ASSERT_TRUE(registry_->retire(transaction, model, {}));
    EXPECT_FALSE(registry_->retire(transaction, model, {}));
    EXPECT_FALSE(registry_->promote(transaction, model, Stage::Shadow, {}));
  });
  EXPECT_EQ(registry_->find("chest", 7).error().code, ErrorCode::NotFound);
  EXPECT_FALSE(stage_from("live"));
}

TEST_F(RegistryTest, TheSameContentIsFoundAgain) {
  add(1);
  EXPECT_EQ((*registry_->find_content("chest", "1"))->version, 1);
  EXPECT_FALSE(*registry_->find_content("chest", "other"));
}

TEST_F(RegistryTest, FindsEveryKindOfTampering) {
  add(1);
  promote(1, Stage::Shadow);
  promote(1, Stage::Production);
  ASSERT_TRUE(registry_->verify());
  for (const char* edit : {"UPDATE model_steps SET actor = 'other' WHERE number = 1",
                           "UPDATE model_steps SET stage = 'production' WHERE number = 1",
                           "UPDATE model_steps SET time = '2020-01-01T00:00:00Z' WHERE number = 2",
                           "DELETE FROM model_steps WHERE number = 1"}) {
    auto attempt = Transaction::begin(*database_);
    ASSERT_TRUE(attempt);
    ASSERT_TRUE(database_->execute(edit));
    const auto verified = registry_->verify();
    ASSERT_FALSE(verified) << edit;
    EXPECT_EQ(verified.error().code, ErrorCode::DataCorrupt);
    // The transaction is dropped: the next edit meets the history as it was.
  }
  EXPECT_TRUE(registry_->verify());
}

}  // namespace
}  // namespace osler::deploy::registry
