#include <string>
#include <vector>

#include "learn/network/internal/network.h"

namespace osler::learn::network {
namespace {

// Two 3 x 3 convolutions beside a shortcut (He et al., CVPR 2016, option B). Where the number of
// channels changes, the first has stride 2 and the shortcut is a 1 x 1 convolution of stride 2, or
// the input is pooled before and both have stride 1; elsewhere the input goes through as it is.
struct ResidualBlock {
  bool pools = false;
  Conv first, second;
  Norm first_norm, second_norm;
  Conv shortcut;
  Norm shortcut_norm;

  at::Tensor operator()(const at::Tensor& whole, const Pass& pass) const {
    const auto x = pools ? at::max_pool2d(whole, {2, 2}, {2, 2}) : whole;
    auto y = rectify(first_norm(first(x), pass));
    y = second_norm(second(y), pass);
    y += shortcut.weight.defined() ? shortcut_norm(shortcut(x), pass) : x;
    return rectify(y);
  }
};

ResidualBlock residual_block(Builder& builder, const std::string& name, std::int64_t in,
                             std::int64_t out, bool max_pool) {
  const bool changes = in != out;
  const std::int64_t stride = changes && !max_pool ? 2 : 1;
  ResidualBlock block;
  block.pools = changes && max_pool;
  block.first = builder.conv(name + ".conv1",
                             {.in = in, .out = out, .kernel = 3, .stride = stride, .padding = 1});
  block.first_norm = builder.norm(name + ".bn1", out);
  block.second = builder.conv(name + ".conv2", {.in = out, .out = out, .kernel = 3, .padding = 1});
  block.second_norm = builder.norm(name + ".bn2", out);
  if (changes) {
    block.shortcut =
        builder.conv(name + ".shortcut", {.in = in, .out = out, .kernel = 1, .stride = stride});
    block.shortcut_norm = builder.norm(name + ".shortcut_bn", out);
  }
  return block;
}

// A stem of the first width, which shrinks by the size of the image, then one residual block for
// each further width. A width other than the one before halves the map; the same again deepens the
// network at that size.
class SmallResidual final : public Network {
 public:
  SmallResidual(const Architecture& architecture, std::uint64_t seed)
      : Network(architecture.dropout), pools_(stem_stride(architecture.side) == 4) {
    Builder builder(seed);
    const auto& widths = architecture.widths;
    const bool shrinks = stem_stride(architecture.side) > 1;
    stem_ = builder.conv("stem", {.in = 1,
                                  .out = widths.front(),
                                  .kernel = shrinks ? 5 : 3,
                                  .stride = shrinks ? 2 : 1,
                                  .padding = shrinks ? 2 : 1});
    stem_norm_ = builder.norm("stem_bn", widths.front());
    for (std::size_t i = 1; i < widths.size(); ++i) {
      stages_.push_back(residual_block(builder, "stage" + std::to_string(i), widths[i - 1],
                                       widths[i], architecture.max_pool));
    }
    finish(std::move(builder), widths.back());
  }

  at::Tensor backbone(const at::Tensor& images, const Pass& pass) const override {
    auto x = rectify(stem_norm_(stem_(images), pass));
    if (pools_) {
      x = at::max_pool2d(x, {3, 3}, {2, 2}, {1, 1});
    }
    for (const auto& stage : stages_) {
      x = stage(x, pass);
    }
    return x;
  }

 private:
  bool pools_;
  Conv stem_;
  Norm stem_norm_;
  std::vector<ResidualBlock> stages_;
};

}  // namespace

std::unique_ptr<Network> small_residual(const Architecture& architecture, std::uint64_t seed) {
  return std::make_unique<SmallResidual>(architecture, seed);
}

}  // namespace osler::learn::network
