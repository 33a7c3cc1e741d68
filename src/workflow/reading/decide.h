#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "workflow/home.h"
#include "workflow/reading/finding.h"
#include "workflow/reading/person.h"
#include "workflow/reading/worklist.h"

namespace osler::workflow::reading {

// What a reader says of a finding. The physician has the last word: nothing here can refuse an
// answer because of what the model thinks.
struct NewDecision {
  Answer answer = Answer::CannotSay;
  std::string reason;  // a code of coded_reasons(), or empty
  std::string note;    // at most 2,000 bytes
  std::string shown = "off";
  std::optional<double> seconds;  // from the opening of the study to the answer
};

// Adds the answer; what was said before stays. The row, the study's state and the audit record
// stand together or not at all. The same answer, reason and note as the newest adds nothing.
// NotFound: the study has no such finding. InvalidArgument: an unknown reason, a note that is too
// long, an answer that the finding does not ask for (present and absent are for undecided ones).
// FailedPrecondition: the finding has no score to answer.
[[nodiscard]] Result<Finding> decide(Home& home, const StudyFacts& study, std::int64_t finding,
                                     const NewDecision& decision, const Person& person);

// All answers to a finding, oldest first.
[[nodiscard]] Result<std::vector<Decision>> decisions_of(Home& home, std::int64_t finding);

// The study has been read: it leaves the open list. Again by the same or another person: noted.
[[nodiscard]] Result<void> acknowledge(Home& home, const StudyFacts& study, const Person& person);

struct FirstRead {
  std::string person;
  std::int64_t at_ms = 0;
  std::string text;
};
// What the reader saw before any mark of the AI. InvalidArgument: empty, or over 10,000 bytes.
[[nodiscard]] Result<FirstRead> enter_first_read(Home& home, const StudyFacts& study,
                                                 const std::string& text, const Person& person);
[[nodiscard]] Result<std::optional<FirstRead>> first_read_of(Home& home, const StudyFacts& study);

// That a study was opened, that marks were shown: audit records.
[[nodiscard]] Result<void> note_opened(Home& home, const StudyFacts& study, const Person& person);
[[nodiscard]] Result<void> note_marks(Home& home, const StudyFacts& study, std::int64_t finding,
                                      const std::string& marks, const Person& person);
// A problem with an AI result, in the reader's words: kept for those who look after the model.
[[nodiscard]] Result<void> report_problem(Home& home, const StudyFacts& study,
                                          std::optional<std::int64_t> finding,
                                          const std::string& text, const Person& person);

}  // namespace osler::workflow::reading
