#include "evaluate/baseline/baseline.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "evaluate/baseline/internal/encoder.h"
#include "evaluate/calibration/fit.h"
#include "evaluate/regression/logistic.h"

namespace osler::evaluate::baseline {
namespace {

using metrics::Cases;
using Rows = std::span<const std::size_t>;

Error invalid(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message));
}

struct Input {
  std::span<const Field> fields;
  std::span<const std::uint8_t> labels;
  std::span<const std::uint32_t> groups;
};

Result<void> check(const Input& input) {
  if (input.fields.empty()) {
    return invalid("no fields to guess from");
  }
  for (const Field& field : input.fields) {
    if (field.values.size() != input.labels.size()) {
      return invalid("field \"" + field.name + "\" has " + std::to_string(field.values.size()) +
                     " values for " + std::to_string(input.labels.size()) + " cases");
    }
  }
  if (!input.groups.empty() && input.groups.size() != input.labels.size()) {
    return invalid(std::to_string(input.groups.size()) + " groups for " +
                   std::to_string(input.labels.size()) + " cases");
  }
  if (std::ranges::any_of(input.labels, [](std::uint8_t label) { return label > 1; })) {
    return invalid("a label is neither 0 nor 1");
  }
  return {};
}

// Scores some rows by a model fitted on others.
Result<std::vector<double>> score(std::span<const Field> fields,
                                  std::span<const std::uint8_t> labels, Rows fit_on, Rows score_on,
                                  const BaselineOptions& options) {
  std::vector<double> targets;
  for (const std::size_t row : fit_on) {
    targets.push_back(labels[row]);
  }
  const double positives = std::accumulate(targets.begin(), targets.end(), 0.0);
  if (positives <= 0.0 || positives >= static_cast<double>(targets.size())) {
    return Error(ErrorCode::FailedPrecondition, "only one class among the cases fitted on");
  }
  std::vector<Encoder> encoders;
  std::size_t width = 0;
  for (const Field& field : fields) {
    encoders.emplace_back(field, fit_on, options.rare);
    width += encoders.back().columns();
  }
  const auto encode = [&](Rows rows) {
    std::vector<double> out(rows.size() * width);
    double* at = out.data();
    for (const std::size_t row : rows) {
      for (std::size_t f = 0; f < fields.size(); ++f) {
        encoders[f].encode(fields[f], row, at);
        at += encoders[f].columns();
      }
    }
    return out;
  };
  const auto design = encode(fit_on);
  OSLER_TRY(const auto fit, regression::logistic({.values = design, .columns = width}, targets,
                                                 {.ridge = options.ridge}));
  const auto fresh = encode(score_on);
  return regression::linear_predictor({.values = fresh, .columns = width}, fit.coefficients);
}

struct Truth {
  std::vector<std::uint8_t> labels;
  std::vector<std::uint32_t> groups;
};

Truth truth_of(const Input& input, Rows rows) {
  Truth out;
  for (const std::size_t row : rows) {
    out.labels.push_back(input.labels[row]);
    if (!input.groups.empty()) {
      out.groups.push_back(input.groups[row]);
    }
  }
  return out;
}

Result<Estimate> area(const std::vector<double>& scores, const Truth& truth, double confidence) {
  OSLER_TRY(const auto found,
            metrics::auroc({.scores = scores, .labels = truth.labels, .groups = truth.groups},
                           {.confidence = confidence}));
  return found.area;
}

// `scores_of(fields)` scores the rows of `truth`.
template <typename ScoresOf>
Result<Baseline> assemble(const Input& input, const Truth& truth, Rows fit_on,
                          const BaselineOptions& options, ScoresOf scores_of) {
  Baseline out;
  OSLER_TRY(out.scores, scores_of(input.fields));
  OSLER_TRY(out.auroc, area(out.scores, truth, options.confidence));
  for (const Field& field : input.fields) {
    const Encoder encoder(field, fit_on, options.rare);
    FieldScore row{.name = field.name, .kind = encoder.kind(), .levels = encoder.levels()};
    row.missing = static_cast<std::size_t>(std::ranges::count(field.values, std::string()));
    OSLER_TRY(const auto scores, scores_of(std::span(&field, 1)));
    OSLER_TRY(row.auroc, area(scores, truth, options.confidence));
    out.fields.push_back(std::move(row));
  }
  // Those that say nothing last.
  std::ranges::stable_sort(out.fields, std::greater<>(), [](const FieldScore& field) {
    return field.auroc.estimable() ? field.auroc.value : -1.0;
  });
  return out;
}

std::string rounded(double number) {
  return fixed(number, 2);
}

}  // namespace

Result<Baseline> fit_and_score(std::span<const Field> fields, std::span<const std::uint8_t> labels,
                               std::span<const std::uint32_t> groups,
                               std::span<const std::size_t> fit_on,
                               std::span<const std::size_t> score_on,
                               const BaselineOptions& options) {
  const Input input{fields, labels, groups};
  OSLER_TRY_DO(check(input));
  const auto inside = [&](std::size_t row) { return row < labels.size(); };
  if (!std::ranges::all_of(fit_on, inside) || !std::ranges::all_of(score_on, inside)) {
    return invalid("a row is out of range");
  }
  const auto scores_of = [&](std::span<const Field> some) {
    return score(some, labels, fit_on, score_on, options);
  };
  OSLER_TRY(auto out, assemble(input, truth_of(input, score_on), fit_on, options, scores_of));
  out.fitted_on = fit_on.size();
  return out;
}

Result<Baseline> cross_fit(std::span<const Field> fields, std::span<const std::uint8_t> labels,
                           std::span<const std::uint32_t> groups, const BaselineOptions& options) {
  const Input input{fields, labels, groups};
  OSLER_TRY_DO(check(input));
  std::vector<std::size_t> all(labels.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const std::vector<double> no_scores(labels.size(), 0.0);
  const Cases cases{.scores = no_scores, .labels = labels, .groups = groups};
  OSLER_TRY(const auto fold_of, calibration::deal_folds(cases, options.folds, options.seed));
  const auto scores_of = [&](std::span<const Field> some) -> Result<std::vector<double>> {
    std::vector<double> out(labels.size());
    for (std::size_t fold = 0; fold < options.folds; ++fold) {
      std::vector<std::size_t> rest;
      std::vector<std::size_t> held;
      for (const std::size_t row : all) {
        (fold_of[row] == fold ? held : rest).push_back(row);
      }
      OSLER_TRY(const auto scores, score(some, labels, rest, held, options));
      for (std::size_t i = 0; i < held.size(); ++i) {
        out[held[i]] = scores[i];
      }
    }
    return out;
  };
  OSLER_TRY(auto out, assemble(input, truth_of(input, all), all, options, scores_of));
  out.fitted_on = labels.size();
  out.cross_fitted = true;
  return out;
}

Verdict verdict(const Estimate& auroc, double limit) {
  if (!auroc.has_interval()) {
    return Verdict::NotEstimable;
  }
  if (auroc.lower > limit) {
    return Verdict::Open;
  }
  return auroc.upper <= limit ? Verdict::Closed : Verdict::Undecided;
}

std::string sentence(const Baseline& baseline, double limit) {
  const Estimate& found = baseline.auroc;
  const Verdict said = verdict(found, limit);
  if (said == Verdict::NotEstimable) {
    return "How much can be guessed without the pixels is not estimable: " + found.reason + ".";
  }
  std::vector<std::string> names;
  for (const FieldScore& field : baseline.fields) {
    if (names.size() < 3 && field.kind != "constant") {
      names.push_back(field.name);
    }
  }
  const std::string number =
      rounded(found.value) + " (" + rounded(found.lower) + " to " + rounded(found.upper) + ")";
  const std::string from = names.empty() ? "the header" : join(names, ", ");
  const std::string strongest = names.empty() ? "" : ", mostly by " + names.front();
  switch (said) {
    case Verdict::Open:
      return "Open to shortcuts: without looking at the picture, " + from + " reach AUROC " +
             number + strongest + ".";
    case Verdict::Undecided:
      return "Shortcuts are not ruled out: without looking at the picture, " + from +
             " reach AUROC " + number + ", and the limit is " + rounded(limit) + ".";
    default:
      return "The header gives little away: without looking at the picture, AUROC is " + number +
             ", at most the limit of " + rounded(limit) + ".";
  }
}

Json to_json(const Baseline& baseline) {
  Json fields = Json::array();
  for (const FieldScore& field : baseline.fields) {
    fields.push_back({{"name", field.name},
                      {"kind", field.kind},
                      {"levels", field.levels},
                      {"missing", field.missing},
                      {"auroc", metrics::to_json(field.auroc)}});
  }
  return {{"auroc", metrics::to_json(baseline.auroc)},
          {"fields", fields},
          {"fitted_on", baseline.fitted_on},
          {"cross_fitted", baseline.cross_fitted}};
}

}  // namespace osler::evaluate::baseline
