#include "fhir/resources/internal/words.h"

#include <cmath>

#include "base/crypto.h"
#include "base/text.h"
#include "fhir/resources/resources.h"
#include "fhir/resources/text.h"

namespace osler::fhir::resources {
namespace {

std::string ask_of(clinical::Tier tier) {
  switch (tier) {
    case clinical::Tier::High:
      return "Check it, then confirm or reject it.";
    case clinical::Tier::Medium:
      return "Read the region with the prior beside it.";
    case clinical::Tier::Low:
      return "Read as usual. A low score does not exclude the finding.";
    case clinical::Tier::Undecided:
      break;
  }
  return "Read as if there were no AI.";
}

std::string default_sentence(FindingState state, const std::string& finding) {
  switch (state) {
    case FindingState::Above:
      return "Score consistent with " + finding + ".";
    case FindingState::Below:
      return "Score below the threshold for " + finding + ".";
    case FindingState::Undecided:
      return "The interval crosses the threshold: this score does not decide.";
    case FindingState::NoResult:
      return "The model gave no result.";
    case FindingState::Failed:
      return "The scoring failed.";
    case FindingState::Queued:
      return "It waits to be scored.";
    case FindingState::Paused:
      break;
  }
  return "The model is paused.";
}

// "80 to 91 %".
std::string interval_words(double lower, double upper) {
  const std::string from = percent(lower);
  const bool number = from.front() >= '0' && from.front() <= '9';
  return (number ? from.substr(0, from.size() - 2) : from) + " to " + percent(upper);
}

std::string finding_words(const Model& model) {
  const std::string words = clean_code(model.finding);
  return words.empty() ? "the finding" : words;
}

}  // namespace

std::string percent(double probability) {
  const double whole = std::round(probability * 100.0);
  if (whole == 0.0 && probability > 0.0) {
    return "under 1 %";
  }
  if (whole == 100.0 && probability < 1.0) {
    return "over 99 %";
  }
  return fixed(whole, 0) + " %";
}

std::string title_of(const Model& model) {
  std::string title = finding_words(model);
  if (title.front() >= 'a' && title.front() <= 'z') {
    title.front() = static_cast<char>(title.front() - 'a' + 'A');
  }
  return title;
}

std::string model_words(const Model& model) {
  std::string words = clean_code(model.name + " " + model.version);
  if (words.empty()) {
    words = "a model";
  }
  if (const auto digest = crypto::Digest::from_hex(model.digest)) {
    words += " (" + digest->hex().substr(0, 8) + ")";
  }
  return words;
}

std::string result_words(FindingState state) {
  switch (state) {
    case FindingState::Above:
      return "above threshold";
    case FindingState::Below:
      return "below threshold";
    case FindingState::Undecided:
      return "undecided";
    case FindingState::NoResult:
      return "no result";
    case FindingState::Failed:
      return "failed";
    case FindingState::Queued:
      return "queued";
    case FindingState::Paused:
      break;
  }
  return "not assessed";
}

std::vector<std::string> sentences(const Finding& finding, const Model& model) {
  std::vector<std::string> said;
  const bool scored = finding.score.has_value() && has_score(finding.state);
  const std::string given = clean_text(scored ? finding.sentence : finding.reason);
  said.push_back(given.empty() ? default_sentence(finding.state, finding_words(model)) : given);
  if (!scored) {
    return said;
  }
  const clinical::Reading& score = *finding.score;
  said.push_back(percent(score.probability) + " (" + interval_words(score.lower, score.upper) +
                 "), threshold " + percent(score.threshold) + ".");
  if (score.similar_n > 0) {
    said.push_back(with_thousands(static_cast<std::int64_t>(score.similar_positive)) + " of " +
                   with_thousands(static_cast<std::int64_t>(score.similar_n)) +
                   " films scored like this had the finding.");
  }
  if (!finding.decision) {
    said.push_back(ask_of(score.tier));
  }
  return said;
}

std::string answer_words(Answer answer) {
  switch (answer) {
    case Answer::Agree:
      return "agreed";
    case Answer::Disagree:
      return "disagreed";
    case Answer::Present:
      return "present";
    case Answer::Absent:
      return "absent";
    case Answer::CannotSay:
      break;
  }
  return "cannot say";
}

std::string standing_words(const Finding& finding) {
  if (const auto said = answered_present(finding)) {
    return *said ? "present, by the physician" : "absent, by the physician";
  }
  return result_words(finding.state);
}

std::string reader_words(const Reader& reader) {
  const std::string name = clean_code(reader.name);
  const std::string user = clean_code(reader.user);
  return !name.empty() ? name : !user.empty() ? user : "a physician";
}

}  // namespace osler::fhir::resources
