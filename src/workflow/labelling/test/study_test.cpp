// A version that people labelled, as a study starts from it.

#include "study/study.h"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/progress.h"
#include "workflow/labelling/finish.h"
#include "workflow/labelling/test/world.h"
#include "workflow/make_dataset.h"

namespace osler::workflow::labelling {
namespace {

using ::testing::HasSubstr;

study::Study study_of(const std::string& version, const std::string& label) {
  const auto study = study::parse(
      "name: chest-labelled\nfinding: {label: lung opacity}\n"
      "data: {source: dataset, version: '" +
          version + "'}\nlabel: {column: " + label + ", negative: 0}\n",
      "study.yaml");
  EXPECT_TRUE(study) << study.error().message;
  return study ? *study : study::Study{};
}

TEST(LabelledStudy, StartsFromTheNewVersion) {
  World world(12);
  const auto id = world.begin(12);
  for (std::int64_t item = 1; item <= 12; ++item) {
    const Answer said = item % 4 == 0 ? Answer::Present : Answer::Absent;
    world.say(id, item, both(said), kAnna);
    world.say(id, item, both(item == 1 ? Answer::Unsure : said), kBen);
  }
  world.say(id, 1, on("opacity", Answer::Unsure), kCarla);
  const auto finished = finish(world.home(), id, kSteward);
  ASSERT_TRUE(finished) << finished.error().message;

  NoProgress silent;
  const auto version = finished->version.short_digest();
  // Films of a patient stand in two parts of this little data set, which a study refuses.
  auto study = study_of(version, "opacity");
  EXPECT_EQ(make_dataset(world.home(), study, silent).error().code, ErrorCode::FailedPrecondition);
  study.split.fractions = {0.5, 0.25, 0.25};
  const auto made = make_dataset(world.home(), study, silent);

  ASSERT_TRUE(made) << made.error().message << made.error().where;
  EXPECT_EQ(made->version.reference(), "chest-labelled@v1");
  EXPECT_EQ(made->version.parent, finished->version.digest);
  EXPECT_EQ(made->unlabelled, 1U);  // that the adjudicator left open
  ASSERT_EQ(made->manifest.items.size(), 11U);
  EXPECT_EQ(std::ranges::count(made->manifest.items, "1",
                               [](const auto& item) { return item.labels.at("lung opacity"); }),
            3);
  EXPECT_EQ(made->manifest.items[0].history.at("opacity").given.size(), 2U);
  const auto misspelt = make_dataset(world.home(), study_of(version, "opacty"), silent);
  EXPECT_EQ(misspelt.error().code, ErrorCode::NotFound);
  EXPECT_THAT(misspelt.error().message, HasSubstr("did you mean \"opacity\""));
  const auto unknown = make_dataset(world.home(), study_of("chest@00000000", "opacity"), silent);
  EXPECT_EQ(unknown.error().code, ErrorCode::NotFound);
}

// Parts that the version has are kept where the study asks for no others.
TEST(LabelledStudy, KeepsThePartsOfTheVersion) {
  World world(4);
  auto manifest = films(24);
  for (std::size_t i = 0; i < manifest.items.size(); ++i) {
    manifest.items[i].patient = "patient-" + std::to_string(i);
    manifest.items[i].labels["opacity"] = i % 2 == 0 ? "1" : "0";
  }
  const auto version = world.store("apart", manifest);
  ASSERT_TRUE(version);
  NoProgress silent;
  const auto made =
      make_dataset(world.home(), study_of(version->short_digest(), "opacity"), silent);
  ASSERT_TRUE(made) << made.error().message;
  for (std::size_t i = 0; i < manifest.items.size(); ++i) {
    EXPECT_EQ(made->manifest.items.at(i).split, manifest.items[i].split);
  }
  // Without any the study's own are drawn.
  for (auto& item : manifest.items) {
    item.split.clear();
  }
  const auto whole = world.store("whole", manifest);
  const auto drawn = make_dataset(world.home(), study_of(whole->short_digest(), "opacity"), silent);
  ASSERT_TRUE(drawn) << drawn.error().message;
  EXPECT_EQ(dataset::count_splits(drawn->manifest).none, 0U);
}

}  // namespace
}  // namespace osler::workflow::labelling
