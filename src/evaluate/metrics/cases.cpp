#include "evaluate/metrics/cases.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace osler::evaluate::metrics {
namespace {

Error invalid(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message));
}

std::string counts(std::size_t first, const char* of_first, std::size_t second,
                   const char* of_second) {
  return std::to_string(first) + of_first + std::to_string(second) + of_second;
}

// Marks which group numbers occur; `seen_twice` hears of a repeat.
std::vector<bool> groups_seen(std::span<const std::uint32_t> groups, bool& seen_twice) {
  std::vector<bool> seen;
  seen_twice = false;
  for (const std::uint32_t group : groups) {
    if (group >= seen.size()) {
      seen.resize(std::size_t{group} + 1, false);
    }
    seen_twice = seen_twice || seen[group];
    seen[group] = true;
  }
  return seen;
}

}  // namespace

std::size_t Cases::positives() const {
  return static_cast<std::size_t>(std::ranges::count(labels, std::uint8_t{1}));
}

Result<void> check(const Cases& cases) {
  if (cases.scores.empty()) {
    return invalid("no cases to evaluate");
  }
  if (cases.scores.size() != cases.labels.size()) {
    return invalid(counts(cases.scores.size(), " scores but ", cases.labels.size(), " labels"));
  }
  if (!cases.groups.empty() && cases.groups.size() != cases.scores.size()) {
    return invalid(counts(cases.scores.size(), " scores but ", cases.groups.size(), " groups"));
  }
  if (std::ranges::any_of(cases.scores, [](double score) { return std::isnan(score); })) {
    return invalid("a score is not a number");
  }
  if (std::ranges::any_of(cases.labels, [](std::uint8_t label) { return label > 1; })) {
    return invalid("a label is neither 0 nor 1");
  }
  return {};
}

Result<void> check_probabilities(const Cases& cases) {
  OSLER_TRY_DO(check(cases));
  if (std::ranges::any_of(cases.scores, [](double p) { return p < 0.0 || p > 1.0; })) {
    return invalid("a probability is outside [0, 1]");
  }
  return {};
}

std::vector<std::uint32_t> group_numbers(std::span<const std::string> names) {
  std::unordered_map<std::string_view, std::uint32_t> known;
  std::vector<std::uint32_t> numbers;
  numbers.reserve(names.size());
  for (const auto& name : names) {
    numbers.push_back(
        known.try_emplace(name, static_cast<std::uint32_t>(known.size())).first->second);
  }
  return numbers;
}

std::size_t count_groups(std::span<const std::uint32_t> groups, std::size_t size) {
  if (groups.empty()) {
    return size;
  }
  bool twice = false;
  return static_cast<std::size_t>(std::ranges::count(groups_seen(groups, twice), true));
}

bool clustered(const Cases& cases) {
  bool twice = false;
  groups_seen(cases.groups, twice);
  return twice;
}

}  // namespace osler::evaluate::metrics
