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
#include "study/study.h"

namespace osler::deploy::gates {

enum class Status : std::uint8_t { Pass, Fail, Inconclusive };
[[nodiscard]] std::string_view to_string(Status status);  // "pass", "fail", "inconclusive"

// A number with its interval, both ends equal to the value where it has none.
struct Estimate {
  double value = 0.0;
  double lower = 0.0;
  double upper = 0.0;
  std::size_t n = 0;  // cases it rests on
};

// One group of one column: {"sex", "F", sensitivity among its positive films}.
struct Subgroup {
  std::string attribute;
  std::string group;
  Estimate sensitivity{};  // n: its positive films
};

// Films and patients on two sides of the split.
struct Leakage {
  std::size_t unresolved = 0;  // duplicate groups and patients across splits, not treated
  std::size_t films = 0;       // that were compared
};

// What was found on the test films; what was not looked at is absent.
struct Evidence {
  std::optional<Estimate> auroc{};
  std::optional<Estimate> sensitivity{};
  std::optional<Estimate> specificity{};
  std::optional<Estimate> calibration_error{};  // ECE
  std::vector<Subgroup> subgroups{};
  std::optional<Estimate> metadata_margin{};  // AUROC minus that of the metadata-only baseline
  std::optional<Leakage> leakage{};
};

struct Gate {
  std::string name;  // "auroc", "sensitivity", "specificity", "ece", "subgroup_gap",
                     // "metadata_margin", "leakage"
  Status status = Status::Inconclusive;
  std::optional<double> value{};  // none: not assessed
  double bound = 0.0;
  std::size_t n = 0;
  std::string sentence{};  // what a reader needs: number, bound, n and what follows
};

// One gate for each limit that the study gives, in the order above.
//
// A gate passes where the whole interval meets the limit, fails where the whole interval misses it,
// and is inconclusive between, or without evidence: more films would decide. The subgroup gap
// (largest difference of sensitivity between two groups of one column, each with at least
// limits.smallest_subgroup positive films) passes where it meets the limit, fails where it does not
// and the intervals of the two groups lie apart, and is inconclusive between.
[[nodiscard]] std::vector<Gate> judge(const study::Gates& limits, const Evidence& evidence);

// A person who takes responsibility for gates that did not pass.
struct SignOff {
  std::string person;
  std::string reason;
};

// Whether the model may be registered: every gate passed, or two different named people signed off,
// each with a reason of at least ten letters. Names are compared without regard to case, blanks and
// punctuation. FailedPrecondition: neither; names the gates and says what is missing.
[[nodiscard]] Result<void> may_register(std::span<const Gate> gates,
                                        std::span<const SignOff> sign_offs);

// [{"name", "status", "value", "bound", "n", "sentence"}]; value is null where not assessed.
[[nodiscard]] Json to_json(std::span<const Gate> gates);
// [{"person", "reason"}]
[[nodiscard]] Json to_json(std::span<const SignOff> sign_offs);
// DataCorrupt: not such a list.
[[nodiscard]] Result<std::vector<Gate>> gates_from_json(const Json& document);

}  // namespace osler::deploy::gates
