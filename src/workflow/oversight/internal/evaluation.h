#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "workflow/oversight/internal/report_facts.h"
#include "workflow/oversight/internal/test_films.h"
#include "workflow/oversight/runs.h"

namespace osler::workflow::oversight::internal {

inline constexpr std::size_t kWorst = 6;
inline constexpr std::size_t kMostPoints = 500;

// What a run's page says of its films.
struct Evaluation {
  Roc roc;
  std::vector<WorstFilm> worst;
};

// At most kMostPoints of them, without those in the middle of a straight line.
// FailedPrecondition: one class only.
[[nodiscard]] Result<std::vector<std::array<double, 2>>> roc_points(const TestFilms& films);

// Of finished runs, worked out once. Callable from several threads.
class EvaluationShelf {
 public:
  // Errors as read_predictions.
  [[nodiscard]] Result<Evaluation> find(Home& home, const Run& run, const ReportFacts& report);

 private:
  static constexpr std::size_t kKept = 64;
  std::mutex mutex_;
  std::map<std::int64_t, Evaluation> by_run_;
};

}  // namespace osler::workflow::oversight::internal
