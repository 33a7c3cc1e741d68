#include "evaluate/metrics/agreement.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "evaluate/metrics/internal/distributions.h"

namespace osler::evaluate::metrics {
namespace {

// The table as shares, with what each reader said how often.
struct Shares {
  std::size_t k = 0;
  std::vector<double> cells;  // [k * k]
  std::vector<double> first;  // [k] row sums
  std::vector<double> second;

  [[nodiscard]] double at(std::size_t row, std::size_t column) const {
    return cells[row * k + column];
  }
  [[nodiscard]] double observed() const {
    double sum = 0.0;
    for (std::size_t i = 0; i < k; ++i) {
      sum += at(i, i);
    }
    return sum;
  }
  [[nodiscard]] double by_chance() const {
    double sum = 0.0;
    for (std::size_t i = 0; i < k; ++i) {
      sum += first[i] * second[i];
    }
    return sum;
  }
};

Shares shares_of(std::span<const std::size_t> table, std::size_t k, std::size_t n) {
  Shares shares{.k = k,
                .cells = {},
                .first = std::vector<double>(k, 0.0),
                .second = std::vector<double>(k, 0.0)};
  for (std::size_t cell = 0; cell < table.size(); ++cell) {
    const double share = static_cast<double>(table[cell]) / static_cast<double>(n);
    shares.cells.push_back(share);
    shares.first[cell / k] += share;
    shares.second[cell % k] += share;
  }
  return shares;
}

// n times the variance of kappa.
double scaled_variance(const Shares& shares, double kappa) {
  const double rest = 1.0 - kappa;
  double on = 0.0;
  double off = 0.0;
  for (std::size_t i = 0; i < shares.k; ++i) {
    for (std::size_t j = 0; j < shares.k; ++j) {
      if (i == j) {
        const double term = 1.0 - (shares.first[i] + shares.second[i]) * rest;
        on += shares.at(i, i) * term * term;
      } else {
        const double term = shares.second[i] + shares.first[j];
        off += shares.at(i, j) * term * term;
      }
    }
  }
  const double chance = shares.by_chance();
  const double mean = kappa - chance * rest;
  return (on + rest * rest * off - mean * mean) / ((1.0 - chance) * (1.0 - chance));
}

// Counted, not summed as shares: whether all cases stand in one row or one column.
bool is_constant(std::span<const std::size_t> table, std::size_t k, std::size_t n, bool rows) {
  for (std::size_t line = 0; line < k; ++line) {
    std::size_t sum = 0;
    for (std::size_t other = 0; other < k; ++other) {
      sum += rows ? table[line * k + other] : table[other * k + line];
    }
    if (sum == n) {
      return true;
    }
  }
  return false;
}

}  // namespace

Result<Estimate> cohen_kappa(std::span<const std::size_t> table, double confidence) {
  std::size_t k = 0;
  while (k * k < table.size()) {
    ++k;
  }
  if (k < 2 || k * k != table.size()) {
    return Error(ErrorCode::InvalidArgument,
                 "agreement needs a square table, not " + std::to_string(table.size()) + " counts");
  }
  if (!(confidence > 0.0 && confidence < 1.0)) {
    return Error(ErrorCode::InvalidArgument, "a confidence lies between 0 and 1");
  }
  std::size_t n = 0;
  for (const std::size_t count : table) {
    n += count;
  }
  if (n == 0) {
    return Estimate::none(0, "no cases that both readers answered");
  }
  const bool first = is_constant(table, k, n, true);
  const bool second = is_constant(table, k, n, false);
  if (first || second) {
    return Estimate::none(n, first && second ? "both readers gave one answer only"
                             : first         ? "the first reader gave one answer only"
                                             : "the second reader gave one answer only");
  }
  const Shares shares = shares_of(table, k, n);
  const double chance = shares.by_chance();
  const double kappa = (shares.observed() - chance) / (1.0 - chance);
  const double variance = scaled_variance(shares, kappa) / static_cast<double>(n);
  // Rounding alone leaves some 1e-17 of either sign.
  if (!(variance > 1e-15)) {
    return Estimate::point(kappa, n, "the cases do not vary enough for an interval");
  }
  const double half = two_sided_z(confidence) * std::sqrt(variance);
  return Estimate{.value = kappa,
                  .lower = std::max(kappa - half, -1.0),
                  .upper = std::min(kappa + half, 1.0),
                  .n = n};
}

}  // namespace osler::evaluate::metrics
