#pragma once

#include <string>
#include <vector>

#include "fhir/resources/facts.h"

// What is said of a finding, in the words and the order of the screens: name, result, sentence,
// numbers, frequency, what the tier asks, answer.
namespace osler::fhir::resources {

// "87 %"; never 0 % or 100 % for what is neither.
[[nodiscard]] std::string percent(double probability);
// "Consolidation".
[[nodiscard]] std::string title_of(const Model& model);
// "chest-consolidation 2.1.0 (9f2c41ab)".
[[nodiscard]] std::string model_words(const Model& model);
// "above threshold", "no result", "not assessed", …
[[nodiscard]] std::string result_words(FindingState state);
// What follows the result: sentence, numbers, frequency and, until it is answered, what to do; or
// the reason.
[[nodiscard]] std::vector<std::string> sentences(const Finding& finding, const Model& model);
// What holds now: the physician's word where there is one, else the result of the score.
[[nodiscard]] std::string standing_words(const Finding& finding);
// "agreed", "present", …
[[nodiscard]] std::string answer_words(Answer answer);
// "Dr. A. Jones", or the account.
[[nodiscard]] std::string reader_words(const Reader& reader);

}  // namespace osler::fhir::resources
