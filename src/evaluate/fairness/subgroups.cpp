#include "evaluate/fairness/subgroups.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace osler::evaluate::fairness {
namespace {

using metrics::AurocOptions;
using metrics::Cases;
using metrics::ProportionOptions;

constexpr const char* kTooFew = "too few to say";
constexpr const char* kNotRecorded = "not recorded";

// The cases of one group, owned.
struct Part {
  std::string value;
  std::vector<double> scores;
  std::vector<std::uint8_t> labels;
  std::vector<std::uint32_t> groups;

  [[nodiscard]] Cases cases() const {
    return {.scores = scores, .labels = labels, .groups = groups};
  }
  [[nodiscard]] std::size_t positives() const { return cases().positives(); }
  [[nodiscard]] std::size_t negatives() const { return scores.size() - positives(); }
};

std::vector<Part> parts_of(const Cases& cases, const Column& column) {
  std::map<std::string, Part> by_value;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string& value = column.values[i].empty() ? kNotRecorded : column.values[i];
    Part& part = by_value[value];
    part.value = value;
    part.scores.push_back(cases.scores[i]);
    part.labels.push_back(cases.labels[i]);
    if (!cases.groups.empty()) {
      part.groups.push_back(cases.groups[i]);
    }
  }
  std::vector<Part> out;
  for (auto& [value, part] : by_value) {
    out.push_back(std::move(part));
  }
  // "not recorded" is read last, whatever its letter; "under 18" before "18 to 39".
  std::ranges::stable_sort(out, {}, [](const Part& part) {
    return part.value == kNotRecorded ? 2 : part.value.starts_with("under ") ? 0 : 1;
  });
  return out;
}

// Cuts to the largest `groups`, and says what was left out.
void cut(std::vector<Part>& parts, const Column& column, std::size_t groups,
         std::vector<std::string>& omitted) {
  if (parts.size() <= groups) {
    return;
  }
  std::vector<std::size_t> sizes;
  for (const Part& part : parts) {
    sizes.push_back(part.scores.size());
  }
  std::ranges::sort(sizes, std::greater<>());
  const std::size_t smallest = sizes[groups - 1];
  std::size_t left = groups;
  std::size_t dropped = 0;
  std::size_t dropped_cases = 0;
  std::erase_if(parts, [&](const Part& part) {
    const bool keep = part.scores.size() >= smallest && left > 0;
    left -= keep ? 1 : 0;
    dropped += keep ? 0 : 1;
    dropped_cases += keep ? 0 : part.scores.size();
    return !keep;
  });
  omitted.push_back(column.name + ": " + std::to_string(dropped) + " of " +
                    std::to_string(sizes.size()) + " groups, " +
                    counted(static_cast<std::int64_t>(dropped_cases), "case"));
}

Estimate guarded(const Estimate& estimate, std::size_t n, std::size_t minimum) {
  return n < minimum ? Estimate::none(n, kTooFew) : estimate;
}

Result<Subgroup> describe(const Part& part, const Column& column, const SubgroupOptions& options) {
  Subgroup out{.column = column.name, .value = part.value, .n = part.scores.size()};
  out.positives = part.positives();
  const std::size_t negatives = part.negatives();
  OSLER_TRY(const auto rates,
            metrics::rates_at(part.cases(), options.threshold, {.confidence = options.confidence}));
  OSLER_TRY(const auto area, metrics::auroc(part.cases(), {.confidence = options.confidence}));
  out.sensitivity = guarded(rates.sensitivity, out.positives, options.minimum);
  out.specificity = guarded(rates.specificity, negatives, options.minimum);
  out.ppv = guarded(rates.ppv, rates.ppv.n, options.minimum);
  out.auroc = guarded(area.area, std::min(out.positives, negatives), options.minimum);
  out.auroc.n = out.n;
  return out;
}

const Estimate& estimate_of(const Subgroup& group, Measure measure) {
  switch (measure) {
    case Measure::Specificity:
      return group.specificity;
    case Measure::Auroc:
      return group.auroc;
    case Measure::Sensitivity:
      break;
  }
  return group.sensitivity;
}

Result<Estimate> difference_of(const Part& best, const Part& worst, Measure measure,
                               double threshold, double confidence) {
  if (measure == Measure::Auroc) {
    OSLER_TRY(const auto found, metrics::compare_unpaired(best.cases(), worst.cases(),
                                                          AurocOptions{.confidence = confidence}));
    return found.difference;
  }
  const ProportionOptions options{.confidence = confidence};
  OSLER_TRY(const auto first, metrics::rates_at(best.cases(), threshold, options));
  OSLER_TRY(const auto second, metrics::rates_at(worst.cases(), threshold, options));
  return measure == Measure::Sensitivity
             ? metrics::difference(first.sensitivity, second.sensitivity)
             : metrics::difference(first.specificity, second.specificity);
}

// The largest gap of one measure between the groups of a column, where there are two to compare.
// `groups` and `parts` are in one order.
Result<std::vector<Gap>> gap_of(std::span<const Subgroup> groups, const std::vector<Part>& parts,
                                Measure measure, const SubgroupOptions& options) {
  std::vector<std::size_t> known;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (estimate_of(groups[i], measure).estimable() && groups[i].value != kNotRecorded) {
      known.push_back(i);
    }
  }
  if (known.size() < 2) {
    return std::vector<Gap>{};
  }
  const auto value = [&](std::size_t i) { return estimate_of(groups[i], measure).value; };
  const std::size_t best = *std::ranges::max_element(known, {}, value);
  std::size_t worst = *std::ranges::min_element(known, {}, value);
  if (best == worst) {
    worst = known[1];  // all alike: a gap of 0, which has an interval too
  }
  Gap gap{.column = groups[best].column,
          .measure = measure,
          .best = groups[best].value,
          .worst = groups[worst].value};
  gap.pairs = known.size() * (known.size() - 1) / 2;
  const double shared = 1.0 - (1.0 - options.confidence) / static_cast<double>(gap.pairs);
  OSLER_TRY(gap.difference, difference_of(parts[best], parts[worst], measure, options.threshold,
                                          options.confidence));
  OSLER_TRY(gap.adjusted,
            difference_of(parts[best], parts[worst], measure, options.threshold, shared));
  return std::vector<Gap>{gap};
}

}  // namespace

std::string_view to_string(Measure measure) {
  constexpr std::string_view kNames[] = {"sensitivity", "specificity", "auroc"};
  return kNames[static_cast<std::size_t>(measure)];
}

const Gap* SubgroupTable::largest(Measure measure) const {
  const Gap* found = nullptr;
  for (const Gap& gap : gaps) {
    if (gap.measure == measure &&
        (found == nullptr || gap.difference.value > found->difference.value)) {
      found = &gap;
    }
  }
  return found;
}

Result<SubgroupTable> subgroups(const Cases& cases, std::span<const Column> columns,
                                const SubgroupOptions& options) {
  OSLER_TRY_DO(metrics::check(cases));
  SubgroupTable table;
  for (const Column& column : columns) {
    if (column.values.size() != cases.size()) {
      return Error(ErrorCode::InvalidArgument,
                   "column \"" + column.name + "\" has " + std::to_string(column.values.size()) +
                       " values for " + std::to_string(cases.size()) + " cases");
    }
    auto parts = parts_of(cases, column);
    if (parts.size() < 2) {
      continue;  // one group is all cases
    }
    cut(parts, column, std::max<std::size_t>(options.groups, 1), table.omitted);
    const std::size_t first = table.groups.size();
    for (const Part& part : parts) {
      OSLER_TRY(auto group, describe(part, column, options));
      table.groups.push_back(std::move(group));
    }
    const auto rows = std::span<const Subgroup>(table.groups).subspan(first);
    for (const Measure measure : {Measure::Sensitivity, Measure::Specificity, Measure::Auroc}) {
      OSLER_TRY(const auto gap, gap_of(rows, parts, measure, options));
      table.gaps.insert(table.gaps.end(), gap.begin(), gap.end());
    }
  }
  return table;
}

Json to_json(const SubgroupTable& table) {
  Json groups = Json::array();
  for (const Subgroup& group : table.groups) {
    groups.push_back({{"column", group.column},
                      {"value", group.value},
                      {"n", group.n},
                      {"positives", group.positives},
                      {"auroc", metrics::to_json(group.auroc)},
                      {"sensitivity", metrics::to_json(group.sensitivity)},
                      {"specificity", metrics::to_json(group.specificity)},
                      {"ppv", metrics::to_json(group.ppv)}});
  }
  Json gaps = Json::array();
  for (const Gap& gap : table.gaps) {
    gaps.push_back({{"column", gap.column},
                    {"measure", to_string(gap.measure)},
                    {"best", gap.best},
                    {"worst", gap.worst},
                    {"difference", metrics::to_json(gap.difference)},
                    {"adjusted", metrics::to_json(gap.adjusted)},
                    {"pairs", gap.pairs}});
  }
  return {{"groups", groups}, {"gaps", gaps}, {"omitted", table.omitted}};
}

std::string group_name(const std::string& column, const std::string& value) {
  static const std::map<std::pair<std::string, std::string>, std::string> kNames = {
      {{"sex", "F"}, "women"}, {{"sex", "M"}, "men"}, {{"sex", "O"}, "other sex"}};
  if (const auto found = kNames.find({column, value}); found != kNames.end()) {
    return found->second;
  }
  if (column == "age_band" || column == "age band") {
    return value == kNotRecorded ? "age not recorded" : "age " + value;
  }
  // A maker's name speaks for itself.
  if (column == "manufacturer" && value != kNotRecorded) {
    return value;
  }
  std::string name = column;
  std::ranges::replace(name, '_', ' ');
  return name + " " + value;
}

std::string age_band(double age_years) {
  if (!(age_years >= 0.0)) {
    return "";
  }
  constexpr std::pair<double, const char*> kBands[] = {
      {18.0, "under 18"}, {40.0, "18 to 39"}, {60.0, "40 to 59"}, {80.0, "60 to 79"}};
  for (const auto& [below, name] : kBands) {
    if (age_years < below) {
      return name;
    }
  }
  return "80 and over";
}

}  // namespace osler::evaluate::fairness
