#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "evaluate/metrics/estimate.h"
#include "workflow/home.h"
#include "workflow/oversight/models.h"
#include "workflow/reading/finding.h"
#include "workflow/reading/service.h"

namespace osler::workflow::oversight::internal {

// What a model version did with the films it was given.
struct Activity {
  std::int64_t films = 0;  // all that it was given, also those that still wait
  std::int64_t scored = 0;
  std::int64_t no_result = 0;
  std::int64_t failed = 0;
  std::vector<std::int64_t> latency_ms;  // of the scored ones, in no order
};

struct Activities {
  Activity all;
  std::map<std::int64_t, Activity> by_day;  // of the day when the film was queued
};
// Of the films queued from `since_ms` on.
[[nodiscard]] Result<Activity> activity_since(Home& home, const reading::ModelName& model,
                                              std::int64_t since_ms);
[[nodiscard]] Result<Activities> activities_since(Home& home, const reading::ModelName& model,
                                                  std::int64_t since_ms);

// Nearest rank. Nothing: no film was scored.
[[nodiscard]] std::optional<Latency> latency_of(std::vector<std::int64_t> latency_ms);

// The answer that counts of one result: the newest, unless it was withdrawn.
struct GivenAnswer {
  std::int64_t at_ms = 0;
  reading::Answer answer = reading::Answer::CannotSay;
  bool undecided = false;  // the result said neither
  std::string tier;        // these two only with Columns::All
  std::string reason;
};
enum class Columns : std::uint8_t { Counted, All };
// Those given from `since_ms` on to results of the package, in no order.
[[nodiscard]] Result<std::vector<GivenAnswer>> answers_since(Home& home, const std::string& digest,
                                                             std::int64_t since_ms,
                                                             Columns columns);

void count(const GivenAnswer& answer, AnswerCounts& counts);
// Shares of the answers to results above or below the threshold, Wilson intervals.
[[nodiscard]] Estimate agreement_of(const AnswerCounts& counts);
[[nodiscard]] Estimate override_of(const AnswerCounts& counts);

}  // namespace osler::workflow::oversight::internal
