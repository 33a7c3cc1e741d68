#include "evaluate/regression/logistic.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <Eigen/Dense>

namespace osler::evaluate::regression {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;

Eigen::Index index(std::size_t i) {
  return static_cast<Eigen::Index>(i);
}

Error invalid(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message));
}

Result<void> check(const Design& design, std::span<const double> targets,
                   const LogisticOptions& options) {
  const std::size_t rows = targets.size();
  if (rows == 0) {
    return invalid("no rows to fit on");
  }
  if (design.values.size() != rows * design.columns) {
    return invalid(std::to_string(design.values.size()) + " values for " + std::to_string(rows) +
                   " rows of " + std::to_string(design.columns) + " columns");
  }
  if (!options.offset.empty() && options.offset.size() != rows) {
    return invalid("the offset has another length than the targets");
  }
  const auto finite = [](double value) { return std::isfinite(value); };
  if (!std::ranges::all_of(design.values, finite) || !std::ranges::all_of(options.offset, finite)) {
    return invalid("a value is not finite");
  }
  if (!std::ranges::all_of(targets, [](double t) { return t >= 0.0 && t <= 1.0; })) {
    return invalid("a target is outside [0, 1]");
  }
  return {};
}

Matrix with_intercept(const Design& design, std::size_t rows, bool intercept) {
  const Eigen::Index first = intercept ? 1 : 0;
  Matrix out(index(rows), index(design.columns) + first);
  if (intercept) {
    out.col(0).setOnes();
  }
  if (design.columns > 0) {
    out.rightCols(index(design.columns)) =
        Eigen::Map<const Matrix>(design.values.data(), index(rows), index(design.columns));
  }
  return out;
}

// -2 log likelihood of soft targets, from the linear predictor.
double deviance_of(const Vector& eta, std::span<const double> targets) {
  double sum = 0.0;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const double z = eta[index(i)];
    // log(1 + e^z) - t z, without overflow.
    sum += std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z))) - targets[i] * z;
  }
  return 2.0 * sum;
}

struct Problem {
  Matrix x;
  std::span<const double> targets;
  Vector offset;
  Vector penalty;  // of each coefficient

  [[nodiscard]] Vector predictor(const Vector& beta) const { return x * beta + offset; }
  [[nodiscard]] double objective(const Vector& eta, const Vector& beta) const {
    return deviance_of(eta, targets) + beta.cwiseProduct(penalty).dot(beta);
  }
};

Problem make(const Design& design, std::span<const double> targets,
             const LogisticOptions& options) {
  Problem out{.x = with_intercept(design, targets.size(), options.intercept),
              .targets = targets,
              .offset = Vector::Zero(index(targets.size())),
              .penalty = {}};
  for (std::size_t i = 0; i < options.offset.size(); ++i) {
    out.offset[index(i)] = options.offset[i];
  }
  out.penalty = Vector::Constant(out.x.cols(), options.ridge);
  if (options.intercept) {
    out.penalty[0] = 0.0;
  }
  return out;
}

struct Curvature {
  Vector gradient;
  Matrix information;
};

Curvature curvature(const Problem& problem, const Vector& eta, const Vector& beta) {
  const Eigen::Index rows = eta.size();
  Vector residual(rows);
  Vector root_weight(rows);
  for (Eigen::Index i = 0; i < rows; ++i) {
    const double p = sigmoid(eta[i]);
    residual[i] = problem.targets[static_cast<std::size_t>(i)] - p;
    root_weight[i] = std::sqrt(p * (1.0 - p));
  }
  const Matrix scaled = root_weight.asDiagonal() * problem.x;
  Matrix information = Matrix::Zero(scaled.cols(), scaled.cols());
  information.selfadjointView<Eigen::Lower>().rankUpdate(scaled.transpose());
  information.triangularView<Eigen::StrictlyUpper>() = information.transpose();
  information.diagonal() += problem.penalty;
  return {problem.x.transpose() * residual - problem.penalty.cwiseProduct(beta), information};
}

// Of independent columns; the smallest pivot of a dependent one is rounding alone.
bool singular(const Eigen::LDLT<Matrix>& factor) {
  const Vector pivots = factor.vectorD().cwiseAbs();
  return pivots.size() > 0 && pivots.minCoeff() <= 1e-13 * pivots.maxCoeff();
}

}  // namespace

double sigmoid(double z) {
  if (z >= 0.0) {
    return 1.0 / (1.0 + std::exp(-z));
  }
  const double e = std::exp(z);
  return e / (1.0 + e);
}

double logit(double p) {
  return std::log(p) - std::log1p(-p);
}

Result<Logistic> logistic(const Design& design, std::span<const double> targets,
                          const LogisticOptions& options) {
  OSLER_TRY_DO(check(design, targets, options));
  const Problem problem = make(design, targets, options);
  Vector beta = Vector::Zero(problem.x.cols());
  Vector eta = problem.predictor(beta);
  double objective = problem.objective(eta, beta);
  Logistic fit;
  Eigen::LDLT<Matrix> factor;
  // Below this a row is predicted without doubt: the classes are separated.
  const double separated = 1e-7 * static_cast<double>(targets.size());
  for (std::size_t step = 0; step < options.steps && !fit.converged; ++step) {
    const auto [gradient, information] = curvature(problem, eta, beta);
    factor.compute(information);
    if (step == 0 && singular(factor)) {
      return Error(ErrorCode::FailedPrecondition, "the columns are not independent of each other")
          .hint("leave one of them out, or give a ridge");
    }
    Vector move = factor.solve(gradient);
    double next = objective;
    for (int halving = 0; halving < 30; ++halving, move /= 2.0) {
      const Vector tried = beta + move;
      eta = problem.predictor(tried);
      next = problem.objective(eta, tried);
      if (next <= objective * (1.0 + 1e-14) || !std::isfinite(objective)) {
        break;
      }
    }
    beta += move;
    fit.converged = std::abs(objective - next) <= 1e-13 * (std::abs(next) + 1e-13) &&
                    move.lpNorm<Eigen::Infinity>() <= 1e-9 * (1.0 + beta.lpNorm<Eigen::Infinity>());
    objective = next;
    if (options.ridge == 0.0 && deviance_of(eta, targets) < separated) {
      fit.converged = false;
      break;
    }
  }
  const Matrix inverse = factor.solve(Matrix::Identity(beta.size(), beta.size()));
  for (Eigen::Index i = 0; i < beta.size(); ++i) {
    fit.coefficients.push_back(beta[i]);
    fit.errors.push_back(std::sqrt(std::max(inverse(i, i), 0.0)));
  }
  fit.deviance = deviance_of(eta, targets);
  return fit;
}

std::vector<double> sandwich_errors(const Design& design, std::span<const double> targets,
                                    std::span<const std::uint32_t> groups, const Logistic& fit,
                                    const LogisticOptions& options) {
  const Problem problem = make(design, targets, options);
  const Vector beta = Eigen::Map<const Vector>(fit.coefficients.data(), problem.x.cols());
  const Vector eta = problem.predictor(beta);
  const Matrix information = curvature(problem, eta, beta).information;
  const std::size_t slots =
      groups.empty() ? targets.size() : std::size_t{*std::ranges::max_element(groups)} + 1;
  Matrix scores = Matrix::Zero(index(slots), problem.x.cols());
  std::vector<bool> seen(slots, false);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const std::size_t group = groups.empty() ? i : groups[i];
    scores.row(index(group)) += (targets[i] - sigmoid(eta[index(i)])) * problem.x.row(index(i));
    seen[group] = true;
  }
  const auto g = static_cast<double>(std::ranges::count(seen, true));
  const Matrix inverse = information.inverse();
  const Matrix covariance =
      inverse * (scores.transpose() * scores) * inverse * (g > 1.0 ? g / (g - 1.0) : 1.0);
  std::vector<double> out;
  for (Eigen::Index i = 0; i < covariance.rows(); ++i) {
    out.push_back(std::sqrt(std::max(covariance(i, i), 0.0)));
  }
  return out;
}

std::vector<double> linear_predictor(const Design& design, const std::vector<double>& coefficients,
                                     bool intercept) {
  const std::size_t first = intercept ? 1 : 0;
  std::vector<double> out(design.rows(), intercept ? coefficients[0] : 0.0);
  for (std::size_t i = 0; i < out.size(); ++i) {
    for (std::size_t j = 0; j < design.columns; ++j) {
      out[i] += design.values[i * design.columns + j] * coefficients[first + j];
    }
  }
  return out;
}

}  // namespace osler::evaluate::regression
