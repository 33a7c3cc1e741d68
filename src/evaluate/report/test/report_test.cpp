#include "evaluate/report/report.h"

#include <regex>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "evaluate/report/test/sample.h"

namespace osler::evaluate::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

PredictionTable table_of(const std::string& text) {
  return *PredictionTable::parse(*CsvTable::parse(text, "predictions.csv"));
}

Report made(const PredictionTable& table, ReportOptions options = {}) {
  NoProgress silent;
  return *evaluate(table, std::move(options), silent);
}

const Report& sample_report() {
  static const Report kReport = [] {
    auto study = sample_study(900);
    return made(study.predictions, study.options);
  }();
  return kReport;
}

// Six films at threshold 0.5: found 2 of 3, rightly left 2 of 3.
TEST(Report, AgreesWithAHandWorkedExample) {
  const auto report = made(table_of(
      "id,label,probability\na,1,0.9\nb,1,0.8\nc,1,0.4\nd,0,0.6\ne,0,0.3\nf,0,0.2\ng,,0.9\n"));

  EXPECT_EQ(report.films, 6U);
  EXPECT_EQ(report.without_label, 1U);
  EXPECT_EQ(report.table.tp, 2U);
  EXPECT_EQ(report.table.fp, 1U);
  EXPECT_NEAR(report.metrics.sensitivity.value, 2.0 / 3.0, 1e-12);
  EXPECT_NEAR(report.metrics.auroc.value, 8.0 / 9.0, 1e-12);
  EXPECT_NEAR(report.metrics.accuracy.value, 4.0 / 6.0, 1e-12);
  EXPECT_EQ(report.wrong, 2U);
}

TEST(Report, EveryMetricIsValueLowerUpper) {
  const auto document = to_json(sample_report().metrics);

  for (const auto* name :
       {"auroc", "auprc", "accuracy", "sensitivity", "specificity", "ppv", "npv", "brier", "ece"}) {
    ASSERT_TRUE(document.contains(name)) << name;
    const auto& metric = document.at(name);
    EXPECT_LE(metric.at("lower").get<double>(), metric.at("value").get<double>()) << name;
    EXPECT_GE(metric.at("upper").get<double>(), metric.at("value").get<double>()) << name;
  }
}

TEST(Report, DocumentHoldsEverySection) {
  const auto document = to_json(sample_report());

  EXPECT_EQ(document.at("format"), "osler-report/1");
  EXPECT_EQ(document.at("tiers").size(), 4U);
  EXPECT_EQ(document.at("calibration").at("bins").size(), 10U);
  EXPECT_EQ(document.at("gates").size(), 3U);
  EXPECT_EQ(document.at("leakage").at("across_splits"), 8);
  EXPECT_TRUE(document.at("metadata_baseline").at("auroc").at("value").is_number());
  EXPECT_TRUE(document.at("margin_over_metadata").at("lower").is_number());
  EXPECT_FALSE(document.at("subgroups").at("groups").empty());
}

TEST(Report, IsTheSameForTheSameSeed) {
  const auto study = sample_study(300);

  EXPECT_EQ(dump_json(to_json(made(study.predictions, study.options))),
            dump_json(to_json(made(study.predictions, study.options))));
}

TEST(Report, TiersAndUndecidedFilmsAddUp) {
  const auto& report = sample_report();

  std::size_t films = 0;
  std::size_t positives = 0;
  for (const auto& tier : report.tiers) {
    films += tier.n;
    positives += tier.positives;
  }
  EXPECT_EQ(films, report.films);
  EXPECT_EQ(positives, report.positives);
  ASSERT_TRUE(report.undecided);
  EXPECT_LE(report.undecided->all_wrong.sensitivity.value,
            report.undecided->by_score.sensitivity.value);
}

TEST(Report, OneClassIsSaidNotGuessed) {
  const auto report = made(table_of("id,label,probability\na,1,0.9\nb,1,0.8\nc,1,0.3\n"));

  EXPECT_FALSE(report.metrics.auroc.estimable());
  EXPECT_FALSE(report.metrics.specificity.estimable());
  EXPECT_THAT(report.curve, IsEmpty());
  const auto html = to_html(report);
  EXPECT_THAT(html, HasSubstr("not estimable"));
  EXPECT_THAT(html, HasSubstr("only one of both is here"));
  EXPECT_TRUE(to_json(report).at("metrics").at("auroc").at("value").is_null());
}

struct Unreportable {
  const char* name;
  const char* text;
  ReportOptions options;
  ErrorCode code;
  const char* message;
};

class ReportRefuses : public ::testing::TestWithParam<Unreportable> {};

TEST_P(ReportRefuses, SayingWhy) {
  NoProgress silent;

  const auto report = evaluate(table_of(GetParam().text), GetParam().options, silent);

  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, GetParam().code);
  EXPECT_THAT(report.error().message, HasSubstr(GetParam().message));
}

constexpr const char* kTwo = "id,label,probability\na,1,0.9\nb,0,0.1\n";

INSTANTIATE_TEST_SUITE_P(Requests, ReportRefuses,
                         ::testing::Values(Unreportable{"NoSuchSplit",
                                                        kTwo,
                                                        {.split = "holdout"},
                                                        ErrorCode::FailedPrecondition,
                                                        "no row of the split \"holdout\""},
                                           Unreportable{"NoLabels",
                                                        "id,label,probability\na,,0.9\n",
                                                        {},
                                                        ErrorCode::FailedPrecondition,
                                                        "has a label"},
                                           Unreportable{"ThresholdOutside",
                                                        kTwo,
                                                        {.threshold = 1.5},
                                                        ErrorCode::InvalidArgument,
                                                        "threshold is outside"},
                                           Unreportable{
                                               "BaselineOfOthers",
                                               kTwo,
                                               {.metadata = baseline::Baseline{.scores = {1.0}}},
                                               ErrorCode::InvalidArgument,
                                               "1 scores for 2 films"}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(WorstIds, AreTheFurthestOnTheWrongSide) {
  const auto table = table_of(
      "id,label,probability\na,1,0.1\nb,1,0.2\nc,1,0.3\nd,0,0.9\ne,0,0.8\nf,0,0.7\ng,1,0.9\n");

  EXPECT_THAT(worst_ids(table, "test", 0.5), ElementsAre("a", "b", "d", "e"));
  EXPECT_THAT(worst_ids(table, "test", 0.5, 3), ElementsAre("a", "b", "d"));
  EXPECT_THAT(worst_ids(table, "test", 0.25, 4), ElementsAre("a", "b", "d", "e"));
  EXPECT_THAT(worst_ids(table, "train", 0.5), IsEmpty());
}

TEST(WorstIds, TakeMoreOfOneKindWhereTheOtherIsRare) {
  const auto table = table_of("id,label,probability\na,1,0.1\nb,1,0.2\nc,1,0.3\nd,1,0.4\n");

  EXPECT_THAT(worst_ids(table, "test", 0.5), ElementsAre("a", "b", "c", "d"));
}

TEST(Html, IsReadFromTheTop) {
  const auto html = to_html(sample_report());

  EXPECT_THAT(html, HasSubstr("Of 100 films <b>with</b> consolidation the model marks"));
  EXPECT_THAT(html, HasSubstr("It is weaker for <b>age 80 and over</b>"));
  EXPECT_THAT(html, HasSubstr("cannot be told</b>: see section 7"));
  EXPECT_LT(html.find("In plain sentences"), html.find("The numbers"));
  EXPECT_LT(html.find("Curves"), html.find("Methods"));
}

TEST(Html, FetchesNothingAndRunsNothing) {
  const auto html = to_html(sample_report());

  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("http://")));
  EXPECT_THAT(html, Not(HasSubstr("https://")));
  EXPECT_THAT(html, Not(HasSubstr("@import")));
  EXPECT_THAT(html, Not(HasSubstr("style=\"")));
  EXPECT_THAT(html, Not(HasSubstr("url(")));
}

TEST(Html, TakesTextsAsTextNotMarkup) {
  const std::string evil = "<script>alert(1)</script>";
  auto report = made(table_of("id,label,probability,site\n" + evil + ",1,0.2," + evil +
                              "\nb,0,0.9,x\nc,1,0.7,x\nd,0,0.1," + evil + "\n"),
                     {.title = evil, .finding = evil, .facts = {{evil, evil}}, .command = evil});
  report.options.gates = {{evil, evil, 0.0, 0.0, 0, evil}};

  const auto html = to_html(report);

  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;"));
}

TEST(Html, IsWellFormed) {
  const auto html = to_html(sample_report());

  // Tags that are opened are closed; void ones aside.
  const std::regex tag("<(/?)([a-z0-9]+)[^>]*?(/?)>");
  std::vector<std::string> open;
  for (std::sregex_iterator it(html.begin(), html.end(), tag), end; it != end; ++it) {
    const std::string name = (*it)[2];
    if (name == "meta" || name == "br" || name == "img" || (*it)[3] == "/") {
      continue;
    }
    if ((*it)[1] != "/") {
      open.push_back(name);
      continue;
    }
    ASSERT_FALSE(open.empty());
    EXPECT_EQ(open.back(), name) << "near " << it->prefix().str().substr(0, 60);
    open.pop_back();
  }
  EXPECT_THAT(open, IsEmpty());
  EXPECT_THAT(html, Not(HasSubstr("nan")));
  EXPECT_THAT(html, Not(HasSubstr("inf\"")));
}

TEST(Html, ShowsPicturesOfFailuresWhereThereAreSome) {
  auto study = sample_study(300);
  const auto ids = worst_ids(study.predictions, "test", study.options.threshold);
  ASSERT_THAT(ids, SizeIs(4));
  study.options.worst = {{.id = ids[0], .image = "data:image/png;base64,AAAA", .note = "subtle"},
                         {.id = ids[3], .image = "javascript:alert(1)"},
                         {.id = "of another split"}};

  const auto html = to_html(made(study.predictions, study.options));

  EXPECT_THAT(html, HasSubstr("<img src=\"data:image/png;base64,AAAA\""));
  EXPECT_THAT(html, Not(HasSubstr("javascript:")));
  EXPECT_THAT(html, Not(HasSubstr("of another split")));
}

}  // namespace
}  // namespace osler::evaluate::report
