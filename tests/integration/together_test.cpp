// Two osler at once on one home.

#include <csignal>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "base/file.h"
#include "tests/support/kept.h"
#include "tests/support/kill.h"
#include "tests/support/little_study.h"
#include "tests/support/osler.h"

namespace osler {
namespace {

namespace fs = std::filesystem;
using test::hear_osler;
using test::KeptHome;
using test::run_osler;
using test::start_osler;

class Together : public ::testing::Test {
 protected:
  fs::path home() const { return folder_.path() / "home"; }
  TemporaryFolder folder_;
};

// In a home that neither has seen: keys, tables and films are made by both at once.
TEST_F(Together, TwoIngestsStoreEachFilmOnce) {
  const fs::path cohort = folder_.path() / "cohort";
  ASSERT_EQ(
      run_osler(home(), {"phantom", cohort.string(), "--studies", "20", "--seed", "5"}).exit_code,
      0);
  const auto alone = run_osler(folder_.path() / "alone", {"ingest", cohort.string()});
  ASSERT_EQ(alone.exit_code, 0) << alone.text;
  fs::remove_all(home());

  auto left = start_osler(home(), {"ingest", cohort.string()});
  auto right = start_osler(home(), {"ingest", cohort.string()});
  const auto first = hear_osler(std::move(left));
  const auto second = hear_osler(std::move(right));

  ASSERT_EQ(first.exit_code, 0) << first.text;
  ASSERT_EQ(second.exit_code, 0) << second.text;
  const auto count = [](const test::Answer& answer, const char* name) {
    return answer.document[name].get<int>();
  };
  EXPECT_EQ(count(first, "stored") + count(second, "stored"), count(alone, "stored"));
  EXPECT_EQ(count(first, "research_copies") + count(second, "research_copies"),
            count(alone, "research_copies"));
  for (const auto& answer : {first, second}) {
    EXPECT_EQ(count(answer, "received"), count(alone, "received"));
    EXPECT_EQ(count(answer, "stored") + count(answer, "duplicate") + count(answer, "quarantined") +
                  count(answer, "rejected"),
              count(answer, "received"));
  }
  KeptHome kept(home());
  kept.expect_whole();
  kept.expect_acknowledged();
  // One pseudonym key: what one of them de-identified, the other finds.
  EXPECT_EQ(run_osler(home(), {"deidentify"}).document["made"], 0);
}

class TogetherTrain : public Together {
 protected:
  void SetUp() override {
    if (!fs::exists(program_folder() / "osler-learn")) {
      GTEST_SKIP() << "osler-learn is not built";
    }
    ASSERT_TRUE(write_file(folder_.path() / "little.npz", test::little_npz()));
    ASSERT_TRUE(write_file(folder_.path() / "study.yaml", test::kLittleStudy));
  }
  std::vector<std::string> words(const std::string& seed) const {
    return {"train",  (folder_.path() / "study.yaml").string(),
            "--data", folder_.path().string(),
            "--seed", seed};
  }
};

TEST_F(TogetherTrain, TheSameStudyIsTrainedByOneAtATime) {
  auto left = start_osler(home(), words("3"));
  ASSERT_TRUE(left);
  ASSERT_TRUE(test::wait_until([&] { return test::child_of(left->pid(), "osler-learn") != 0; }));
  // Held still, so that it is at work for as long as the other asks.
  const pid_t osler_pid = left->pid();
  ASSERT_EQ(::kill(osler_pid, SIGSTOP), 0);
  const auto second = run_osler(home(), words("3"));
  ASSERT_EQ(::kill(osler_pid, SIGCONT), 0);
  test::expect_refusal(second, ErrorCode::Unavailable, "another osler is at work on this run",
                       "runs/r1");
  const auto first = hear_osler(std::move(left));
  ASSERT_EQ(first.exit_code, 0) << first.text;
  EXPECT_EQ(first.document["run"], "r1");
  EXPECT_EQ(first.document["version"], 1);
  // The run that was refused is no run of its own.
  EXPECT_EQ(run_osler(home(), {"runs", "show", "r2"}).exit_code, exit_code(ErrorCode::NotFound));
  EXPECT_EQ(run_osler(home(), {"runs", "show", "r1"}).document["state"], "done");
}

TEST_F(TogetherTrain, TwoSeedsOfAStudyBecomeTwoVersionsOfItsModel) {
  auto left = start_osler(home(), words("3"));
  auto right = start_osler(home(), words("4"));
  const auto first = hear_osler(std::move(left));
  const auto second = hear_osler(std::move(right));
  ASSERT_EQ(first.exit_code, 0) << first.text;
  ASSERT_EQ(second.exit_code, 0) << second.text;
  EXPECT_NE(first.document["version"], second.document["version"]);
  EXPECT_NE(first.document["run"], second.document["run"]);
  for (const char* model : {"little@1", "little@2"}) {
    EXPECT_EQ(run_osler(home(), {"model", "verify", model}).exit_code, 0) << model;
  }
  EXPECT_EQ(run_osler(home(), {"audit", "verify"}).exit_code, 0);
}

}  // namespace
}  // namespace osler
