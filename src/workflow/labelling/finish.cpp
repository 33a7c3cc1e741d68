#include "workflow/labelling/finish.h"

#include <unordered_map>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "workflow/labelling/internal/board.h"
#include "workflow/labelling/internal/tables.h"

namespace osler::workflow::labelling {
namespace {

using internal::Film;
using internal::Given;
using internal::kAdjudicator;
using internal::Standing;
using storage::Transaction;

// Readers are not told how many of the other's answers are missing, or differ.
Error unfinished(const Project& project, const Viewer& who, std::size_t count,
                 const std::string& what, const std::string& advice) {
  const bool tells = sees_both_readers(project, who);
  return Error(ErrorCode::FailedPrecondition,
               tells ? counted(static_cast<std::int64_t>(count), what) + " to go"
                     : "the project is not ready to be finished")
      .at(project.reference())
      .hint(tells ? advice : "whoever manages it sees what is missing");
}

Result<void> check_complete(const Project& project, const std::vector<Film>& films,
                            const Viewer& who, const FinishOptions& options) {
  std::size_t unanswered = 0;
  std::size_t disputed = 0;
  for (const auto& film : films) {
    unanswered += film.both_answered() ? 0U : 1U;
    disputed += film.standing_so(project, Standing::Disputed).size();
  }
  if (unanswered == films.size()) {
    return unfinished(project, who, unanswered, "film that both readers must answer",
                      "there is nothing to make a version of yet");
  }
  if (unanswered > 0 && !options.leave_out_unanswered) {
    return unfinished(project, who, unanswered, "film that both readers must answer",
                      "wait for the readers, or leave those films out");
  }
  if (disputed > 0) {
    return unfinished(project, who, disputed, "disagreement that the adjudicator must settle",
                      "osler label agreement lists them");
  }
  return {};
}

dataset::GivenLabel given_label(const Project& project, std::size_t seat, const Given& given) {
  dataset::GivenLabel label{
      .by = seat == kAdjudicator ? project.adjudicator : project.readers.at(seat),
      .role = std::string(to_string(seat == kAdjudicator ? Role::Adjudicator : Role::Reader)),
      .answer = std::string(to_string(given.answer)),
      .time = time_text(given.at_ms),
      .seconds = given.seconds,
      .box = {}};
  if (given.box) {
    label.box = {given.box->x0, given.box->y0, given.box->x1, given.box->y1};
  }
  return label;
}

// Gives the item its label and that label's history. Whether it has one: the adjudicator may be
// unsure.
bool label_item(const Project& project, const Film& film, const std::string& code,
                dataset::Item& item) {
  const bool adjudicated = film.standing(code) == Standing::Settled;
  const Answer settled = film.given.at(adjudicated ? kAdjudicator : 0).at(code).answer;
  dataset::LabelHistory history{.route = adjudicated ? "adjudicated" : "both readers", .given = {}};
  for (std::size_t seat = 0; seat < internal::kSeats; ++seat) {
    if (const auto given = film.given.at(seat).find(code); given != film.given.at(seat).end()) {
      history.given.push_back(given_label(project, seat, given->second));
    }
  }
  item.history[code] = std::move(history);
  item.labels.erase(code);
  if (settled == Answer::Unsure) {
    return false;
  }
  item.labels[code] = settled == Answer::Present ? "1" : "0";
  return true;
}

struct Labelled {
  dataset::Manifest manifest;
  std::size_t left_out = 0;
  std::size_t unsettled = 0;
};

Result<Labelled> label_films(Home& home, const Project& project, const std::vector<Film>& films) {
  OSLER_TRY(const auto source, home.catalogue().find(project.version.hex()));
  OSLER_TRY(auto manifest, home.catalogue().manifest(source));
  std::unordered_map<std::string, const Film*> drawn;
  for (const auto& film : films) {
    drawn.emplace(film.item, &film);
  }
  Labelled result;
  result.manifest.origin = std::move(manifest.origin);
  result.manifest.origin["dataset"] = project.version.hex();
  result.manifest.origin["labelling"] = project.reference();
  result.manifest.origin["labelling_seed"] = std::to_string(project.seed);
  for (auto& item : manifest.items) {
    const auto found = drawn.find(item.id);
    if (found == drawn.end()) {
      continue;
    }
    if (!found->second->both_answered()) {
      ++result.left_out;
      continue;
    }
    for (const auto& finding : project.findings) {
      result.unsettled += label_item(project, *found->second, finding.code, item) ? 0U : 1U;
    }
    result.manifest.items.push_back(std::move(item));
  }
  return result;
}

Result<void> close(Home& home, Transaction& change, const Project& project,
                   const dataset::Version& version, const Viewer& who, std::size_t left_out) {
  OSLER_TRY_DO(home.database().execute(
      "UPDATE labelling_projects SET closed_by = ?, closed_ms = ?, result = ? WHERE id = ?",
      {who.person.name, now_ms(home.clock()), version.digest, project.id}));
  OSLER_TRY_DO(
      internal::audit(home, change, "dataset.create", who.person,
                      {{"dataset", version.reference()}, {"digest", version.digest.hex()}}));
  return internal::audit(home, change, "labelling.finish", who.person,
                         {{"project", project.reference()},
                          {"digest", version.digest.hex()},
                          {"films", std::to_string(version.items)},
                          {"left_out", std::to_string(left_out)}});
}

}  // namespace

Result<Finished> finish(Home& home, std::int64_t id, const Viewer& who,
                        const FinishOptions& options) {
  OSLER_TRY(auto change, Transaction::begin(home.database()));
  OSLER_TRY(const Project project, find(home, id, who));
  if (!who.manages) {
    return Error(ErrorCode::PermissionDenied, "you may not end labelling projects");
  }
  if (!project.is_open()) {
    return Error(ErrorCode::FailedPrecondition, "this labelling project is closed already")
        .at(project.reference());
  }
  OSLER_TRY(const auto films, internal::load_board(home, project));
  OSLER_TRY_DO(check_complete(project, films, who, options));
  OSLER_TRY(const auto labelled, label_films(home, project, films));
  OSLER_TRY(auto created,
            home.catalogue().create(change,
                                    {.name = project.dataset.substr(0, project.dataset.find('@')),
                                     .parent = project.version,
                                     .note = "labelled in project " + project.name},
                                    labelled.manifest));
  OSLER_TRY_DO(close(home, change, project, created.version, who, labelled.left_out));
  OSLER_TRY_DO(change.commit());
  return Finished{.version = std::move(created.version),
                  .films = labelled.manifest.items.size(),
                  .left_out = labelled.left_out,
                  .unsettled = labelled.unsettled};
}

}  // namespace osler::workflow::labelling
