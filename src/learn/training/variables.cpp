#include "learn/training/internal/variables.h"

#include <array>
#include <vector>

namespace osler::learn::training {
namespace {

using network::Role;
using network::Variable;

// The piece of a flat tensor that starts at `offset`, in the shape of `like`. Strides are written
// out: with one input channel contiguous(ChannelsLast) would leave NCHW as it is, and the first and
// largest layer slow.
at::Tensor piece(const at::Tensor& flat, std::int64_t offset, const at::Tensor& like,
                 bool channels_last) {
  if (!channels_last || like.dim() != 4) {
    return flat.narrow(0, offset, like.numel()).view(like.sizes());
  }
  const auto in = like.size(1);
  const auto height = like.size(2);
  const auto width = like.size(3);
  const std::array<std::int64_t, 4> strides{in * height * width, 1, in * width, in};
  return flat.as_strided(like.sizes(), strides, flat.storage_offset() + offset);
}

template <typename Visit>
void each_piece(const network::Network& network, Visit visit) {
  std::int64_t parameter = 0;
  std::int64_t statistic = 0;
  for (const auto& variable : network.variables()) {
    auto& offset = variable.role == Role::Statistic ? statistic : parameter;
    visit(variable, offset);
    offset += variable.value.numel();
  }
}

}  // namespace

Flat flatten(const network::Network& network) {
  std::int64_t parameters = 0;
  std::int64_t statistics = 0;
  for (const auto& variable : network.variables()) {
    (variable.role == Role::Statistic ? statistics : parameters) += variable.value.numel();
  }
  Flat flat{.parameters = at::empty({parameters}), .statistics = at::empty({statistics})};
  const bool channels_last = network.prefers_channels_last();
  each_piece(network, [&](const Variable& variable, std::int64_t offset) {
    const auto& whole = variable.role == Role::Statistic ? flat.statistics : flat.parameters;
    piece(whole, offset, variable.value, channels_last).copy_(variable.value.detach());
  });
  return flat;
}

void bind(const network::Network& network, const Flat& flat, const at::Tensor& gradients) {
  const bool channels_last = network.prefers_channels_last();
  each_piece(network, [&](const Variable& variable, std::int64_t offset) {
    if (variable.role == Role::Statistic) {
      variable.value.set_data(piece(flat.statistics, offset, variable.value, channels_last));
      return;
    }
    variable.value.set_data(piece(flat.parameters, offset, variable.value, channels_last));
    if (gradients.defined()) {
      variable.value.set_requires_grad(true);
      variable.value.mutable_grad() = piece(gradients, offset, variable.value, channels_last);
    }
  });
}

Factors factors(const network::Network& network, double backbone) {
  std::vector<at::Tensor> decay;
  std::vector<at::Tensor> rate;
  for (const auto& variable : network.variables()) {
    if (variable.role != Role::Statistic) {
      const auto count = variable.value.numel();
      decay.push_back(at::full({count}, variable.role == Role::Weight ? 1.0 : 0.0, at::kFloat));
      rate.push_back(at::full({count}, variable.in_head ? 1.0 : backbone, at::kFloat));
    }
  }
  return {.decay = at::cat(decay), .rate = at::cat(rate)};
}

}  // namespace osler::learn::training
