#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace osler::evaluate::metrics {

// Scored cases with their truth, borrowed for one call. All spans have one length and one order.
struct Cases {
  std::span<const double> scores = {};        // [n] any number; higher: likelier positive
  std::span<const std::uint8_t> labels = {};  // [n] 0 or 1
  // [n] whose case it is (group_numbers of the patients), or empty: each case its own group. Cases
  // of one group are never taken as independent: intervals are then of groups drawn, not of cases.
  std::span<const std::uint32_t> groups = {};

  [[nodiscard]] std::size_t size() const { return scores.size(); }
  [[nodiscard]] std::size_t positives() const;
};

// InvalidArgument: no cases, unequal lengths, a score that is NaN, a label neither 0 nor 1.
[[nodiscard]] Result<void> check(const Cases& cases);
// The same, and a score outside [0, 1].
[[nodiscard]] Result<void> check_probabilities(const Cases& cases);

// Equal texts get equal numbers, from 0, in the order in which they first appear.
[[nodiscard]] std::vector<std::uint32_t> group_numbers(std::span<const std::string> names);
// How many different groups; `size` where `groups` is empty.
[[nodiscard]] std::size_t count_groups(std::span<const std::uint32_t> groups, std::size_t size);
// Some group has two cases or more.
[[nodiscard]] bool clustered(const Cases& cases);

}  // namespace osler::evaluate::metrics
