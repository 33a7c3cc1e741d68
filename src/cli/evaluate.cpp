#include <filesystem>

#include <nlohmann/json.hpp>

#include "base/csv.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/verbs.h"
#include "evaluate/report/report.h"
#include "study/study.h"

namespace osler::cli {
namespace {

namespace report = evaluate::report;

std::string with_interval(const evaluate::metrics::Estimate& found, int decimals) {
  if (!found.estimable()) {
    return "not estimable: " + found.reason;
  }
  std::string text = fixed(found.value, decimals);
  if (found.has_interval()) {
    text += " (" + fixed(found.lower, decimals) + " to " + fixed(found.upper, decimals) + ")";
  }
  return text + ", n " + std::to_string(found.n);
}

// The operating point: --threshold, else the study's, else where the table's own decisions change.
Result<double> threshold_of(const Arguments& arguments, const study::Study& study,
                            const CsvTable& csv, const report::PredictionTable& table) {
  OSLER_TRY(const auto given, arguments.number("threshold"));
  if (given) {
    return *given;
  }
  if (study.operating_point.rule == study::OperatingPoint::Rule::Threshold) {
    return study.operating_point.value;
  }
  const auto positive = csv.column("positive");
  double lowest = 2.0;
  for (std::size_t i = 0; positive && i < table.rows(); ++i) {
    if (csv.at(i, *positive) == "1") {
      lowest = std::min(lowest, table.probabilities[i]);
    }
  }
  if (lowest <= 1.0) {
    return lowest;
  }
  return Error(ErrorCode::InvalidArgument,
               "nothing says where the operating point is: the study asks for a rule that needs "
               "validation films, and the table has no column \"positive\"")
      .at(csv.name())
      .hint("add the column, or give --threshold P");
}

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  const auto study_file = arguments.text("study");
  if (!study_file) {
    return Error(ErrorCode::InvalidArgument, "osler evaluate needs --study STUDY.yaml")
        .hint("see osler evaluate --help");
  }
  OSLER_TRY(const auto study, study::load(*study_file, arguments.text("data").value_or(".")));
  const std::filesystem::path path = arguments.positional().front();
  OSLER_TRY(const std::string text, read_text(path));
  OSLER_TRY(const auto csv, CsvTable::parse(text, path.filename().string()));
  OSLER_TRY(const auto table, report::PredictionTable::parse(csv));
  report::ReportOptions options;
  options.title = study.title.empty() ? "Evaluation of " + study.name : study.title;
  options.finding = study.finding.label;
  options.intended_use = study.intended_use.statement;
  options.facts = {{"Predictions", path.filename().string()}, {"Study", study.name}};
  options.high_from = study.high_from;
  options.sensitivity_floor = study.gates.sensitivity_lower;
  OSLER_TRY(options.threshold, threshold_of(arguments, study, csv, table));
  options.subgroups.threshold = options.threshold;
  options.split = arguments.text("split").value_or("test");
  options.command = "osler evaluate " + path.filename().string() + " --study " + *study_file;
  OSLER_TRY(const auto found, report::evaluate(table, std::move(options), context.progress));
  const std::filesystem::path out = arguments.text("out").value_or(path.parent_path().string());
  OSLER_TRY_DO(write_file(out / "report.json", pretty_json(report::to_json(found))));
  OSLER_TRY_DO(write_file(out / "report.html", report::to_html(found)));
  const auto& metrics = found.metrics;
  context.say("AUROC         " + with_interval(metrics.auroc, 3));
  context.say("AUPRC         " + with_interval(metrics.auprc, 3));
  context.say("sensitivity   " + with_interval(metrics.sensitivity, 2));
  context.say("specificity   " + with_interval(metrics.specificity, 2));
  context.say("PPV           " + with_interval(metrics.ppv, 2));
  context.say("NPV           " + with_interval(metrics.npv, 2));
  context.say("accuracy      " + with_interval(metrics.accuracy, 2));
  context.say("Brier         " + with_interval(metrics.brier, 3));
  context.say("ECE           " + with_interval(metrics.ece, 3));
  context.say("report        " + (out / "report.html").string());
  Json document = report::to_json(found);
  document["report"] = (out / "report.html").string();
  return Outcome{.document = dump_json(document)};
}

}  // namespace

Verb evaluate_verb() {
  return {
      .usage = {.verb = "evaluate",
                .summary = "every number of a table of predictions, with its interval, as a report",
                .form = "PREDICTIONS.csv --study STUDY.yaml [options]",
                .examples = {"osler evaluate predictions.csv --study study.yaml",
                             "osler evaluate predictions.csv --study study.yaml --out report/ "
                             "--json"},
                .remarks =
                    "Columns: id, label (0 or 1) and probability; also patient, split, score, "
                    "lower, upper, tier, positive.\nEvery further column parts the films into "
                    "groups. Writes report.json and report.html.",
                .options = {{"study", "FILE", "the study it is held to"},
                            {"data", "DIR", "what ${DATA} stands for in the study file"},
                            {"split", "NAME", "the part that is evaluated, default test"},
                            {"threshold", "P", "operating point, a probability"},
                            {"out", "DIR", "where the report goes; default: beside the table"}},
                .least = 1,
                .most = 1,
                .more = "docs/guides/first-study.md"},
      .run = run};
}

}  // namespace osler::cli
