#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace osler::explain::novelty {

// Rows of equal length, row-major.
struct Table {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> values{};  // [rows, columns]

  [[nodiscard]] std::span<const double> row(std::size_t index) const {
    return std::span(values).subspan(index * columns, columns);
  }
};

// distance(x) = |whitening (x - centre)|
struct Ellipsoid {
  std::size_t size = 0;
  std::vector<double> centre{};     // [size]
  std::vector<double> whitening{};  // [size, size], row-major, lower triangle

  [[nodiscard]] double distance(std::span<const double> x) const;
};

// The rows' mean and covariance, shrunk by Ledoit and Wolf (2004, section 3.3), in units of each
// column's own deviation; fitted again without the most distant twentieth.
[[nodiscard]] Ellipsoid fit_ellipsoid(const Table& table, std::span<const std::size_t> rows);

}  // namespace osler::explain::novelty
