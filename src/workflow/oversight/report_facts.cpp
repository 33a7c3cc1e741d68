#include "workflow/oversight/internal/report_facts.h"

#include <cmath>

#include "base/file.h"
#include "base/text.h"
#include "evaluate/fairness/subgroups.h"
#include "evaluate/metrics/proportion.h"
#include "workflow/oversight/internal/json_reading.h"

namespace osler::workflow::oversight::internal {
namespace {

constexpr std::uint64_t kLargest = std::uint64_t{64} << 20;
constexpr std::size_t kMostEpochs = 10'000;

std::string group_name(const Json& object, const char* value) {
  return evaluate::fairness::group_name(text_in(object, "column"), text_in(object, value));
}

void read_subgroups(const Json& table, ReportFacts& facts) {
  for (const auto& group : member(table, "groups")) {
    facts.subgroups.rows.push_back({.attribute = text_in(group, "column"),
                                    .group = group_name(group, "value"),
                                    .n = count_in(group, "n"),
                                    .positive = count_in(group, "positives"),
                                    .value = estimate_in(group, "sensitivity")});
  }
  for (const auto& line : member(table, "omitted")) {
    if (line.is_string()) {
      facts.subgroups.omitted.push_back(line.get<std::string>());
    }
  }
}

std::size_t positives_of(const Json& table, const std::string& column, const std::string& value) {
  for (const auto& group : member(table, "groups")) {
    if (text_in(group, "column") == column && text_in(group, "value") == value) {
      return count_in(group, "positives");
    }
  }
  return 0;
}

void read_gap(const Json& table, ReportFacts& facts) {
  for (const auto& gap : member(table, "gaps")) {
    const auto difference = estimate_in(gap, "difference");
    if (text_in(gap, "measure") != "sensitivity" || !difference.estimable() ||
        (facts.gap && facts.gap->difference.value >= difference.value)) {
      continue;
    }
    facts.gap = {.attribute = text_in(gap, "column"),
                 .group = group_name(gap, "worst"),
                 .other = group_name(gap, "best"),
                 .n = positives_of(table, text_in(gap, "column"), text_in(gap, "worst")),
                 .difference = difference,
                 .points = static_cast<int>(std::lround(100.0 * difference.value))};
  }
}

void read_reliability(const Json& calibration, Reliability& out) {
  for (const auto& bin : member(calibration, "bins")) {
    const std::size_t n = count_in(bin, "n");
    const std::size_t positives = count_in(bin, "positives");
    if (n == 0 || positives > n) {
      continue;
    }
    out.bins.push_back({.mean = number_in(bin, "mean_probability").value_or(0.0),
                        .observed = evaluate::metrics::proportion(positives, n)});
  }
  out.slope = estimate_in(calibration, "slope");
  out.intercept = estimate_in(calibration, "intercept");
}

// The learner's own lines, which know more of the validation part than the report keeps.
std::vector<EpochRow> read_epochs(const std::filesystem::path& run_folder) {
  std::vector<EpochRow> rows;
  const auto text = read_text(run_folder / "epochs.jsonl", kLargest);
  if (!text) {
    return rows;
  }
  for (const auto& line : split(*text, '\n')) {
    const auto epoch = parse_json(line, "epochs.jsonl");
    if (!epoch || rows.size() == kMostEpochs) {
      continue;
    }
    const Json& validation = member(*epoch, "validation");
    rows.push_back({.epoch = static_cast<std::int64_t>(count_in(*epoch, "epoch")),
                    .loss = number_in(*epoch, "loss").value_or(0.0),
                    .validation_loss = number_in(validation, "loss"),
                    .validation_auroc = number_in(validation, "auroc"),
                    .validation_auprc = number_in(validation, "auprc")});
  }
  return rows;
}

std::vector<EpochRow> reported_epochs(const Json& training) {
  std::vector<EpochRow> rows;
  for (const auto& epoch : training) {
    rows.push_back({.epoch = static_cast<std::int64_t>(count_in(epoch, "epoch")),
                    .loss = number_in(epoch, "training_loss").value_or(0.0),
                    .validation_loss = number_in(epoch, "validation_loss"),
                    .validation_auroc = std::nullopt,
                    .validation_auprc = number_in(epoch, "validation_auprc")});
  }
  return rows;
}

}  // namespace

Result<ReportFacts> read_report(const std::filesystem::path& run_folder) {
  OSLER_TRY(const std::string text, read_text(run_folder / "report.json", kLargest));
  OSLER_TRY(const Json report, parse_json(text, "report.json"));
  if (!text_in(report, "format").starts_with("osler-report/")) {
    return Error(ErrorCode::DataCorrupt, "this is not a report of osler")
        .at((run_folder / "report.json").string());
  }
  ReportFacts facts;
  facts.split = text_in(report, "split");
  facts.finding = text_in(report, "finding");
  facts.threshold = number_in(report, "threshold").value_or(0.5);
  facts.films = count_in(report, "films");
  facts.positives = count_in(report, "positives");
  const Json& metrics = member(report, "metrics");
  for (const auto& entry : metrics.items()) {
    facts.metrics.emplace(entry.key(), estimate_in(metrics, entry.key()));
  }
  if (const Json& baseline = member(report, "metadata_baseline"); baseline.is_object()) {
    facts.metadata = estimate_in(baseline, "auroc");
  }
  read_reliability(member(report, "calibration"), facts.reliability);
  read_subgroups(member(report, "subgroups"), facts);
  read_gap(member(report, "subgroups"), facts);
  facts.gates = gate_rows(member(report, "gates"), metrics);
  facts.curve = read_epochs(run_folder);
  if (facts.curve.empty()) {
    facts.curve = reported_epochs(member(report, "training"));
  }
  return facts;
}

Result<ReportFacts> ReportShelf::find(const Home& home, const Run& run) {
  if (run.state != "done") {
    return Error(ErrorCode::NotFound, run.name() + " has no report: it is " + run.state);
  }
  {
    const std::lock_guard lock(mutex_);
    const auto known = by_run_.find(run.number);
    if (known != by_run_.end() && known->second.first == run.ended) {
      return known->second.second;
    }
  }
  OSLER_TRY(auto facts, read_report(run_folder(home, run.number)));
  const std::lock_guard lock(mutex_);
  return by_run_.insert_or_assign(run.number, std::pair(run.ended, std::move(facts)))
      .first->second.second;
}

}  // namespace osler::workflow::oversight::internal
