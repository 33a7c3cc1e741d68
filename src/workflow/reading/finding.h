#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "workflow/home.h"
#include "workflow/reading/service.h"

namespace osler::workflow::reading {

// What stands on a finding's card. Only the first three have a score.
enum class FindingState : std::uint8_t {
  Above,  // of the threshold
  Below,
  Undecided,  // the interval crosses the threshold
  NoResult,   // outside the intended use: a result of its own
  Failed,
  Queued,
  Paused,  // nothing was scored, because the model is out of service
};
// "above", "below", "undecided", "no_result", "failed", "queued", "paused"
[[nodiscard]] std::string_view to_string(FindingState state);

enum class Answer : std::uint8_t { Agree, Disagree, CannotSay, Present, Absent, Withdrawn };
// "agree", "disagree", "cannot_say", "present", "absent", "withdrawn"
[[nodiscard]] std::string_view to_string(Answer answer);
[[nodiscard]] std::optional<Answer> answer_from(std::string_view word);

// What one person said of one finding, with what was in front of them.
struct Decision {
  Answer answer = Answer::CannotSay;
  bool is_override = false;  // the person said the opposite of the result
  std::string reason;        // a code of kReasons; empty: none was given
  std::string note;
  std::string person;
  std::int64_t at_ms = 0;
  std::string digest;  // of the package whose result was answered
  std::string state;
  std::string tier;
  std::optional<double> probability;
  std::optional<double> threshold;
  std::string shown;  // "off", "outline", "heat": the marks on the film then
  std::optional<double> seconds;
};

struct CodedReason {
  std::string_view code;
  std::string_view text;
};
// Why a reader disagrees or cannot say, in the order the page offers them.
[[nodiscard]] const std::vector<CodedReason>& coded_reasons();

// A past film of the model's atlas, like this one in the network's eyes.
struct SimilarFilm {
  std::size_t place = 0;  // in the atlas
  bool positive = false;  // it had the finding, by its label
  double distance = 0.0;  // cosine distance, 0 to 2
};

// One card: what one model says of a study.
struct Finding {
  std::int64_t id = 0;
  FindingState state = FindingState::Queued;
  std::string label;   // "Opacity"
  std::string code;    // JSON {label, code, system}, as the package carries it
  std::string reason;  // why there is no score; for a paused model's earlier result, that it is off
  std::string sop_instance_uid;  // the film it is said of
  ModelName model;
  std::string digest;
  std::optional<double> probability, lower, upper, threshold;
  std::string tier;  // "high", …; empty without a score
  std::int64_t similar_n = 0;
  std::int64_t similar_positive = 0;
  std::vector<std::string> warnings;
  std::string map;  // JSON of a FindingMap, or empty
  std::int64_t queued_ms = 0;
  std::int64_t scored_ms = 0;
  std::optional<Decision> decision;  // the newest, unless it was withdrawn
  std::int64_t decisions = 0;        // how many were ever made
  std::vector<SimilarFilm> similar;  // see add_similar()

  [[nodiscard]] bool has_score() const { return state <= FindingState::Undecided; }
};

// A film that a model did not assess although it assessed another of the study.
struct NotAssessed {
  std::string label;
  std::string sop_instance_uid;
  std::string why;
};

struct Findings {
  std::vector<Finding> cards;  // one a model in production, by the name of the finding
  std::vector<NotAssessed> left_out;
};

// What the models that readers see say of a study: of each model its newest version with a result;
// of several films the one that says most. `study`: the study's number.
[[nodiscard]] Result<Findings> findings_of(Home& home, std::int64_t study);

// "F12" of a request's path to 12. NotFound: it is no such thing.
[[nodiscard]] Result<std::int64_t> finding_id(std::string_view text);

// One sentence on the card: "Score consistent with opacity."
[[nodiscard]] std::string sentence_of(const Finding& finding);
// What the tier asks of the reader; empty without a score.
[[nodiscard]] std::string tier_text(const Finding& finding);
// "preliminary", "final" or "amended": a report is preliminary until a person acts, and amended
// where the person said otherwise than the result.
[[nodiscard]] std::string report_status(const Findings& findings, bool acknowledged);

}  // namespace osler::workflow::reading
