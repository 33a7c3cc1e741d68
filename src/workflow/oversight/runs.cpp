#include "workflow/oversight/runs.h"

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "workflow/oversight/internal/json_reading.h"
#include "workflow/oversight/internal/lineage.h"
#include "workflow/oversight/internal/run_rows.h"
#include "workflow/oversight/internal/state.h"

namespace osler::workflow::oversight {
namespace {

using internal::ReportFacts;
using internal::Sources;

std::vector<NamedNumber> numbers_of(const ReportFacts& report) {
  const std::string at = " at " + fixed(report.threshold, 2);
  std::vector<NamedNumber> numbers;
  for (const auto& [key, words] : internal::metric_names()) {
    const auto found = report.metrics.find(key);
    if (found == report.metrics.end()) {
      continue;
    }
    const std::string_view name = key;
    const bool at_threshold =
        name == "sensitivity" || name == "specificity" || name == "ppv" || name == "npv";
    numbers.push_back({.name = words + (at_threshold ? at : ""), .value = found->second});
  }
  if (report.metadata) {
    numbers.push_back({.name = "AUROC of the metadata alone", .value = *report.metadata});
  }
  return numbers;
}

void add_evaluation(Sources& sources, const Run& run, RunDetail& detail) {
  auto report = sources.reports.find(sources.home, run);
  if (!report) {
    detail.why = report.error().message;
    return;
  }
  const auto parameters = parse_json(run.parameters, "run");
  if (parameters) {
    report->subgroups.floor = internal::number_in(
        internal::member(internal::member(*parameters, "study"), "gates"), "sensitivity_lower");
  }
  detail.numbers = numbers_of(*report);
  const auto evaluation = sources.evaluations.find(sources.home, run, *report);
  if (evaluation) {
    detail.roc = evaluation->roc;
    detail.worst = evaluation->worst;
  } else {
    detail.why = evaluation.error().message;
  }
  detail.curve = std::move(report->curve);
  detail.reliability = std::move(report->reliability);
  detail.subgroups = std::move(report->subgroups);
  detail.gates = std::move(report->gates);
}

bool is_file(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

// ── two runs ─────────────────────────────────────────────────────────────────────────────────────

// Every leaf of a document by its path: "study.training.optimiser.batch" -> "64".
void flatten(const Json& document, const std::string& path,
             std::map<std::string, std::string>& leaves) {
  if (document.is_object()) {
    for (const auto& entry : document.items()) {
      flatten(entry.value(), path.empty() ? entry.key() : path + "." + entry.key(), leaves);
    }
    return;
  }
  leaves[path] = dump_json(document);
}

std::map<std::string, std::string> leaves_of(const Run& run) {
  std::map<std::string, std::string> leaves{{"dataset", dump_json(run.dataset)},
                                            {"kind", dump_json(run.kind)},
                                            {"seed", dump_json(run.seed)}};
  if (const auto parameters = parse_json(run.parameters, "run"); parameters) {
    flatten(*parameters, "", leaves);
  }
  if (const auto system = parse_json(run.system, "run"); system) {
    flatten(*system, "environment", leaves);
  }
  return leaves;
}

std::vector<Difference> differences(const Run& a, const Run& b) {
  auto one = leaves_of(a);
  auto two = leaves_of(b);
  std::map<std::string, Difference> found;
  for (const auto& [key, value] : one) {
    if (const auto other = two.find(key); other == two.end() || other->second != value) {
      found[key] = {.key = key, .a = value, .b = other == two.end() ? "" : other->second};
    }
  }
  for (const auto& [key, value] : two) {
    if (!one.contains(key)) {
      found[key] = {.key = key, .a = "", .b = value};
    }
  }
  std::vector<Difference> list;
  for (auto& [key, difference] : found) {
    list.push_back(std::move(difference));
  }
  return list;
}

Result<void> compare_films(Sources& sources, const Run& a, const Run& b, Comparison& comparison) {
  const auto report_a = sources.reports.find(sources.home, a);
  const auto report_b = sources.reports.find(sources.home, b);
  if (!report_a || !report_b) {
    comparison.unpaired_why = (report_a ? report_b : report_a).error().message;
    return {};
  }
  const auto pair = internal::pair_up(sources.home, sources.films, a, *report_a, b, *report_b);
  if (!pair) {
    comparison.unpaired_why = pair.error().message;
    return {};
  }
  comparison.unpaired_why = pair->why;
  OSLER_TRY(comparison.metrics, internal::metric_pairs(*pair, *report_a, *report_b));
  // A test part of one class has no curve.
  if (auto points = internal::roc_points(*pair->a); points) {
    comparison.roc_a = *std::move(points);
  }
  if (auto points = internal::roc_points(*pair->b); points) {
    comparison.roc_b = *std::move(points);
  }
  return {};
}

}  // namespace

Result<std::vector<RunRow>> Oversight::runs() const {
  auto& sources = state_->sources;
  OSLER_TRY(const auto list, list_runs(sources.home));
  OSLER_TRY(const auto registered, internal::registered_models(sources.home));
  const auto in_production = internal::champions(sources.home, registered);
  std::vector<RunRow> rows;
  for (const auto& run : list) {
    rows.push_back(internal::row_of(sources, run, in_production));
  }
  return rows;
}

Result<RunDetail> Oversight::run(const std::string& name) const {
  auto& sources = state_->sources;
  OSLER_TRY(const auto run, find_run(sources.home, name));
  OSLER_TRY(const auto registered, internal::registered_models(sources.home));
  RunDetail detail;
  detail.row = internal::row_of(sources, run, internal::champions(sources.home, registered));
  detail.lineage = internal::lineage_of(sources.home, run, internal::made_by(registered, run));
  add_evaluation(sources, run, detail);
  detail.environment = run.system;
  detail.parameters = run.parameters;
  detail.has_report = is_file(run_folder(sources.home, run.number) / "report.html");
  return detail;
}

Result<std::filesystem::path> Oversight::run_report(const std::string& name) const {
  OSLER_TRY(const auto run, find_run(state_->sources.home, name));
  auto path = run_folder(state_->sources.home, run.number) / "report.html";
  if (run.state != "done" || !is_file(path)) {
    return Error(ErrorCode::NotFound, run.name() + " has no report");
  }
  return path;
}

Result<std::string> Oversight::worst_picture(const std::string& name, std::size_t number) const {
  auto& sources = state_->sources;
  OSLER_TRY(const auto run, find_run(sources.home, name));
  OSLER_TRY(const auto report, sources.reports.find(sources.home, run));
  OSLER_TRY(const auto evaluation, sources.evaluations.find(sources.home, run, report));
  if (number < 1 || number > evaluation.worst.size()) {
    return Error(ErrorCode::NotFound, run.name() + " has no such picture");
  }
  OSLER_TRY(auto pictures, sources.pictures.find(sources.home, run, evaluation.worst));
  if (pictures[number - 1].empty()) {
    return Error(ErrorCode::NotFound, "the film cannot be drawn");
  }
  return std::move(pictures[number - 1]);
}

Result<Comparison> Oversight::compare(const std::string& a, const std::string& b) const {
  auto& sources = state_->sources;
  OSLER_TRY(const auto first, find_run(sources.home, a));
  OSLER_TRY(const auto second, find_run(sources.home, b));
  OSLER_TRY(const auto registered, internal::registered_models(sources.home));
  const auto in_production = internal::champions(sources.home, registered);
  Comparison comparison;
  comparison.a = internal::row_of(sources, first, in_production);
  comparison.b = internal::row_of(sources, second, in_production);
  comparison.differs = differences(first, second);
  OSLER_TRY_DO(compare_films(sources, first, second, comparison));
  return comparison;
}

Result<std::vector<Origin>> Oversight::lineage_of_finding(std::int64_t finding) const {
  Home& home = state_->sources.home;
  reading::ModelName model;
  std::string label;
  std::string digest;
  {
    OSLER_TRY(auto rows,
              home.database().prepare(
                  "SELECT model, version, label, digest FROM results WHERE id = ?", {finding}));
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return Error(ErrorCode::NotFound, "there is no such finding");
    }
    model = {.name = rows.text(0), .version = rows.integer(1)};
    label = rows.text(2);
    digest = rows.text(3);
  }
  OSLER_TRY(const auto all, internal::registered_models(home));
  const auto registered = std::ranges::find_if(all, [&](const internal::Registered& one) {
    return one.model.name == model.name && one.model.version == model.version;
  });
  std::vector<Origin> lineage;
  if (registered != all.end()) {
    const auto run = internal::run_of(home, *registered);
    lineage =
        run ? internal::lineage_of(home, *run, {*registered}) : internal::lineage_of(*registered);
  }
  lineage.push_back(
      {.kind = "finding", .label = "f" + std::to_string(finding) + ", " + label, .digest = digest});
  return lineage;
}

}  // namespace osler::workflow::oversight
