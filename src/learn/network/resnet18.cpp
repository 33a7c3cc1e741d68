#include <array>
#include <string>
#include <vector>

#include "learn/network/internal/network.h"

namespace osler::learn::network {
namespace {

struct BasicBlock {
  Conv conv1, conv2;
  Norm bn1, bn2;
  Conv downsample;
  Norm downsample_norm;

  at::Tensor operator()(const at::Tensor& x, const Pass& pass) const {
    auto y = rectify(bn1(conv1(x), pass));
    y = bn2(conv2(y), pass);
    y += downsample.weight.defined() ? downsample_norm(downsample(x), pass) : x;
    return rectify(y);
  }
};

BasicBlock basic_block(Builder& builder, const std::string& name, std::int64_t in,
                       std::int64_t out) {
  const std::int64_t stride = in == out ? 1 : 2;
  BasicBlock block;
  block.conv1 = builder.conv(name + ".conv1",
                             {.in = in, .out = out, .kernel = 3, .stride = stride, .padding = 1});
  block.bn1 = builder.norm(name + ".bn1", out);
  block.conv2 = builder.conv(name + ".conv2", {.in = out, .out = out, .kernel = 3, .padding = 1});
  block.bn2 = builder.norm(name + ".bn2", out);
  if (in != out) {
    block.downsample =
        builder.conv(name + ".downsample.0", {.in = in, .out = out, .kernel = 1, .stride = stride});
    block.downsample_norm = builder.norm(name + ".downsample.1", out);
  }
  return block;
}

// ResNet-18 (He et al., CVPR 2016, table 1) with one input channel. The names are those that
// published weights carry. Below 64 pixels the stem is one 3 x 3 convolution without pooling.
class ResNet18 final : public Network {
 public:
  ResNet18(const Architecture& architecture, std::uint64_t seed)
      : Network(architecture.dropout), small_stem_(stem_stride(architecture.side) == 1) {
    Builder builder(seed);
    conv1_ = builder.conv("conv1", {.in = 1,
                                    .out = 64,
                                    .kernel = small_stem_ ? 3 : 7,
                                    .stride = small_stem_ ? 1 : 2,
                                    .padding = small_stem_ ? 1 : 3});
    bn1_ = builder.norm("bn1", 64);
    std::int64_t channels = 64;
    int layer = 1;
    for (const std::int64_t width : std::array<std::int64_t, 4>{64, 128, 256, 512}) {
      const std::string name = "layer" + std::to_string(layer++);
      blocks_.push_back(basic_block(builder, name + ".0", channels, width));
      blocks_.push_back(basic_block(builder, name + ".1", width, width));
      channels = width;
    }
    finish(std::move(builder), channels);
  }

  at::Tensor backbone(const at::Tensor& images, const Pass& pass) const override {
    auto x = rectify(bn1_(conv1_(images), pass));
    if (!small_stem_) {
      x = at::max_pool2d(x, {3, 3}, {2, 2}, {1, 1});
    }
    for (const auto& block : blocks_) {
      x = block(x, pass);
    }
    return x;
  }

  bool prefers_channels_last() const override { return false; }

 private:
  bool small_stem_;
  Conv conv1_;
  Norm bn1_;
  std::vector<BasicBlock> blocks_;
};

}  // namespace

std::unique_ptr<Network> resnet18(const Architecture& architecture, std::uint64_t seed) {
  return std::make_unique<ResNet18>(architecture, seed);
}

}  // namespace osler::learn::network
