#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "evaluate/baseline/baseline.h"

namespace osler::evaluate::baseline {

// Turns one field into columns of numbers, each of mean 0 and deviation 1 over the rows it was made
// from. Made from the rows fitted on alone; values that were not among them count as rare.
class Encoder {
 public:
  Encoder(const Field& field, std::span<const std::size_t> rows, std::size_t rare);

  [[nodiscard]] std::size_t columns() const { return mean_.size(); }
  [[nodiscard]] const char* kind() const;
  [[nodiscard]] std::size_t levels() const { return levels_; }
  // Writes the row's columns at `out`.
  void encode(const Field& field, std::size_t row, double* out) const;

 private:
  void raw(const Field& field, std::size_t row, double* out) const;
  void standardise(const Field& field, std::span<const std::size_t> rows);

  bool numbers_ = false;
  std::size_t levels_ = 0;
  double centre_ = 0.0;  // of the numbers
  double spread_ = 1.0;
  std::map<std::string, std::size_t> slot_;  // of each category that is not rare
  std::vector<double> mean_;
  std::vector<double> scale_;  // 0: a column that does not vary
};

}  // namespace osler::evaluate::baseline
