#include "learn/network/internal/network.h"

namespace osler::learn::network {

Outputs Network::forward(const at::Tensor& images, const Pass& pass) const {
  Outputs outputs;
  outputs.map = backbone(images, pass);
  outputs.features = at::flatten(at::adaptive_avg_pool2d(outputs.map, {1, 1}), 1);
  outputs.logit = head_(dropout(outputs.features, dropout_, pass));
  return outputs;
}

void Network::finish(Builder builder, std::int64_t features) {
  head_ = builder.head("head", features, 1);
  variables_ = builder.take();
}

at::Tensor dropout(const at::Tensor& x, double probability, const Pass& pass) {
  if (!pass.training || probability <= 0.0) {
    return x;
  }
  const double keep = 1.0 - probability;
  const auto mask = at::empty(x.sizes(), at::kFloat).bernoulli_(keep, pass.generator);
  return x * mask.div_(keep);
}

Result<std::unique_ptr<Network>> create(const Architecture& architecture, std::uint64_t seed) {
  OSLER_TRY_DO(check(architecture));
  switch (architecture.kind) {
    case Kind::SmallResidual:
      return small_residual(architecture, seed);
    case Kind::ResNet18:
      return resnet18(architecture, seed);
    case Kind::SqueezeNet11:
      return squeezenet11(architecture, seed);
  }
  return Error(ErrorCode::Internal, "a network kind without a maker");
}

}  // namespace osler::learn::network
