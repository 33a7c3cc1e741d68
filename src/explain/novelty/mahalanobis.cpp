#include "explain/novelty/internal/mahalanobis.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <Eigen/Cholesky>
#include <Eigen/Dense>

namespace osler::explain::novelty {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;

// A column that hardly varies would make rounding look like novelty.
constexpr double kLeastDeviation = 1e-3;

Matrix chosen(const Table& table, std::span<const std::size_t> rows) {
  Matrix values(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(table.columns));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = table.row(rows[i]);
    std::ranges::copy(row, values.row(static_cast<Eigen::Index>(i)).data());
  }
  return values;
}

// Ledoit and Wolf (2004): the sample covariance of centred rows X drawn towards a multiple of the
// identity, as far as its own noise suggests. Lemma 3.2 to 3.4, with the paper's norm |A|^2 =
// tr(A A') / d.
Matrix shrunk_covariance(const Matrix& x) {
  const auto n = static_cast<double>(x.rows());
  const auto d = static_cast<double>(x.cols());
  Matrix sample = x.transpose() * x / n;
  const double mean = sample.trace() / d;
  const double sample_norm = sample.squaredNorm() / d;
  const double spread = std::max(sample_norm - mean * mean, 0.0);  // d^2 of the paper
  const double fourth = x.rowwise().squaredNorm().array().square().sum() / d;
  const double noise = std::clamp((fourth / n - sample_norm) / n, 0.0, spread);  // b^2
  const double weight = spread > 0.0 ? noise / spread : 1.0;
  sample *= 1.0 - weight;
  sample.diagonal().array() += weight * mean + 1e-9;
  return sample;
}

Ellipsoid fit_once(const Table& table, std::span<const std::size_t> rows) {
  Matrix x = chosen(table, rows);
  const Vector centre = x.colwise().mean();
  x.rowwise() -= centre.transpose();
  Vector scale = (x.colwise().squaredNorm() / static_cast<double>(x.rows())).cwiseSqrt();
  const double floor = kLeastDeviation * std::max(scale.mean(), 1e-6);
  scale = scale.cwiseMax(floor);
  x.array().rowwise() /= scale.transpose().array();
  const Eigen::LLT<Matrix> factor(shrunk_covariance(x));
  Matrix inverse = factor.matrixL().solve(Matrix::Identity(x.cols(), x.cols()));
  inverse.array().rowwise() /= scale.transpose().array();
  Ellipsoid fitted;
  fitted.size = table.columns;
  fitted.centre.assign(centre.data(), centre.data() + centre.size());
  fitted.whitening.assign(inverse.data(), inverse.data() + inverse.size());
  return fitted;
}

}  // namespace

double Ellipsoid::distance(std::span<const double> x) const {
  double squares = 0.0;
  for (std::size_t i = 0; i < size; ++i) {
    double sum = 0.0;
    for (std::size_t j = 0; j <= i; ++j) {
      sum += whitening[i * size + j] * (x[j] - centre[j]);
    }
    squares += sum * sum;
  }
  return std::sqrt(squares);
}

Ellipsoid fit_ellipsoid(const Table& table, std::span<const std::size_t> rows) {
  const auto first = fit_once(table, rows);
  std::vector<double> distance(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    distance[i] = first.distance(table.row(rows[i]));
  }
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return distance[i]; });
  order.resize(rows.size() - rows.size() / 20);
  std::vector<std::size_t> near;
  for (const std::size_t i : order) {
    near.push_back(rows[i]);
  }
  return fit_once(table, near);
}

}  // namespace osler::explain::novelty
