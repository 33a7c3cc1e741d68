#include "learn/training/internal/adamw.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace osler::learn::training {
namespace {

constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-8;

}  // namespace

double learning_rate(const study::TrainingSpec::OptimiserSpec& spec, std::int64_t step,
                     std::int64_t steps_per_epoch) {
  const auto per_epoch = static_cast<double>(steps_per_epoch);
  const double all = per_epoch * static_cast<double>(spec.epochs);
  const double warm = std::min(per_epoch * spec.warmup_epochs, all);
  const double now = static_cast<double>(step);
  if (now < warm) {
    return spec.learning_rate * (now + 1.0) / (warm + 1.0);
  }
  const double through = all > warm ? (now - warm) / (all - warm) : 1.0;
  return spec.learning_rate * 0.5 * (1.0 + std::cos(std::numbers::pi * through));
}

void adamw(const AdamwStep& step, const at::Tensor& parameters, const at::Tensor& gradients,
           const Moments& moments, const Factors& factors, std::int64_t from, std::int64_t count) {
  const at::NoGradGuard no_gradients;
  const auto part = [&](const at::Tensor& whole) { return whole.narrow(0, from, count); };
  auto values = part(parameters);
  const auto gradient = part(gradients);
  const auto rate = part(factors.rate);
  auto first = part(moments.first);
  auto second = part(moments.second);

  first.mul_(kBeta1).add_(gradient, 1.0 - kBeta1);
  second.mul_(kBeta2).addcmul_(gradient, gradient, 1.0 - kBeta2);
  const auto number = static_cast<double>(step.step);
  const double first_scale = 1.0 - std::pow(kBeta1, number);
  const double second_scale = 1.0 - std::pow(kBeta2, number);
  const auto size = second.sqrt().div_(std::sqrt(second_scale)).add_(kEpsilon);
  auto change = first.div(size).div_(first_scale);
  change.addcmul_(values, part(factors.decay), step.weight_decay);
  values.addcmul_(change, rate, -step.rate);

  if (moments.mean.defined()) {
    const double decay = std::min(step.ema, (1.0 + number) / (10.0 + number));
    auto mean = part(moments.mean);
    mean.mul_(decay).add_(values, 1.0 - decay);
  }
}

}  // namespace osler::learn::training
