#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/csv.h"
#include "base/file.h"
#include "base/parallel.h"
#include "base/text.h"
#include "evaluate/report/pictures.h"
#include "workflow/films.h"
#include "workflow/internal/judgement.h"
#include "workflow/internal/predictions.h"
#include "workflow/internal/thumbnails.h"

namespace osler::workflow::internal {
namespace {

namespace calibration = evaluate::calibration;
namespace report = evaluate::report;
namespace gates = deploy::gates;

calibration::ScoreMapOptions score_map_options(const study::Study& study, std::size_t validation) {
  calibration::ScoreMapOptions options;
  switch (study.calibration) {
    case study::Calibration::Platt:
      options.calibration.methods = {calibration::Method::Platt};
      break;
    case study::Calibration::Temperature:
      options.calibration.methods = {calibration::Method::Temperature};
      break;
    case study::Calibration::Isotonic:
      options.calibration.methods = {calibration::Method::Isotonic};
      break;
    case study::Calibration::Auto:
      break;
  }
  using Rule = study::OperatingPoint::Rule;
  using Kind = calibration::Rule::Kind;
  const auto rule = study.operating_point.rule;
  options.rule = {.kind = rule == Rule::Sensitivity   ? Kind::Sensitivity
                          : rule == Rule::Specificity ? Kind::Specificity
                                                      : Kind::Fixed,
                  .value = study.operating_point.value};
  options.similar = std::clamp<std::size_t>(validation / 5, 20, 100);
  options.high_from = study.high_from;
  return options;
}

std::string rule_in_words(const study::OperatingPoint& point) {
  using Rule = study::OperatingPoint::Rule;
  const std::string value = fixed(point.value, 2);
  switch (point.rule) {
    case Rule::Sensitivity:
      return "the highest that kept sensitivity at " + value +
             " on the validation part, lowered as far as that cost no specificity there";
    case Rule::Specificity:
      return "the lowest that kept specificity at " + value + " on the validation part";
    case Rule::Threshold:
      break;
  }
  return "given in the study file";
}

// What some fields alone predict, fitted on the training films and scored on the test films.
std::optional<evaluate::baseline::Baseline> baseline_of(
    const Subject& subject, const PartRows& test,
    const std::vector<evaluate::baseline::Field>& fields) {
  const auto& manifest = subject.data.manifest;
  const PartRows train = rows_of(manifest, dataset::kTrain, subject.request->study.finding.label);
  if (fields.empty() || train.rows.empty()) {
    return std::nullopt;
  }
  std::vector<std::uint8_t> labels(manifest.items.size());
  std::vector<std::string> patients;
  for (const auto& item : manifest.items) {
    patients.push_back(item.patient.empty() ? item.id : item.patient);
  }
  for (const PartRows* part : {&train, &test}) {
    for (std::size_t i = 0; i < part->rows.size(); ++i) {
      labels[part->rows[i]] = part->labels[i];
    }
  }
  const auto groups = evaluate::metrics::group_numbers(patients);
  auto baseline = evaluate::baseline::fit_and_score(fields, labels, groups, train.rows, test.rows);
  return baseline ? std::optional(*std::move(baseline)) : std::nullopt;
}

// The grey values of each film as the network sees it, wherever they lie.
std::vector<evaluate::baseline::Field> grey_fields(const arrays::MappedNpy& tensors) {
  const std::size_t films = tensors.rows();
  std::vector<std::vector<double>> features(films);
  parallel_for(films, hardware_threads(), [&](std::size_t i) {
    features[i] = evaluate::baseline::grey_features(tensors.row(i));
  });
  return evaluate::baseline::fields_of(features);
}

report::Part part_of(std::string name, const PartRows& part) {
  return {.name = std::move(name),
          .films = part.rows.size(),
          .positives = static_cast<std::size_t>(
              std::accumulate(part.labels.begin(), part.labels.end(), std::size_t{0})),
          .patients = evaluate::metrics::count_groups(part.groups, part.rows.size())};
}

report::LeakageAudit audit_of(const MadeDataset& data) {
  return {.duplicate_groups = data.audit.duplicates.size(),
          .across_splits = data.audit.across_splits,
          .patients_across_splits = data.audit.patients.size(),
          .treatment = data.treated.moved + data.treated.dropped == 0
                           ? "nothing had to be moved or dropped"
                           : std::to_string(data.treated.moved) + " moved, " +
                                 std::to_string(data.treated.dropped) + " dropped"};
}

report::ReportOptions report_options(const Subject& subject, const Judgement& judgement,
                                     const arrays::MappedNpy& tensors) {
  const auto& study = subject.request->study;
  report::ReportOptions options;
  options.title = study.title.empty() ? "Evaluation of " + study.name : study.title;
  options.finding = study.finding.label;
  options.unit = study.data.source == study::Source::Npz ? "image" : "film";
  options.intended_use = study.intended_use.statement;
  options.facts = {{"Model", study.name},
                   {"Data", subject.data.version.reference() + ", " +
                                subject.data.version.digest.hex().substr(0, 8)},
                   {"Run", subject.run + ", seed " + std::to_string(subject.request->seed)}};
  options.threshold = judgement.fitted.map.threshold;
  options.threshold_rule = rule_in_words(study.operating_point);
  options.high_from = judgement.fitted.map.high_from;
  options.calibration_method =
      std::string(calibration::to_string(judgement.fitted.map.calibration.method));
  options.sensitivity_floor = study.gates.sensitivity_lower;
  options.subgroups.threshold = judgement.fitted.map.threshold;
  options.seed = subject.request->seed;
  options.metadata = baseline_of(
      subject, judgement.test, header_fields(subject.data.manifest, study.data.finding_attributes));
  options.histogram = baseline_of(subject, judgement.test, grey_fields(tensors));
  options.leakage = audit_of(subject.data);
  options.parts = {
      part_of("train", rows_of(subject.data.manifest, dataset::kTrain, study.finding.label)),
      part_of("validation", judgement.validation), part_of("test", judgement.test)};
  options.training = subject.epochs;
  options.command = "osler evaluate " + judgement.predictions.filename().string() + " --study " +
                    study.name + ".yaml";
  return options;
}

std::optional<gates::Estimate> estimate(const evaluate::metrics::Estimate& found) {
  if (!found.estimable()) {
    return std::nullopt;
  }
  return gates::Estimate{.value = found.value,
                         .lower = found.has_interval() ? found.lower : found.value,
                         .upper = found.has_interval() ? found.upper : found.value,
                         .n = found.n};
}

gates::Evidence evidence_of(const Subject& subject, const report::Report& found) {
  gates::Evidence evidence;
  evidence.auroc = estimate(found.metrics.auroc);
  evidence.sensitivity = estimate(found.metrics.sensitivity);
  evidence.specificity = estimate(found.metrics.specificity);
  evidence.calibration_error = estimate(found.metrics.ece);
  for (const auto& group : found.subgroups.groups) {
    if (const auto sensitivity = estimate(group.sensitivity)) {
      evidence.subgroups.push_back(
          {.attribute = group.column, .group = group.value, .sensitivity = *sensitivity});
    }
  }
  if (found.margin) {
    evidence.metadata_margin = estimate(*found.margin);
  }
  // What leaked was moved or dropped when the data set was made; this is what is left.
  const auto after = dataset::audit(subject.data.manifest);
  evidence.leakage = gates::Leakage{
      .unresolved = static_cast<std::size_t>(after.across_splits) + after.patients.size(),
      .films = subject.data.manifest.items.size()};
  return evidence;
}

std::vector<report::GateResult> shown(const std::vector<gates::Gate>& judged) {
  std::vector<report::GateResult> results;
  for (const auto& gate : judged) {
    results.push_back({.name = gate.name,
                       .status = std::string(gates::to_string(gate.status)),
                       .value = gate.value.value_or(std::nan("")),
                       .bound = gate.bound,
                       .n = gate.n,
                       .sentence = gate.sentence});
  }
  return results;
}

Result<void> evaluate_test(Home& home, const Subject& subject, Judgement& judgement,
                           const arrays::MappedNpy& tensors, Progress& progress) {
  progress.begin("evaluate", 0);
  OSLER_TRY(const std::string text, read_text(judgement.predictions));
  OSLER_TRY(const auto csv, CsvTable::parse(text, judgement.predictions.filename().string()));
  OSLER_TRY(const auto table, report::PredictionTable::parse(csv));
  auto options = report_options(subject, judgement, tensors);
  OSLER_TRY(options.worst, worst_cases(home, subject.data.manifest, table));
  NoProgress silent;
  OSLER_TRY(judgement.report, report::evaluate(table, std::move(options), silent));
  judgement.gates =
      gates::judge(subject.request->study.gates, evidence_of(subject, judgement.report));
  judgement.report.options.gates = shown(judgement.gates);
  const auto& metrics = judgement.report.metrics;
  progress.end("AUROC " + fixed(metrics.auroc.value, 3) + " (" + fixed(metrics.auroc.lower, 3) +
               " to " + fixed(metrics.auroc.upper, 3) + "), sensitivity " +
               fixed(metrics.sensitivity.value, 2) + " (" + fixed(metrics.sensitivity.lower, 2) +
               " to " + fixed(metrics.sensitivity.upper, 2) + "), n " +
               std::to_string(judgement.report.films));
  OSLER_TRY_DO(
      write_file(subject.folder / "report.json", pretty_json(report::to_json(judgement.report))));
  OSLER_TRY_DO(make_folder(subject.folder / "plots"));
  for (const auto& [name, svg] : report::pictures(judgement.report)) {
    OSLER_TRY_DO(write_file(subject.folder / "plots" / (name + ".svg"), svg));
  }
  return write_file(subject.folder / "report.html", report::to_html(judgement.report));
}

void say_gates(const std::vector<gates::Gate>& judged, Progress& progress) {
  progress.begin("gates", 0);
  const auto count = [&](gates::Status status) {
    return std::to_string(std::ranges::count(judged, status, &gates::Gate::status));
  };
  std::string line = count(gates::Status::Pass) + " pass";
  for (const auto status : {gates::Status::Fail, gates::Status::Inconclusive}) {
    if (count(status) != "0") {
      line += ", " + count(status) + " " + std::string(gates::to_string(status));
    }
  }
  for (const auto& gate : judged) {
    if (gate.status != gates::Status::Pass) {
      line += "; " + gate.name;
    }
  }
  progress.end(line);
}

}  // namespace

Result<Judgement> judge(Home& home, const Subject& subject, const infer::engine::Session& session,
                        Progress& progress) {
  const auto& study = subject.request->study;
  Judgement judgement;
  judgement.validation = rows_of(subject.data.manifest, dataset::kValidation, study.finding.label);
  judgement.test = rows_of(subject.data.manifest, dataset::kTest, study.finding.label);
  if (judgement.validation.rows.empty() || judgement.test.rows.empty()) {
    return Error(ErrorCode::FailedPrecondition,
                 "the data set has no labelled film to validate or test on")
        .at(subject.data.version.reference())
        .hint("give the split a validation and a test part");
  }
  OSLER_TRY(const auto tensors, arrays::MappedNpy::open(subject.tensors));
  progress.begin("calibrate", judgement.validation.rows.size() + judgement.test.rows.size());
  OSLER_TRY(judgement.validation_scores,
            score_rows(session, tensors, judgement.validation.rows, progress));
  OSLER_TRY(judgement.test_scores, score_rows(session, tensors, judgement.test.rows, progress));
  OSLER_TRY(judgement.fitted,
            calibration::fit_score_map({.scores = judgement.validation_scores.logits,
                                        .labels = judgement.validation.labels,
                                        .groups = judgement.validation.groups},
                                       score_map_options(study, judgement.validation.rows.size())));
  progress.end(std::string(calibration::to_string(judgement.fitted.map.calibration.method)) +
               ", threshold " + fixed(judgement.fitted.map.threshold, 3) + " on " +
               std::to_string(judgement.validation.rows.size()) + " validation films");
  judgement.predictions = subject.folder / "predictions.csv";
  OSLER_TRY_DO(write_predictions(judgement.predictions, subject, judgement.test,
                                 judgement.test_scores, judgement.fitted.map));
  OSLER_TRY_DO(write_predictions(subject.folder / "validation.csv", subject, judgement.validation,
                                 judgement.validation_scores, judgement.fitted.map));
  OSLER_TRY_DO(evaluate_test(home, subject, judgement, tensors, progress));
  say_gates(judgement.gates, progress);
  return judgement;
}

}  // namespace osler::workflow::internal
