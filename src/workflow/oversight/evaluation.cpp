#include "workflow/oversight/internal/evaluation.h"

#include <algorithm>
#include <map>
#include <utility>

#include "evaluate/metrics/confusion.h"
#include "evaluate/metrics/curves.h"
#include "evaluate/report/report.h"

namespace osler::workflow::oversight::internal {
namespace {

namespace metrics = evaluate::metrics;
using Point = std::array<double, 2>;

Point point_of(const metrics::CurvePoint& point) {
  return {1.0 - point.specificity, point.sensitivity};
}

// Whether b lies on the way from a to c, both steps in one direction of the axes.
bool straight(const metrics::CurvePoint& a, const metrics::CurvePoint& b,
              const metrics::CurvePoint& c) {
  return (a.tp == b.tp && b.tp == c.tp) || (a.fp == b.fp && b.fp == c.fp);
}

Result<Roc> roc_of(const TestFilms& films, double threshold) {
  Roc roc;
  roc.n = films.ids.size();
  roc.positive = films.by_score().positives();
  if (roc.n == 0) {
    return roc;
  }
  OSLER_TRY(const auto rates, metrics::rates_at(films.by_probability(), threshold));
  roc.tpr = rates.sensitivity;
  roc.fpr = {.value = 1.0 - rates.specificity.value,
             .lower = 1.0 - rates.specificity.upper,
             .upper = 1.0 - rates.specificity.lower,
             .n = rates.specificity.n,
             .reason = rates.specificity.reason};
  if (roc.positive != 0 && roc.positive != roc.n) {
    OSLER_TRY(roc.points, roc_points(films));
  }
  return roc;
}

// The stored bytes of each film, where the data set still has it.
void add_objects(Home& home, const std::string& dataset, std::vector<WorstFilm>& worst) {
  const auto version = home.catalogue().find(dataset);
  if (!version) {
    return;
  }
  const auto manifest = home.catalogue().manifest(*version);
  if (!manifest) {
    return;
  }
  for (const auto& item : manifest->items) {
    const auto film = std::ranges::find(worst, item.id, &WorstFilm::item);
    if (film != worst.end()) {
      film->media = item.media;
      film->object = item.object;
    }
  }
}

std::vector<WorstFilm> worst_of(const evaluate::report::PredictionTable& table,
                                const ReportFacts& report) {
  const auto ids = evaluate::report::worst_ids(table, report.split, report.threshold, kWorst);
  std::vector<WorstFilm> worst;
  for (const auto& id : ids) {
    const auto row = static_cast<std::size_t>(std::ranges::find(table.ids, id) - table.ids.begin());
    worst.push_back({.item = id,
                     .positive = table.labels[row].value_or(false),
                     .probability = table.probabilities[row],
                     .media = {},
                     .object = {}});
  }
  return worst;
}

}  // namespace

Result<std::vector<Point>> roc_points(const TestFilms& films) {
  OSLER_TRY(const auto curve, metrics::curve(films.by_score()));
  std::vector<Point> corners;
  for (std::size_t i = 0; i < curve.size(); ++i) {
    const bool inside = i > 0 && i + 1 < curve.size();
    if (!inside || !straight(curve[i - 1], curve[i], curve[i + 1])) {
      corners.push_back(point_of(curve[i]));
    }
  }
  if (corners.size() <= kMostPoints) {
    return corners;
  }
  std::vector<Point> points;
  for (std::size_t i = 0; i < kMostPoints; ++i) {
    points.push_back(corners[i * (corners.size() - 1) / (kMostPoints - 1)]);
  }
  return points;
}

Result<Evaluation> EvaluationShelf::find(Home& home, const Run& run, const ReportFacts& report) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = by_run_.find(run.number); known != by_run_.end()) {
      return known->second;
    }
  }
  OSLER_TRY(const auto table, read_predictions(run_folder(home, run.number)));
  Evaluation evaluation;
  OSLER_TRY(evaluation.roc, roc_of(test_films_of(table, report.split), report.threshold));
  evaluation.worst = worst_of(table, report);
  add_objects(home, run.dataset, evaluation.worst);
  const std::lock_guard lock(mutex_);
  if (by_run_.size() >= kKept) {
    by_run_.clear();
  }
  return by_run_.insert_or_assign(run.number, std::move(evaluation)).first->second;
}

}  // namespace osler::workflow::oversight::internal
