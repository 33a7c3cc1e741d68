#include "learn/network/internal/layers.h"

#include <array>
#include <cmath>

namespace osler::learn::network {
namespace {

constexpr double kNormMomentum = 0.1;
constexpr double kNormEpsilon = 1e-5;

template <typename Draw>
at::Tensor drawn(at::IntArrayRef shape, Draw draw) {
  at::Tensor values = at::empty(shape, at::kFloat);
  float* at_value = values.data_ptr<float>();
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    at_value[i] = static_cast<float>(draw());
  }
  return values;
}

}  // namespace

at::Tensor Conv::operator()(const at::Tensor& x) const {
  return at::conv2d(x, weight, bias, {stride, stride}, {padding, padding});
}

at::Tensor Norm::operator()(const at::Tensor& x, const Pass& pass) const {
  return at::batch_norm(x, weight, bias, mean, variance, pass.training, kNormMomentum, kNormEpsilon,
                        false);
}

at::Tensor Linear::operator()(const at::Tensor& x) const {
  return at::linear(x, weight, bias);
}

at::Tensor Builder::add(const std::string& name, at::Tensor value, Role role) {
  variables_.push_back({.name = name, .value = value, .role = role});
  return value;
}

Conv Builder::conv(const std::string& name, const ConvShape& shape) {
  const double deviation =
      std::sqrt(2.0 / static_cast<double>(shape.out * shape.kernel * shape.kernel));
  const std::array<std::int64_t, 4> sizes{shape.out, shape.in, shape.kernel, shape.kernel};
  Conv layer{.stride = shape.stride, .padding = shape.padding};
  layer.weight = add(name + ".weight", drawn(sizes, [&] { return rng_.normal(0.0, deviation); }),
                     Role::Weight);
  if (shape.bias) {
    layer.bias = add(name + ".bias", at::zeros({shape.out}), Role::Bias);
  }
  return layer;
}

Norm Builder::norm(const std::string& name, std::int64_t channels, double scale) {
  Norm layer;
  layer.weight = add(name + ".weight", at::full({channels}, scale), Role::Norm);
  layer.bias = add(name + ".bias", at::zeros({channels}), Role::Norm);
  layer.mean = add(name + ".running_mean", at::zeros({channels}), Role::Statistic);
  layer.variance = add(name + ".running_var", at::ones({channels}), Role::Statistic);
  return layer;
}

Linear Builder::head(const std::string& name, std::int64_t in, std::int64_t out) {
  const double bound = 1.0 / std::sqrt(static_cast<double>(in));
  const std::array<std::int64_t, 2> sizes{out, in};
  Linear layer;
  layer.weight = add(name + ".weight", drawn(sizes, [&] { return rng_.uniform(-bound, bound); }),
                     Role::Weight);
  variables_.back().in_head = true;
  layer.bias = add(name + ".bias", at::zeros({out}), Role::Bias);
  variables_.back().in_head = true;
  return layer;
}

}  // namespace osler::learn::network
