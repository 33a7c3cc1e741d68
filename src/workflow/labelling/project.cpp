#include "workflow/labelling/project.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "workflow/labelling/internal/board.h"
#include "workflow/labelling/internal/tables.h"

namespace osler::workflow::labelling {
namespace {

constexpr const char* kColumns =
    "SELECT id, name, dataset, version, findings, boxes, first_reader, second_reader, adjudicator, "
    "films, seed, created_ms, closed_ms, result FROM labelling_projects ";

Result<Project> read_project(const storage::Statement& row) {
  Project project;
  project.id = row.integer(0);
  project.name = row.text(1);
  project.dataset = row.text(2);
  OSLER_TRY(project.version, row.digest(3));
  OSLER_TRY(const Json findings, parse_json(row.text(4), "labelling_projects"));
  for (const auto& finding : findings) {
    OSLER_TRY(std::string code, json_string(finding, "code"));
    OSLER_TRY(std::string label, json_string(finding, "label"));
    project.findings.push_back({.code = std::move(code), .label = std::move(label)});
  }
  project.boxes = row.integer(5) != 0;
  project.readers = {row.text(6), row.text(7)};
  project.adjudicator = row.text(8);
  project.films = static_cast<std::size_t>(row.integer(9));
  project.seed = static_cast<std::uint32_t>(row.integer(10));
  project.created_ms = row.integer(11);
  project.closed_ms = row.integer(12);
  project.result = row.text(13);
  return project;
}

Role role_of(const Project& project, const std::string& person) {
  const auto seat = internal::seat_of(project, person);
  if (!seat) {
    return Role::None;
  }
  return *seat == internal::kAdjudicator ? Role::Adjudicator : Role::Reader;
}

Result<std::size_t> films_answered_by(Home& home, const Project& project,
                                      const std::string& person) {
  OSLER_TRY(const auto count,
            home.database().integer("SELECT count(DISTINCT number) FROM labelling_answers "
                                    "WHERE project = ? AND person = ?",
                                    {project.id, person}));
  return static_cast<std::size_t>(count.value_or(0));
}

// What is told to those who may see both readers' answers, and to nobody else.
Result<void> count_disputes(Home& home, Project& project) {
  OSLER_TRY(const auto films, internal::load_board(home, project));
  std::size_t disputes = 0;
  std::size_t settled = 0;
  std::size_t waiting = 0;
  for (const auto& film : films) {
    const auto open = film.standing_so(project, internal::Standing::Disputed).size();
    disputes += open;
    waiting += open > 0 ? 1U : 0U;
    settled += open == 0 && !film.given[internal::kAdjudicator].empty() ? 1U : 0U;
  }
  project.disagreements = disputes;
  if (project.role == Role::Adjudicator) {
    project.done = settled;
    project.left = waiting;
  }
  return {};
}

Result<void> count(Home& home, Project& project, const Viewer& who) {
  project.role = role_of(project, who.person.name);
  for (const auto& reader : project.readers) {
    OSLER_TRY(const auto answered, films_answered_by(home, project, reader));
    project.answered += answered;
    if (reader == who.person.name) {
      project.done = answered;
      project.left = project.films - answered;
    }
  }
  if (sees_both_readers(project, who)) {
    OSLER_TRY_DO(count_disputes(home, project));
  }
  if (!project.is_open()) {
    project.left = 0;
  }
  return {};
}

}  // namespace

Result<void> prepare(Home& home) {
  return internal::migrate(home.database());
}

std::string_view to_string(Role role) {
  constexpr std::array<std::string_view, 3> kWords{"", "reader", "adjudicator"};
  return kWords.at(static_cast<std::size_t>(role));
}

bool sees_both_readers(const Project& project, const Viewer& who) {
  const Role role = role_of(project, who.person.name);
  if (!project.is_open()) {
    return role != Role::None || who.manages;
  }
  return role == Role::Adjudicator || (who.manages && role != Role::Reader);
}

Result<std::vector<Project>> list(Home& home, const Viewer& who) {
  std::vector<Project> projects;
  {
    OSLER_TRY(auto rows, home.database().prepare(
                             std::string(kColumns) +
                                 "WHERE ?1 OR ?2 IN (first_reader, second_reader, adjudicator) "
                                 "ORDER BY id DESC",
                             {who.manages, who.person.name}));
    while (true) {
      OSLER_TRY(const bool found, rows.step());
      if (!found) {
        break;
      }
      OSLER_TRY(Project project, read_project(rows));
      projects.push_back(std::move(project));
    }
  }
  for (auto& project : projects) {
    OSLER_TRY_DO(count(home, project, who));
  }
  return projects;
}

Result<Project> find(Home& home, std::int64_t id, const Viewer& who) {
  Project project;
  {
    OSLER_TRY(auto rows, home.database().prepare(std::string(kColumns) + "WHERE id = ?", {id}));
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return Error(ErrorCode::NotFound, "there is no labelling project l" + std::to_string(id))
          .hint("osler label list shows those there are");
    }
    OSLER_TRY(project, read_project(rows));
  }
  if (role_of(project, who.person.name) == Role::None && !who.manages) {
    return Error(ErrorCode::PermissionDenied, "you have no part in this labelling project")
        .hint("ask whoever manages it");
  }
  OSLER_TRY_DO(count(home, project, who));
  return project;
}

Result<std::int64_t> project_id(std::string_view text) {
  const auto id = text.starts_with('l') ? parse_integer(text.substr(1)) : std::nullopt;
  if (!id || *id < 1) {
    return Error(ErrorCode::NotFound, "there is no such labelling project")
        .hint("osler label list shows those there are");
  }
  return *id;
}

}  // namespace osler::workflow::labelling
