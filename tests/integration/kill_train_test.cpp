// osler train, killed at 50 moments over its whole run: the same command goes on to the package
// that an undisturbed run makes.

#include <csignal>
#include <filesystem>
#include <iostream>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "tests/support/kill.h"
#include "tests/support/little_study.h"
#include "tests/support/osler.h"

namespace osler {
namespace {

namespace fs = std::filesystem;
using test::run_osler;
using test::start_osler;
using ::testing::HasSubstr;

class KilledTrain : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(program_folder() / "osler-learn")) {
      GTEST_SKIP() << "osler-learn is not built";
    }
    ASSERT_TRUE(write_file(folder_.path() / "little.npz", test::little_npz()));
    ASSERT_TRUE(write_file(folder_.path() / "study.yaml", test::kLittleStudy));
    // Packages are equal only where they are signed and named with equal keys.
    ASSERT_EQ(run_osler(folder_.path() / "prepared", {"dataset", "list"}).exit_code, 0);
  }
  fs::path fresh_home(const std::string& name) const {
    const fs::path home = folder_.path() / name;
    fs::remove_all(home);
    fs::copy(folder_.path() / "prepared", home, fs::copy_options::recursive);
    return home;
  }
  std::vector<std::string> words() const {
    return {"train",  (folder_.path() / "study.yaml").string(),
            "--data", folder_.path().string(),
            "--seed", "3"};
  }

  TemporaryFolder folder_;
};

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

TEST_F(KilledTrain, GoesOnToTheSamePackage) {
  // Twice: the first run warms the file cache, the second says how long one takes.
  const auto first = run_osler(fresh_home("first"), words());
  ASSERT_EQ(first.exit_code, 0) << first.text;
  const fs::path second_home = fresh_home("second");
  const Stopwatch whole;
  const auto second = run_osler(second_home, words());
  const double seconds = whole.seconds();
  const std::string digest = first.document["digest"];
  ASSERT_EQ(second.document["digest"], digest);

  std::size_t killed = 0;
  for (const double moment : test::moments(50, seconds, 20261125)) {
    const fs::path home = fresh_home("home");
    const Stopwatch watch;
    killed += test::kill_after(start_osler(home, words()), watch, moment) ? 1U : 0U;
    const auto rerun = run_osler(home, words());
    ASSERT_EQ(rerun.exit_code, 0) << rerun.text << "killed after " << moment << " s";
    EXPECT_EQ(rerun.document["digest"], digest);
    EXPECT_EQ(rerun.document["version"], 1);
    EXPECT_EQ(names_in(home / "models" / "little"), (std::set<std::string>{"1", "lock"}));
    EXPECT_EQ(run_osler(home, {"audit", "verify"}).exit_code, 0);
    ASSERT_FALSE(HasFailure()) << "killed after " << moment << " of " << seconds << " s";
  }
  EXPECT_GT(killed, 30U);
  std::cout << killed << " of 50 kills hit a run of " << seconds << " s\n";
}

TEST_F(KilledTrain, AKilledLearnerIsAFailedJobThatIsGoneOnWith) {
  const auto whole = run_osler(fresh_home("whole"), words());
  ASSERT_EQ(whole.exit_code, 0) << whole.text;
  const fs::path home = fresh_home("home");
  auto child = start_osler(home, words());
  ASSERT_TRUE(child);
  const pid_t osler = child->pid();
  ASSERT_TRUE(test::wait_until([&] { return fs::exists(home / "runs" / "r1" / "epochs.jsonl"); }));
  const pid_t learner = test::child_of(osler, "osler-learn");
  ASSERT_NE(learner, 0);
  ASSERT_EQ(::kill(learner, SIGKILL), 0);
  const auto failed = test::hear_osler(std::move(child));
  test::expect_refusal(failed, ErrorCode::Internal, "osler-learn was ended by signal 9",
                       "learner.log");
  const auto runs = run_osler(home, {"runs", "list"});
  EXPECT_THAT(runs.text, HasSubstr("failed"));

  const auto rerun = run_osler(home, words());
  ASSERT_EQ(rerun.exit_code, 0) << rerun.text;
  EXPECT_EQ(rerun.document["run"], "r1");
  EXPECT_EQ(rerun.document["digest"], whole.document["digest"]);
}

}  // namespace
}  // namespace osler
