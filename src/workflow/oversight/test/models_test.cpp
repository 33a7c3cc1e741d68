// The inventory of models and one model's page: on a home with phantom films, packages whose score
// map is known, and answers given through the physician's page.

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/file.h"
#include "tests/support/served_home.h"
#include "workflow/oversight/oversight.h"
#include "workflow/reading/decide.h"
#include "workflow/reading/scoring.h"

namespace osler::workflow::oversight {
namespace {

namespace fs = std::filesystem;
using reading::Answer;
using reading::ModelName;
using std::chrono::hours;
using test::Says;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const reading::Person kReader{.name = "r.reader", .from = "10.0.0.7"};
const reading::Person kOverseer{.name = "g.overseer", .from = ""};
const reading::Person kDeputy{.name = "d.deputy", .from = ""};
const ModelName kOpacity{.name = "chest-opacity", .version = 1};

// Of this process: whoever else is at work on the machine does not count.
double processor_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

class Models : public ::testing::Test {
 protected:
  void SetUp() override { open(); }

  void open(const std::string& configuration = "{}") {
    oversight_.reset();
    home_.reset();
    ASSERT_TRUE(write_file(folder_.path() / "home" / "config.json", configuration));
    auto opened = Home::open(folder_.path() / "home", clock_);
    ASSERT_TRUE(opened) << opened.error().message;
    home_ = std::make_unique<Home>(*std::move(opened));
    ASSERT_TRUE(reading::prepare(*home_));
    auto made = Oversight::create(*home_);
    ASSERT_TRUE(made) << made.error().message;
    oversight_ = std::make_unique<Oversight>(*std::move(made));
  }

  void score_films(std::size_t studies) {
    ++cohorts_;
    test::take_in_films(
        *home_, test::phantom_films(folder_.path() / ("films" + std::to_string(cohorts_)), studies,
                                    static_cast<std::uint64_t>(cohorts_)));
    auto scoring = reading::Scoring::start(*home_, {.threads = 2});
    ASSERT_TRUE(scoring) << scoring.error().message;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!(*scoring)->idle() && std::chrono::steady_clock::now() < end) {
      std::this_thread::yield();
    }
    EXPECT_TRUE((*scoring)->idle());
    (*scoring)->stop();
  }

  // Studies whose card has a score, oldest first.
  std::vector<reading::StudyFacts> scored_studies() {
    const auto page = reading::worklist(*home_, {.limit = 500});
    EXPECT_TRUE(page);
    auto rows = page->rows;
    std::erase_if(rows, [](const auto& row) { return row.ai != "done"; });
    std::ranges::sort(rows, {}, &reading::StudyFacts::number);
    return rows;
  }

  void answer(const reading::StudyFacts& study, Answer said, const std::string& reason = "") {
    const auto findings = reading::findings_of(*home_, study.number);
    ASSERT_TRUE(findings);
    ASSERT_FALSE(findings->cards.empty());
    const auto done = reading::decide(*home_, study, findings->cards.front().id,
                                      {.answer = said, .reason = reason}, kReader);
    ASSERT_TRUE(done) << done.error().message;
  }

  ModelRow row(const ModelName& name = kOpacity) {
    const auto rows = oversight_->models();
    EXPECT_TRUE(rows) << rows.error().message;
    const auto found = std::ranges::find(*rows, name, &ModelRow::model);
    EXPECT_NE(found, rows->end());
    return found == rows->end() ? ModelRow{} : *found;
  }
  ModelDetail detail(const ModelName& name = kOpacity) {
    auto found = oversight_->model(name);
    EXPECT_TRUE(found) << found.error().message;
    return found ? *std::move(found) : ModelDetail{};
  }
  std::vector<std::string> order() {
    std::vector<std::string> names;
    const auto rows = oversight_->models();
    EXPECT_TRUE(rows);
    for (const auto& one : *rows) {
      names.push_back(one.model.reference());
    }
    return names;
  }

  TemporaryFolder folder_;
  // Tuesday, 24 November 2026, 09:00 UTC.
  FixedClock clock_{std::chrono::sys_days(std::chrono::year(2026) / 11 / 24) + hours(9)};
  std::unique_ptr<Home> home_;
  std::unique_ptr<Oversight> oversight_;
  int cohorts_ = 0;
};

TEST_F(Models, SayWhatPackageAndRegistrySay) {
  test::serve_model(*home_, {.intended_use = R"({"statement": "Support reading of opacity.",
                                                 "modality": ["CR", "DX"]})"});
  const auto found = row();
  EXPECT_EQ(found.finding, "Opacity");
  EXPECT_EQ(found.intended_use, "Support reading of opacity.");
  EXPECT_EQ(found.stage, "production");
  EXPECT_EQ(found.state, "live");
  EXPECT_EQ(found.since, "2026-11-24T09:00:00Z");
  EXPECT_EQ(found.last_validation, "");  // no run of this home made it
  EXPECT_EQ(found.films, 0);
  EXPECT_FALSE(found.latency);
  EXPECT_FALSE(found.agreement.estimable());
  EXPECT_FALSE(found.gap);
  EXPECT_THAT(found.gap_why, HasSubstr("run"));
  EXPECT_EQ(found.decision_needed, "");
  const auto page = detail();
  EXPECT_EQ(page.card, "# Opacity\n");
  ASSERT_EQ(page.history.size(), 2U);
  EXPECT_EQ(page.history[0].to, "development");
  EXPECT_EQ(page.history[1].to, "production");
  EXPECT_FALSE(page.has_report);
  EXPECT_EQ(oversight_->model_report(kOpacity).error().code, ErrorCode::NotFound);
  EXPECT_EQ(oversight_->model({.name = "chest-opacity", .version = 9}).error().code,
            ErrorCode::NotFound);
  EXPECT_EQ(oversight_->model({.name = "absent", .version = 1}).error().code, ErrorCode::NotFound);
}

TEST_F(Models, CountTheNewestAnswerOfEachResult) {
  test::serve_model(*home_);
  score_films(12);
  const auto studies = scored_studies();
  ASSERT_GE(studies.size(), 6U);
  answer(studies[0], Answer::Agree);
  answer(studies[1], Answer::Disagree, "artefact");
  answer(studies[1], Answer::Agree);  // a change of mind
  answer(studies[2], Answer::Agree);
  answer(studies[2], Answer::Disagree);
  answer(studies[3], Answer::CannotSay, "technique");
  answer(studies[4], Answer::Disagree, "known");
  answer(studies[4], Answer::Withdrawn);  // undone: no answer
  answer(studies[5], Answer::Disagree, "artefact");

  const auto found = row();
  EXPECT_EQ(found.answers.answers, 5);
  EXPECT_EQ(found.answers.agree, 2);
  EXPECT_EQ(found.answers.disagree, 2);
  EXPECT_EQ(found.answers.cannot_say, 1);
  EXPECT_EQ(found.answers.undecided, 0);
  EXPECT_DOUBLE_EQ(found.agreement.value, 0.4);
  EXPECT_EQ(found.agreement.n, 5U);
  // Wilson of 2 of 5: centre (0.4 + 3.8415/10) / (1 + 3.8415/5) = 0.4434, half width
  // 1.96 sqrt(0.24/5 + 3.8415/100) / 1.7683 = 0.3258.
  EXPECT_NEAR(found.agreement.lower, 0.1176, 5e-4);
  EXPECT_NEAR(found.agreement.upper, 0.7693, 5e-4);
  EXPECT_DOUBLE_EQ(found.overrides.value, 0.4);

  const auto page = detail();
  ASSERT_EQ(page.reasons.size(), 2U);
  EXPECT_EQ(page.reasons[0].count, 1);
  const auto artefact = std::ranges::find(page.reasons, "artefact", &ReasonRow::code);
  ASSERT_NE(artefact, page.reasons.end());
  EXPECT_EQ(artefact->text, "Overlying structure or artefact");
  const auto none = std::ranges::find(page.reasons, "", &ReasonRow::code);
  ASSERT_NE(none, page.reasons.end());
  EXPECT_EQ(none->text, "No reason given");
  std::int64_t in_tiers = 0;
  for (const auto& tier : page.by_tier) {
    in_tiers += tier.answers;
  }
  EXPECT_EQ(in_tiers, 5);
  ASSERT_EQ(page.by_version.size(), 1U);
  EXPECT_EQ(page.by_version[0].overrides, 2);
}

TEST_F(Models, DoNotTakeAnswersToUndecidedResultsForOverrides) {
  test::serve_model(*home_, {.says = Says::Undecided});
  score_films(8);
  const auto studies = scored_studies();
  ASSERT_GE(studies.size(), 3U);
  answer(studies[0], Answer::Present);
  answer(studies[1], Answer::Absent);
  answer(studies[2], Answer::CannotSay);
  const auto found = row();
  EXPECT_EQ(found.answers.answers, 0);
  EXPECT_EQ(found.answers.undecided, 3);
  EXPECT_FALSE(found.overrides.estimable());
  EXPECT_TRUE(estimate_json(found.overrides).is_null());
  EXPECT_FALSE(to_json(found)["override_why"].get<std::string>().empty());
  const auto page = detail();
  ASSERT_EQ(page.by_tier.size(), 1U);
  EXPECT_EQ(page.by_tier[0].tier, "undecided");
  EXPECT_EQ(page.by_tier[0].answers, 3);
  EXPECT_EQ(page.by_tier[0].overrides, 0);
}

TEST_F(Models, CountFilmsAndAnswersByDayAndWeek) {
  test::serve_model(*home_);
  score_films(8);
  const auto first = scored_studies();
  ASSERT_GE(first.size(), 2U);
  answer(first[0], Answer::Disagree);
  const auto before = row();
  EXPECT_EQ(before.films, before.scored + before.no_result + before.failed);
  EXPECT_GT(before.scored, 0);
  ASSERT_TRUE(before.latency);
  EXPECT_EQ(before.latency->p50_ms, 0);  // the clock stands still

  // Nine days on: Thursday, 3 December, in the week of Monday 30 November.
  clock_.set(clock_.now() + hours(9 * 24));
  answer(first[1], Answer::Agree);
  const auto page = detail();
  ASSERT_EQ(page.days.size(), 30U);
  EXPECT_EQ(page.days.back().day, "2026-12-03");
  EXPECT_EQ(page.days.back().answers, 1);
  EXPECT_EQ(page.days.back().agree, 1);
  EXPECT_EQ(page.days.back().films, 0);
  EXPECT_FALSE(page.days.back().latency);
  const auto& then = page.days[30 - 1 - 9];
  EXPECT_EQ(then.day, "2026-11-24");
  EXPECT_EQ(then.films, before.films);
  EXPECT_EQ(then.scored, before.scored);
  EXPECT_EQ(then.answers, 1);
  EXPECT_EQ(then.agree, 0);
  ASSERT_EQ(page.weeks.size(), 12U);
  EXPECT_EQ(page.weeks[11].week, "2026-11-30");
  EXPECT_EQ(page.weeks[11].answers, 1);
  EXPECT_EQ(page.weeks[11].overrides, 0);
  EXPECT_EQ(page.weeks[10].week, "2026-11-23");
  EXPECT_EQ(page.weeks[10].overrides, 1);

  // Out of the window of 30 days, still in that of 12 weeks.
  clock_.set(clock_.now() + hours(30 * 24));
  const auto later = detail();
  EXPECT_EQ(later.row.films, 0);
  EXPECT_EQ(later.row.answers.answers, 0);
  EXPECT_THAT(later.reasons, IsEmpty());
  std::int64_t overrides = 0;
  for (const auto& week : later.weeks) {
    overrides += week.overrides;
  }
  EXPECT_EQ(overrides, 1);
  EXPECT_EQ(later.by_version[0].answers, 2);  // of all time
}

TEST_F(Models, MeasureTheTimeFromQueuedToScored) {
  test::serve_model(*home_);
  score_films(6);
  const auto scored = row().scored;
  ASSERT_GE(scored, 3);
  // 1, 2, 3, … seconds.
  ASSERT_TRUE(home_->database().execute(
      "UPDATE results SET scored_ms = queued_ms + 1000 * (SELECT count(*) FROM results AS r "
      "WHERE r.state = 'scored' AND r.id <= results.id) WHERE state = 'scored'"));
  const auto found = row();
  ASSERT_TRUE(found.latency);
  // Nearest rank: the ceil(n / 2)-th and the ceil(0.95 n)-th of n.
  EXPECT_EQ(found.latency->p50_ms, 1000 * ((scored + 1) / 2));
  EXPECT_EQ(found.latency->p95_ms, 1000 * ((95 * scored + 99) / 100));
}

TEST_F(Models, PutFirstWhatNeedsADecision) {
  open(R"({"models": [{"name": "overdue", "owner": "Radiology", "risk": "II",
                       "next_review": "2026-11-18"},
                      {"name": "in-time", "next_review": "2026-11-24"}]})");
  test::serve_model(*home_, {.name = "in-time"});
  test::serve_model(*home_, {.name = "proposed", .stage = "development"});
  test::serve_model(*home_, {.name = "shadow", .stage = "shadow"});
  test::serve_model(*home_, {.name = "overdue"});
  test::serve_model(*home_, {.name = "paused"});
  test::serve_model(*home_, {.name = "asked"});
  test::serve_model(*home_, {.name = "changed"});
  test::serve_model(*home_, {.name = "retired"});
  ASSERT_TRUE(retire_model(*home_, "retired@1", "too few positives"));
  const ModelName paused{.name = "paused", .version = 1};
  ASSERT_TRUE(reading::ask_pause(*home_, paused, "drift", kOverseer));
  ASSERT_TRUE(reading::confirm_pause(*home_, paused, kDeputy));
  ASSERT_TRUE(reading::ask_pause(*home_, {.name = "asked", .version = 1}, "drift", kOverseer));
  ASSERT_TRUE(write_file(model_folder(*home_, "changed", 1) / "card.md", "# Better\n"));

  EXPECT_THAT(order(), ElementsAre("changed@1", "asked@1", "paused@1", "overdue@1", "in-time@1",
                                   "shadow@1", "proposed@1", "retired@1"));
  EXPECT_THAT(row({"changed", 1}).decision_needed, HasSubstr("card.md"));
  EXPECT_EQ(row({"changed", 1}).finding, "changed");
  EXPECT_THAT(row({"asked", 1}).decision_needed, HasSubstr("g.overseer"));
  EXPECT_EQ(row({"asked", 1}).state, "pause_asked");
  EXPECT_EQ(row({"paused", 1}).state, "paused");
  EXPECT_EQ(row({"paused", 1}).decision_needed,
            "Paused since 24 Nov 2026: return it to service or retire it.");
  EXPECT_EQ(row({"overdue", 1}).decision_needed, "Review overdue since 18 Nov 2026.");
  EXPECT_EQ(row({"overdue", 1}).owner, "Radiology");
  EXPECT_EQ(row({"in-time", 1}).decision_needed, "");
  EXPECT_EQ(row({"proposed", 1}).state, "proposed");
  EXPECT_EQ(row({"shadow", 1}).state, "shadow");
  EXPECT_EQ(row({"retired", 1}).state, "retired");
  EXPECT_EQ(detail({"paused", 1}).pause->confirmed_by, "d.deputy");

  ASSERT_TRUE(reading::ask_resume(*home_, paused, "settled", kDeputy));
  EXPECT_THAT(row({"paused", 1}).decision_needed, HasSubstr("d.deputy"));
  // An asking that nobody confirmed is over after half an hour.
  clock_.set(clock_.now() + hours(1));
  EXPECT_EQ(row({"asked", 1}).state, "live");
  EXPECT_EQ(row({"asked", 1}).decision_needed, "");
}

TEST_F(Models, SayWhenTheScorerCannotOpenThem) {
  test::serve_model(*home_);
  EXPECT_EQ(row().decision_needed, "");
  const auto rows = oversight_->models({{.model = kOpacity, .why = "a golden input differs"}});
  ASSERT_TRUE(rows);
  EXPECT_THAT(rows->front().decision_needed, HasSubstr("a golden input differs"));
  EXPECT_EQ(rows->front().finding, "Opacity");
}

TEST_F(Models, HoldTheOverridesAgainstTheStatedLimit) {
  open(R"({"models": [{"name": "chest-opacity", "override_limit": 0.2}]})");
  test::serve_model(*home_);
  score_films(14);
  const auto studies = scored_studies();
  ASSERT_GE(studies.size(), 6U);
  answer(studies[0], Answer::Disagree);
  // One of one is 100 %, but the interval from 21 % holds little; two of two is from 34 %.
  EXPECT_THAT(row().decision_needed, HasSubstr("100 % (21 % to 100 %, 1 answer)"));
  answer(studies[1], Answer::Agree);
  EXPECT_EQ(row().decision_needed, "");  // 50 %, from 9 %
  for (std::size_t i = 2; i < 6; ++i) {
    answer(studies[i], Answer::Disagree);
  }
  EXPECT_THAT(row().decision_needed, HasSubstr("more than the limit of 20 %"));
}

TEST_F(Models, HaveEveryMemberOfTheContract) {
  test::serve_model(*home_);
  score_films(4);
  const Json found = to_json(row());
  for (const char* key :
       {"name",  "version",   "finding",        "intended_use",    "owner",       "risk",
        "stage", "state",     "since",          "last_validation", "next_review", "scored",
        "films", "no_result", "failed",         "latency_ms",      "agreement",   "override",
        "gap",   "digest",    "decision_needed"}) {
    EXPECT_TRUE(found.contains(key)) << key;
  }
  EXPECT_EQ(found["latency_ms"]["p50"], 0);
  const Json page = to_json(detail());
  for (const char* key : {"card", "gates", "sign_offs", "history", "days", "overrides", "reasons",
                          "by_tier", "by_version", "subgroups", "pause", "report"}) {
    EXPECT_TRUE(page.contains(key)) << key;
  }
  EXPECT_EQ(page["history"][1]["to"], "production");
  EXPECT_EQ(page["days"].size(), 30U);
  EXPECT_EQ(page["subgroups"]["metric"], "sensitivity");
  EXPECT_TRUE(page["pause"].is_null());
  EXPECT_EQ(page["report"], "");
}

TEST_F(Models, AreListedInAFifthOfASecondWithAHundredThousandResults) {
  test::serve_model(*home_);
  score_films(2);
  const auto one = *home_->database().integer("SELECT max(id) FROM results");
  ASSERT_TRUE(one);
  constexpr std::int64_t kResults = 100'000;
  auto change = storage::Transaction::begin(home_->database());
  ASSERT_TRUE(home_->database().execute(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
      "INSERT INTO results (study, sop_instance_uid, original, model, version, digest, shown, "
      "state, reason, label, code, positive, tier, warnings, queued_ms, scored_ms) "
      "SELECT study, 'x' || i, original, model, version, digest, 1, 'scored', '', label, code, 1, "
      "'high', '', queued_ms - (i % 29) * 86400000, queued_ms + i % 4000 "
      "FROM results, n WHERE id = ?",
      {kResults, *one}));
  ASSERT_TRUE(home_->database().execute(
      "INSERT INTO decisions (result, study, decision, override, reason, note, person, at_ms, "
      "digest, state, tier, shown) SELECT id, study, CASE WHEN id % 10 = 0 THEN 'disagree' ELSE "
      "'agree' END, id % 10 = 0, '', '', 'r.reader', queued_ms, digest, 'above', 'high', 'off' "
      "FROM results WHERE sop_instance_uid GLOB 'x*'"));
  ASSERT_TRUE(change->commit());
  double fastest = 10.0;
  double fastest_page = 10.0;
  for (int i = 0; i < 5; ++i) {
    const double start = processor_seconds();
    const auto rows = oversight_->models();
    fastest = std::min(fastest, processor_seconds() - start);
    ASSERT_TRUE(rows);
    EXPECT_GE(rows->front().scored, kResults);
    EXPECT_EQ(rows->front().answers.answers, kResults);
    EXPECT_NEAR(rows->front().overrides.value, 0.1, 1e-3);
    const double page_start = processor_seconds();
    ASSERT_TRUE(oversight_->model(kOpacity));
    fastest_page = std::min(fastest_page, processor_seconds() - page_start);
  }
  RecordProperty("list_ms", static_cast<int>(1000.0 * fastest));
  RecordProperty("page_ms", static_cast<int>(1000.0 * fastest_page));
  EXPECT_LE(fastest, 0.2);
}

}  // namespace
}  // namespace osler::workflow::oversight
