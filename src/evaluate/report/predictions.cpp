#include "evaluate/report/predictions.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <unordered_set>

#include "base/text.h"

namespace osler::evaluate::report {
namespace {

using clinical::Tier;

constexpr std::string_view kKnown[] = {"id",          "patient", "split", "label", "score",
                                       "probability", "lower",   "upper", "tier",  "positive"};

Error corrupt(const CsvTable& csv, std::size_t row, std::string message) {
  return Error(ErrorCode::DataCorrupt, std::move(message)).at(csv.place(row));
}

Result<double> number_in(const CsvTable& csv, std::size_t row, std::size_t column,
                         bool probability) {
  const auto number = parse_number(csv.at(row, column));
  const std::string& name = csv.columns()[column];
  if (!number || !std::isfinite(*number)) {
    return corrupt(csv, row, "column \"" + name + "\" holds no number");
  }
  if (probability && (*number < 0.0 || *number > 1.0)) {
    return corrupt(csv, row, "column \"" + name + "\" is outside [0, 1]");
  }
  return *number;
}

Result<std::vector<double>> numbers(const CsvTable& csv, std::size_t column, bool probability) {
  std::vector<double> out;
  out.reserve(csv.rows());
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    OSLER_TRY(const double number, number_in(csv, row, column, probability));
    out.push_back(number);
  }
  return out;
}

std::vector<std::string> texts(const CsvTable& csv, std::size_t column) {
  std::vector<std::string> out;
  out.reserve(csv.rows());
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    out.emplace_back(trim(csv.at(row, column)));
  }
  return out;
}

Result<std::vector<std::optional<bool>>> labels_of(const CsvTable& csv, std::size_t column) {
  std::vector<std::optional<bool>> out;
  out.reserve(csv.rows());
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    const auto text = trim(csv.at(row, column));
    if (text.empty()) {
      out.emplace_back(std::nullopt);
      continue;
    }
    const auto number = parse_number(text);
    if (!number || (*number != 0.0 && *number != 1.0)) {
      return corrupt(csv, row, "the label is neither 0 nor 1 nor empty");
    }
    out.emplace_back(*number == 1.0);
  }
  return out;
}

Result<std::vector<Tier>> tiers_of(const CsvTable& csv, std::size_t column) {
  std::vector<Tier> out;
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    const auto text = trim(csv.at(row, column));
    const auto before = out.size();
    for (const Tier tier : {Tier::High, Tier::Medium, Tier::Low, Tier::Undecided}) {
      if (text == clinical::to_string(tier)) {
        out.push_back(tier);
      }
    }
    if (out.size() == before) {
      return corrupt(csv, row, "the tier is none of high, medium, low, undecided");
    }
  }
  return out;
}

Result<void> check_ids(const CsvTable& csv, const std::vector<std::string>& ids) {
  std::unordered_set<std::string_view> seen;
  for (std::size_t row = 0; row < ids.size(); ++row) {
    if (ids[row].empty()) {
      return corrupt(csv, row, "the id is empty");
    }
    if (!seen.insert(ids[row]).second) {
      return corrupt(csv, row, "the id stands in an earlier line too").hint("keep one line a film");
    }
  }
  return {};
}

Result<void> read_interval(const CsvTable& csv, PredictionTable& table) {
  const auto lower = csv.column("lower");
  const auto upper = csv.column("upper");
  if (!lower || !upper) {
    return {};
  }
  OSLER_TRY(table.lower, numbers(csv, *lower, true));
  OSLER_TRY(table.upper, numbers(csv, *upper, true));
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    if (table.lower[row] > table.probabilities[row] ||
        table.upper[row] < table.probabilities[row]) {
      return corrupt(csv, row, "the bounds do not hold the probability");
    }
  }
  return {};
}

// Where a score is absent, the logit of the probability, which is finite at 0 and 1 too.
double score_from(double probability) {
  constexpr double kSmallest = 1e-12;
  const double p = std::min(std::max(probability, kSmallest), 1.0 - kSmallest);
  return std::log(p) - std::log1p(-p);
}

template <typename T>
void keep_rows(std::vector<T>& values, const std::vector<bool>& keep) {
  std::size_t row = 0;
  std::erase_if(values, [&](const T&) { return !keep[row++]; });
}

}  // namespace

Result<PredictionTable> PredictionTable::parse(const CsvTable& csv) {
  OSLER_TRY(const auto id, csv.require("id"));
  OSLER_TRY(const auto label, csv.require("label"));
  OSLER_TRY(const auto probability, csv.require("probability"));
  PredictionTable table;
  table.name = csv.name();
  table.ids = texts(csv, id);
  OSLER_TRY_DO(check_ids(csv, table.ids));
  OSLER_TRY(table.labels, labels_of(csv, label));
  OSLER_TRY(table.probabilities, numbers(csv, probability, true));
  const auto patient = csv.column("patient");
  table.patients = patient ? texts(csv, *patient) : table.ids;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (table.patients[row].empty()) {
      table.patients[row] = table.ids[row];
    }
  }
  const auto split = csv.column("split");
  table.splits = split ? texts(csv, *split) : std::vector<std::string>(csv.rows(), "test");
  if (const auto score = csv.column("score")) {
    OSLER_TRY(table.scores, numbers(csv, *score, false));
  } else {
    for (const double p : table.probabilities) {
      table.scores.push_back(score_from(p));
    }
  }
  OSLER_TRY_DO(read_interval(csv, table));
  if (const auto tier = csv.column("tier")) {
    OSLER_TRY(table.tiers, tiers_of(csv, *tier));
  }
  for (std::size_t column = 0; column < csv.columns().size(); ++column) {
    if (std::ranges::find(kKnown, csv.columns()[column]) == std::end(kKnown)) {
      table.columns.push_back({csv.columns()[column], texts(csv, column)});
    }
  }
  return table;
}

PredictionTable PredictionTable::where(const std::function<bool(std::size_t)>& wanted) const {
  std::vector<bool> keep(rows());
  for (std::size_t row = 0; row < rows(); ++row) {
    keep[row] = wanted(row);
  }
  PredictionTable out = *this;
  keep_rows(out.ids, keep);
  keep_rows(out.patients, keep);
  keep_rows(out.splits, keep);
  keep_rows(out.labels, keep);
  keep_rows(out.scores, keep);
  keep_rows(out.probabilities, keep);
  keep_rows(out.lower, keep);
  keep_rows(out.upper, keep);
  keep_rows(out.tiers, keep);
  for (auto& column : out.columns) {
    keep_rows(column.values, keep);
  }
  return out;
}

}  // namespace osler::evaluate::report
