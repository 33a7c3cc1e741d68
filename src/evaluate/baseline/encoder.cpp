#include "evaluate/baseline/internal/encoder.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace osler::evaluate::baseline {
namespace {

constexpr std::size_t kManyNumbers = 12;  // different ones, or they are categories
constexpr double kFarOut = 5.0;           // deviations: a wild value must not rule the fit

bool all_numbers(const std::map<std::string, std::size_t>& seen) {
  for (const auto& [value, count] : seen) {
    const auto number = parse_number(value);
    if (!value.empty() && !(number && std::isfinite(*number))) {
      return false;
    }
  }
  return true;
}

}  // namespace

Encoder::Encoder(const Field& field, std::span<const std::size_t> rows, std::size_t rare) {
  std::map<std::string, std::size_t> seen;
  for (const std::size_t row : rows) {
    ++seen[field.values[row]];
  }
  levels_ = seen.size() - seen.count("");
  numbers_ = levels_ > kManyNumbers && all_numbers(seen);
  std::size_t width = 0;
  if (numbers_) {
    double n = 0.0;
    double sum = 0.0;
    double squares = 0.0;
    for (const auto& [value, count] : seen) {
      if (const auto number = parse_number(value)) {
        n += static_cast<double>(count);
        sum += static_cast<double>(count) * *number;
      }
    }
    centre_ = sum / n;
    for (const auto& [value, count] : seen) {
      if (const auto number = parse_number(value)) {
        squares += static_cast<double>(count) * (*number - centre_) * (*number - centre_);
      }
    }
    spread_ = squares > 0.0 ? std::sqrt(squares / n) : 1.0;
    width = 3;  // number, square, missing
  } else {
    for (const auto& [value, count] : seen) {
      if (count >= rare) {
        slot_.try_emplace(value, slot_.size());
      }
    }
    width = slot_.size() + 1;  // and one for all that is rare
  }
  mean_.assign(width, 0.0);
  scale_.assign(width, 1.0);
  standardise(field, rows);
}

const char* Encoder::kind() const {
  if (levels_ < 1 || (levels_ == 1 && !slot_.contains(""))) {
    return "constant";
  }
  return numbers_ ? "numbers" : "categories";
}

void Encoder::raw(const Field& field, std::size_t row, double* out) const {
  const std::string& value = field.values[row];
  std::fill(out, out + columns(), 0.0);
  if (!numbers_) {
    const auto found = slot_.find(value);
    out[found == slot_.end() ? slot_.size() : found->second] = 1.0;
    return;
  }
  const auto number = parse_number(value);
  if (!number || !std::isfinite(*number)) {
    out[2] = 1.0;
    return;
  }
  const double z = std::clamp((*number - centre_) / spread_, -kFarOut, kFarOut);
  out[0] = z;
  out[1] = z * z;
}

void Encoder::standardise(const Field& field, std::span<const std::size_t> rows) {
  const std::size_t width = columns();
  std::vector<double> here(width);
  std::vector<double> sum(width, 0.0);
  std::vector<double> squares(width, 0.0);
  for (const std::size_t row : rows) {
    raw(field, row, here.data());
    for (std::size_t j = 0; j < width; ++j) {
      sum[j] += here[j];
      squares[j] += here[j] * here[j];
    }
  }
  const auto n = static_cast<double>(rows.size());
  for (std::size_t j = 0; j < width; ++j) {
    mean_[j] = sum[j] / n;
    const double variance = squares[j] / n - mean_[j] * mean_[j];
    scale_[j] = variance > 1e-12 ? 1.0 / std::sqrt(variance) : 0.0;
  }
}

void Encoder::encode(const Field& field, std::size_t row, double* out) const {
  raw(field, row, out);
  for (std::size_t j = 0; j < columns(); ++j) {
    out[j] = (out[j] - mean_[j]) * scale_[j];
  }
}

}  // namespace osler::evaluate::baseline
