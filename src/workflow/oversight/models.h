#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "workflow/oversight/evidence.h"
#include "workflow/reading/service.h"

namespace osler::workflow::oversight {

// Numbers of a model's row and days are of this window, up to now; weeks of the longer one.
inline constexpr int kWindowDays = 30;
inline constexpr int kWeeks = 12;

struct Latency {  // from queued to scored, nearest rank
  std::int64_t p50_ms = 0;
  std::int64_t p95_ms = 0;
};

// What readers said. The newest answer to a result counts, unless it was withdrawn.
struct AnswerCounts {
  std::int64_t answers = 0;  // to results above or below the threshold: the next three together
  std::int64_t agree = 0;
  std::int64_t disagree = 0;  // the reader overrode the result
  std::int64_t cannot_say = 0;
  std::int64_t undecided = 0;  // answers to undecided results: nothing was there to override
};

// One model version in the inventory.
struct ModelRow {
  reading::ModelName model;
  std::string finding;       // "Opacity"
  std::string intended_use;  // the statement
  std::string owner;         // these three as the site's configuration says
  std::string risk;
  std::string next_review;      // "2026-12-15"
  std::string stage;            // "development", "shadow", "production", "retired"
  std::string state;            // "live", "paused", "pause_asked", "shadow", "proposed", "retired"
  std::string since;            // of the state
  std::string last_validation;  // the day on which the run that made it ended; empty: unknown
  std::string run;              // that run, "r12"; empty: unknown
  std::int64_t films = 0;       // given to it in the window, also those that still wait
  std::int64_t scored = 0;
  std::int64_t no_result = 0;
  std::int64_t failed = 0;
  std::optional<Latency> latency;
  AnswerCounts answers;
  Estimate agreement;  // agree of answers
  Estimate overrides;  // disagree of answers
  std::optional<WidestGap> gap;
  std::string gap_why;  // why there is none
  std::string digest;
  std::string decision_needed;  // in words; empty: nothing is
  int urgency = 0;              // 0: nothing is needed; more comes first
};

struct SignOffRow {
  std::string gates;  // those that it covers: "subgroup_gap"
  std::string person;
  std::string reason;
};
struct StageStep {
  std::string to;
  std::string person;
  std::string reason;
  std::string time;
};
struct DayRow {
  std::string day;  // in UTC
  std::int64_t films = 0;
  std::int64_t scored = 0;
  std::int64_t failed = 0;
  std::optional<Latency> latency;
  std::int64_t agree = 0;
  std::int64_t answers = 0;
};
struct WeekRow {
  std::string week;  // its Monday, in UTC
  std::int64_t answers = 0;
  std::int64_t overrides = 0;
};
struct ReasonRow {
  std::string code;  // of reading::coded_reasons(), or empty: none was given
  std::string text;
  std::int64_t count = 0;
};
struct TierRow {
  std::string tier;
  std::int64_t answers = 0;
  std::int64_t overrides = 0;
};
struct VersionRow {  // of all time
  std::int64_t version = 0;
  std::int64_t answers = 0;
  std::int64_t overrides = 0;
};

struct ModelDetail {
  ModelRow row;
  std::string card;  // Markdown
  std::vector<GateRow> gates;
  std::vector<SignOffRow> sign_offs;
  std::vector<StageStep> history;      // of this version, oldest first
  std::vector<DayRow> days;            // kWindowDays of them, oldest first
  std::vector<WeekRow> weeks;          // kWeeks of them, oldest first
  std::vector<ReasonRow> reasons;      // of disagreements, the most frequent first
  std::vector<TierRow> by_tier;        // high, medium, low, undecided
  std::vector<VersionRow> by_version;  // all versions of the name, oldest first
  Subgroups subgroups;
  std::string subgroups_why;  // why there are none
  std::optional<reading::Pause> pause;
  bool has_report = false;
};

[[nodiscard]] Json to_json(const ModelRow& row);
[[nodiscard]] Json to_json(const ModelDetail& detail);
// As the routes that ask, confirm and end a pause answer; null: none.
[[nodiscard]] Json to_json(const std::optional<reading::Pause>& pause);

}  // namespace osler::workflow::oversight
