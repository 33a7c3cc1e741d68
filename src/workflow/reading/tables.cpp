#include "workflow/reading/internal/tables.h"

#include <array>

namespace osler::workflow::reading::internal {
namespace {

using storage::database::Migration;

// results: what each model said of each film, and the queue of what is still to be said. One film
// and one model version have one row, so a film that comes twice is scored once.
constexpr const char* kResults = R"sql(
CREATE TABLE results (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  study INTEGER NOT NULL REFERENCES studies (number),
  sop_instance_uid TEXT NOT NULL,
  original TEXT NOT NULL REFERENCES originals (digest),
  model TEXT NOT NULL,
  version INTEGER NOT NULL,
  digest TEXT NOT NULL,
  shown INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  label TEXT NOT NULL,
  code TEXT NOT NULL,
  probability REAL,
  lower REAL,
  upper REAL,
  threshold REAL,
  positive INTEGER,
  tier TEXT NOT NULL,
  similar_n INTEGER,
  similar_positive INTEGER,
  warnings TEXT NOT NULL,
  novelty REAL,
  map TEXT,
  features BLOB,
  queued_ms INTEGER NOT NULL,
  scored_ms INTEGER,
  UNIQUE (sop_instance_uid, model, version)
) STRICT;
CREATE INDEX results_study ON results (study);
CREATE INDEX results_queue ON results (queued_ms) WHERE state = 'queued';
CREATE INDEX results_model ON results (model, version, queued_ms);
)sql";

// decisions, first_reads, acknowledgements, problems: what people said. Only ever added to; the
// newest of a finding counts, and each keeps what was in front of the reader then.
constexpr const char* kAnswers = R"sql(
CREATE TABLE decisions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  result INTEGER NOT NULL REFERENCES results (id),
  study INTEGER NOT NULL REFERENCES studies (number),
  decision TEXT NOT NULL,
  override INTEGER NOT NULL,
  reason TEXT NOT NULL,
  note TEXT NOT NULL,
  person TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  digest TEXT NOT NULL,
  state TEXT NOT NULL,
  tier TEXT NOT NULL,
  probability REAL,
  threshold REAL,
  shown TEXT NOT NULL,
  seconds REAL
) STRICT;
CREATE INDEX decisions_result ON decisions (result, id);
CREATE INDEX decisions_study ON decisions (study);
CREATE TABLE first_reads (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  study INTEGER NOT NULL REFERENCES studies (number),
  person TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX first_reads_study ON first_reads (study, id);
CREATE TABLE acknowledgements (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  study INTEGER NOT NULL REFERENCES studies (number),
  person TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE problems (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  study INTEGER NOT NULL REFERENCES studies (number),
  result INTEGER REFERENCES results (id),
  person TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  text TEXT NOT NULL
) STRICT;
)sql";

// pauses: one row from the asking to the end. What has not happened is null.
constexpr const char* kPauses = R"sql(
CREATE TABLE pauses (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  model TEXT NOT NULL,
  version INTEGER NOT NULL,
  reason TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_ms INTEGER NOT NULL,
  confirmed_by TEXT,
  confirmed_ms INTEGER,
  withdrawn_ms INTEGER,
  resume_reason TEXT,
  resume_asked_by TEXT,
  resume_asked_ms INTEGER,
  resumed_by TEXT,
  resumed_ms INTEGER
) STRICT;
CREATE INDEX pauses_model ON pauses (model, version, id);
)sql";

constexpr std::array kSchema{
    Migration{"reading/1-results", kResults},
    Migration{"reading/2-answers", kAnswers},
    Migration{"reading/3-pauses", kPauses},
};

}  // namespace

Result<void> migrate(storage::Database& database) {
  return database.migrate(kSchema);
}

}  // namespace osler::workflow::reading::internal
