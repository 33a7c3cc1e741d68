#include "workflow/labelling/agreement.h"

#include <utility>

#include "evaluate/metrics/agreement.h"
#include "workflow/labelling/internal/board.h"

namespace osler::workflow::labelling {
namespace {

using internal::Film;
using internal::Standing;

constexpr std::size_t kAnswers = 3;

// [first reader's answer][second reader's answer], in the order of Answer.
using Table = std::array<std::size_t, kAnswers * kAnswers>;

std::size_t at(const Table& table, Answer first, Answer second) {
  return table.at(static_cast<std::size_t>(first) * kAnswers + static_cast<std::size_t>(second));
}

Table table_of(const std::vector<Film>& films, const std::string& finding) {
  Table table{};
  for (const auto& film : films) {
    if (film.standing(finding) == Standing::Open) {
      continue;
    }
    const auto first = static_cast<std::size_t>(film.given[0].at(finding).answer);
    const auto second = static_cast<std::size_t>(film.given[1].at(finding).answer);
    ++table.at(first * kAnswers + second);
  }
  return table;
}

Result<FindingAgreement> agreement_on(const FindingName& finding, const Table& table) {
  FindingAgreement found{.finding = finding,
                         .kappa = {},
                         .kappa_with_unsure = {},
                         .both_present = at(table, Answer::Present, Answer::Present),
                         .only_first = at(table, Answer::Present, Answer::Absent),
                         .only_second = at(table, Answer::Absent, Answer::Present),
                         .both_absent = at(table, Answer::Absent, Answer::Absent)};
  for (const std::size_t count : table) {
    found.films += count;
  }
  const std::array<std::size_t, 4> sure{found.both_present, found.only_first, found.only_second,
                                        found.both_absent};
  found.unsure = found.films - sure[0] - sure[1] - sure[2] - sure[3];
  OSLER_TRY(found.kappa, evaluate::metrics::cohen_kappa(sure));
  OSLER_TRY(found.kappa_with_unsure, evaluate::metrics::cohen_kappa(table));
  return found;
}

std::vector<Disagreement> disagreements_on(const Project& project, const std::vector<Film>& films) {
  std::vector<Disagreement> list;
  for (const auto& film : films) {
    for (const auto& [code, label] : project.findings) {
      const Standing standing = film.standing(code);
      if (standing != Standing::Disputed && standing != Standing::Settled) {
        continue;
      }
      const std::size_t first = internal::shown_first(project, film.number);
      Disagreement one{.item = film.number,
                       .finding = code,
                       .answers = {film.given.at(first).at(code).answer,
                                   film.given.at(1 - first).at(code).answer},
                       .settled = {}};
      if (standing == Standing::Settled) {
        one.settled = film.given[internal::kAdjudicator].at(code).answer;
      }
      list.push_back(std::move(one));
    }
  }
  return list;
}

}  // namespace

Result<Agreement> agreement(Home& home, std::int64_t project, const Viewer& who) {
  OSLER_TRY(const Project found, find(home, project, who));
  if (!sees_both_readers(found, who)) {
    return Error(ErrorCode::PermissionDenied,
                 "a reader sees the agreement once the project is closed")
        .hint("until then readers stay blind to each other");
  }
  OSLER_TRY(const auto films, internal::load_board(home, found));
  Agreement result;
  for (const auto& finding : found.findings) {
    OSLER_TRY(auto one, agreement_on(finding, table_of(films, finding.code)));
    result.findings.push_back(std::move(one));
  }
  result.disagreements = disagreements_on(found, films);
  return result;
}

}  // namespace osler::workflow::labelling
