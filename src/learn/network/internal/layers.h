#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <ATen/ATen.h>

#include "base/rng.h"

namespace osler::learn::network {

// What a variable is for. Weights decay; biases and norms do not; statistics take no gradient.
enum class Role : std::uint8_t { Weight, Bias, Norm, Statistic };

struct Variable {
  std::string name;  // "layer1.0.conv1.weight"
  at::Tensor value;
  Role role = Role::Weight;
  bool in_head = false;
};

// How one forward pass is made. In training, norms use the batch and dropout draws from
// `generator`.
struct Pass {
  bool training = false;
  c10::optional<at::Generator> generator = c10::nullopt;
};

struct Conv {
  at::Tensor weight = {};  // [out, in, k, k]
  at::Tensor bias = {};    // [out], or undefined
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const;
};

struct Norm {
  at::Tensor weight, bias, mean, variance;  // each [channels]
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x, const Pass& pass) const;
};

struct Linear {
  at::Tensor weight;  // [out, in]
  at::Tensor bias;    // [out]
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const;
};

// In place: the tensor is always a layer's own result.
[[nodiscard]] inline at::Tensor rectify(at::Tensor x) {
  return at::relu_(x);
}

struct ConvShape {
  std::int64_t in = 1;
  std::int64_t out = 1;
  std::int64_t kernel = 3;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  bool bias = false;
};

// Makes layers, draws their first weights and keeps the list of variables in order of making. The
// same seed gives the same weights on every machine.
class Builder {
 public:
  explicit Builder(std::uint64_t seed) : rng_(Rng::named(seed, "weights")) {}

  // Normal with deviation sqrt(2 / (out * k * k)) (He et al. 2015); bias 0.
  [[nodiscard]] Conv conv(const std::string& name, const ConvShape& shape);
  // Weight `scale`, bias 0, mean 0, variance 1.
  [[nodiscard]] Norm norm(const std::string& name, std::int64_t channels, double scale = 1.0);
  // Uniform in +-1 / sqrt(in), bias 0; marked as part of the head.
  [[nodiscard]] Linear head(const std::string& name, std::int64_t in, std::int64_t out);

  [[nodiscard]] std::vector<Variable> take() { return std::move(variables_); }

 private:
  at::Tensor add(const std::string& name, at::Tensor value, Role role);

  Rng rng_;
  std::vector<Variable> variables_;
};

}  // namespace osler::learn::network
