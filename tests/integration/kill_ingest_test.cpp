// osler ingest, killed at 50 moments over its whole run: what it acknowledged is there whole,
// nothing is half there, and the same command ends where an undisturbed run ends.

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/file.h"
#include "tests/support/kept.h"
#include "tests/support/kill.h"
#include "tests/support/osler.h"

namespace osler {
namespace {

namespace fs = std::filesystem;
using test::KeptHome;
using test::run_osler;
using test::start_osler;

class KilledIngest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto made = run_osler(prepared(), {"phantom", cohort().string(), "--studies", "40",
                                             "--sites", "2", "--seed", "5"});
    ASSERT_EQ(made.exit_code, 0) << made.text;
    add_notes();
    // Homes are equal only with equal keys.
    ASSERT_EQ(run_osler(prepared(), {"dataset", "list"}).exit_code, 0);
  }
  // Among the films, so that there are more inputs than go into one batch.
  void add_notes() const {
    std::vector<fs::path> films;
    for (const auto& entry : fs::recursive_directory_iterator(cohort())) {
      if (entry.path().extension() == ".dcm") {
        films.push_back(entry.path());
      }
    }
    for (const auto& film : films) {
      for (int i = 0; i < 14; ++i) {
        std::ofstream(film.string() + "." + std::to_string(i) + ".txt") << film << i;
      }
    }
  }
  fs::path cohort() const { return folder_.path() / "cohort"; }
  fs::path prepared() const { return folder_.path() / "prepared"; }
  fs::path fresh_home(const std::string& name) const {
    const fs::path home = folder_.path() / name;
    fs::remove_all(home);
    fs::copy(prepared(), home, fs::copy_options::recursive);
    return home;
  }
  std::vector<std::string> words() const { return {"ingest", cohort().string()}; }

  TemporaryFolder folder_;
};

TEST_F(KilledIngest, LosesNothingAcknowledgedAndIsFinishedByTheSameCommand) {
  const fs::path whole_home = fresh_home("whole");
  const Stopwatch whole;
  const auto undisturbed = run_osler(whole_home, words());
  const double seconds = whole.seconds();
  ASSERT_EQ(undisturbed.exit_code, 0) << undisturbed.text;
  const auto expected = KeptHome(whole_home).rows();
  ASSERT_GT(expected.originals.size(), 40U);
  ASSERT_GT(expected.research.size(), 30U);

  std::size_t killed = 0;
  std::size_t with_films = 0;
  for (const double moment : test::moments(50, seconds, 20261124)) {
    const fs::path home = fresh_home("home");
    const Stopwatch watch;
    killed += test::kill_after(start_osler(home, words()), watch, moment) ? 1U : 0U;
    {
      KeptHome kept(home);
      kept.expect_whole();
      with_films += kept.expect_acknowledged() > 0 ? 1U : 0U;
    }
    const auto rerun = run_osler(home, words());
    ASSERT_EQ(rerun.exit_code, 0) << rerun.text;
    EXPECT_EQ(rerun.document["received"], undisturbed.document["received"]);
    KeptHome kept(home);
    kept.expect_whole();
    kept.expect_acknowledged();
    EXPECT_EQ(kept.rows(), expected);
    ASSERT_FALSE(HasFailure()) << "killed after " << moment << " of " << seconds << " s";
  }
  EXPECT_GT(killed, 30U);
  EXPECT_GT(with_films, 5U);
  std::cout << killed << " of 50 kills hit a run of " << seconds << " s, " << with_films
            << " of them after films had been acknowledged\n";
}

TEST_F(KilledIngest, ADecoderThatIsKilledCostsOneFileAtMost) {
  const auto undisturbed = run_osler(fresh_home("whole"), words());
  ASSERT_EQ(undisturbed.exit_code, 0) << undisturbed.text;
  const fs::path home = fresh_home("home");
  auto child = start_osler(home, words());
  ASSERT_TRUE(child);
  const pid_t osler = child->pid();
  pid_t decoder = 0;
  ASSERT_TRUE(test::wait_until([&] { return (decoder = test::child_of(osler, "osler-decode")); }));
  ASSERT_EQ(::kill(decoder, SIGKILL), 0);
  const auto disturbed = test::hear_osler(std::move(child));
  ASSERT_EQ(disturbed.exit_code, 0) << disturbed.text;
  EXPECT_EQ(disturbed.document["received"], undisturbed.document["received"]);
  EXPECT_GE(disturbed.document["stored"].get<int>() + 1, undisturbed.document["stored"].get<int>());
  KeptHome(home).expect_whole();
}

}  // namespace
}  // namespace osler
