#include "evaluate/report/pictures.h"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evaluate/report/test/sample.h"

namespace osler::evaluate::report {
namespace {

using ::testing::HasSubstr;

std::size_t count_of(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    ++count;
  }
  return count;
}

TEST(Pictures, StandAloneUnderTheirNames) {
  auto study = sample_study(300);
  NoProgress silent;
  const auto report = *evaluate(study.predictions, study.options, silent);

  const auto files = pictures(report);

  std::set<std::string> names;
  for (const auto& [name, svg] : files) {
    names.insert(name);
    EXPECT_TRUE(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\"")) << name;
    EXPECT_TRUE(svg.ends_with("</svg>\n")) << name;
    EXPECT_EQ(count_of(svg, "<style>"), 1U) << name;
    EXPECT_THAT(svg, HasSubstr("aria-label=")) << name;
  }
  EXPECT_TRUE(names.contains("roc"));
  EXPECT_TRUE(names.contains("reliability"));
}

Estimate estimate(double value) {
  return {.value = value, .lower = value - 0.05, .upper = value + 0.05, .n = 100};
}

SeriesPlot learning_curves() {
  return {
      .title = "AUROC by share",
      .x_name = "share of the training films",
      .y_name = "AUROC",
      .logarithmic = true,
      .series = {{"scratch", {{0.1, estimate(0.6)}, {0.1, estimate(0.7)}, {1.0, estimate(0.9)}}},
                 {"frozen", {{0.1, estimate(0.8)}, {1.0, estimate(0.9)}}},
                 {"fine_tune", {{0.1, estimate(0.75)}, {1.0, estimate(0.95)}}}}};
}

TEST(SeriesPicture, ShowsEachRepeatAndTheFirstSeriesInEachPanel) {
  const auto svg = series_picture(learning_curves());

  ASSERT_TRUE(svg);
  EXPECT_EQ(count_of(*svg, ">scratch<"), 2U);
  EXPECT_EQ(count_of(*svg, ">frozen<"), 1U);
  EXPECT_EQ(count_of(*svg, "class=\"pt\""), 2U * 3U + 2U);  // and at the names
  EXPECT_EQ(count_of(*svg, "class=\"hol2\""), 4U + 2U);
  EXPECT_EQ(count_of(*svg, "class=\"ci1\""), 2U * 3U);
}

TEST(SeriesPicture, DrawsOneSeriesAlone) {
  auto plot = learning_curves();
  plot.series.resize(1);
  const auto svg = series_picture(plot);
  ASSERT_TRUE(svg);
  EXPECT_EQ(count_of(*svg, "class=\"hol2\""), 3U + 1U);
}

TEST(SeriesPicture, RefusesWhatCannotBeDrawn) {
  EXPECT_EQ(series_picture({}).error().code, ErrorCode::InvalidArgument);
  auto plot = learning_curves();
  plot.series[0].points[0].x = 0.0;
  EXPECT_EQ(series_picture(plot).error().code, ErrorCode::InvalidArgument);
  plot.logarithmic = false;
  EXPECT_TRUE(series_picture(plot));
  plot.series[0].points[0].y = Estimate::none(3, "one class only");
  EXPECT_EQ(series_picture(plot).error().code, ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace osler::evaluate::report
