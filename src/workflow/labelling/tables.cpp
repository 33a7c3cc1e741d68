#include "workflow/labelling/internal/tables.h"

#include <array>
#include <utility>

namespace osler::workflow::labelling::internal {
namespace {

using storage::database::Migration;

// labelling_projects: one row a project; only its end is written later. labelling_items: the films
// drawn, each with its place in either reader's order.
constexpr const char* kProjects = R"sql(
CREATE TABLE labelling_projects (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  dataset TEXT NOT NULL,
  version TEXT NOT NULL,
  findings TEXT NOT NULL,
  boxes INTEGER NOT NULL,
  first_reader TEXT NOT NULL,
  second_reader TEXT NOT NULL,
  adjudicator TEXT NOT NULL,
  films INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  closed_by TEXT,
  closed_ms INTEGER,
  result TEXT
) STRICT;
CREATE TABLE labelling_items (
  project INTEGER NOT NULL REFERENCES labelling_projects (id),
  number INTEGER NOT NULL,
  item TEXT NOT NULL,
  object TEXT NOT NULL,
  height INTEGER NOT NULL,
  width INTEGER NOT NULL,
  first_order INTEGER NOT NULL,
  second_order INTEGER NOT NULL,
  PRIMARY KEY (project, number),
  UNIQUE (project, item)
) STRICT;
)sql";

// What people said. Only ever added to; the newest of a person and finding counts.
constexpr const char* kAnswers = R"sql(
CREATE TABLE labelling_answers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project INTEGER NOT NULL,
  number INTEGER NOT NULL,
  finding TEXT NOT NULL,
  person TEXT NOT NULL,
  answer TEXT NOT NULL,
  x0 REAL,
  y0 REAL,
  x1 REAL,
  y1 REAL,
  seconds REAL,
  at_ms INTEGER NOT NULL,
  FOREIGN KEY (project, number) REFERENCES labelling_items (project, number)
) STRICT;
CREATE INDEX labelling_answers_item ON labelling_answers (project, number, person, id);
CREATE TRIGGER labelling_answers_stay BEFORE UPDATE ON labelling_answers
BEGIN SELECT RAISE(ABORT, 'an answer never changes'); END;
CREATE TRIGGER labelling_answers_remain BEFORE DELETE ON labelling_answers
BEGIN SELECT RAISE(ABORT, 'an answer is never removed'); END;
)sql";

constexpr std::array kSchema{
    Migration{"labelling/1-projects", kProjects},
    Migration{"labelling/2-answers", kAnswers},
};

}  // namespace

Result<void> migrate(storage::Database& database) {
  return database.migrate(kSchema);
}

Result<void> audit(Home& home, storage::Transaction& change, const char* action,
                   const reading::Person& person, std::map<std::string, std::string> facts) {
  facts.emplace("from", person.from);
  OSLER_TRY_DO(home.audit().append(
      change, {.actor = person.name, .action = action, .facts = std::move(facts)}));
  return {};
}

}  // namespace osler::workflow::labelling::internal
