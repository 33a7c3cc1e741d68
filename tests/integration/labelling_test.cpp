// From films to a data set that people labelled, and a model trained on it: the programs as they
// are used, with the readers' answers made from the cohort's truth and their errors.

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/rng.h"
#include "tests/support/osler.h"
#include "workflow/labelling/items.h"
#include "workflow/labelling/project.h"

namespace osler {
namespace {

namespace fs = std::filesystem;
namespace labelling = workflow::labelling;
using test::run_osler;
using ::testing::HasSubstr;

constexpr const char* kStudy = R"(name: chest-labelled
finding: {label: opacity}
data: {source: dataset, version: "VERSION"}
label: {column: consensus, positive: 1, negative: 0}
transform: {size: 32}
training:
  network: {kind: small_residual, widths: [8, 16]}
  optimiser: {learning_rate: 0.003, batch: 32, epochs: 2, warmup_epochs: 0}
)";

// A reader who errs in some of the films, and draws a box where they see something.
class SimulatedReader {
 public:
  SimulatedReader(std::string name, double errors, std::uint64_t seed)
      : who_{.person = {.name = std::move(name), .from = ""}}, errors_(errors), rng_(seed) {}

  // Answers whatever waits; how many films it were. `truths`: of each film's bytes.
  std::size_t work(workflow::Home& home, std::int64_t project,
                   const std::map<crypto::Digest, bool>& truths) {
    for (std::size_t done = 0;; ++done) {
      const auto item = labelling::next_item(home, project, who_);
      EXPECT_TRUE(item) << item.error().message;
      if (!item || !*item) {
        return done;
      }
      const bool seen = truths.at((*item)->object) != rng_.chance(errors_);
      labelling::NewAnswers said;
      said.said.answers["consensus"] =
          seen ? labelling::Answer::Present : labelling::Answer::Absent;
      if (seen) {
        said.said.boxes["consensus"] = {.x0 = 1,
                                        .y0 = 1,
                                        .x1 = static_cast<double>((*item)->columns),
                                        .y1 = static_cast<double>((*item)->rows)};
      }
      said.seconds = 3.0;
      const auto answered = labelling::answer(home, project, (*item)->id, said, who_);
      EXPECT_TRUE(answered) << answered.error().message;
    }
  }

 private:
  labelling::Viewer who_;
  double errors_;
  Rng rng_;
};

class LabelledStudy : public ::testing::Test {
 protected:
  test::Answer osler(const std::vector<std::string>& words) {
    auto answer = run_osler(folder_.path() / "home", words);
    EXPECT_EQ(answer.exit_code, 0) << answer.text;
    return answer;
  }

  void make_cohort() {
    const fs::path cohort = folder_.path() / "cohort";
    osler({"phantom", cohort.string(), "--studies", "180", "--seed", "7"});
    osler({"ingest", cohort.string()});
    osler({"dataset", "create", "chest", "--labels", (cohort / "labels.csv").string(), "--label",
           "opacity", "--duplicates", "drop", "--fractions", "0.4,0.3,0.3"});
  }

  // Reads as both readers and settles as the adjudicator. How many films the last had to look at.
  std::size_t read_films() {
    const SystemClock clock;
    auto home = workflow::Home::open(folder_.path() / "home", clock);
    EXPECT_TRUE(home);
    EXPECT_TRUE(labelling::prepare(*home));
    const auto manifest = home->catalogue().manifest(*home->catalogue().find("chest@v1"));
    EXPECT_TRUE(manifest);
    for (const auto& item : manifest->items) {
      truths_[item.object] = item.labels.at("opacity") == "1";
    }
    EXPECT_EQ(SimulatedReader("anna", 0.1, 1).work(*home, 1, truths_), films_);
    EXPECT_EQ(SimulatedReader("ben", 0.2, 2).work(*home, 1, truths_), films_);
    return SimulatedReader("carla", 0.0, 3).work(*home, 1, truths_);
  }

  // Both readers wrong in the same film is all that can be wrong now.
  void expect_consensus(const std::string& reference) {
    const SystemClock clock;
    auto home = workflow::Home::open(folder_.path() / "home", clock);
    ASSERT_TRUE(home);
    const auto manifest = home->catalogue().manifest(*home->catalogue().find(reference));
    ASSERT_TRUE(manifest);
    ASSERT_EQ(manifest->items.size(), films_);
    std::size_t wrong = 0;
    std::set<std::string> routes;
    for (const auto& item : manifest->items) {
      wrong += (item.labels.at("consensus") == "1") == truths_.at(item.object) ? 0U : 1U;
      EXPECT_FALSE(item.split.empty());
      const auto& history = item.history.at("consensus");
      routes.insert(history.route);
      EXPECT_EQ(history.given.size(), history.route == "adjudicated" ? 3U : 2U);
    }
    EXPECT_EQ(routes, (std::set<std::string>{"adjudicated", "both readers"}));
    EXPECT_LT(wrong, films_ / 10);
  }

  std::size_t films_ = 0;
  std::map<crypto::Digest, bool> truths_;
  TemporaryFolder folder_;
};

TEST_F(LabelledStudy, GoesFromFilmsOverReadersToAModel) {
  if (!fs::exists(program_folder() / "osler-learn")) {
    GTEST_SKIP() << "osler-learn is not built";
  }
  make_cohort();
  const auto films = osler({"dataset", "show", "chest"}).document["items"].get<std::size_t>();
  films_ = films - 2;
  const auto made = osler({"label", "create", "morning", "--dataset", "chest@v1", "--finding",
                           "consensus=Opacity", "--readers", "anna,ben", "--adjudicator", "carla",
                           "--films", std::to_string(films_), "--boxes", "--seed", "5"});
  ASSERT_EQ(made.exit_code, 0);
  EXPECT_EQ(made.document["id"], "l1");
  EXPECT_EQ(run_osler(folder_.path() / "home", {"label", "finish", "l1"}).exit_code,
            exit_code(ErrorCode::FailedPrecondition));

  const std::size_t disputed = read_films();
  EXPECT_GT(disputed, 0U);

  const auto agreed = osler({"label", "agreement", "l1"});
  const auto& kappa = agreed.document["findings"][0]["kappa"];
  EXPECT_LT(kappa["value"].get<double>(), 1.0);
  EXPECT_GT(kappa["lower"].get<double>(), 0.0);
  EXPECT_EQ(agreed.document["disagreements"].size(), disputed);
  const auto finished = osler({"label", "finish", "l1"});
  ASSERT_EQ(finished.exit_code, 0);
  EXPECT_EQ(finished.document["films"], films_);
  const auto version = finished.document["dataset"].get<std::string>();
  EXPECT_THAT(version, HasSubstr("chest@"));
  EXPECT_EQ(osler({"label", "list"}).document["projects"][0]["state"], "closed");
  expect_consensus(version);

  std::string study = kStudy;
  study.replace(study.find("VERSION"), 7, version);
  ASSERT_TRUE(write_file(folder_.path() / "study.yaml", study));
  const auto trained = osler({"train", (folder_.path() / "study.yaml").string(), "--seed", "1"});
  ASSERT_EQ(trained.exit_code, 0);
  EXPECT_EQ(trained.document["dataset"], "chest-labelled@v1") << trained.text;
  const auto shown = osler({"dataset", "show", "chest-labelled"});
  EXPECT_EQ(shown.document["parent"], finished.document["digest"]);
  EXPECT_EQ(shown.document["items"], films_);
  EXPECT_EQ(shown.document["splits"], osler({"dataset", "show", version}).document["splits"]);
  osler({"audit", "verify"});

  // A label that the version does not have is named.
  study.replace(study.find("column: consensus"), 17, "column: concensus");
  ASSERT_TRUE(write_file(folder_.path() / "study.yaml", study));
  const auto misspelt =
      run_osler(folder_.path() / "home", {"train", (folder_.path() / "study.yaml").string()});
  test::expect_refusal(misspelt, ErrorCode::NotFound, "did you mean \"consensus\"", "chest@v2");
}

}  // namespace
}  // namespace osler
