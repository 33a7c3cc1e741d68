#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "evaluate/metrics/cases.h"
#include "evaluate/report/predictions.h"
#include "workflow/home.h"
#include "workflow/oversight/internal/report_facts.h"
#include "workflow/runs.h"

namespace osler::workflow::oversight::internal {

// The labelled test films of a run with what its network said of them, by their ids.
struct TestFilms {
  std::vector<std::string> ids;
  std::vector<std::uint8_t> labels;
  std::vector<std::uint32_t> patients;
  std::vector<double> scores;
  std::vector<double> probabilities;

  // By the network's raw output, which has no ties of the score map's making.
  [[nodiscard]] evaluate::metrics::Cases by_score() const {
    return {.scores = scores, .labels = labels, .groups = patients};
  }
  [[nodiscard]] evaluate::metrics::Cases by_probability() const {
    return {.scores = probabilities, .labels = labels, .groups = patients};
  }
};

// predictions.csv of the run's folder. NotFound, DataCorrupt: as its reader says.
[[nodiscard]] Result<evaluate::report::PredictionTable> read_predictions(
    const std::filesystem::path& run_folder);
[[nodiscard]] TestFilms test_films_of(const evaluate::report::PredictionTable& table,
                                      const std::string& split);

// Keeps those that were asked for last. Callable from several threads.
class FilmShelf {
 public:
  // Of a run that is done. Errors as read_predictions.
  [[nodiscard]] Result<std::shared_ptr<const TestFilms>> find(const Home& home, const Run& run,
                                                              const std::string& split);

 private:
  static constexpr std::size_t kKept = 8;
  std::mutex mutex_;
  std::vector<std::pair<std::int64_t, std::shared_ptr<const TestFilms>>> newest_first_;
};

}  // namespace osler::workflow::oversight::internal
