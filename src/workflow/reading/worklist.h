#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "workflow/configuration.h"
#include "workflow/home.h"

namespace osler::workflow::reading {

// What a study shows of its patient: for the pages of those who may see it, never for a log.
struct PatientFacts {
  std::string name;  // "FAMILY, Given"; other scripts first, as received
  std::string id;
  std::string sex;         // "M", "F", "O" or empty
  std::string age;         // "63 y", "5 mo"; empty: unknown
  std::string birth_date;  // "1963-02-14" or empty
};

// A row of `studies`, in the words of the pages.
struct StudyFacts {
  std::int64_t number = 0;  // in this home
  std::string study_instance_uid;
  PatientFacts patient;
  std::string patient_name_dicom;  // as received, for FHIR
  std::string title;               // "Chest PA and lateral"
  std::string place;
  std::string question;
  std::string acquired;  // "2026-11-24T08:42:00", local, no zone; or the date alone; or empty
  std::string accession;
  Urgency urgency = Urgency::Routine;
  std::string raised_by;  // why the AI raised it; empty: it did not
  std::int64_t arrived_ms = 0;
  std::int64_t due_ms = 0;
  std::string ai;      // "queued", "done", "failed", "out_of_scope", "paused", "none"
  std::string result;  // JSON {findings: [{label, state, reason}], assessed, warnings}, or empty
  std::string acknowledged_by;
  std::int64_t acknowledged_ms = 0;  // 0: it is not
  std::int64_t updated_ms = 0;
};

enum class View : std::uint8_t { Open, Acknowledged, All };

struct WorklistQuery {
  View view = View::Open;
  std::vector<Urgency> urgency;  // empty: all
  std::vector<std::string> ai;   // empty: all
  std::string find;              // in name, number, accession, place; whatever the case
  std::size_t offset = 0;
  std::size_t limit = 100;  // at most 500
};

// A study that is due within this is due soon.
inline constexpr std::int64_t kSoonMs = 30L * 60 * 1000;

struct WorklistCounts {
  std::array<std::int64_t, 3> view{};  // by View
  std::array<std::int64_t, kUrgencies> urgency{};
  std::array<std::int64_t, 3> group{};  // open studies: over their time, due soon (kSoonMs), later
  std::vector<std::pair<std::string, std::int64_t>> ai;
};

struct WorklistPage {
  std::vector<StudyFacts> rows;
  std::int64_t total = 0;  // rows that match, on all pages
  WorklistCounts counts;   // view: all studies; the others: of the view, whatever the filters
};

// Open studies by the time they are due, then urgency; acknowledged ones newest first.
// "Acknowledged" and "all" are of the last 24 hours, beside what is open.
[[nodiscard]] Result<WorklistPage> worklist(Home& home, const WorklistQuery& query);

// Changes whenever a page of this home may look different.
[[nodiscard]] Result<std::string> worklist_revision(Home& home);

// NotFound: no such study.
[[nodiscard]] Result<StudyFacts> find_study(Home& home, const std::string& study_instance_uid);
[[nodiscard]] Result<StudyFacts> find_study(Home& home, std::int64_t number);

// Where a study stands among the open ones, and its neighbours' UIDs (empty: none).
struct Place {
  std::int64_t position = 0;  // from 1; of an acknowledged study: where it would stand
  std::int64_t of = 0;
  std::string next;
  std::string previous;
};
[[nodiscard]] Result<Place> place_of(Home& home, const StudyFacts& study);

// The patient's other studies, newest first, at most five. None where the study has no patient
// number.
[[nodiscard]] Result<std::vector<StudyFacts>> priors_of(Home& home, const StudyFacts& study);

// "FAMILY, Given" of a DICOM person name (PS3.5 6.2.1); an ideographic group stands first with the
// alphabetic one in brackets.
[[nodiscard]] std::string reading_name(const std::string& dicom);

}  // namespace osler::workflow::reading
