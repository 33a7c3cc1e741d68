#include "workflow/labelling/internal/board.h"

#include <utility>

#include "base/rng.h"

namespace osler::workflow::labelling::internal {
namespace {

constexpr const char* kFilmColumns =
    "SELECT number, item, object, height, width, first_order, second_order FROM labelling_items ";
constexpr const char* kAnswerColumns =
    "SELECT number, finding, person, answer, x0, y0, x1, y1, seconds, at_ms "
    "FROM labelling_answers ";

Result<Film> read_film(const storage::Statement& row) {
  Film film;
  film.number = row.integer(0);
  film.item = row.text(1);
  OSLER_TRY(film.object, row.digest(2));
  film.rows = static_cast<std::size_t>(row.integer(3));
  film.columns = static_cast<std::size_t>(row.integer(4));
  film.order = {static_cast<std::size_t>(row.integer(5)), static_cast<std::size_t>(row.integer(6))};
  return film;
}

Given read_given(const storage::Statement& row) {
  Given given{.answer = answer_from(row.text(3)).value_or(Answer::Unsure),
              .box = {},
              .seconds = {},
              .at_ms = row.integer(9)};
  if (!row.is_null(4)) {
    given.box =
        Box{.x0 = row.number(4), .y0 = row.number(5), .x1 = row.number(6), .y1 = row.number(7)};
  }
  if (!row.is_null(8)) {
    given.seconds = row.number(8);
  }
  return given;
}

// Answers oldest first, so that the newest stays. `films` are in the order of their numbers, and
// the first has the number `first`.
Result<void> read_answers(storage::Statement rows, const Project& project, std::int64_t first,
                          std::vector<Film>& films) {
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return {};
    }
    const auto seat = seat_of(project, rows.text(2));
    const auto index = static_cast<std::size_t>(rows.integer(0) - first);
    if (!seat || index >= films.size()) {
      return Error(ErrorCode::DataCorrupt, "an answer of nobody's, or to no film")
          .at(project.reference());
    }
    films[index].given.at(*seat).insert_or_assign(rows.text(1), read_given(rows));
  }
}

}  // namespace

std::optional<std::size_t> seat_of(const Project& project, const std::string& person) {
  if (person == project.readers[0]) {
    return 0;
  }
  if (person == project.readers[1]) {
    return 1;
  }
  return person == project.adjudicator ? std::optional(kAdjudicator) : std::nullopt;
}

Standing Film::standing(const std::string& finding) const {
  const auto first = given[0].find(finding);
  const auto second = given[1].find(finding);
  if (first == given[0].end() || second == given[1].end()) {
    return Standing::Open;
  }
  if (given[kAdjudicator].contains(finding)) {
    return Standing::Settled;
  }
  const bool same = first->second.answer == second->second.answer;
  return same && first->second.answer != Answer::Unsure ? Standing::Agreed : Standing::Disputed;
}

std::vector<std::string> Film::standing_so(const Project& project, Standing wanted) const {
  std::vector<std::string> codes;
  for (const auto& finding : project.findings) {
    if (standing(finding.code) == wanted) {
      codes.push_back(finding.code);
    }
  }
  return codes;
}

Result<std::vector<Film>> load_board(Home& home, const Project& project) {
  std::vector<Film> films;
  {
    OSLER_TRY(auto rows,
              home.database().prepare(
                  std::string(kFilmColumns) + "WHERE project = ? ORDER BY number", {project.id}));
    while (true) {
      OSLER_TRY(const bool found, rows.step());
      if (!found) {
        break;
      }
      OSLER_TRY(Film film, read_film(rows));
      films.push_back(std::move(film));
    }
  }
  OSLER_TRY(auto rows,
            home.database().prepare(std::string(kAnswerColumns) + "WHERE project = ? ORDER BY id",
                                    {project.id}));
  OSLER_TRY_DO(read_answers(std::move(rows), project, 1, films));
  return films;
}

Result<Film> load_film(Home& home, const Project& project, std::int64_t number) {
  std::vector<Film> films;
  {
    OSLER_TRY(auto rows, home.database().prepare(
                             std::string(kFilmColumns) + "WHERE project = ? AND number = ?",
                             {project.id, number}));
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return Error(ErrorCode::NotFound, "the project has no such film").at(project.reference());
    }
    OSLER_TRY(Film film, read_film(rows));
    films.push_back(std::move(film));
  }
  OSLER_TRY(auto rows, home.database().prepare(std::string(kAnswerColumns) +
                                                   "WHERE project = ? AND number = ? ORDER BY id",
                                               {project.id, number}));
  OSLER_TRY_DO(read_answers(std::move(rows), project, number, films));
  return std::move(films.front());
}

std::size_t shown_first(const Project& project, std::int64_t number) {
  return Rng::named(project.seed, "labelling/shown/" + std::to_string(number)).below(2);
}

}  // namespace osler::workflow::labelling::internal
