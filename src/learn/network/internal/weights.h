#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "base/result.h"
#include "learn/network/internal/network.h"

namespace osler::learn::network {

struct NamedTensor {
  std::string name;
  at::Tensor value;  // float32
};

// The arrays of a .npz or .safetensors file, by name. Never a pickle.
// NotFound, PermissionDenied: the file. NotSupported: another kind of file. DataCorrupt: its bytes.
[[nodiscard]] Result<std::vector<NamedTensor>> read_weights(const std::filesystem::path& path);

// Copies weights into the network's variables of the same names; a classifier of other classes
// ("fc", "classifier") is left out and the head keeps its first weights. A first convolution for
// three channels becomes one for grey: the sum over its channels, which is what it computes for a
// grey image in all three. SqueezeNet's arrays expect levels of 0 to 255 less the means of BGR;
// their scale goes into the first convolution too, so that the network takes z-scored images
// (deviation 58 levels around the mean, as ImageNet's grey levels have).
//
// InvalidArgument: a variable of the backbone has no array, or one of another shape; says which.
[[nodiscard]] Result<void> import_weights(const Network& network, Kind kind,
                                          const std::vector<NamedTensor>& arrays);

}  // namespace osler::learn::network
