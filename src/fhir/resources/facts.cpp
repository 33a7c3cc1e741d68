#include "fhir/resources/facts.h"

#include <algorithm>
#include <array>

namespace osler::fhir::resources {
namespace {

constexpr std::array<std::string_view, 7> kStates{"above",  "below",  "undecided", "no_result",
                                                  "failed", "queued", "paused"};
constexpr std::array<std::string_view, 5> kAnswers{"agree", "disagree", "cannot_say", "present",
                                                   "absent"};
constexpr std::array<std::string_view, 3> kReportStatuses{"preliminary", "final", "amended"};

template <typename Enum, std::size_t N>
std::optional<Enum> named(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) {
    return std::nullopt;
  }
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

std::string_view to_string(FindingState state) {
  return kStates.at(static_cast<std::size_t>(state));
}

std::optional<FindingState> finding_state(std::string_view name) {
  return named<FindingState>(kStates, name);
}

bool has_score(FindingState state) {
  return state == FindingState::Above || state == FindingState::Below ||
         state == FindingState::Undecided;
}

std::string_view to_string(Answer answer) {
  return kAnswers.at(static_cast<std::size_t>(answer));
}

std::optional<Answer> answer_from(std::string_view name) {
  return named<Answer>(kAnswers, name);
}

std::string_view to_string(ReportStatus status) {
  return kReportStatuses.at(static_cast<std::size_t>(status));
}

}  // namespace osler::fhir::resources
