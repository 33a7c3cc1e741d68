#include "workflow/oversight/internal/test_films.h"

#include <algorithm>
#include <numeric>

#include "base/csv.h"
#include "base/file.h"

namespace osler::workflow::oversight::internal {

Result<evaluate::report::PredictionTable> read_predictions(
    const std::filesystem::path& run_folder) {
  OSLER_TRY(const std::string text, read_text(run_folder / "predictions.csv"));
  OSLER_TRY(const auto csv, CsvTable::parse(text, "predictions.csv"));
  return evaluate::report::PredictionTable::parse(csv);
}

TestFilms test_films_of(const evaluate::report::PredictionTable& table, const std::string& split) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    if (table.labels[i] && table.splits[i] == split) {
      rows.push_back(i);
    }
  }
  std::ranges::sort(rows, {},
                    [&](std::size_t row) -> const std::string& { return table.ids[row]; });
  TestFilms films;
  std::vector<std::string> patients;
  for (const std::size_t row : rows) {
    films.ids.push_back(table.ids[row]);
    films.labels.push_back(*table.labels[row] ? 1 : 0);
    films.scores.push_back(table.scores[row]);
    films.probabilities.push_back(table.probabilities[row]);
    patients.push_back(table.patients[row].empty() ? table.ids[row] : table.patients[row]);
  }
  films.patients = evaluate::metrics::group_numbers(patients);
  return films;
}

Result<std::shared_ptr<const TestFilms>> FilmShelf::find(const Home& home, const Run& run,
                                                         const std::string& split) {
  {
    const std::lock_guard lock(mutex_);
    const auto known =
        std::ranges::find(newest_first_, run.number, &decltype(newest_first_)::value_type::first);
    if (known != newest_first_.end()) {
      std::rotate(newest_first_.begin(), known, known + 1);
      return newest_first_.front().second;
    }
  }
  OSLER_TRY(const auto table, read_predictions(run_folder(home, run.number)));
  auto films = std::make_shared<const TestFilms>(test_films_of(table, split));
  const std::lock_guard lock(mutex_);
  newest_first_.emplace(newest_first_.begin(), run.number, films);
  newest_first_.resize(std::min(newest_first_.size(), kKept));
  return films;
}

}  // namespace osler::workflow::oversight::internal
