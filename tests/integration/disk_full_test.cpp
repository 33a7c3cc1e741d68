// A disk that is full: one sentence that says what, where and what to do; nothing that was
// acknowledged is lost; and the same command succeeds once there is room.

#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/file.h"
#include "tests/support/kept.h"
#include "tests/support/little_study.h"
#include "tests/support/osler.h"
#include "tests/support/small_disk.h"

namespace osler {
namespace {

namespace fs = std::filesystem;
using test::Answer;
using test::KeptHome;
using test::run_osler;

constexpr std::uint64_t kRoomy = std::uint64_t{512} << 20;

class DiskFull : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!disk_.why_not().empty()) {
      GTEST_SKIP() << disk_.why_not();
    }
    ASSERT_TRUE(write_file(folder_.path() / "little.npz", test::little_npz()));
    ASSERT_TRUE(write_file(folder_.path() / "study.yaml", test::kLittleStudy));
    ASSERT_EQ(run_osler(prepared(), {"dataset", "list"}).exit_code, 0);
    ASSERT_TRUE(disk_.resize(kRoomy));
  }
  fs::path prepared() const { return folder_.path() / "prepared"; }
  fs::path home() const { return disk_.folder() / "home"; }
  void begin_anew() const {
    fs::remove_all(home());
    fs::copy(prepared(), home(), fs::copy_options::recursive);
  }
  static void expect_full(const Answer& answer) {
    test::expect_refusal(answer, ErrorCode::Unavailable, "the disk is full", "/");
  }

  // Runs `words` on disks that are full after ever more of what they write; calls `check` after
  // each that failed. With room enough each must succeed.
  template <typename Check>
  void run_on_fuller_disks(const std::vector<std::string>& words, std::size_t steps, Check check) {
    begin_anew();
    const std::uint64_t before = disk_.used();
    const auto whole = run_osler(home(), words);
    ASSERT_EQ(whole.exit_code, 0) << whole.text;
    const std::uint64_t written = disk_.used() - before;
    std::size_t failed = 0;
    for (std::size_t step = 0; step < steps; ++step) {
      ASSERT_TRUE(disk_.resize(kRoomy));
      begin_anew();
      constexpr std::uint64_t kLeast = 16 << 10;
      ASSERT_TRUE(disk_.resize(disk_.used() + kLeast + written * step / steps));
      const auto answer = run_osler(home(), words);
      if (answer.exit_code != 0) {
        ++failed;
        expect_full(answer);
      }
      ASSERT_TRUE(disk_.resize(kRoomy));
      check(run_osler(home(), words));
      EXPECT_EQ(run_osler(home(), {"audit", "verify"}).exit_code, 0);
      ASSERT_FALSE(HasFailure()) << "with room for " << step << " of " << steps << " parts of "
                                 << written << " bytes";
    }
    std::cout << failed << " of " << steps << " disks were too full\n";
    EXPECT_GT(failed, steps / 2);
  }

  TemporaryFolder folder_;
  test::SmallDisk disk_{folder_.path() / "disk"};
};

TEST_F(DiskFull, IngestKeepsWhatItAcknowledgedAndGoesOn) {
  const fs::path cohort = folder_.path() / "cohort";
  ASSERT_EQ(run_osler(prepared(), {"phantom", cohort.string(), "--studies", "15", "--seed", "5"})
                .exit_code,
            0);
  begin_anew();
  const auto whole = run_osler(home(), {"ingest", cohort.string()});
  ASSERT_EQ(whole.exit_code, 0) << whole.text;
  const auto expected = KeptHome(home()).rows();
  run_on_fuller_disks({"ingest", cohort.string()}, 6, [&](const Answer& rerun) {
    ASSERT_EQ(rerun.exit_code, 0) << rerun.text;
    EXPECT_EQ(rerun.document["received"], whole.document["received"]);
    KeptHome kept(home());
    kept.expect_whole();
    kept.expect_acknowledged();
    EXPECT_EQ(kept.rows(), expected);
  });
}

TEST_F(DiskFull, DatasetImportMakesTheSameVersionOnceThereIsRoom) {
  const std::vector<std::string> words{"dataset", "import",
                                       (folder_.path() / "little.npz").string()};
  const auto whole = run_osler(folder_.path() / "whole", words);
  ASSERT_EQ(whole.exit_code, 0) << whole.text;
  run_on_fuller_disks(words, 8, [&](const Answer& rerun) {
    ASSERT_EQ(rerun.exit_code, 0) << rerun.text;
    EXPECT_EQ(rerun.document["digest"], whole.document["digest"]);
  });
}

TEST_F(DiskFull, TrainGoesOnToTheSamePackage) {
  if (!fs::exists(program_folder() / "osler-learn")) {
    GTEST_SKIP() << "osler-learn is not built";
  }
  const std::vector<std::string> words{"train",  (folder_.path() / "study.yaml").string(),
                                       "--data", folder_.path().string(),
                                       "--seed", "3"};
  begin_anew();
  const auto whole = run_osler(home(), words);
  ASSERT_EQ(whole.exit_code, 0) << whole.text;
  run_on_fuller_disks(words, 10, [&](const Answer& rerun) {
    ASSERT_EQ(rerun.exit_code, 0) << rerun.text;
    EXPECT_EQ(rerun.document["digest"], whole.document["digest"]);
  });

  // The last home has a model: its copy needs room too, and half a copy is none.
  ASSERT_TRUE(disk_.resize(disk_.used() + (64 << 10)));
  const fs::path copy = disk_.folder() / "copy";
  expect_full(run_osler(home(), {"model", "export", "little", copy.string()}));
  EXPECT_FALSE(fs::exists(copy));
  ASSERT_TRUE(disk_.resize(kRoomy));
  EXPECT_EQ(run_osler(home(), {"model", "export", "little", copy.string()}).exit_code, 0);
}

TEST_F(DiskFull, PhantomSaysSo) {
  ASSERT_TRUE(disk_.resize(std::uint64_t{1} << 20));
  expect_full(run_osler(prepared(), {"phantom", (disk_.folder() / "cohort").string(), "--studies",
                                     "20", "--seed", "5"}));
}

// Runs osler from a shell that does `before` first and puts `after` behind the command.
Answer run_from_shell(const fs::path& home, const std::string& before, const std::string& after,
                      const std::vector<std::string>& words) {
  ChildProcess::Options options;
  options.program = "/bin/sh";
  options.arguments = {"-c", before + "exec \"$0\" \"$@\"" + after,
                       (program_folder() / "osler").string()};
  options.arguments.insert(options.arguments.end(), words.begin(), words.end());
  options.arguments.insert(options.arguments.end(), {"--json", "--quiet", "--home", home.string()});
  options.error_log = "/dev/null";
  return test::hear_osler(ChildProcess::start(options));
}

TEST(FileLimit, IsSaidAndNothingIsLost) {
  const TemporaryFolder folder;
  const fs::path home = folder.path() / "home";
  const std::string cohort = (folder.path() / "cohort").string();
  ASSERT_EQ(run_osler(home, {"phantom", cohort, "--studies", "4", "--seed", "5"}).exit_code, 0);
  ASSERT_EQ(run_osler(home, {"dataset", "list"}).exit_code, 0);
  // In blocks of 512 bytes: the database as it is may be written, films are larger.
  const auto blocks = fs::file_size(home / "osler.db") / 512;
  const std::string limit = "ulimit -f " + std::to_string(blocks) + "; ";
  const auto limited = run_from_shell(home, limit, "", {"ingest", cohort});
  test::expect_refusal(limited, ErrorCode::Unavailable, "larger than a file may be", "objects");
  EXPECT_EQ(run_osler(home, {"ingest", cohort}).exit_code, 0);
  KeptHome kept(home);
  kept.expect_whole();
  EXPECT_GE(kept.rows().originals.size(), 4U);
}

TEST(StandardOutput, ThatIsFullIsNotTakenForADocument) {
  const TemporaryFolder folder;
  const auto answer =
      run_from_shell(folder.path() / "home", "", " > /dev/full", {"dataset", "list"});
  EXPECT_EQ(answer.exit_code, exit_code(ErrorCode::Unavailable));
}

}  // namespace
}  // namespace osler
