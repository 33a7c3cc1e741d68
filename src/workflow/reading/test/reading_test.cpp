// Films that arrive, what models say of them, and what people say of that: on a home with phantom
// films and a package whose score map is known.

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "tests/support/served_home.h"
#include "workflow/reading/decide.h"
#include "workflow/reading/films.h"
#include "workflow/reading/finding.h"
#include "workflow/reading/scoring.h"
#include "workflow/reading/service.h"
#include "workflow/reading/worklist.h"

namespace osler::workflow::reading {
namespace {

namespace fs = std::filesystem;
using std::chrono::minutes;
using test::Says;
using ::testing::HasSubstr;

const Person kReader{.name = "r.reader", .from = "10.0.0.7"};
const Person kOverseer{.name = "g.overseer", .from = ""};
const Person kDeputy{.name = "d.deputy", .from = ""};

class Reading : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Home::open(folder_.path() / "home", clock_);
    ASSERT_TRUE(opened) << opened.error().message;
    home_ = std::make_unique<Home>(*std::move(opened));
    ASSERT_TRUE(prepare(*home_));
  }

  void take_in(std::size_t studies, bool history = false) {
    ++cohorts_;
    films_ = test::phantom_films(folder_.path() / ("films" + std::to_string(cohorts_)), studies,
                                 static_cast<std::uint64_t>(cohorts_));
    test::take_in_films(*home_, films_, history);
  }

  // Scores until nothing waits.
  void score() {
    auto scoring = Scoring::start(*home_, {.threads = 2});
    ASSERT_TRUE(scoring) << scoring.error().message;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!(*scoring)->idle() && std::chrono::steady_clock::now() < end) {
      std::this_thread::yield();
    }
    EXPECT_TRUE((*scoring)->idle());
    (*scoring)->stop();
  }

  std::vector<StudyFacts> open_studies() {
    const auto page = worklist(*home_, {});
    EXPECT_TRUE(page) << page.error().message;
    return page->rows;
  }

  Finding card_of(const StudyFacts& study) {
    const auto findings = findings_of(*home_, study.number);
    EXPECT_TRUE(findings);
    EXPECT_FALSE(findings->cards.empty());
    return findings->cards.empty() ? Finding{} : findings->cards.front();
  }

  // A study whose card has a score.
  StudyFacts scored_study() {
    for (const auto& study : open_studies()) {
      if (study.ai == "done") {
        return study;
      }
    }
    ADD_FAILURE() << "no study was scored";
    return {};
  }

  // The stored object as another instance of its study: the last digits of its UID exchanged.
  Bytes with_another_uid(const crypto::Digest& object, const std::string& uid) {
    Bytes bytes = *home_->objects().read(object);
    std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    std::string other = uid;
    other.back() = uid.back() == '1' ? '2' : '1';
    for (auto at = text.find(uid); at != std::string::npos; at = text.find(uid, at + 1)) {
      text.replace(at, uid.size(), other);
    }
    const auto view = as_bytes(text);
    return {view.begin(), view.end()};
  }

  std::int64_t count(const std::string& sql) {
    return (*home_->database().integer(sql)).value_or(0);
  }

  TemporaryFolder folder_;
  FixedClock clock_{std::chrono::system_clock::time_point(std::chrono::hours(500'000))};
  std::unique_ptr<Home> home_;
  std::vector<fs::path> films_;
  int cohorts_ = 0;
};

TEST_F(Reading, PutsWhatArrivesOnTheWorklistByTheTimeItIsDue) {
  take_in(10);
  const auto studies = open_studies();
  EXPECT_EQ(static_cast<std::int64_t>(studies.size()), count("SELECT count(DISTINCT "
                                                             "study_instance_uid) FROM originals"));
  EXPECT_TRUE(std::ranges::is_sorted(studies, {}, &StudyFacts::due_ms));
  for (const auto& study : studies) {
    EXPECT_FALSE(study.patient.name.empty());
    EXPECT_FALSE(study.place.empty());
    EXPECT_THAT(study.title, HasSubstr("Chest"));
    const auto target = home_->configuration().targets.at(static_cast<std::size_t>(study.urgency));
    EXPECT_EQ(study.due_ms - study.arrived_ms, std::chrono::milliseconds(target).count());
  }
}

TEST_F(Reading, KeepsHistoryOffTheWorklist) {
  take_in(4, true);
  EXPECT_TRUE(open_studies().empty());
  EXPECT_GT(count("SELECT count(*) FROM studies"), 0);
}

TEST_F(Reading, ScoresEachFilmOnceHoweverOftenItComes) {
  test::serve_model(*home_);
  take_in(6);
  score();
  const auto results = count("SELECT count(*) FROM results");
  EXPECT_GT(results, 0);
  EXPECT_EQ(count("SELECT count(*) FROM results WHERE state = 'queued'"), 0);
  test::take_in_films(*home_, films_);
  score();
  EXPECT_EQ(count("SELECT count(*) FROM results"), results);
  EXPECT_TRUE(home_->audit().verify());
}

TEST_F(Reading, SaysWhatTheScoreMapSays) {
  test::serve_model(*home_);
  take_in(4);
  score();
  const auto card = card_of(scored_study());
  EXPECT_EQ(card.state, FindingState::Above);
  EXPECT_NEAR(*card.probability, 0.95, 0.01);
  EXPECT_EQ(*card.threshold, 0.5);
  EXPECT_EQ(card.tier, "high");
  EXPECT_EQ(sentence_of(card), "Score consistent with opacity.");
  EXPECT_FALSE(card.map.empty());
}

TEST_F(Reading, RaisesARoutineStudyThatScoresAboveTheThreshold) {
  test::serve_model(*home_);
  take_in(8);
  score();
  for (const auto& study : open_studies()) {
    if (study.ai == "done") {
      EXPECT_NE(study.urgency, Urgency::Routine);
      EXPECT_EQ(study.due_ms - study.arrived_ms <= 3'600'000, true);
    }
  }
}

TEST_F(Reading, LeavesAFilmOutsideTheIntendedUseWithoutANumber) {
  test::serve_model(*home_, {.intended_use = R"({"modality": ["CR", "DX"], "age_years": [0, 1]})"});
  take_in(3);
  score();
  const auto study = open_studies().front();
  const auto card = card_of(study);
  EXPECT_EQ(study.ai, "out_of_scope");
  EXPECT_EQ(card.state, FindingState::NoResult);
  EXPECT_THAT(card.reason, HasSubstr("years"));
  EXPECT_FALSE(card.probability);
  const auto refused = decide(*home_, study, card.id, {.answer = Answer::Agree}, kReader);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::FailedPrecondition);
}

TEST_F(Reading, HidesAModelInShadow) {
  test::serve_model(*home_, {.stage = "shadow"});
  take_in(3);
  score();
  EXPECT_GT(count("SELECT count(*) FROM results WHERE shown = 0 AND state <> 'queued'"), 0);
  const auto study = open_studies().front();
  EXPECT_EQ(study.ai, "none");
  EXPECT_TRUE(findings_of(*home_, study.number)->cards.empty());
}

TEST_F(Reading, KeepsEveryAnswerAndShowsTheNewest) {
  test::serve_model(*home_);
  take_in(4);
  score();
  const auto study = scored_study();
  const auto card = card_of(study);
  EXPECT_EQ(report_status(*findings_of(*home_, study.number), false), "preliminary");

  ASSERT_TRUE(decide(*home_, study, card.id, {.answer = Answer::Agree}, kReader));
  EXPECT_EQ(report_status(*findings_of(*home_, study.number), false), "final");
  ASSERT_TRUE(decide(*home_, study, card.id,
                     {.answer = Answer::Disagree,
                      .reason = "artefact",
                      .note = "a button",
                      .shown = "outline",
                      .seconds = 12.5},
                     kReader));
  EXPECT_EQ(report_status(*findings_of(*home_, study.number), false), "amended");

  const auto all = decisions_of(*home_, card.id);
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  const auto& last = all->back();
  EXPECT_TRUE(last.is_override);
  EXPECT_EQ(last.digest, card.digest);
  EXPECT_EQ(last.tier, "high");
  EXPECT_EQ(last.state, "above");
  EXPECT_EQ(last.shown, "outline");
  EXPECT_EQ(*last.seconds, 12.5);
  EXPECT_EQ(last.person, "r.reader");

  ASSERT_TRUE(decide(*home_, study, card.id, {.answer = Answer::Withdrawn}, kReader));
  EXPECT_FALSE(card_of(study).decision);
  EXPECT_EQ(decisions_of(*home_, card.id)->size(), 3U);
  EXPECT_TRUE(home_->audit().verify());
}

TEST_F(Reading, TakesTheSameAnswerTwiceAsOne) {
  test::serve_model(*home_);
  take_in(3);
  score();
  const auto study = scored_study();
  const auto card = card_of(study);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(decide(*home_, study, card.id, {.answer = Answer::Agree}, kReader));
  }
  EXPECT_EQ(decisions_of(*home_, card.id)->size(), 1U);
}

TEST_F(Reading, AsksWhetherAnUndecidedFindingIsThere) {
  test::serve_model(*home_, {.says = Says::Undecided});
  take_in(3);
  score();
  const auto study = scored_study();
  const auto card = card_of(study);
  EXPECT_EQ(card.state, FindingState::Undecided);
  EXPECT_FALSE(decide(*home_, study, card.id, {.answer = Answer::Agree}, kReader));
  const auto answered = decide(*home_, study, card.id, {.answer = Answer::Present}, kReader);
  ASSERT_TRUE(answered);
  EXPECT_FALSE(answered->decision->is_override);
}

TEST_F(Reading, RefusesAnswersThatMakeNoSense) {
  test::serve_model(*home_);
  take_in(4);
  score();
  const auto study = scored_study();
  const auto card = card_of(study);
  EXPECT_EQ(decide(*home_, study, card.id, {.answer = Answer::Present}, kReader).error().code,
            ErrorCode::InvalidArgument);
  EXPECT_EQ(decide(*home_, study, card.id, {.answer = Answer::Agree, .reason = "x"}, kReader)
                .error()
                .code,
            ErrorCode::InvalidArgument);
  EXPECT_EQ(decide(*home_, study, card.id,
                   {.answer = Answer::Agree, .note = std::string(3000, 'n')}, kReader)
                .error()
                .code,
            ErrorCode::InvalidArgument);
  EXPECT_EQ(decide(*home_, study, card.id + 1000, {.answer = Answer::Agree}, kReader).error().code,
            ErrorCode::NotFound);
  EXPECT_TRUE(decisions_of(*home_, card.id)->empty());
}

TEST_F(Reading, MovesAnAcknowledgedStudyOffTheOpenList) {
  take_in(4);
  const auto before = open_studies();
  ASSERT_TRUE(acknowledge(*home_, before.front(), kReader));
  const auto page = worklist(*home_, {});
  EXPECT_EQ(page->rows.size(), before.size() - 1);
  EXPECT_EQ(page->counts.view[0], static_cast<std::int64_t>(before.size()) - 1);
  EXPECT_EQ(page->counts.view[1], 1);
  const auto done = worklist(*home_, {.view = View::Acknowledged});
  ASSERT_EQ(done->rows.size(), 1U);
  EXPECT_EQ(done->rows.front().acknowledged_by, "r.reader");
}

TEST_F(Reading, FindsByNameNumberOrAccessionWhateverTheCase) {
  take_in(6);
  const auto wanted = open_studies().back();
  const auto found = worklist(*home_, {.find = wanted.accession});
  EXPECT_TRUE(std::ranges::all_of(
      found->rows, [&](const StudyFacts& row) { return row.accession == wanted.accession; }));
  EXPECT_TRUE(std::ranges::any_of(found->rows, [&](const StudyFacts& row) {
    return row.study_instance_uid == wanted.study_instance_uid;
  }));
  EXPECT_LT(found->rows.size(), open_studies().size());
  EXPECT_EQ(worklist(*home_, {.find = "' OR 1=1 --"})->rows.size(), 0U);
}

TEST_F(Reading, PausesWithTwoPeopleAndSaysSo) {
  test::serve_model(*home_);
  const ModelName model{.name = "chest-opacity", .version = 1};
  ASSERT_TRUE(ask_pause(*home_, model, "drift at North", kOverseer));
  EXPECT_TRUE(pauses_in_force(*home_)->empty());
  EXPECT_EQ(confirm_pause(*home_, model, kOverseer).error().code, ErrorCode::PermissionDenied);
  ASSERT_TRUE(confirm_pause(*home_, model, kDeputy));
  ASSERT_EQ(notices(*home_)->size(), 1U);

  take_in(3);
  auto scoring = Scoring::start(*home_, {.threads = 1});
  ASSERT_TRUE(scoring);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!(*scoring)->idle() && std::chrono::steady_clock::now() < end) {
    std::this_thread::yield();
  }
  EXPECT_EQ((*scoring)->find(model), nullptr);
  (*scoring)->stop();
  const auto study = open_studies().front();
  EXPECT_EQ(study.ai, "paused");
  EXPECT_EQ(card_of(study).state, FindingState::Paused);
  EXPECT_THAT(card_of(study).reason, HasSubstr("drift at North"));

  ASSERT_TRUE(ask_resume(*home_, model, "checked", kDeputy));
  EXPECT_FALSE(confirm_resume(*home_, model, kDeputy));
  ASSERT_TRUE(confirm_resume(*home_, model, kOverseer));
  score();
  EXPECT_NE(open_studies().front().ai, "paused");
  EXPECT_TRUE(notices(*home_)->empty());
}

TEST_F(Reading, LetsAnAskedPauseLapse) {
  test::serve_model(*home_);
  const ModelName model{.name = "chest-opacity", .version = 1};
  ASSERT_TRUE(ask_pause(*home_, model, "why", kOverseer));
  EXPECT_EQ(ask_pause(*home_, model, "why", kDeputy).error().code, ErrorCode::FailedPrecondition);
  clock_.set(clock_.now() + minutes(31));
  EXPECT_EQ(confirm_pause(*home_, model, kDeputy).error().code, ErrorCode::FailedPrecondition);
  EXPECT_TRUE(ask_pause(*home_, model, "why", kDeputy));
}

TEST_F(Reading, PutsAStudyBackWhenANewFilmComes) {
  take_in(3);
  const auto study = open_studies().front();
  ASSERT_TRUE(acknowledge(*home_, study, kReader));
  const auto before = open_studies().size();
  const auto sop =
      *home_->database().text("SELECT sop_instance_uid FROM originals WHERE study_instance_uid = ?",
                              {study.study_instance_uid});
  ASSERT_TRUE(sop);
  const auto digest =
      *home_->database().text("SELECT digest FROM originals WHERE sop_instance_uid = ?", {*sop});
  const auto again = folder_.path() / "again.dcm";
  ASSERT_TRUE(write_file(again, with_another_uid(*crypto::Digest::from_hex(*digest), *sop)));
  test::take_in_films(*home_, {again});
  EXPECT_EQ(open_studies().size(), before + 1);
  EXPECT_EQ(find_study(*home_, study.study_instance_uid)->acknowledged_ms, 0);
}

TEST_F(Reading, GivesPixelsAsTheyAreStored) {
  take_in(3);
  auto films = Films::create(*home_);
  ASSERT_TRUE(films);
  const auto study = open_studies().front();
  const auto of_study = films->of_study(study.study_instance_uid);
  ASSERT_TRUE(of_study);
  ASSERT_FALSE(of_study->films.empty());
  const auto& film = of_study->films.front();
  EXPECT_FALSE(film.windows.empty());
  ASSERT_TRUE(film.sides);
  EXPECT_EQ(film.sides->left, "R");
  EXPECT_EQ(film.sides->bottom, "F");
  EXPECT_EQ(film.spacing_source, "detector");
  const auto pixels = films->pixels(study.study_instance_uid, film.sop_instance_uid, 0);
  ASSERT_TRUE(pixels);
  EXPECT_EQ(pixels->bytes.size(), 2 * film.rows * film.columns);
  EXPECT_EQ(films->pixels(study.study_instance_uid, "1.2.3", 0).error().code, ErrorCode::NotFound);
  EXPECT_EQ(films->pixels("1.2.3", film.sop_instance_uid, 0).error().code, ErrorCode::NotFound);
  const auto thumbnail = films->thumbnail(study.study_instance_uid, film.sop_instance_uid);
  ASSERT_TRUE(thumbnail);
  EXPECT_EQ(thumbnail->substr(1, 3), "PNG");
}

TEST(ReadingName, ShowsNamesAsPeopleWriteThem) {
  EXPECT_EQ(reading_name("TESTCASE^Rosalind"), "TESTCASE, Rosalind");
  EXPECT_EQ(reading_name("MIHON^Taro=見本^太郎=みほん^たろう"), "見本 太郎 (MIHON, Taro)");
  EXPECT_EQ(reading_name("Single"), "Single");
  EXPECT_EQ(reading_name(""), "");
  EXPECT_EQ(reading_name("Last^First^Middle^Dr"), "Last, First Middle");
}

}  // namespace
}  // namespace osler::workflow::reading
