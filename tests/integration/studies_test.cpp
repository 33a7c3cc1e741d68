// Whole studies on films that osler phantom makes: what a model finds, what it does not, and what
// the checks say about it.

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "tests/support/osler.h"
#include "tests/support/shared_data.h"

namespace osler {
namespace {

namespace fs = std::filesystem;
using test::Answer;
using test::run_osler;

const fs::path kExamples = fs::path(OSLER_SOURCE_DIR) / "examples";

double number(const Json& metric) {
  return metric.at("value").get<double>();
}

std::string status_of(const Json& result, const std::string& gate) {
  for (const auto& entry : result.at("gates")) {
    if (entry.at("name").get<std::string>().find(gate) != std::string::npos) {
      return entry.at("status").get<std::string>();
    }
  }
  return "absent";
}

class PhantomStudy : public ::testing::Test {
 protected:
  // A home's key decides the pseudonyms, and with them who is in which part: it is fixed here.
  void SetUp() override {
    const fs::path key = home() / "keys" / "pseudonym.key";
    ASSERT_TRUE(make_folder(key.parent_path()));
    ASSERT_TRUE(write_file(key, std::string(32, 'k')));
    fs::permissions(key, fs::perms::owner_read | fs::perms::owner_write);
  }

  void make_cohort(const std::vector<std::string>& more) {
    std::vector<std::string> words{"phantom", cohort().string(), "--sites", "3", "--seed", "7"};
    words.insert(words.end(), more.begin(), more.end());
    const auto made = run_osler(home(), words);
    ASSERT_EQ(made.exit_code, 0) << made.text;
  }
  Answer train(const fs::path& study) {
    return run_osler(home(), {"train", study.string(), "--data", cohort().string(), "--seed", "1"});
  }
  [[nodiscard]] fs::path home() const { return folder_.path() / "home"; }
  [[nodiscard]] fs::path cohort() const { return folder_.path() / "cohort"; }

  TemporaryFolder folder_;
};

// The report's groups of one column, by value.
std::map<std::string, Json> groups_of(const Json& report, const std::string& column) {
  std::map<std::string, Json> found;
  for (const auto& group : report.at("subgroups").at("groups")) {
    if (group.at("column") == column) {
      found[group.at("value").get<std::string>()] = group;
    }
  }
  return found;
}

TEST_F(PhantomStudy, IsNeitherTrivialNorHopelessAndItsMapsPoint) {
  make_cohort({"--studies", "1600"});
  const auto trained = train(kExamples / "phantom.yaml");
  ASSERT_EQ(trained.exit_code, 0) << trained.text;
  const auto& result = trained.document;
  EXPECT_EQ(result["model"], "chest-opacity") << trained.text;
  EXPECT_GT(number(result["metrics"]["test"]["auroc"]), 0.85);
  EXPECT_LT(number(result["metrics"]["test"]["auroc"]), 0.96);

  const auto report =
      *parse_json(*read_text(home() / "runs" / "r1" / "report.json"), "report.json");
  // Neither the header nor the grey values give the finding away.
  EXPECT_LT(number(report["metadata_baseline"]["auroc"]), 0.62) << report["metadata_baseline"];
  EXPECT_LT(number(report["histogram_baseline"]["auroc"]), 0.64) << report["histogram_baseline"];
  // The faint ones are missed first: 1 is plain, 5 faint.
  const auto seen = [&](const char* subtlety) {
    return number(groups_of(report, "subtlety").at(subtlety).at("sensitivity"));
  };
  EXPECT_GT(seen("1") + seen("2"), seen("4") + seen("5")) << report["subgroups"];
  EXPECT_EQ(groups_of(report, "site").size(), 3U);

  const auto maps = run_osler(home(), {"audit", "maps", "chest-opacity", cohort().string(),
                                       "--boxes", (cohort() / "labels.csv").string(), "--columns",
                                       "file,lesion_x,lesion_y,lesion_w,lesion_h"});
  ASSERT_EQ(maps.exit_code, 0) << maps.text;
  const auto& test = maps.document["parts"]["test"];
  EXPECT_GT(test["rate"]["lower"].get<double>(), test["chance"].get<double>()) << maps.text;
  EXPECT_TRUE(maps.document["randomised"]["passed"].get<bool>()) << maps.text;
  EXPECT_LT(maps.document["randomised"]["rate"].get<double>(), number(test["rate"]));

  // Its own site's films get findings, with a map where something was seen.
  const auto predicted =
      run_osler(home(), {"predict", "chest-opacity", (cohort() / "site-a").string(), "--saliency",
                         (folder_.path() / "maps").string()});
  std::map<std::string, int> outcomes;
  for (const auto& film : predicted.document["results"]) {
    ++outcomes[film["outcome"].get<std::string>()];
    const bool shown = !film["saliency"].is_null();
    if (shown) {
      EXPECT_TRUE(fs::exists(film["saliency"].get<std::string>()));
      EXPECT_TRUE(film["findings"][0]["positive"].get<bool>() ||
                  film["findings"][0]["tier"] == "undecided");
    }
  }
  EXPECT_GT(outcomes["scored"], 20 * outcomes["no_result"]);

  // Real films are another world, and it says so.
  const fs::path real = test::shared_data() / "imaging/cxr_nih/images";
  OSLER_NEEDS(real);
  const auto foreign =
      run_osler(home(), {"predict", "chest-opacity", real.string()}).document["results"];
  const auto refused = std::ranges::count_if(
      foreign, [](const Json& film) { return film["outcome"] == "no_result"; });
  EXPECT_GT(static_cast<double>(refused), 0.95 * static_cast<double>(foreign.size()));
}

TEST_F(PhantomStudy, ALabelInTheHeaderIsCaughtByTheGates) {
  make_cohort({"--studies", "400", "--shortcut"});
  // A few epochs: the gate looks at what the header tells, not at how good the network gets.
  std::string study = *read_text(kExamples / "phantom.yaml");
  study.replace(study.find("epochs: 28"), 10, "epochs: 4");
  study.replace(study.find("warmup_epochs: 6"), 16, "warmup_epochs: 1");
  ASSERT_TRUE(write_file(folder_.path() / "study.yaml", study));
  const auto trained = train(folder_.path() / "study.yaml");
  ASSERT_EQ(trained.exit_code, 0) << trained.text;
  EXPECT_TRUE(trained.document["model"].is_null()) << trained.text;
  EXPECT_EQ(status_of(trained.document, "metadata"), "fail") << trained.text;
  EXPECT_GT(number(trained.document["metadata_baseline"]["auroc"]), 0.8);
}

TEST_F(PhantomStudy, PlotsARunAgainstAParameter) {
  make_cohort({"--studies", "150"});
  std::string study = *read_text(kExamples / "phantom.yaml");
  study.replace(study.find("epochs: 28"), 10, "epochs: 1");
  study.replace(study.find("warmup_epochs: 6"), 16, "warmup_epochs: 0");
  ASSERT_TRUE(write_file(folder_.path() / "whole.yaml", study));
  study.replace(study.find("  stratify: [site]"), 18, "  stratify: [site]\n  train_share: 0.3");
  ASSERT_TRUE(write_file(folder_.path() / "part.yaml", study));
  const auto whole = train(folder_.path() / "whole.yaml");
  const auto part = train(folder_.path() / "part.yaml");
  ASSERT_EQ(whole.exit_code, 0) << whole.text;
  ASSERT_EQ(part.exit_code, 0) << part.text;
  EXPECT_NE(whole.document["dataset"], part.document["dataset"]);
  // The same films are tested on.
  EXPECT_EQ(whole.document["metrics"]["test"]["auroc"]["n"],
            part.document["metrics"]["test"]["auroc"]["n"]);

  const fs::path picture = folder_.path() / "curve.svg";
  const auto plotted = run_osler(home(), {"runs", "plot", picture.string(), "r1", "r2", "--x",
                                          "study.split.train_share", "--log"});
  ASSERT_EQ(plotted.exit_code, 0) << plotted.text;
  EXPECT_EQ(plotted.document["points"].size(), 2U);
  EXPECT_TRUE(read_text(picture)->starts_with("<svg xmlns"));
  const auto refused =
      run_osler(home(), {"runs", "plot", picture.string(), "r1", "--x", "study.split.share"});
  EXPECT_EQ(refused.exit_code, 66) << refused.text;
}

}  // namespace
}  // namespace osler
