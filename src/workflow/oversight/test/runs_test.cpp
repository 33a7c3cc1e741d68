// Runs, their comparison and their lineage: on a home whose runs are rows and files made here, with
// predictions that are drawn from a seed.

#include "workflow/runs.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/csv.h"
#include "base/file.h"
#include "base/text.h"
#include "dataset/catalogue.h"
#include "evaluate/metrics/auroc.h"
#include "evaluate/report/report.h"
#include "imaging/picture/picture.h"
#include "tests/support/served_home.h"
#include "workflow/oversight/oversight.h"

namespace osler::workflow::oversight {
namespace {

namespace report = evaluate::report;
using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr std::size_t kFilms = 120;

// What a made-up network says of the films: the label with noise.
struct MadeRun {
  double noise = 1.0;
  std::uint64_t seed = 1;
  std::string dataset = "chest@v1";
  std::string study = "chest-opacity";
  std::string parameters = R"({"code": "0.4+abc", "study": {"finding": {"label": "opacity"},
      "gates": {"sensitivity_lower": 0.8}, "training": {"optimiser": {"batch": 32}}}})";
};

class Runs : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Home::open(folder_.path() / "home", clock_);
    ASSERT_TRUE(opened) << opened.error().message;
    home_ = std::make_unique<Home>(*std::move(opened));
    ASSERT_TRUE(reading::prepare(*home_));
    auto made = Oversight::create(*home_);
    ASSERT_TRUE(made) << made.error().message;
    oversight_ = std::make_unique<Oversight>(*std::move(made));
    make_dataset("chest", 0);
  }

  static bool positive(std::size_t film) { return film % 3 == 0; }
  static std::string id(std::size_t film) { return "film" + std::to_string(1000 + film); }

  // Films as three little pictures, since each is made durable; `shade` makes other bytes of the
  // same ids.
  void make_dataset(const std::string& name, std::uint8_t shade, const std::string& note = "") {
    dataset::Manifest manifest;
    manifest.origin = {{"source", "test"}, {"note", note}};
    for (std::size_t i = 0; i < kFilms; ++i) {
      const imaging::picture::Picture picture{
          .width = 8,
          .height = 8,
          .samples = std::vector<std::uint8_t>(64, static_cast<std::uint8_t>(i / 40 + shade))};
      const auto object = home_->objects().put(*imaging::picture::to_png(picture));
      ASSERT_TRUE(object);
      manifest.items.push_back({.id = id(i),
                                .patient = "p" + std::to_string(i / 2),
                                .object = *object,
                                .media = "image/png",
                                .labels = {{"opacity", positive(i) ? "1" : "0"}},
                                .attributes = {},
                                .split = "test",
                                .pixels = std::nullopt});
    }
    auto change = storage::Transaction::begin(home_->database());
    ASSERT_TRUE(
        home_->catalogue().create(*change, {.name = name, .parent = {}, .note = note}, manifest));
    ASSERT_TRUE(change->commit());
  }

  // The row of a run that began at nine.
  std::int64_t add_row(const MadeRun& made, const std::string& state, const std::string& metrics,
                       const std::string& result, const std::string& ended) {
    EXPECT_TRUE(home_->database().execute(
        "INSERT INTO runs (study, kind, state, dataset, seed, parameters, system, metrics, result, "
        "started, ended) VALUES (?, 'train', ?, ?, ?, ?, '{\"threads\": 2}', ?, ?, "
        "'2026-11-24T09:00:00Z', ?)",
        {made.study, state, made.dataset, static_cast<std::int64_t>(made.seed), made.parameters,
         metrics, result, ended}));
    return home_->database().last_id();
  }

  report::PredictionTable predictions(const MadeRun& made, std::string& text) {
    Rng rng(made.seed);
    text = csv_line(
        std::vector<std::string>{"id", "patient", "split", "label", "score", "probability", "sex"});
    for (std::size_t i = 0; i < kFilms; ++i) {
      const double score = (positive(i) ? 1.5 : -1.5) + rng.normal(0.0, made.noise);
      text += csv_line(std::vector<std::string>{id(i), "p" + std::to_string(i / 2), "test",
                                                positive(i) ? "1" : "0", fixed(score, 6),
                                                fixed(1.0 / (1.0 + std::exp(-score)), 6),
                                                i < 4        ? "O"
                                                : i % 2 == 0 ? "F"
                                                             : "M"});
    }
    return *report::PredictionTable::parse(*CsvTable::parse(text, "predictions.csv"));
  }

  // A finished run with its files. Gives its name.
  std::string run(const MadeRun& made) {
    std::string text;
    const auto table = predictions(made, text);
    report::ReportOptions options{.finding = "opacity", .threshold = 0.4};
    options.gates = {{.name = "sensitivity",
                      .status = "inconclusive",
                      .value = 0.0,
                      .bound = 0.8,
                      .n = 40,
                      .sentence = "More films would decide."}};
    options.resamples = 100;
    NoProgress silent;
    auto evaluated = report::evaluate(table, options, silent);
    EXPECT_TRUE(evaluated) << evaluated.error().message;
    evaluated->options.gates[0].value = evaluated->metrics.sensitivity.value;
    const Json metrics{{"test", report::to_json(evaluated->metrics)}};
    const auto number = add_row(made, "done", dump_json(metrics),
                                R"({"model": "chest-opacity", "version": 1, "seconds": 61.5})",
                                "2026-11-24T10:00:00Z");
    const auto folder = run_folder(*home_, number);
    EXPECT_TRUE(write_file(folder / "predictions.csv", text));
    EXPECT_TRUE(write_file(folder / "report.json", pretty_json(report::to_json(*evaluated))));
    EXPECT_TRUE(write_file(folder / "report.html", "<!doctype html>"));
    EXPECT_TRUE(write_file(
        folder / "epochs.jsonl",
        R"({"epoch": 1, "loss": 0.7, "validation": {"auroc": 0.8, "auprc": 0.6, "loss": 0.65}})"
        "\n"
        R"({"epoch": 2, "loss": 0.5, "validation": {"auroc": 0.9, "auprc": 0.7, "loss": 0.55}})"
        "\n"));
    return "r" + std::to_string(number);
  }

  RunRow row(const std::string& name) {
    const auto rows = oversight_->runs();
    EXPECT_TRUE(rows);
    const auto found = std::ranges::find(*rows, name, &RunRow::name);
    EXPECT_NE(found, rows->end());
    return found == rows->end() ? RunRow{} : *found;
  }
  RunDetail detail(const std::string& name) {
    auto found = oversight_->run(name);
    EXPECT_TRUE(found) << found.error().message;
    return found ? *std::move(found) : RunDetail{};
  }

  TemporaryFolder folder_;
  FixedClock clock_{std::chrono::sys_days(std::chrono::year(2026) / 11 / 24) + hours(11)};
  std::unique_ptr<Home> home_;
  std::unique_ptr<Oversight> oversight_;
};

TEST_F(Runs, HaveTheirNumbersAndTheirDifferenceToTheModelInProduction) {
  const auto champion = run({.noise = 2.0, .seed = 1});
  const auto better = run({.noise = 1.0, .seed = 2});
  test::serve_model(*home_, {.registered_because = "run " + champion});

  const auto first = row(champion);
  EXPECT_EQ(first.study, "chest-opacity");
  EXPECT_EQ(first.state, "done");
  EXPECT_THAT(first.dataset, StartsWith("chest@"));
  EXPECT_EQ(first.dataset, "chest@" + first.dataset_digest.substr(0, 8));
  EXPECT_EQ(first.seconds, 61.5);
  EXPECT_EQ(first.model, "chest-opacity@1");
  EXPECT_EQ(first.revision, "0.4+abc");
  EXPECT_TRUE(first.auroc.has_interval());
  EXPECT_FALSE(first.difference.estimable());
  EXPECT_THAT(first.difference.reason, HasSubstr("in production"));

  const auto second = row(better);
  EXPECT_EQ(second.compared_with, "chest-opacity@1");
  ASSERT_TRUE(second.difference.has_interval());
  EXPECT_NEAR(second.difference.value, second.auroc.value - first.auroc.value, 1e-9);
  EXPECT_EQ(second.difference.n, kFilms);
  // Newest first.
  EXPECT_EQ(oversight_->runs()->front().name, better);
  const Json document = to_json(second);
  for (const char* key : {"name", "study", "kind", "state", "dataset", "seed", "metric",
                          "difference", "started", "ended", "seconds", "model", "revision"}) {
    EXPECT_TRUE(document.contains(key)) << key;
  }
  EXPECT_EQ(document["metric"]["name"], "AUROC");
  EXPECT_TRUE(to_json(first)["difference"].is_null());
}

// The interval is DeLong's of the same films in one order, whatever the order of the file.
TEST_F(Runs, AreComparedFilmByFilm) {
  const auto a = run({.noise = 1.0, .seed = 2});
  const auto b = run({.noise = 2.0, .seed = 1});
  std::string text;
  const auto one = predictions({.noise = 1.0, .seed = 2}, text);
  const auto other = predictions({.noise = 2.0, .seed = 1}, text);
  std::vector<std::uint8_t> labels;
  for (const auto& label : one.labels) {
    labels.push_back(*label ? 1 : 0);
  }
  const auto patients = evaluate::metrics::group_numbers(one.patients);
  const auto expected = evaluate::metrics::compare_paired(
      {.scores = one.scores, .labels = labels, .groups = patients}, other.scores);
  ASSERT_TRUE(expected);

  const auto compared = oversight_->compare(a, b);
  ASSERT_TRUE(compared) << compared.error().message;
  EXPECT_EQ(compared->unpaired_why, "");
  ASSERT_FALSE(compared->metrics.empty());
  const auto& auroc = compared->metrics.front();
  EXPECT_EQ(auroc.name, "AUROC");
  EXPECT_TRUE(auroc.paired);
  EXPECT_DOUBLE_EQ(auroc.difference.value, expected->difference.value);
  EXPECT_DOUBLE_EQ(auroc.difference.lower, expected->difference.lower);
  for (const auto& metric : compared->metrics) {
    if (metric.name.starts_with("Calibration error")) {
      EXPECT_FALSE(metric.paired);
      EXPECT_FALSE(metric.difference.reason.empty());
      continue;
    }
    EXPECT_TRUE(metric.paired) << metric.name;
    EXPECT_NEAR(metric.difference.value, metric.a.value - metric.b.value, 1e-9) << metric.name;
    EXPECT_LE(metric.difference.lower, metric.difference.value) << metric.name;
    EXPECT_GE(metric.difference.upper, metric.difference.value) << metric.name;
  }
  EXPECT_THAT(compared->roc_a.front(), ElementsAre(0.0, 0.0));
  EXPECT_THAT(compared->roc_b.back(), ElementsAre(1.0, 1.0));
  EXPECT_EQ(oversight_->compare(a, "r99").error().code, ErrorCode::NotFound);
}

TEST_F(Runs, SayWhereTheirStudiesDiffer) {
  const auto a = run({.seed = 1});
  const auto b = run({.seed = 2, .parameters = R"({"code": "0.4+abc", "study": {
      "finding": {"label": "opacity"}, "training": {"optimiser": {"batch": 64}, "extra": [1]}}})"});
  const auto compared = oversight_->compare(a, b);
  ASSERT_TRUE(compared);
  std::vector<std::string> keys;
  for (const auto& difference : compared->differs) {
    keys.push_back(difference.key);
  }
  EXPECT_THAT(keys, ElementsAre("seed", "study.gates.sensitivity_lower", "study.training.extra",
                                "study.training.optimiser.batch"));
  const Json document = to_json(*compared);
  EXPECT_EQ(document["differs"][3],
            (Json{{"key", "study.training.optimiser.batch"}, {"a", 32}, {"b", 64}}));
  EXPECT_TRUE(document["differs"][2]["a"].is_null());
  EXPECT_EQ(document["differs"][2]["b"], Json::array({1}));
}

TEST_F(Runs, AreNotComparedOnFilmsThatOnlyShareTheirIds) {
  make_dataset("elsewhere", 100);             // the same ids, other bytes
  make_dataset("chest", 0, "a second look");  // another version, the same bytes
  const auto a = run({.seed = 1});
  const auto elsewhere = run({.seed = 2, .dataset = "elsewhere@v1"});
  const auto again = run({.seed = 3, .dataset = "chest@v2"});
  const auto other = oversight_->compare(a, elsewhere);
  ASSERT_TRUE(other);
  EXPECT_THAT(other->unpaired_why, HasSubstr("different films"));
  EXPECT_FALSE(other->metrics.front().paired);
  EXPECT_TRUE(other->metrics.front().a.estimable());
  EXPECT_TRUE(to_json(*other)["metrics"][0]["difference"].is_null());
  const auto same = oversight_->compare(a, again);
  ASSERT_TRUE(same);
  EXPECT_EQ(same->unpaired_why, "");
  const auto gone = run({.seed = 4, .dataset = "unheard-of@v1"});
  EXPECT_FALSE(oversight_->compare(a, gone)->unpaired_why.empty());
}

TEST_F(Runs, ShowTheirCurvesGroupsAndGates) {
  const auto name = run({.noise = 2.0});
  const auto page = detail(name);
  EXPECT_EQ(page.why, "");
  EXPECT_THAT(page.roc.points.front(), ElementsAre(0.0, 0.0));
  EXPECT_THAT(page.roc.points.back(), ElementsAre(1.0, 1.0));
  EXPECT_TRUE(std::ranges::is_sorted(page.roc.points));
  EXPECT_EQ(page.roc.n, kFilms);
  EXPECT_EQ(page.roc.positive, 40U);
  EXPECT_EQ(page.roc.tpr.n, 40U);
  EXPECT_EQ(page.roc.fpr.n, 80U);
  EXPECT_LT(page.roc.fpr.lower, page.roc.fpr.value);
  EXPECT_GT(page.roc.fpr.upper, page.roc.fpr.value);

  std::size_t in_bins = 0;
  for (const auto& bin : page.reliability.bins) {
    in_bins += bin.observed.n;
    EXPECT_LE(bin.observed.lower, bin.observed.value);
    EXPECT_LT(bin.observed.lower, bin.observed.upper);
  }
  EXPECT_EQ(in_bins, kFilms);

  ASSERT_THAT(page.subgroups.rows, SizeIs(3));  // women, men, and four films of other sex
  EXPECT_EQ(page.subgroups.floor, 0.8);
  const auto few = std::ranges::find(page.subgroups.rows, "other sex", &SubgroupRow::group);
  ASSERT_NE(few, page.subgroups.rows.end());
  EXPECT_EQ(few->n, 4U);
  EXPECT_FALSE(few->value.estimable());
  EXPECT_EQ(few->value.reason, "too few to say");
  EXPECT_TRUE(std::ranges::any_of(page.subgroups.rows, [](const SubgroupRow& group) {
    return group.group == "women" && group.value.has_interval();
  }));

  ASSERT_THAT(page.gates, SizeIs(1));
  EXPECT_EQ(page.gates[0].verdict, "inconclusive");
  EXPECT_EQ(page.gates[0].limit, "≥ 0.80");
  EXPECT_TRUE(page.gates[0].value.has_interval());

  ASSERT_THAT(page.curve, SizeIs(2));
  EXPECT_EQ(page.curve[1].epoch, 2);
  EXPECT_EQ(page.curve[1].validation_auroc, 0.9);
  EXPECT_EQ(page.numbers.front().name, "AUROC");
  EXPECT_TRUE(std::ranges::any_of(page.numbers, [](const NamedNumber& number) {
    return number.name == "Sensitivity at 0.40";
  }));
  EXPECT_TRUE(page.has_report);
  EXPECT_TRUE(oversight_->run_report(name));
}

TEST_F(Runs, ShowTheFilmsTheyWereMostWrongAbout) {
  const auto name = run({.noise = 2.5});
  const auto page = detail(name);
  ASSERT_THAT(page.worst, SizeIs(6));
  for (const auto& film : page.worst) {
    EXPECT_EQ(film.positive, film.probability < 0.4) << film.item;
    EXPECT_EQ(film.media, "image/png");
    EXPECT_NE(film.object, crypto::Digest{});
  }
  const auto picture = oversight_->worst_picture(name, 1);
  ASSERT_TRUE(picture) << picture.error().message;
  EXPECT_THAT(*picture, StartsWith("\x89PNG"));
  EXPECT_EQ(oversight_->worst_picture(name, 0).error().code, ErrorCode::NotFound);
  EXPECT_EQ(oversight_->worst_picture(name, 7).error().code, ErrorCode::NotFound);
  EXPECT_EQ(to_json(page)["worst"][5]["thumbnail"], "/api/runs/" + name + "/worst/6");
}

TEST_F(Runs, KeepTheirRowsWithoutFiles) {
  const auto done = run({});
  const auto gone = run({.seed = 2});
  std::filesystem::remove_all(run_folder(*home_, 2));
  const auto failed = "r" + std::to_string(add_row({.seed = 3}, "failed", "",
                                                   R"({"code": "NotFound", "message": "no disk"})",
                                                   "2026-11-24T09:00:30Z"));
  const auto running = "r" + std::to_string(add_row({.seed = 4}, "running", "", "", ""));
  test::serve_model(*home_, {.registered_because = "run " + done});
  EXPECT_TRUE(row(gone).auroc.estimable());
  EXPECT_FALSE(row(gone).difference.estimable());
  EXPECT_FALSE(row(gone).difference.reason.empty());
  EXPECT_FALSE(detail(gone).why.empty());
  EXPECT_FALSE(detail(gone).has_report);
  EXPECT_EQ(oversight_->run_report(gone).error().code, ErrorCode::NotFound);
  EXPECT_EQ(row(failed).error, "no disk");
  EXPECT_EQ(row(failed).seconds, 30.0);
  EXPECT_EQ(row(failed).model, "");
  EXPECT_EQ(row(running).seconds, 2.0 * 3600);
  EXPECT_THAT(detail(running).why, HasSubstr("running"));
  EXPECT_TRUE(to_json(detail(running))["roc"]["operating"].is_null());
  EXPECT_EQ(oversight_->run("r77").error().code, ErrorCode::NotFound);
}

TEST_F(Runs, RefuseAReportThatIsNone) {
  const auto name = run({});
  const auto path = run_folder(*home_, 1) / "report.json";
  for (const char* text : {"", "[]", R"({"format": "else"})"}) {
    ASSERT_TRUE(write_file(path, text));
    EXPECT_FALSE(detail(name).why.empty()) << text;
  }
  // Whatever a member holds, the page stands.
  ASSERT_TRUE(write_file(path, R"({"format": "osler-report/1", "metrics": 3, "subgroups": [1],
      "gates": {"a": 1}, "calibration": {"bins": [{"n": 1, "positives": 2}, 7]}, "split": 1})"));
  const auto page = detail(name);
  EXPECT_THAT(page.numbers, IsEmpty());
  EXPECT_THAT(page.reliability.bins, IsEmpty());
  EXPECT_THAT(page.gates, IsEmpty());
}

TEST_F(Runs, LeadFromFilmsToTheFinding) {
  const auto name = run({});
  test::serve_model(*home_, {.registered_because = "run " + name});
  const auto kinds = [](const std::vector<Origin>& lineage) {
    std::vector<std::string> list;
    for (const auto& origin : lineage) {
      list.push_back(origin.kind);
    }
    return list;
  };
  const auto of_run = detail(name).lineage;
  ASSERT_THAT(kinds(of_run), ElementsAre("films", "dataset", "run", "package", "stage"));
  EXPECT_EQ(of_run[0].label, "120 films of 60 patients");
  EXPECT_EQ(of_run[1].label, "chest@v1");
  EXPECT_EQ(of_run[1].digest, row(name).dataset_digest);
  EXPECT_EQ(of_run[2].href, "/runs/" + name);
  EXPECT_EQ(of_run[3].label, "chest-opacity@1");
  EXPECT_EQ(of_run[3].href, "/oversight/chest-opacity/1");
  EXPECT_THAT(of_run[3].digest, SizeIs(64));
  EXPECT_EQ(of_run[4].label, "production since 24 Nov 2026");

  test::take_in_films(*home_, test::phantom_films(folder_.path() / "films", 2));
  ASSERT_TRUE(home_->database().execute(
      "INSERT INTO results (study, sop_instance_uid, original, model, version, digest, shown, "
      "state, reason, label, code, tier, warnings, queued_ms) SELECT number, 'x', (SELECT "
      "min(digest) FROM originals), 'chest-opacity', 1, 'd', 1, 'scored', '', 'Opacity', '', '', "
      "'', 1 FROM studies LIMIT 1"));
  const auto of_finding = oversight_->lineage_of_finding(home_->database().last_id());
  ASSERT_TRUE(of_finding) << of_finding.error().message;
  ASSERT_THAT(kinds(*of_finding),
              ElementsAre("films", "dataset", "run", "package", "stage", "finding"));
  EXPECT_THAT(of_finding->back().label, HasSubstr("Opacity"));
  EXPECT_EQ(oversight_->lineage_of_finding(999).error().code, ErrorCode::NotFound);
}

TEST_F(Runs, StandBehindTheModelsTheyMade) {
  const auto name = run({.noise = 2.0});
  test::serve_model(*home_, {.registered_because = "run " + name});
  const auto rows = oversight_->models();
  ASSERT_TRUE(rows);
  const auto& model = rows->front();
  EXPECT_EQ(model.run, name);
  EXPECT_EQ(model.last_validation, "2026-11-24");
  ASSERT_TRUE(model.gap) << model.gap_why;
  EXPECT_EQ(model.gap->attribute, "sex");
  EXPECT_TRUE(model.gap->group == "women" || model.gap->group == "men");
  EXPECT_EQ(model.gap->points, std::lround(100.0 * model.gap->difference.value));
  EXPECT_GE(model.gap->n, 10U);
  const auto page = oversight_->model(model.model);
  ASSERT_TRUE(page);
  EXPECT_THAT(page->subgroups.rows, SizeIs(3));
  EXPECT_TRUE(page->has_report);
  EXPECT_EQ(to_json(*page)["report"], "/api/models/chest-opacity/1/report");
  EXPECT_EQ(*oversight_->model_report(model.model), *oversight_->run_report(name));
}

}  // namespace
}  // namespace osler::workflow::oversight
