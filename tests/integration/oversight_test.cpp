// What the engineer and the governance officer see of a study that osler really trained: two runs
// of a few seconds each, the first of them in production.

#include "workflow/oversight/oversight.h"

#include <algorithm>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/file.h"
#include "tests/support/little_study.h"
#include "tests/support/osler.h"
#include "workflow/reading/service.h"

namespace osler::workflow::oversight {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

class TrainedStudy : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(write_file(folder_.path() / "little.npz", test::little_npz()));
    std::string study(test::kLittleStudy);
    const std::string data = "${DATA}";
    study.replace(study.find(data), data.size(), folder_.path().string());
    ASSERT_TRUE(write_file(folder_.path() / "little.yaml", study));
    for (const char* seed : {"1", "2"}) {
      const auto trained = test::run_osler(
          home(), {"train", (folder_.path() / "little.yaml").string(), "--seed", seed});
      ASSERT_EQ(trained.exit_code, 0) << trained.text;
    }
    const auto promoted = test::run_osler(
        home(), {"model", "promote", "little@1", "--to", "production", "--reason", "go live"});
    ASSERT_EQ(promoted.exit_code, 0) << promoted.text;
  }
  [[nodiscard]] fs::path home() const { return folder_.path() / "home"; }

  TemporaryFolder folder_;
  SystemClock clock_;
};

void check_runs(const Oversight& oversight) {
  const auto rows = oversight.runs();
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_THAT(*rows, SizeIs(2));
  const auto& second = rows->front();
  EXPECT_EQ(second.name, "r2");
  EXPECT_EQ(second.model, "little@2");
  EXPECT_EQ(second.compared_with, "little@1");
  EXPECT_TRUE(second.auroc.has_interval());
  ASSERT_TRUE(second.difference.estimable()) << second.difference.reason;
  EXPECT_NEAR(second.difference.value, second.auroc.value - rows->back().auroc.value, 1e-6);
  EXPECT_FALSE(rows->back().difference.estimable());
  EXPECT_GT(second.seconds, 0.0);
  EXPECT_FALSE(second.revision.empty());
}

void check_run(const Oversight& oversight) {
  const auto page = oversight.run("r1");
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->why, "");
  EXPECT_EQ(page->roc.n, 60U);
  EXPECT_EQ(page->roc.positive, 30U);
  ASSERT_THAT(page->curve, SizeIs(3));
  EXPECT_TRUE(page->curve[0].validation_auroc);
  EXPECT_FALSE(page->reliability.bins.empty());
  EXPECT_FALSE(page->gates.empty());
  EXPECT_TRUE(page->has_report);
  const Json document = to_json(*page);
  EXPECT_EQ(document["parameters"]["study"]["name"], "little");
  EXPECT_TRUE(document["environment"].contains("processor"));
  std::vector<std::string> kinds;
  for (const auto& origin : page->lineage) {
    kinds.push_back(origin.kind);
  }
  EXPECT_THAT(kinds, ElementsAre("films", "dataset", "run", "package", "stage"));
  // Films that lie in an .npz can be drawn like any other.
  for (std::size_t i = 0; i < page->worst.size(); ++i) {
    const auto picture = oversight.worst_picture("r1", i + 1);
    ASSERT_TRUE(picture) << picture.error().message;
    EXPECT_THAT(*picture, StartsWith("\x89PNG"));
  }
}

void check_model(const Oversight& oversight) {
  const auto page = oversight.model({.name = "little", .version = 1});
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->row.finding, "square");
  EXPECT_EQ(page->row.run, "r1");
  EXPECT_EQ(page->row.state, "live");
  EXPECT_EQ(page->row.last_validation.size(), 10U);
  EXPECT_EQ(page->row.decision_needed, "");
  EXPECT_THAT(page->card, HasSubstr("square"));
  ASSERT_FALSE(page->gates.empty());
  EXPECT_EQ(page->gates[0].name, "auroc");
  EXPECT_EQ(page->gates[0].limit, "≥ 0.80");
  EXPECT_TRUE(page->gates[0].value.has_interval());
  ASSERT_THAT(page->history, SizeIs(2));
  EXPECT_EQ(page->history[1].reason, "go live");
  const auto report = oversight.model_report({.name = "little", .version = 1});
  ASSERT_TRUE(report);
  EXPECT_THAT(*read_text(*report), StartsWith("<!"));
}

void check_comparison(const Oversight& oversight) {
  const auto compared = oversight.compare("r2", "r1");
  ASSERT_TRUE(compared) << compared.error().message;
  EXPECT_EQ(compared->unpaired_why, "");
  ASSERT_THAT(compared->differs, SizeIs(1));
  EXPECT_EQ(compared->differs[0].key, "seed");
  EXPECT_NEAR(compared->metrics[0].difference.value, compared->a.difference.value, 1e-12);
}

TEST_F(TrainedStudy, IsSeenFromItsFilmsToItsStage) {
  auto opened = Home::open(home(), clock_);
  ASSERT_TRUE(opened);
  ASSERT_TRUE(reading::prepare(*opened));
  const auto oversight = Oversight::create(*opened);
  ASSERT_TRUE(oversight);
  check_runs(*oversight);
  check_run(*oversight);
  check_model(*oversight);
  check_comparison(*oversight);
}

}  // namespace
}  // namespace osler::workflow::oversight
