#include "workflow/reading/internal/refresh.h"

#include <algorithm>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "workflow/reading/finding.h"
#include "workflow/reading/internal/tables.h"

namespace osler::workflow::reading::internal {
namespace {

using storage::Transaction;

bool any(const Findings& findings, FindingState state) {
  return std::ranges::any_of(findings.cards,
                             [&](const Finding& card) { return card.state == state; });
}

// The study's state in one word: what still has to happen comes first, then what was reached.
std::string_view state_of(const Findings& findings) {
  if (findings.cards.empty()) {
    return "none";
  }
  if (any(findings, FindingState::Queued)) {
    return "queued";
  }
  if (std::ranges::any_of(findings.cards, &Finding::has_score)) {
    return "done";
  }
  if (any(findings, FindingState::Failed)) {
    return "failed";
  }
  return any(findings, FindingState::Paused) ? "paused" : "out_of_scope";
}

std::string result_of(const Findings& findings) {
  Json list = Json::array();
  std::int64_t assessed = 0;
  std::size_t warnings = 0;
  for (const auto& card : findings.cards) {
    list.push_back({{"label", card.label},
                    {"state", std::string(to_string(card.state))},
                    {"reason", card.reason}});
    assessed += card.has_score() ? 1 : 0;
    warnings = std::max(warnings, card.warnings.size());
  }
  return dump_json({{"findings", std::move(list)}, {"assessed", assessed}, {"warnings", warnings}});
}

// A routine study with a score above a threshold waits no longer than an urgent one.
Result<void> raise(Home& home, Transaction& change, std::int64_t study, const Findings& findings) {
  const auto above = std::ranges::find(findings.cards, FindingState::Above, &Finding::state);
  if (!home.configuration().ai_raises || above == findings.cards.end()) {
    return {};
  }
  const auto target = std::chrono::milliseconds(
      home.configuration().targets.at(static_cast<std::size_t>(Urgency::Urgent)));
  OSLER_TRY_DO(change.database().execute(
      "UPDATE studies SET urgency = ?, raised_by = ?, due_ms = min(due_ms, arrived_ms + ?) "
      "WHERE number = ? AND urgency = ? AND acknowledged_ms IS NULL",
      {static_cast<std::int64_t>(Urgency::Urgent), above->label + " above threshold",
       target.count(), study, static_cast<std::int64_t>(Urgency::Routine)}));
  return {};
}

}  // namespace

Result<void> refresh_study(Home& home, Transaction& change, std::int64_t study) {
  OSLER_TRY(const auto findings, findings_of(home, study));
  OSLER_TRY_DO(change.database().execute(
      "UPDATE studies SET ai = ?, result = ?, updated_ms = ? WHERE number = ?",
      {state_of(findings), result_of(findings), now_ms(home.clock()), study}));
  return raise(home, change, study, findings);
}

Result<void> refresh_waiting(Home& home, Transaction& change, const ModelName& model) {
  std::vector<std::int64_t> studies;
  {
    OSLER_TRY(auto rows, change.database().prepare(
                             "SELECT DISTINCT r.study FROM results AS r JOIN studies AS s ON "
                             "s.number = r.study WHERE r.state = 'queued' AND r.model = ? AND "
                             "r.version = ? AND s.acknowledged_ms IS NULL",
                             {model.name, model.version}));
    while (true) {
      OSLER_TRY(const bool found, rows.step());
      if (!found) {
        break;
      }
      studies.push_back(rows.integer(0));
    }
  }
  for (const std::int64_t study : studies) {
    OSLER_TRY_DO(refresh_study(home, change, study));
  }
  return {};
}

}  // namespace osler::workflow::reading::internal
