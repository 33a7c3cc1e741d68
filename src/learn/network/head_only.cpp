#include "learn/network/internal/network.h"

namespace osler::learn::network {
namespace {

// The "image" is the last map itself; there is no backbone.
class HeadOnly final : public Network {
 public:
  HeadOnly(std::int64_t features, double dropout, std::uint64_t seed) : Network(dropout) {
    finish(Builder(seed), features);
  }
  at::Tensor backbone(const at::Tensor& images, const Pass& /*pass*/) const override {
    return images;
  }
};

}  // namespace

std::unique_ptr<Network> head_only(std::int64_t features, double dropout, std::uint64_t seed) {
  return std::make_unique<HeadOnly>(features, dropout, seed);
}

}  // namespace osler::learn::network
