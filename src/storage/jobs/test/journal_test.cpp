#include "storage/jobs/journal.h"

#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

namespace osler::storage::jobs {
namespace {

using ::testing::HasSubstr;

class JournalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Database::open(folder_.path() / "osler.db");
    ASSERT_TRUE(opened) << opened.error().message;
    database_.emplace(*std::move(opened));
    auto journal = Journal::open(*database_, clock_);
    ASSERT_TRUE(journal) << journal.error().message;
    journal_.emplace(*std::move(journal));
  }

  Result<Json> run(const std::string& script) {
    const auto id = journal_->add("train", {{"study", "test"}});
    job_ = *id;
    ChildProcess::Options options;
    options.program = "/bin/sh";
    options.arguments = {"-c", script};
    return run_program(*journal_, job_, options, [&](const Json&) { ++lines_; });
  }

  TemporaryFolder folder_;
  FixedClock clock_{std::chrono::system_clock::from_time_t(1'800'000'000)};
  std::optional<Database> database_;
  std::optional<Journal> journal_;
  std::int64_t job_ = 0;
  int lines_ = 0;
};

TEST_F(JournalTest, KeepsTheResultOfAChild) {
  const auto result = run(R"(echo '{"event": "epoch", "epoch": 1}'; echo noise;
                             echo '{"event": "done", "best_epoch": 1}')");
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ((*result)["best_epoch"], 1);
  EXPECT_EQ(lines_, 2);
  EXPECT_EQ(journal_->find(job_)->state, State::Done);
}

TEST_F(JournalTest, KeepsTheErrorOfAChild) {
  const auto result = run(
      R"(echo '{"event": "error", "error": {"code": "DataCorrupt", "message": "no tensors", "where": "x", "hint": "y"}}'; exit 65)");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::DataCorrupt);
  EXPECT_EQ(result.error().message, "no tensors");
  EXPECT_EQ(journal_->find(job_)->state, State::Failed);
}

TEST_F(JournalTest, AKilledChildIsAFailedJobAndNothingElse) {
  const auto result = run("kill -9 $$");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::Internal);
  EXPECT_THAT(result.error().message, HasSubstr("signal 9"));
  EXPECT_THAT(journal_->find(job_)->error, HasSubstr("signal 9"));
  // It may be tried again.
  EXPECT_TRUE(journal_->start(job_));
}

TEST_F(JournalTest, AChildThatSaysNothingHasFailed) {
  EXPECT_FALSE(run("true"));
  EXPECT_FALSE(run("echo '{\"event\": \"done\"}'; exit 3"));
}

TEST_F(JournalTest, FindsWhatADeadProcessLeftRunning) {
  const auto ours = journal_->add("train", Json::object());
  const auto theirs = journal_->add("train", Json::object());
  ASSERT_TRUE(journal_->start(*ours));
  // Another process starts the second job and is gone.
  const pid_t child = ::fork();
  if (child == 0) {
    auto database = Database::open(folder_.path() / "osler.db");
    auto journal = Journal::open(*database, clock_);
    ::_exit(journal && journal->start(*theirs) ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);

  const auto interrupted = journal_->mark_interrupted();

  ASSERT_TRUE(interrupted);
  EXPECT_EQ(*interrupted, std::vector<std::int64_t>{*theirs});
  EXPECT_EQ(journal_->find(*ours)->state, State::Running);
  EXPECT_EQ(journal_->find(*theirs)->state, State::Failed);
  EXPECT_TRUE(journal_->mark_interrupted()->empty());
}

TEST_F(JournalTest, RefusesWhatMakesNoSense) {
  EXPECT_EQ(journal_->start(99).error().code, ErrorCode::NotFound);
  EXPECT_EQ(journal_->finish(99, {}).error().code, ErrorCode::NotFound);
  const auto id = journal_->add("train", Json::object());
  ASSERT_TRUE(journal_->start(*id));
  EXPECT_EQ(journal_->start(*id).error().code, ErrorCode::FailedPrecondition);
  EXPECT_EQ(journal_->list("ingest")->size(), 0U);
  EXPECT_EQ(journal_->list()->size(), 1U);
}

}  // namespace
}  // namespace osler::storage::jobs
