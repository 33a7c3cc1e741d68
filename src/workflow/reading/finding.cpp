#include "workflow/reading/finding.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "workflow/reading/internal/rows.h"
#include "workflow/reading/internal/tables.h"

namespace osler::workflow::reading {
namespace {

constexpr std::array<std::string_view, 7> kStates{"above",  "below",  "undecided", "no_result",
                                                  "failed", "queued", "paused"};
constexpr std::array<std::string_view, 6> kAnswers{"agree",   "disagree", "cannot_say",
                                                   "present", "absent",   "withdrawn"};

// Study files write "opacity"; a card begins with a capital.
std::string sentence_case(std::string label) {
  if (!label.empty() && label.front() >= 'a' && label.front() <= 'z') {
    label.front() = static_cast<char>(label.front() - 'a' + 'A');
  }
  return label;
}

FindingState state_from(const std::string& word, bool positive, const std::string& tier) {
  if (word == "scored") {
    if (tier == "undecided") {
      return FindingState::Undecided;
    }
    return positive ? FindingState::Above : FindingState::Below;
  }
  if (word == "no_result") {
    return FindingState::NoResult;
  }
  return word == "failed" ? FindingState::Failed : FindingState::Queued;
}

Result<std::vector<std::string>> read_warnings(const std::string& text) {
  if (text.empty()) {
    return std::vector<std::string>{};
  }
  OSLER_TRY(const Json list, parse_json(text, "results"));
  return list.get<std::vector<std::string>>();
}

Result<std::vector<Finding>> rows_of(Home& home, std::int64_t study) {
  OSLER_TRY(auto rows,
            home.database().prepare(
                "SELECT id, state, reason, label, code, sop_instance_uid, model, version, digest, "
                "probability, lower, upper, threshold, positive, tier, similar_n, "
                "similar_positive, warnings, map, queued_ms, scored_ms "
                "FROM results WHERE study = ? AND shown = 1 ORDER BY model, version DESC, id",
                {study}));
  std::vector<Finding> list;
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return list;
    }
    Finding finding;
    finding.id = rows.integer(0);
    finding.reason = rows.text(2);
    finding.label = sentence_case(rows.text(3));
    finding.code = rows.text(4);
    finding.sop_instance_uid = rows.text(5);
    finding.model = {.name = rows.text(6), .version = rows.integer(7)};
    finding.digest = rows.text(8);
    finding.probability = internal::number_or_none(rows, 9);
    finding.lower = internal::number_or_none(rows, 10);
    finding.upper = internal::number_or_none(rows, 11);
    finding.threshold = internal::number_or_none(rows, 12);
    finding.tier = rows.text(14);
    finding.state = state_from(rows.text(1), rows.integer(13) == 1, finding.tier);
    finding.similar_n = rows.integer(15);
    finding.similar_positive = rows.integer(16);
    OSLER_TRY(finding.warnings, read_warnings(rows.text(17)));
    finding.map = rows.text(18);
    finding.queued_ms = rows.integer(19);
    finding.scored_ms = rows.integer(20);
    list.push_back(std::move(finding));
  }
}

// Which of several films of a study the card shows: what says most comes first.
int weight(FindingState state) {
  constexpr std::array<int, 7> kWeight{6, 4, 5, 1, 2, 3, 0};
  return kWeight.at(static_cast<std::size_t>(state));
}

bool says_more(const Finding& a, const Finding& b) {
  if (weight(a.state) != weight(b.state)) {
    return weight(a.state) > weight(b.state);
  }
  return a.probability.value_or(0.0) > b.probability.value_or(0.0);
}

// The newest version that has said something; while none has, the newest.
std::int64_t version_to_show(const std::vector<Finding>& of_model) {
  for (const auto& finding : of_model) {
    if (finding.state != FindingState::Queued) {
      return finding.model.version;
    }
  }
  return of_model.front().model.version;
}

void choose(std::vector<Finding> of_model, Findings& out) {
  const std::int64_t version = version_to_show(of_model);
  std::erase_if(of_model, [&](const Finding& finding) { return finding.model.version != version; });
  const auto best = std::ranges::max_element(
      of_model, [](const Finding& a, const Finding& b) { return says_more(b, a); });
  for (auto& finding : of_model) {
    const bool silent =
        finding.state == FindingState::NoResult || finding.state == FindingState::Failed;
    if (finding.id != best->id && silent) {
      out.left_out.push_back({.label = finding.label,
                              .sop_instance_uid = finding.sop_instance_uid,
                              .why = finding.reason});
    }
  }
  out.cards.push_back(std::move(*best));
}

void apply_pause(Finding& finding, const std::vector<Pause>& pauses) {
  const auto pause =
      std::ranges::find_if(pauses, [&](const Pause& p) { return p.model == finding.model; });
  if (pause == pauses.end()) {
    return;
  }
  if (finding.state == FindingState::Queued) {
    finding.state = FindingState::Paused;
    finding.reason = "Model paused: " + pause->reason;
  } else if (finding.has_score()) {
    finding.reason = "The model was paused after this was scored: " + pause->reason;
  }
}

Result<void> add_decision(Home& home, Finding& finding) {
  OSLER_TRY(const auto count, home.database().integer(
                                  "SELECT count(*) FROM decisions WHERE result = ?", {finding.id}));
  finding.decisions = count.value_or(0);
  if (finding.decisions == 0) {
    return {};
  }
  OSLER_TRY(auto rows,
            home.database().prepare(std::string("SELECT ") + internal::kDecisionColumns +
                                        " FROM decisions WHERE result = ? ORDER BY id DESC LIMIT 1",
                                    {finding.id}));
  OSLER_TRY(const bool found, rows.step());
  if (!found) {
    return {};
  }
  Decision newest = internal::read_decision(rows);
  if (newest.answer != Answer::Withdrawn) {
    finding.decision = std::move(newest);
  }
  return {};
}

}  // namespace

std::string_view to_string(FindingState state) {
  return kStates.at(static_cast<std::size_t>(state));
}

std::string_view to_string(Answer answer) {
  return kAnswers.at(static_cast<std::size_t>(answer));
}

std::optional<Answer> answer_from(std::string_view word) {
  const auto found = std::ranges::find(kAnswers, word);
  return found == kAnswers.end()
             ? std::nullopt
             : std::optional<Answer>(static_cast<Answer>(found - kAnswers.begin()));
}

const std::vector<CodedReason>& coded_reasons() {
  static const std::vector<CodedReason> kReasons{
      {"artefact", "Overlying structure or artefact"},
      {"known", "Old or known change"},
      {"technique", "Technique: rotation, low volume"},
      {"other_finding", "Other finding explains it"},
      {"not_visible", "Not visible to me"},
      {"missed", "Visible, and the score is low"},
      {"another_view", "Needs another view"},
      {"other", "Other"},
  };
  return kReasons;
}

Result<Findings> findings_of(Home& home, std::int64_t study) {
  OSLER_TRY(auto rows, rows_of(home, study));
  OSLER_TRY(const auto pauses, pauses_in_force(home));
  Findings findings;
  for (std::size_t first = 0; first < rows.size();) {
    std::size_t last = first;
    while (last < rows.size() && rows[last].model.name == rows[first].model.name) {
      ++last;
    }
    choose({std::make_move_iterator(rows.begin() + static_cast<std::ptrdiff_t>(first)),
            std::make_move_iterator(rows.begin() + static_cast<std::ptrdiff_t>(last))},
           findings);
    first = last;
  }
  for (auto& card : findings.cards) {
    apply_pause(card, pauses);
    OSLER_TRY_DO(add_decision(home, card));
  }
  std::ranges::stable_sort(findings.cards, {}, &Finding::label);
  return findings;
}

Result<std::int64_t> finding_id(std::string_view text) {
  const auto number = text.starts_with('f') ? parse_integer(text.substr(1)) : std::nullopt;
  if (!number || *number < 1) {
    return Error(ErrorCode::NotFound, "there is no such finding");
  }
  return *number;
}

std::string sentence_of(const Finding& finding) {
  const std::string what = lower(finding.label);
  switch (finding.state) {
    case FindingState::Above:
      return "Score consistent with " + what + ".";
    case FindingState::Below:
      return "Score below the threshold for " + what + ". A low score does not exclude it.";
    case FindingState::Undecided:
      return "The interval crosses the threshold: this score does not decide.";
    case FindingState::NoResult:
      return "No result. Nothing was scored: judge it as usual.";
    case FindingState::Failed:
      return "No result. Scoring failed: judge it as usual.";
    case FindingState::Queued:
      return "Not scored yet.";
    case FindingState::Paused:
      return "No result. The model is out of service: judge it as usual.";
  }
  return {};
}

std::string tier_text(const Finding& finding) {
  if (!finding.has_score()) {
    return {};
  }
  if (finding.state == FindingState::Undecided) {
    return "Read as if there were no AI.";
  }
  if (finding.tier == "high") {
    return finding.map.empty() ? "Look for it, then confirm or reject it."
                               : "Check the outline, then confirm or reject it.";
  }
  return finding.tier == "medium" ? "Read the region with the prior beside it."
                                  : "Read as usual. A low score does not exclude the finding.";
}

std::string report_status(const Findings& findings, bool acknowledged) {
  bool acted = acknowledged;
  for (const auto& card : findings.cards) {
    if (card.decision && card.decision->is_override) {
      return "amended";
    }
    acted = acted || card.decision.has_value();
  }
  return acted ? "final" : "preliminary";
}

namespace internal {

const char* const kDecisionColumns =
    "decision, override, reason, note, person, at_ms, digest, state, tier, probability, threshold, "
    "shown, seconds";

Decision read_decision(const storage::Statement& rows) {
  return {.answer = answer_from(rows.text(0)).value_or(Answer::Withdrawn),
          .is_override = rows.integer(1) == 1,
          .reason = rows.text(2),
          .note = rows.text(3),
          .person = rows.text(4),
          .at_ms = rows.integer(5),
          .digest = rows.text(6),
          .state = rows.text(7),
          .tier = rows.text(8),
          .probability = number_or_none(rows, 9),
          .threshold = number_or_none(rows, 10),
          .shown = rows.text(11),
          .seconds = number_or_none(rows, 12)};
}

std::optional<double> number_or_none(const storage::Statement& rows, int column) {
  return rows.is_null(column) ? std::nullopt : std::optional<double>(rows.number(column));
}

}  // namespace internal

}  // namespace osler::workflow::reading
