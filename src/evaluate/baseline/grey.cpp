#include <algorithm>
#include <cmath>
#include <string>

#include "evaluate/baseline/baseline.h"

namespace osler::evaluate::baseline {

std::vector<double> grey_features(std::span<const float> film) {
  constexpr std::size_t kQuantiles = 16;
  std::vector<double> out(kQuantiles + 2, 0.0);
  if (film.empty()) {
    return out;
  }
  const auto n = static_cast<double>(film.size());
  double sum = 0.0;
  for (const float value : film) {
    sum += static_cast<double>(value);
  }
  const double mean = sum / n;
  double squares = 0.0;
  for (const float value : film) {
    squares += (static_cast<double>(value) - mean) * (static_cast<double>(value) - mean);
  }
  out[0] = mean;
  out[1] = std::sqrt(squares / n);
  std::vector<float> sorted(film.begin(), film.end());
  std::ranges::sort(sorted);
  for (std::size_t q = 0; q < kQuantiles; ++q) {
    const double place = (static_cast<double>(q) + 0.5) / kQuantiles * (n - 1.0);
    out[q + 2] = static_cast<double>(sorted[static_cast<std::size_t>(std::lround(place))]);
  }
  return out;
}

std::vector<Field> fields_of(std::span<const std::vector<double>> films) {
  std::vector<Field> out;
  if (films.empty()) {
    return out;
  }
  for (std::size_t j = 0; j < films.front().size(); ++j) {
    std::string name = "quantile " + std::to_string(j < 2 ? 0 : j - 1);
    name = j == 0 ? "mean" : j == 1 ? "deviation" : name;
    Field field{.name = std::move(name), .values = {}};
    for (const auto& film : films) {
      field.values.push_back(std::to_string(film[j]));
    }
    out.push_back(std::move(field));
  }
  return out;
}

}  // namespace osler::evaluate::baseline
