#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clinical/score_map.h"
#include "fhir/resources/times.h"

namespace osler::fhir::resources {

// What osler knows, as plain nouns, before it becomes FHIR. Texts are UTF-8 as they were received;
// absent is empty. Each `id` becomes the resource's id: 1 to 64 of A-Z a-z 0-9 - and . (see id_of);
// it stands in addresses and logs, so it is never a patient's number or name.

// One code of a code system: "http://snomed.info/sct", "36118008", "Pneumothorax".
struct Coding {
  std::string system = {};
  std::string code = {};
  std::string display = {};

  bool operator==(const Coding&) const = default;
};

struct Patient {
  std::string id = {};
  std::string mrn = {};         // Patient ID (0010,0020)
  std::string issuer = {};      // Issuer of Patient ID (0010,0021)
  std::string name = {};        // Patient's Name (0010,0010), PN in any script
  std::string sex = {};         // Patient's Sex (0010,0040): M, F, O or empty
  std::string birth_date = {};  // (0010,0030) YYYYMMDD
  std::optional<Instant> updated = {};
};

struct StudyInstance {
  std::string sop_instance_uid = {};
  std::string sop_class_uid = {};
  std::optional<std::int64_t> number = {};
};

struct StudySeries {
  std::string series_instance_uid = {};
  std::string modality = {};   // "DX"
  std::string body_part = {};  // Body Part Examined (0018,0015): "CHEST"
  std::string description = {};
  std::optional<std::int64_t> number = {};
  std::vector<StudyInstance> instances = {};
};

struct Study {
  std::string id = {};
  std::string patient_id = {};  // Patient::id
  std::string study_instance_uid = {};
  std::string accession = {};
  std::string date = {};        // Study Date (0008,0020) YYYYMMDD
  std::string time = {};        // Study Time (0008,0030)
  std::string utc_offset = {};  // Timezone Offset From UTC (0008,0201): "+0100"
  std::string description = {};
  std::vector<std::string> modalities = {};
  Coding procedure = {};  // what was done, where it was ordered with a code
  std::vector<StudySeries> series = {};
  std::optional<Instant> updated = {};
};

struct Model {
  std::string id = {};
  std::string name = {};     // "chest-consolidation"
  std::string version = {};  // "2.1.0"
  std::string digest = {};   // SHA-256 of the signed package, 64 hexadecimal digits
  std::string finding = {};  // what it looks for, in words: "consolidation"
  Coding finding_code = {};  // the same as a code, where the study file has one
  std::string intended_use = {};
  std::string manufacturer = {};
  std::string card_url = {};  // the model card, https
  bool in_use = true;         // false: retired
  std::optional<Instant> updated = {};
};

// Above, below, undecided: a score was given. The others: none, and why.
enum class FindingState : std::uint8_t {
  Above,
  Below,
  Undecided,
  NoResult,
  Failed,
  Queued,
  Paused
};
[[nodiscard]] std::string_view to_string(FindingState state);  // "above", …, "no_result", …
[[nodiscard]] std::optional<FindingState> finding_state(std::string_view name);
[[nodiscard]] bool has_score(FindingState state);

// Agree and Disagree answer a score above or below; Present and Absent answer any.
enum class Answer : std::uint8_t { Agree, Disagree, CannotSay, Present, Absent };
[[nodiscard]] std::string_view to_string(Answer answer);  // "agree", …, "cannot_say", …
[[nodiscard]] std::optional<Answer> answer_from(std::string_view name);

// Who acted: an account of this installation, and the name that people know.
struct Reader {
  std::string user = {};  // "dr.jones"
  std::string name = {};  // "Dr. A. Jones"
};

// What a physician said of one finding.
struct Decision {
  Answer answer = Answer::CannotSay;
  Coding reason = {};  // system may be empty: the site's own list
  std::string note = {};
  Reader by = {};
  Instant at = {};
};

struct Finding {
  std::string id = {};
  std::string patient_id = {};
  std::string study_id = {};
  std::string model_id = {};
  std::string report_id = {};         // the report it stands in; may be empty
  std::string sop_instance_uid = {};  // the image that was scored
  FindingState state = FindingState::Queued;
  std::string reason = {};                      // why there is no score
  std::string sentence = {};                    // "Score consistent with consolidation."
  std::optional<clinical::Reading> score = {};  // there exactly where has_score(state)
  Instant scored_at = {};                       // or when the state was reached
  std::optional<Decision> decision = {};
};

enum class ReportStatus : std::uint8_t { Preliminary, Final, Amended };
[[nodiscard]] std::string_view to_string(ReportStatus status);  // FHIR's codes

struct ReportedFinding {
  Finding finding;
  Model model;
};

struct Report {
  std::string id = {};
  std::string study_id = {};
  std::string patient_id = {};
  std::vector<ReportedFinding> findings = {};  // in clinical order
  ReportStatus status = ReportStatus::Preliminary;
  std::optional<Reader> acknowledged_by = {};  // there unless preliminary
  std::optional<Instant> acknowledged_at = {};
  Instant issued = {};
};

}  // namespace osler::fhir::resources
