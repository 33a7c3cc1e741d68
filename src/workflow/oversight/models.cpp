#include "workflow/oversight/models.h"

#include <algorithm>
#include <array>
#include <map>
#include <system_error>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "workflow/oversight/internal/activity.h"
#include "workflow/oversight/internal/concerns.h"
#include "workflow/oversight/internal/registered.h"
#include "workflow/oversight/internal/state.h"
#include "workflow/oversight/internal/times.h"

namespace osler::workflow::oversight {
namespace {

using internal::Columns;
using internal::GivenAnswer;
using internal::Registered;
using reading::BrokenModel;
using reading::ModelName;

// What one page is worked out from; the time stands still for all of it.
struct Moment {
  std::int64_t now_ms = 0;
  [[nodiscard]] std::int64_t today() const { return internal::day_of(now_ms); }
  // The first moment of the window: today and the whole days before it.
  [[nodiscard]] std::int64_t window_ms() const {
    return (today() - kWindowDays + 1) * internal::kDayMs;
  }
  [[nodiscard]] std::int64_t first_week() const {
    return internal::monday_of(today()) - 7 * (kWeeks - 1);
  }
};

ModelName name_of(const Registered& registered) {
  return {.name = registered.model.name, .version = registered.model.version};
}

std::string state_of(const std::string& stage, const std::optional<reading::Pause>& pause) {
  if (pause) {
    return pause->in_force() ? "paused" : "pause_asked";
  }
  if (stage == "production") {
    return "live";
  }
  return stage == "development" ? "proposed" : stage;
}

std::string since_of(const Registered& registered, const std::optional<reading::Pause>& pause) {
  if (pause) {
    return time_text(pause->in_force() ? pause->confirmed_ms : pause->asked_ms);
  }
  return registered.steps.empty() ? "" : registered.steps.back().time;
}

// The pause of a model that has left service is over, whatever its row says.
Result<std::optional<reading::Pause>> pause_of(Home& home, const Registered& registered) {
  const auto& stage = registered.model.stage;
  if (stage != "production" && stage != "shadow") {
    return std::optional<reading::Pause>();
  }
  return reading::pause_of(home, name_of(registered));
}

void add_activity(internal::Activity activity, ModelRow& row) {
  row.films = activity.films;
  row.scored = activity.scored;
  row.no_result = activity.no_result;
  row.failed = activity.failed;
  row.latency = internal::latency_of(std::move(activity.latency_ms));
}

void add_answers(const std::vector<GivenAnswer>& answers, std::int64_t since_ms, ModelRow& row) {
  for (const auto& answer : answers) {
    if (answer.at_ms >= since_ms) {
      internal::count(answer, row.answers);
    }
  }
  row.agreement = internal::agreement_of(row.answers);
  row.overrides = internal::override_of(row.answers);
}

std::string broken_because(const ModelName& name, const std::vector<BrokenModel>& broken) {
  const auto found = std::ranges::find(broken, name, &BrokenModel::model);
  return found == broken.end() ? "" : found->why;
}

// Where a row stands beside others of the same urgency.
std::size_t place_of(const std::string& state) {
  constexpr std::array<std::string_view, 6> kOrder{"paused", "pause_asked", "live",
                                                   "shadow", "proposed",    "retired"};
  return static_cast<std::size_t>(std::ranges::find(kOrder, state) - kOrder.begin());
}

bool comes_first(const ModelRow& a, const ModelRow& b) {
  const auto key = [](const ModelRow& row) {
    return std::tuple(-row.urgency, place_of(row.state), row.model.name, -row.model.version);
  };
  return key(a) < key(b);
}

// A row with what registry, package, configuration and run say: all but what was counted.
struct Begun {
  ModelRow row;
  std::optional<internal::Papers> papers;
  std::optional<internal::ReportFacts> report;
  internal::Circumstances circumstances;
};

void add_run(Home& home, internal::ReportShelf& reports, const Registered& registered,
             Begun& begun) {
  auto& row = begun.row;
  const auto run = internal::run_of(home, registered);
  if (!run) {
    row.gap_why = run.error().message;
    return;
  }
  row.run = run->name();
  row.last_validation = run->ended.substr(0, 10);
  auto report = reports.find(home, *run);
  if (!report) {
    row.gap_why = report.error().message;
    return;
  }
  row.gap = report->gap;
  if (!row.gap) {
    row.gap_why = "no two groups have films enough to compare";
  }
  begun.report = *std::move(report);
}

void add_papers(const Home& home, internal::PaperShelf& shelf, const Registered& registered,
                Begun& begun) {
  auto papers = shelf.find(home, registered.model);
  if (!papers) {
    begun.row.finding = registered.model.name;
    begun.circumstances.refused = papers.error().message;
    return;
  }
  begun.row.finding = papers->finding;
  begun.row.intended_use = papers->intended_use;
  begun.circumstances.open_gates = papers->open_gates;
  begun.papers = *std::move(papers);
}

Result<Begun> begin(internal::Sources& sources, const Registered& registered, const Moment& moment,
                    const std::vector<BrokenModel>& broken) {
  Begun begun;
  auto& row = begun.row;
  row.model = name_of(registered);
  row.stage = registered.model.stage;
  row.digest = registered.model.digest;
  OSLER_TRY(begun.circumstances.pause, pause_of(sources.home, registered));
  row.state = state_of(row.stage, begun.circumstances.pause);
  row.since = since_of(registered, begun.circumstances.pause);
  begun.circumstances.notes = sources.home.configuration().notes_on(row.model.name);
  begun.circumstances.today = internal::day_text(moment.today());
  row.owner = begun.circumstances.notes.owner;
  row.risk = begun.circumstances.notes.risk;
  row.next_review = begun.circumstances.notes.next_review;
  add_papers(sources.home, sources.papers, registered, begun);
  if (auto why = broken_because(row.model, broken); !why.empty()) {
    begun.circumstances.refused = std::move(why);
  }
  add_run(sources.home, sources.reports, registered, begun);
  return begun;
}

// ── one model ────────────────────────────────────────────────────────────────────────────────────

std::vector<DayRow> days_of(internal::Activities& activities,
                            const std::vector<GivenAnswer>& answers, const Moment& moment) {
  std::map<std::int64_t, AnswerCounts> given;
  for (const auto& answer : answers) {
    internal::count(answer, given[internal::day_of(answer.at_ms)]);
  }
  std::vector<DayRow> days;
  for (std::int64_t day = moment.today() - kWindowDays + 1; day <= moment.today(); ++day) {
    auto& activity = activities.by_day[day];
    days.push_back({.day = internal::day_text(day),
                    .films = activity.films,
                    .scored = activity.scored,
                    .failed = activity.failed,
                    .latency = internal::latency_of(std::move(activity.latency_ms)),
                    .agree = given[day].agree,
                    .answers = given[day].answers});
  }
  return days;
}

std::vector<WeekRow> weeks_of(const std::vector<GivenAnswer>& answers, const Moment& moment) {
  std::map<std::int64_t, AnswerCounts> given;
  for (const auto& answer : answers) {
    internal::count(answer, given[internal::monday_of(internal::day_of(answer.at_ms))]);
  }
  std::vector<WeekRow> weeks;
  for (int i = 0; i < kWeeks; ++i) {
    const std::int64_t monday = moment.first_week() + 7 * i;
    weeks.push_back({.week = internal::day_text(monday),
                     .answers = given[monday].answers,
                     .overrides = given[monday].disagree});
  }
  return weeks;
}

std::vector<ReasonRow> reasons_of(const std::vector<GivenAnswer>& answers, std::int64_t since_ms) {
  std::map<std::string, std::int64_t> counts;
  for (const auto& answer : answers) {
    if (answer.at_ms >= since_ms && answer.answer == reading::Answer::Disagree) {
      ++counts[answer.reason];
    }
  }
  std::vector<ReasonRow> rows;
  const auto& known = reading::coded_reasons();
  for (const auto& [code, times] : counts) {
    const auto found = std::ranges::find(known, code, &reading::CodedReason::code);
    rows.push_back({.code = code,
                    .text = code.empty()           ? "No reason given"
                            : found == known.end() ? code
                                                   : std::string(found->text),
                    .count = times});
  }
  std::ranges::stable_sort(rows, std::ranges::greater(), &ReasonRow::count);
  return rows;
}

std::vector<TierRow> tiers_of(const std::vector<GivenAnswer>& answers, std::int64_t since_ms) {
  std::vector<TierRow> rows;
  for (const char* tier : {"high", "medium", "low", "undecided"}) {
    rows.push_back({.tier = tier});
  }
  for (const auto& answer : answers) {
    const auto row = std::ranges::find(rows, answer.tier, &TierRow::tier);
    if (answer.at_ms < since_ms || row == rows.end()) {
      continue;
    }
    ++row->answers;
    row->overrides += answer.answer == reading::Answer::Disagree ? 1 : 0;
  }
  std::erase_if(rows, [](const TierRow& row) { return row.answers == 0; });
  return rows;
}

Result<std::vector<VersionRow>> versions_of(Home& home, const std::vector<Registered>& all,
                                            const std::string& name) {
  std::vector<VersionRow> rows;
  for (const auto& registered : all) {
    if (registered.model.name != name) {
      continue;
    }
    OSLER_TRY(const auto answers,
              internal::answers_since(home, registered.model.digest, 0, Columns::Counted));
    AnswerCounts counts;
    for (const auto& answer : answers) {
      internal::count(answer, counts);
    }
    rows.push_back({.version = registered.model.version,
                    .answers = counts.answers,
                    .overrides = counts.disagree});
  }
  std::ranges::reverse(rows);
  return rows;
}

std::vector<SignOffRow> sign_offs_of(const internal::Papers& papers) {
  std::vector<std::string> covered;
  for (const auto& gate : papers.gates) {
    if (gate.verdict != "pass") {
      covered.push_back(gate.name);
    }
  }
  std::vector<SignOffRow> rows;
  for (const auto& sign_off : papers.sign_offs) {
    rows.push_back(
        {.gates = join(covered, ", "), .person = sign_off.person, .reason = sign_off.reason});
  }
  return rows;
}

std::filesystem::path report_path(const Home& home, const std::string& run) {
  const auto number = run.empty() ? std::nullopt : parse_integer(run.substr(1));
  return number ? run_folder(home, *number) / "report.html" : std::filesystem::path();
}

bool is_file(const std::filesystem::path& path) {
  std::error_code ignored;
  return !path.empty() && std::filesystem::is_regular_file(path, ignored);
}

void add_evidence(const Home& home, Begun begun, const Registered& registered,
                  ModelDetail& detail) {
  if (begun.papers) {
    detail.card = std::move(begun.papers->card);
    detail.gates = begun.papers->gates;
    detail.sign_offs = sign_offs_of(*begun.papers);
  }
  if (begun.report) {
    detail.subgroups = std::move(begun.report->subgroups);
  } else {
    detail.subgroups_why = begun.row.gap_why;
  }
  if (begun.papers) {
    detail.subgroups.floor = begun.papers->sensitivity_floor;
  }
  for (const auto& step : registered.steps) {
    detail.history.push_back({.to = std::string(deploy::registry::to_string(step.to)),
                              .person = step.actor,
                              .reason = step.reason,
                              .time = step.time});
  }
  detail.pause = std::move(begun.circumstances.pause);
  detail.has_report = is_file(report_path(home, begun.row.run));
}

const Registered* find(const std::vector<Registered>& all, const ModelName& name) {
  const auto found = std::ranges::find(all, name, name_of);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

Result<std::vector<ModelRow>> Oversight::models(const std::vector<BrokenModel>& broken) const {
  Home& home = state_->sources.home;
  const Moment moment{now_ms(home.clock())};
  OSLER_TRY(const auto all, internal::registered_models(home));
  std::vector<ModelRow> rows;
  for (const auto& registered : all) {
    OSLER_TRY(auto begun, begin(state_->sources, registered, moment, broken));
    auto& row = begun.row;
    OSLER_TRY(auto activity, internal::activity_since(home, row.model, moment.window_ms()));
    add_activity(std::move(activity), row);
    OSLER_TRY(const auto answers,
              internal::answers_since(home, row.digest, moment.window_ms(), Columns::Counted));
    add_answers(answers, moment.window_ms(), row);
    internal::say_what_is_needed(begun.circumstances, row);
    rows.push_back(std::move(row));
  }
  std::ranges::stable_sort(rows, comes_first);
  return rows;
}

Result<ModelDetail> Oversight::model(const ModelName& name,
                                     const std::vector<BrokenModel>& broken) const {
  Home& home = state_->sources.home;
  const Moment moment{now_ms(home.clock())};
  OSLER_TRY_DO(find_model(home, name.reference()));
  OSLER_TRY(const auto all, internal::registered_models(home));
  const Registered* const registered = find(all, name);
  if (registered == nullptr) {
    return Error(ErrorCode::NotFound, "there is no model " + name.reference());
  }
  OSLER_TRY(auto begun, begin(state_->sources, *registered, moment, broken));
  ModelDetail detail;
  auto& row = begun.row;
  OSLER_TRY(auto activities, internal::activities_since(home, name, moment.window_ms()));
  OSLER_TRY(const auto answers,
            internal::answers_since(home, row.digest, moment.first_week() * internal::kDayMs,
                                    Columns::All));
  detail.days = days_of(activities, answers, moment);
  add_activity(std::move(activities.all), row);
  add_answers(answers, moment.window_ms(), row);
  internal::say_what_is_needed(begun.circumstances, row);
  detail.weeks = weeks_of(answers, moment);
  detail.reasons = reasons_of(answers, moment.window_ms());
  detail.by_tier = tiers_of(answers, moment.window_ms());
  OSLER_TRY(detail.by_version, versions_of(home, all, name.name));
  detail.row = row;
  add_evidence(home, std::move(begun), *registered, detail);
  return detail;
}

Result<std::filesystem::path> Oversight::model_report(const ModelName& name) const {
  Home& home = state_->sources.home;
  OSLER_TRY_DO(find_model(home, name.reference()));
  OSLER_TRY(const auto all, internal::registered_models(home));
  const Registered* const registered = find(all, name);
  auto path = registered == nullptr ? "" : report_path(home, registered->run());
  if (!is_file(path)) {
    return Error(ErrorCode::NotFound, "there is no report of " + name.reference())
        .hint("it lies with the run that made the model; this home has no such run");
  }
  return path;
}

}  // namespace osler::workflow::oversight
