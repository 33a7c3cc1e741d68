#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "storage/jobs/journal.h"

namespace osler::storage::jobs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RunProgram : public ::testing::Test {
 protected:
  // A shell script stands in for osler-learn.
  Result<Json> run(const std::string& script) {
    events_.clear();
    id_ = *journal_.add("train", Json::object());
    ChildProcess::Options options;
    options.program = "/bin/sh";
    options.arguments = {"-c", script};
    return run_program(journal_, id_, options,
                       [&](const Json& line) { events_.push_back(line.at("event")); });
  }
  [[nodiscard]] Job job() const { return *journal_.find(id_); }

  TemporaryFolder home_;
  Database database_ = *Database::open(home_.path() / "osler.db");
  SystemClock clock_;
  Journal journal_ = *Journal::open(database_, clock_);
  std::int64_t id_ = 0;
  std::vector<std::string> events_;
};

TEST_F(RunProgram, PassesLinesOnAndKeepsTheResult) {
  const auto result =
      run(R"(echo '{"event":"epoch","epoch":1}'; echo 'a library speaks'; echo '{"event":3}';
                             echo '{"event":"done","best_epoch":1}')");

  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->at("best_epoch"), 1);
  EXPECT_THAT(events_, ElementsAre("epoch", "done"));
  EXPECT_EQ(job().state, State::Done);
  EXPECT_THAT(job().result, HasSubstr("best_epoch"));
}

TEST_F(RunProgram, GivesTheChildsOwnError) {
  const auto result = run(R"(echo '{"event":"error","error":{"code":"InvalidArgument",
                             "message":"no labels"}}' | tr -d '\n'; echo; exit 64)");

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(result.error().message, "no labels");
  EXPECT_EQ(job().state, State::Failed);
}

TEST_F(RunProgram, TakesAKilledChildForAFailedJob) {
  const auto result = run(R"(echo '{"event":"epoch","epoch":1}'; kill -9 $$)");

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::Internal);
  EXPECT_THAT(result.error().message, HasSubstr("signal 9"));
  EXPECT_THAT(result.error().advice, HasSubstr("memory"));
  EXPECT_EQ(job().state, State::Failed);
}

TEST_F(RunProgram, TakesSilenceForAFailedJob) {
  EXPECT_THAT(run("exit 0").error().message, HasSubstr("without a result"));
  EXPECT_EQ(job().state, State::Failed);
  EXPECT_THAT(run("exit 3").error().message, HasSubstr("code 3"));
}

TEST_F(RunProgram, FailsTheJobWhoseProgramIsAbsent) {
  const auto id = *journal_.add("train", Json::object());
  ChildProcess::Options options;
  options.program = home_.path() / "osler-learn";

  const auto result = run_program(journal_, id, options, [](const Json&) {});

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::NotFound);
  EXPECT_EQ(journal_.find(id)->state, State::Failed);
}

}  // namespace
}  // namespace osler::storage::jobs
