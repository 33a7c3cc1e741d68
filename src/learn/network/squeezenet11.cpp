#include <array>
#include <string>
#include <vector>

#include "learn/network/internal/network.h"

namespace osler::learn::network {
namespace {

struct Fire {
  Conv squeeze, expand1, expand3;

  at::Tensor operator()(const at::Tensor& x) const {
    const auto narrow = rectify(squeeze(x));
    const std::array<at::Tensor, 2> halves{rectify(expand1(narrow)), rectify(expand3(narrow))};
    return at::cat(halves, 1);
  }
};

struct FireShape {
  std::int64_t squeeze;
  std::int64_t expand;  // of each of the two halves
};

// SqueezeNet 1.1 (Iandola et al., arXiv 1602.07360, and its release 1.1): a valid 3 x 3 stem of
// stride 2, eight fire modules, pooling before fire2, fire4 and fire6 without ceiling mode. A grey
// image needs one input channel: weights for three are summed when they are imported, which equals
// a replicated image exactly (see weights.h).
class SqueezeNet11 final : public Network {
 public:
  SqueezeNet11(const Architecture& architecture, std::uint64_t seed)
      : Network(architecture.dropout) {
    constexpr std::array<FireShape, 8> kFires{
        {{16, 64}, {16, 64}, {32, 128}, {32, 128}, {48, 192}, {48, 192}, {64, 256}, {64, 256}}};
    Builder builder(seed);
    conv1_ = builder.conv("conv1", {.in = 1, .out = 64, .kernel = 3, .stride = 2, .bias = true});
    std::int64_t channels = 64;
    for (std::size_t i = 0; i < kFires.size(); ++i) {
      const std::string name = "fire" + std::to_string(i + 2);
      const auto [squeeze, expand] = kFires[i];
      Fire fire;
      fire.squeeze = builder.conv(name + ".squeeze1x1",
                                  {.in = channels, .out = squeeze, .kernel = 1, .bias = true});
      fire.expand1 = builder.conv(name + ".expand1x1",
                                  {.in = squeeze, .out = expand, .kernel = 1, .bias = true});
      fire.expand3 =
          builder.conv(name + ".expand3x3",
                       {.in = squeeze, .out = expand, .kernel = 3, .padding = 1, .bias = true});
      fires_.push_back(fire);
      channels = 2 * expand;
    }
    finish(std::move(builder), channels);
  }

  at::Tensor backbone(const at::Tensor& images, const Pass& /*pass*/) const override {
    auto x = rectify(conv1_(images));
    for (std::size_t i = 0; i < fires_.size(); ++i) {
      if (i == 0 || i == 2 || i == 4) {
        x = at::max_pool2d(x, {3, 3}, {2, 2});
      }
      x = fires_[i](x);
    }
    return x;
  }

 private:
  Conv conv1_;
  std::vector<Fire> fires_;
};

}  // namespace

std::unique_ptr<Network> squeezenet11(const Architecture& architecture, std::uint64_t seed) {
  return std::make_unique<SqueezeNet11>(architecture, seed);
}

}  // namespace osler::learn::network
