#include "learn/network/internal/weights.h"

#include <array>
#include <string_view>
#include <unordered_map>

#include "base/arrays/npy.h"
#include "base/arrays/safetensors.h"

namespace osler::learn::network {
namespace {

constexpr std::array<double, 3> kBgrMeans{103.939, 116.779, 123.68};
constexpr double kGreyMean = (103.939 + 116.779 + 123.68) / 3.0;
constexpr double kGreyDeviation = 57.6;  // 0.226 of 255

std::string shape_text(const at::Tensor& tensor) {
  std::string text;
  for (const auto size : tensor.sizes()) {
    text += (text.empty() ? "" : " x ") + std::to_string(size);
  }
  return text.empty() ? "a single number" : text;
}

bool is_stem(const at::Tensor& mine, const at::Tensor& theirs) {
  return mine.dim() == 4 && theirs.dim() == 4 && mine.size(1) == 1 && theirs.size(1) == 3;
}

// The convolution of a replicated grey image is that of the sum over the channels.
at::Tensor for_grey(const at::Tensor& weight, Kind kind) {
  const double scale = kind == Kind::SqueezeNet11 ? kGreyDeviation : 1.0;
  return (weight.to(at::kDouble).sum(1, true) * scale).to(at::kFloat);
}

// What the mean grey level, less each channel's mean, adds to a stem without padding.
at::Tensor bias_of_means(const at::Tensor& weight) {
  auto added = at::zeros({weight.size(0)}, at::kDouble);
  const auto per_channel = weight.to(at::kDouble).sum({2, 3});  // [out, 3]
  for (std::int64_t channel = 0; channel < 3; ++channel) {
    added +=
        per_channel.select(1, channel) * (kGreyMean - kBgrMeans[static_cast<std::size_t>(channel)]);
  }
  return added;
}

NamedTensor named(const std::string& name, const arrays::Array& array) {
  const std::vector<std::int64_t> shape(array.shape.begin(), array.shape.end());
  auto values = array.to_floats();
  return {.name = name, .value = at::from_blob(values.data(), shape, at::kFloat).clone()};
}

}  // namespace

Result<std::vector<NamedTensor>> read_weights(const std::filesystem::path& path) {
  std::vector<NamedTensor> tensors;
  if (path.extension() == ".safetensors") {
    OSLER_TRY(const auto arrays, arrays::read_safetensors(path));
    for (const auto& [name, array] : arrays) {
      tensors.push_back(named(name, array));
    }
    return tensors;
  }
  if (path.extension() == ".npz") {
    OSLER_TRY(const auto npz, arrays::Npz::open(path));
    for (const auto& name : npz.names()) {
      OSLER_TRY(const auto array, npz.read(name));
      tensors.push_back(named(name, array));
    }
    return tensors;
  }
  return Error(ErrorCode::NotSupported, "weights are read from .npz and .safetensors alone")
      .at(path.string())
      .hint("save them as safetensors; a pickle can run code and is never opened");
}

Result<void> import_weights(const Network& network, Kind kind,
                            const std::vector<NamedTensor>& arrays) {
  std::unordered_map<std::string_view, const at::Tensor*> by_name;
  for (const auto& array : arrays) {
    by_name.emplace(array.name, &array.value);
  }
  const at::NoGradGuard no_gradients;
  for (const auto& variable : network.variables()) {
    if (variable.in_head) {
      continue;
    }
    const auto found = by_name.find(variable.name);
    if (found == by_name.end()) {
      return Error(ErrorCode::InvalidArgument,
                   "the weights have no array \"" + variable.name + "\"")
          .hint("use weights of the network that the study file names");
    }
    at::Tensor value = *found->second;
    if (is_stem(variable.value, value)) {
      value = for_grey(value, kind);
    } else if (kind == Kind::SqueezeNet11 && variable.name == "conv1.bias") {
      const auto stem = by_name.find("conv1.weight");
      if (stem != by_name.end() && stem->second->dim() == 4 && stem->second->size(1) == 3) {
        value = (value.to(at::kDouble) + bias_of_means(*stem->second)).to(at::kFloat);
      }
    }
    if (value.sizes() != variable.value.sizes()) {
      return Error(ErrorCode::InvalidArgument,
                   "array \"" + variable.name + "\" of the weights is " + shape_text(value) +
                       ", the network's is " + shape_text(variable.value));
    }
    variable.value.copy_(value);
  }
  return {};
}

}  // namespace osler::learn::network
