#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace osler::deploy::gates {

enum class Status : std::uint8_t { Pass, Fail, Inconclusive };
[[nodiscard]] std::string_view to_string(Status status);  // "pass", "fail", "inconclusive"

// What a study demands of its model before anyone may use it; an absent limit is not checked.
struct Limits {
  std::optional<double> auroc{};              // at least
  std::optional<double> sensitivity{};        // at least, at the operating point
  std::optional<double> specificity{};        // at least, at the operating point
  std::optional<double> calibration_error{};  // ECE, at most
  std::optional<double> subgroup_gap{};       // at most, between the best and the worst group
  std::optional<double> metadata_margin{};    // AUROC above the metadata-only baseline, at least
  bool no_leakage = true;                   // no film or patient on two sides of the split
  std::size_t smallest_subgroup = 20;       // positive films; smaller groups are not compared
};

// A number with its interval, both ends equal to the value where it has none.
struct Estimate {
  double value = 0.0;
  double lower = 0.0;
  double upper = 0.0;
  std::size_t n = 0;  // cases it rests on
};

// One group of one column: {"sex", "F", sensitivity among its positive films}.
struct Subgroup {
  std::string attribute{};
  std::string group{};
  Estimate sensitivity;
};

// What was found on the test films; what was not looked at is absent.
struct Evidence {
  std::optional<Estimate> auroc{};
  std::optional<Estimate> sensitivity{};
  std::optional<Estimate> specificity{};
  std::optional<Estimate> calibration_error{};
  std::vector<Subgroup> subgroups{};
  std::optional<Estimate> metadata_margin{};  // AUROC minus that of the metadata-only baseline
  struct Leakage {
    std::size_t unresolved = 0;  // duplicate groups and patients across splits, not treated
    std::size_t films = 0;       // that were compared
  };
  std::optional<Leakage> leakage{};
};

struct Gate {
  std::string name{};  // "sensitivity", …, "no_leakage"
  Status status = Status::Inconclusive;
  std::optional<double> value{};  // none: not assessed
  double bound = 0.0;
  std::size_t n = 0;
  std::string sentence{};  // what a reader needs: number, bound, n and what follows
};

// One gate for each limit, in the order of Limits. A gate passes where the whole interval meets the
// limit, fails where the whole interval misses it, and is inconclusive between, or without
// evidence. The subgroup gap passes where the gap of the values meets it, fails where it does not
// and the intervals of the two groups lie apart, and is inconclusive between.
[[nodiscard]] std::vector<Gate> judge(const Limits& limits, const Evidence& evidence);

// A person who takes responsibility for gates that did not pass.
struct SignOff {
  std::string person{};
  std::string reason{};
};

// Whether the model may be registered: every gate passed, or two different named people signed off
// each with a reason of at least ten letters. FailedPrecondition: neither, naming the gates and
// what is missing. Names are compared without regard to case, blanks and punctuation.
[[nodiscard]] Result<void> may_register(std::span<const Gate> gates,
                                        std::span<const SignOff> sign_offs);

// [{"name", "status", "value", "bound", "n", "sentence"}]; value is null where not assessed.
[[nodiscard]] Json to_json(std::span<const Gate> gates);
[[nodiscard]] Json to_json(std::span<const SignOff> sign_offs);

}  // namespace osler::deploy::gates
