#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <ATen/ATen.h>

#include "base/result.h"
#include "learn/network/architecture.h"
#include "learn/network/internal/layers.h"

namespace osler::learn::network {

struct Outputs {
  at::Tensor logit;     // [N, 1]
  at::Tensor features;  // [N, F], the mean of the map
  at::Tensor map;       // [N, F, h, w]
};

// A network with its variables. forward() is its only description: export traces it.
class Network {
 public:
  virtual ~Network() = default;
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // images [N, 1, H, W], z-scored.
  [[nodiscard]] Outputs forward(const at::Tensor& images, const Pass& pass) const;
  // The last feature map [N, F, h, w].
  [[nodiscard]] virtual at::Tensor backbone(const at::Tensor& images, const Pass& pass) const = 0;

  // Every variable, in a fixed order. Handles share storage with the layers.
  [[nodiscard]] const std::vector<Variable>& variables() const { return variables_; }
  [[nodiscard]] std::int64_t feature_count() const { return head_.weight.size(1); }
  [[nodiscard]] const Linear& head() const { return head_; }
  // Convolutions read channels-last: faster for small networks, slower for ResNet-18.
  [[nodiscard]] virtual bool prefers_channels_last() const { return true; }

 protected:
  explicit Network(double dropout) : dropout_(dropout) {}
  void finish(Builder builder, std::int64_t features);

 private:
  double dropout_;
  Linear head_;
  std::vector<Variable> variables_;
};

// InvalidArgument: as check(architecture).
[[nodiscard]] Result<std::unique_ptr<Network>> create(const Architecture& architecture,
                                                      std::uint64_t seed);

// Dropout whose mask comes from the pass's generator: the same in every run, whatever the thread.
[[nodiscard]] at::Tensor dropout(const at::Tensor& x, double probability, const Pass& pass);

// One maker a network; create() chooses.
[[nodiscard]] std::unique_ptr<Network> small_residual(const Architecture& architecture,
                                                      std::uint64_t seed);
[[nodiscard]] std::unique_ptr<Network> resnet18(const Architecture& architecture,
                                                std::uint64_t seed);
[[nodiscard]] std::unique_ptr<Network> squeezenet11(const Architecture& architecture,
                                                    std::uint64_t seed);

// The head alone, on features that were computed before: inputs [N, F, 1, 1].
[[nodiscard]] std::unique_ptr<Network> head_only(std::int64_t features, double dropout,
                                                 std::uint64_t seed);

}  // namespace osler::learn::network
