#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "workflow/oversight/internal/report_facts.h"
#include "workflow/oversight/internal/test_films.h"
#include "workflow/oversight/runs.h"

namespace osler::workflow::oversight::internal {

// Two runs' test films side by side, where they are the same films with the same labels.
struct Pair {
  std::shared_ptr<const TestFilms> a;
  std::shared_ptr<const TestFilms> b;
  std::string why;  // why they are not the same; empty: they are
};
// Ids alone do not make films the same: of two data sets the stored bytes must be, too.
[[nodiscard]] Result<Pair> pair_up(Home& home, FilmShelf& shelf, const Run& a,
                                   const ReportFacts& report_a, const Run& b,
                                   const ReportFacts& report_b);

// The AUROC of a less that of b: DeLong's paired interval, Obuchowski's where patients have several
// films.
[[nodiscard]] Result<Estimate> auroc_difference(const Pair& pair);

// The metrics of both reports with their differences: paired where the films are the same, the
// AUROC's as above, the others' by drawing patients; absent where there is no pair.
[[nodiscard]] Result<std::vector<MetricPair>> metric_pairs(const Pair& pair,
                                                           const ReportFacts& report_a,
                                                           const ReportFacts& report_b);

// Differences of finished runs, worked out once. Callable from several threads.
class DifferenceShelf {
 public:
  // The AUROC of a less that of b; not estimable, with the reason, where they are not paired.
  [[nodiscard]] Estimate find(Home& home, FilmShelf& films, ReportShelf& reports, const Run& a,
                              const Run& b);

 private:
  std::mutex mutex_;
  std::map<std::pair<std::int64_t, std::int64_t>, Estimate> known_;
};

// The names of report.json's metrics as people read them, in the order of pages.
struct MetricName {
  const char* key;
  const char* words;
};
[[nodiscard]] const std::vector<MetricName>& metric_names();

}  // namespace osler::workflow::oversight::internal
