#include "deploy/gates/gates.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "base/text.h"

namespace osler::deploy::gates {
namespace {

enum class Side : std::uint8_t { AtLeast, AtMost };

// How a gate speaks: "Sensitivity is 0.931 (0.902 to 0.953, 402 films); at least 0.900 is asked
// for: pass."
struct Wording {
  std::string_view name;
  std::string_view subject;
  std::string_view counted;
};

std::string_view verdict(Status status) {
  switch (status) {
    case Status::Pass:
      return "the whole interval meets it";
    case Status::Fail:
      return "the whole interval misses it";
    case Status::Inconclusive:
      break;
  }
  return "the interval does not settle it; more films would";
}

Gate not_assessed(std::string_view name, std::string_view subject, double bound) {
  return {.name = std::string(name),
          .bound = bound,
          .sentence = std::string(subject) + " was not assessed, so the limit of " +
                      fixed(bound, 3) + " is open."};
}

Gate judge_one(const Wording& wording, const std::optional<Estimate>& found, Side side,
               double bound) {
  if (!found) {
    return not_assessed(wording.name, wording.subject, bound);
  }
  const bool least = side == Side::AtLeast;
  const double nearest_miss = least ? found->lower : found->upper;
  const double best = least ? found->upper : found->lower;
  const auto meets = [&](double value) { return least ? value >= bound : value <= bound; };
  // A number that is not one meets nothing and misses nothing.
  const bool number = std::isfinite(found->value) && found->n > 0;
  Status status = Status::Inconclusive;
  if (number && meets(nearest_miss)) {
    status = Status::Pass;
  } else if (number && std::isfinite(best) && !meets(best)) {
    status = Status::Fail;
  }
  return {.name = std::string(wording.name),
          .status = status,
          .value = found->value,
          .bound = bound,
          .n = found->n,
          .sentence = std::string(wording.subject) + " is " + fixed(found->value, 3) + " (" +
                      fixed(found->lower, 3) + " to " + fixed(found->upper, 3) + ", " +
                      counted(static_cast<std::int64_t>(found->n), wording.counted) + "); " +
                      (least ? "at least " : "at most ") + fixed(bound, 3) +
                      " is asked for: " + std::string(verdict(status)) + "."};
}

// The two groups of one column that lie furthest apart.
struct Gap {
  const Subgroup* worst = nullptr;
  const Subgroup* best = nullptr;
  [[nodiscard]] double size() const {
    return worst == nullptr ? -1.0 : best->sensitivity.value - worst->sensitivity.value;
  }
};

Gap widest_gap(const std::vector<Subgroup>& subgroups, std::size_t smallest) {
  std::map<std::string, Gap> by_attribute;
  for (const auto& subgroup : subgroups) {
    if (subgroup.sensitivity.n < smallest || !std::isfinite(subgroup.sensitivity.value)) {
      continue;
    }
    auto& gap = by_attribute[subgroup.attribute];
    if (gap.worst == nullptr || subgroup.sensitivity.value < gap.worst->sensitivity.value) {
      gap.worst = &subgroup;
    }
    if (gap.best == nullptr || subgroup.sensitivity.value > gap.best->sensitivity.value) {
      gap.best = &subgroup;
    }
  }
  Gap widest;
  for (const auto& [attribute, gap] : by_attribute) {
    // One group alone is compared with nothing.
    const bool compared =
        std::ranges::count_if(subgroups, [&](const Subgroup& subgroup) {
          return subgroup.attribute == attribute && subgroup.sensitivity.n >= smallest;
        }) > 1;
    if (compared && gap.size() > widest.size()) {
      widest = gap;
    }
  }
  return widest;
}

Gate judge_gap(const study::Gates& limits, const Evidence& evidence, double bound) {
  constexpr std::string_view name = "subgroup_gap";
  const Gap gap = widest_gap(evidence.subgroups, limits.smallest_subgroup);
  if (gap.worst == nullptr) {
    auto gate = not_assessed(name, "The gap between subgroups", bound);
    gate.sentence += " No two groups of one column have " +
                     std::to_string(limits.smallest_subgroup) + " positive films.";
    return gate;
  }
  const auto& worst = gap.worst->sensitivity;
  const auto& best = gap.best->sensitivity;
  const bool apart = worst.upper < best.lower;
  Gate gate{.name = std::string(name), .value = gap.size(), .bound = bound, .n = worst.n + best.n};
  std::string_view what = "the intervals of the two groups overlap, so more films would settle it";
  if (gap.size() <= bound) {
    gate.status = Status::Pass;
    what = "the gap meets it";
  } else if (apart) {
    gate.status = Status::Fail;
    what = "the intervals of the two groups lie apart";
  }
  gate.sentence = "By " + gap.worst->attribute + ", sensitivity is " + fixed(worst.value, 3) +
                  " for " + gap.worst->group + " and " + fixed(best.value, 3) + " for " +
                  gap.best->group + ", a gap of " + fixed(gap.size(), 3) + " (" +
                  counted(static_cast<std::int64_t>(gate.n), "positive film") + "); at most " +
                  fixed(bound, 3) + " is asked for: " + std::string(what) + ".";
  return gate;
}

Gate judge_leakage(const std::optional<Leakage>& found) {
  if (!found) {
    return {.name = "leakage",
            .sentence = "Nobody looked for films or patients on two sides of the split."};
  }
  const auto count = static_cast<std::int64_t>(found->unresolved);
  return {.name = "leakage",
          .status = count == 0 ? Status::Pass : Status::Fail,
          .value = static_cast<double>(count),
          .bound = 0.0,
          .n = found->films,
          .sentence = count == 0
                          ? "No film or patient stands on two sides of the split, among " +
                                counted(static_cast<std::int64_t>(found->films), "film") + "."
                          : counted(count, "film or patient group") +
                                " on two sides of the split; none is allowed."};
}

// A name as it is compared: "Dr. Jones" and "dr jones" are one person.
std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : lower(name)) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || byte >= 0x80) {
      plain += c;
    }
  }
  return plain;
}

bool counts(const SignOff& sign_off) {
  return !plain_name(sign_off.person).empty() && plain_name(sign_off.reason).size() >= 10;
}

}  // namespace

std::string_view to_string(Status status) {
  switch (status) {
    case Status::Pass:
      return "pass";
    case Status::Fail:
      return "fail";
    case Status::Inconclusive:
      break;
  }
  return "inconclusive";
}

std::vector<Gate> judge(const study::Gates& limits, const Evidence& evidence) {
  std::vector<Gate> gates;
  const auto add = [&](const Wording& wording, const std::optional<Estimate>& found, Side side,
                       const std::optional<double>& bound) {
    if (bound) {
      gates.push_back(judge_one(wording, found, side, *bound));
    }
  };
  add({"auroc", "AUROC", "film"}, evidence.auroc, Side::AtLeast, limits.auroc_lower);
  add({"sensitivity", "Sensitivity at the operating point", "positive film"}, evidence.sensitivity,
      Side::AtLeast, limits.sensitivity_lower);
  add({"specificity", "Specificity at the operating point", "negative film"}, evidence.specificity,
      Side::AtLeast, limits.specificity_lower);
  add({"ece", "The expected calibration error", "film"}, evidence.calibration_error, Side::AtMost,
      limits.ece_upper);
  if (limits.subgroup_gap_upper) {
    gates.push_back(judge_gap(limits, evidence, *limits.subgroup_gap_upper));
  }
  add({"metadata_margin", "AUROC above that of the metadata alone", "film"},
      evidence.metadata_margin, Side::AtLeast, limits.metadata_margin_lower);
  if (limits.no_leakage) {
    gates.push_back(judge_leakage(evidence.leakage));
  }
  return gates;
}

Result<void> may_register(std::span<const Gate> gates, std::span<const SignOff> sign_offs) {
  std::vector<std::string> open;
  for (const auto& gate : gates) {
    if (gate.status != Status::Pass) {
      open.push_back(gate.name + " (" + std::string(to_string(gate.status)) + ")");
    }
  }
  if (open.empty()) {
    return {};
  }
  std::vector<std::string> people;
  for (const auto& sign_off : sign_offs) {
    if (counts(sign_off)) {
      people.push_back(plain_name(sign_off.person));
    }
  }
  std::ranges::sort(people);
  const auto repeated = std::ranges::unique(people);
  people.erase(repeated.begin(), repeated.end());
  if (people.size() >= 2) {
    return {};
  }
  return Error(ErrorCode::FailedPrecondition,
               "the model may not be registered: " + join(open, ", ") + "; " +
                   counted(static_cast<std::int64_t>(people.size()), "person") +
                   " of two signed off")
      .hint("improve the model, or have two different people sign off by name, each with a reason");
}

}  // namespace osler::deploy::gates
