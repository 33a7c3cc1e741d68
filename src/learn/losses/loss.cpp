#include "learn/losses/loss.h"

#include <algorithm>
#include <string>

#include "learn/losses/internal/loss.h"

namespace osler::learn::losses {

Result<ClassWeights> class_weights(const Settings& settings, std::span<const std::uint8_t> labels) {
  if (settings.positive_weight) {
    return ClassWeights{.negative = 1.0, .positive = *settings.positive_weight};
  }
  const auto count = static_cast<double>(labels.size());
  const auto positives = static_cast<double>(std::ranges::count(labels, std::uint8_t{1}));
  if (positives == 0.0 || positives == count) {
    return Error(ErrorCode::FailedPrecondition,
                 "the training part has no " +
                     std::string(positives == 0.0 ? "positive" : "negative") + " case")
        .hint("split again, stratified by the label, or bring more cases");
  }
  return ClassWeights{.negative = count / (2.0 * (count - positives)),
                      .positive = count / (2.0 * positives)};
}

at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets, const Settings& settings,
                const ClassWeights& weights, double normaliser) {
  const auto flat = logits.reshape({-1});
  const auto smoothed = targets * (1.0 - settings.label_smoothing) + 0.5 * settings.label_smoothing;
  // max(x, 0) - x t + log(1 + exp(-|x|)): cross-entropy that does not overflow.
  auto each = at::binary_cross_entropy_with_logits(flat, smoothed, {}, {}, at::Reduction::None);
  if (settings.kind == Kind::Focal && settings.gamma > 0.0) {
    each = each * (targets - at::sigmoid(flat)).abs().pow(settings.gamma);
  }
  const auto weight = targets * (weights.positive - weights.negative) + weights.negative;
  return (each * weight).sum() / normaliser;
}

}  // namespace osler::learn::losses
