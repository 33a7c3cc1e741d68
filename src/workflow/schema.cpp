#include "workflow/internal/schema.h"

#include <array>

namespace osler::workflow::internal {
namespace {

using storage::database::Migration;

// originals: identified, for care. Keyed by content: several revisions of one SOP instance may be
// kept, the first is the one that is read.
constexpr const char* kOriginals = R"sql(
CREATE TABLE originals (
  digest TEXT PRIMARY KEY,
  sop_instance_uid TEXT NOT NULL,
  revision INTEGER NOT NULL,
  study_instance_uid TEXT NOT NULL,
  series_instance_uid TEXT NOT NULL,
  patient_id TEXT NOT NULL,
  modality TEXT NOT NULL,
  body_part TEXT NOT NULL,
  view_position TEXT NOT NULL,
  row_spacing_mm REAL,
  column_spacing_mm REAL,
  manufacturer TEXT NOT NULL,
  kvp REAL,
  exposure_mas REAL,
  age_years REAL,
  patient_sex TEXT NOT NULL,
  study_date TEXT NOT NULL,
  quality TEXT NOT NULL,
  pixels TEXT,
  receipt TEXT NOT NULL,
  UNIQUE (sop_instance_uid, revision)
) STRICT;
CREATE INDEX originals_study ON originals (study_instance_uid);
CREATE INDEX originals_patient ON originals (patient_id);
CREATE INDEX originals_pixels ON originals (pixels);
)sql";

// research: de-identified copies. No column leads back to an original: only the pseudonym key does.
constexpr const char* kResearch = R"sql(
CREATE TABLE research (
  sop_instance_uid TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  study_instance_uid TEXT NOT NULL,
  series_instance_uid TEXT NOT NULL,
  patient TEXT NOT NULL,
  profile TEXT NOT NULL,
  attributes TEXT NOT NULL,
  quality TEXT NOT NULL,
  burned_in INTEGER NOT NULL,
  pixels TEXT
) STRICT;
CREATE INDEX research_study ON research (study_instance_uid);
)sql";

constexpr const char* kReceipts = R"sql(
CREATE TABLE receipts (
  id TEXT PRIMARY KEY,
  time TEXT NOT NULL,
  complete INTEGER NOT NULL
) STRICT;
CREATE TABLE receipt_items (
  receipt TEXT NOT NULL REFERENCES receipts (id),
  number INTEGER NOT NULL,
  path TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  kind TEXT NOT NULL,
  sop_instance_uid TEXT NOT NULL,
  digest TEXT,
  PRIMARY KEY (receipt, number)
) STRICT;
)sql";

constexpr const char* kRuns = R"sql(
CREATE TABLE runs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  study TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  dataset TEXT NOT NULL,
  seed INTEGER NOT NULL,
  parameters TEXT NOT NULL,
  system TEXT NOT NULL,
  metrics TEXT NOT NULL,
  result TEXT NOT NULL,
  started TEXT NOT NULL,
  ended TEXT NOT NULL
) STRICT;
)sql";

// studies: what the worklist shows, one row a study, identified; `number` is how other tables and
// the audit name it. Times are milliseconds since 1970. `listed` is 0 for what was taken in as
// history. `ai` and `result` are kept by whoever scores.
// arrivals: films that came in and have not been given to the models yet.
constexpr const char* kStudies = R"sql(
CREATE TABLE studies (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  study_instance_uid TEXT NOT NULL UNIQUE,
  patient_id TEXT NOT NULL,
  patient_name TEXT NOT NULL,
  birth_date TEXT NOT NULL,
  patient_sex TEXT NOT NULL,
  age_years REAL,
  accession TEXT NOT NULL,
  study_date TEXT NOT NULL,
  study_time TEXT NOT NULL,
  title TEXT NOT NULL,
  place TEXT NOT NULL,
  question TEXT NOT NULL,
  search TEXT NOT NULL,
  urgency INTEGER NOT NULL,
  raised_by TEXT NOT NULL,
  listed INTEGER NOT NULL,
  arrived_ms INTEGER NOT NULL,
  due_ms INTEGER NOT NULL,
  ai TEXT NOT NULL,
  result TEXT NOT NULL,
  acknowledged_by TEXT,
  acknowledged_ms INTEGER,
  updated_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX studies_open ON studies (due_ms, urgency, study_instance_uid)
  WHERE listed = 1 AND acknowledged_ms IS NULL;
CREATE INDEX studies_counts ON studies (urgency, ai)
  WHERE listed = 1 AND acknowledged_ms IS NULL;
CREATE INDEX studies_acknowledged ON studies (acknowledged_ms)
  WHERE acknowledged_ms IS NOT NULL;
CREATE INDEX studies_patient ON studies (patient_id);
CREATE TABLE arrivals (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  original TEXT NOT NULL REFERENCES originals (digest)
) STRICT;
)sql";

// What FHIR asks of an instance; empty in films that were taken in before.
constexpr const char* kInstances = R"sql(
ALTER TABLE originals ADD COLUMN sop_class_uid TEXT NOT NULL DEFAULT '';
ALTER TABLE originals ADD COLUMN series_number TEXT NOT NULL DEFAULT '';
ALTER TABLE originals ADD COLUMN instance_number TEXT NOT NULL DEFAULT '';
)sql";

// All that the worklist's counts ask for stands in the index: no row is read for them.
constexpr const char* kCounts = R"sql(
DROP INDEX studies_counts;
CREATE INDEX studies_counts ON studies (urgency, ai, listed, acknowledged_ms)
  WHERE listed = 1 AND acknowledged_ms IS NULL;
DROP INDEX studies_open;
CREATE INDEX studies_open ON studies (due_ms, urgency, study_instance_uid, listed, acknowledged_ms)
  WHERE listed = 1 AND acknowledged_ms IS NULL;
)sql";

constexpr std::array kSchema{
    Migration{"workflow/1-originals", kOriginals}, Migration{"workflow/2-research", kResearch},
    Migration{"workflow/3-receipts", kReceipts},   Migration{"workflow/4-runs", kRuns},
    Migration{"workflow/5-studies", kStudies},     Migration{"workflow/6-instances", kInstances},
    Migration{"workflow/7-counts", kCounts},
};

}  // namespace

std::span<const Migration> schema() {
  return kSchema;
}

}  // namespace osler::workflow::internal
