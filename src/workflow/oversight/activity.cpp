#include "workflow/oversight/internal/activity.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "evaluate/metrics/proportion.h"
#include "workflow/oversight/internal/times.h"

namespace osler::workflow::oversight::internal {
namespace {

void add(const std::string& state, std::int64_t latency_ms, Activity& activity) {
  ++activity.films;
  if (state == "scored") {
    ++activity.scored;
    activity.latency_ms.push_back(latency_ms);
  } else if (state == "no_result") {
    ++activity.no_result;
  } else if (state == "failed") {
    ++activity.failed;
  }
}

template <typename Use>
Result<void> each_result(Home& home, const reading::ModelName& model, std::int64_t since_ms,
                         Use use) {
  OSLER_TRY(auto rows,
            home.database().prepare("SELECT queued_ms, state, scored_ms FROM results INDEXED BY "
                                    "results_activity WHERE model = ? AND version = ? AND "
                                    "queued_ms >= ?",
                                    {model.name, model.version, since_ms}));
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return {};
    }
    const std::int64_t queued_ms = rows.integer(0);
    use(queued_ms, rows.text(1), rows.integer(2) - queued_ms);
  }
}

std::int64_t ranked(std::vector<std::int64_t>& values, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  const auto place =
      values.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1)) - 1;
  std::ranges::nth_element(values, place);
  return *place;
}

Estimate share_of(std::int64_t part, std::int64_t whole) {
  auto estimate = evaluate::metrics::proportion(static_cast<std::size_t>(part),
                                                static_cast<std::size_t>(whole));
  if (whole == 0) {
    estimate.reason = "no answers in the last 30 days";
  }
  return estimate;
}

}  // namespace

Result<Activity> activity_since(Home& home, const reading::ModelName& model,
                                std::int64_t since_ms) {
  Activity activity;
  OSLER_TRY_DO(each_result(home, model, since_ms,
                           [&](std::int64_t, const std::string& state, std::int64_t latency_ms) {
                             add(state, latency_ms, activity);
                           }));
  return activity;
}

Result<Activities> activities_since(Home& home, const reading::ModelName& model,
                                    std::int64_t since_ms) {
  Activities found;
  OSLER_TRY_DO(
      each_result(home, model, since_ms,
                  [&](std::int64_t queued_ms, const std::string& state, std::int64_t latency_ms) {
                    add(state, latency_ms, found.all);
                    add(state, latency_ms, found.by_day[day_of(queued_ms)]);
                  }));
  return found;
}

std::optional<Latency> latency_of(std::vector<std::int64_t> latency_ms) {
  if (latency_ms.empty()) {
    return std::nullopt;
  }
  return Latency{.p50_ms = ranked(latency_ms, 0.50), .p95_ms = ranked(latency_ms, 0.95)};
}

Result<std::vector<GivenAnswer>> answers_since(Home& home, const std::string& digest,
                                               std::int64_t since_ms, Columns columns) {
  const std::string sql =
      std::string("SELECT id, result, at_ms, decision, state") +
      (columns == Columns::All ? ", tier, reason" : "") +
      " FROM decisions INDEXED BY decisions_activity WHERE digest = ? AND at_ms >= ?";
  OSLER_TRY(auto rows, home.database().prepare(sql, {digest, since_ms}));
  struct Newest {
    std::int64_t id = 0;
    GivenAnswer answer;
  };
  std::unordered_map<std::int64_t, Newest> by_result;
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      break;
    }
    const std::int64_t id = rows.integer(0);
    Newest& newest = by_result[rows.integer(1)];
    if (id < newest.id) {
      continue;
    }
    newest.id = id;
    auto& answer = newest.answer;
    answer.at_ms = rows.integer(2);
    answer.answer = reading::answer_from(rows.text(3)).value_or(reading::Answer::Withdrawn);
    answer.undecided = rows.text(4) == to_string(reading::FindingState::Undecided);
    if (columns == Columns::All) {
      answer.tier = rows.text(5);
      answer.reason = rows.text(6);
    }
  }
  std::vector<GivenAnswer> answers;
  answers.reserve(by_result.size());
  for (auto& [result, newest] : by_result) {
    if (newest.answer.answer != reading::Answer::Withdrawn) {
      answers.push_back(std::move(newest.answer));
    }
  }
  return answers;
}

void count(const GivenAnswer& answer, AnswerCounts& counts) {
  if (answer.undecided) {
    ++counts.undecided;
    return;
  }
  ++counts.answers;
  counts.agree += answer.answer == reading::Answer::Agree ? 1 : 0;
  counts.disagree += answer.answer == reading::Answer::Disagree ? 1 : 0;
  counts.cannot_say += answer.answer == reading::Answer::CannotSay ? 1 : 0;
}

Estimate agreement_of(const AnswerCounts& counts) {
  return share_of(counts.agree, counts.answers);
}

Estimate override_of(const AnswerCounts& counts) {
  return share_of(counts.disagree, counts.answers);
}

}  // namespace osler::workflow::oversight::internal
