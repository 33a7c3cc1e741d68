#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "imaging/augment/augment.h"

namespace osler::study {

enum class Network : std::uint8_t { SmallResidual, ResNet18, SqueezeNet11 };
enum class Transfer : std::uint8_t { None, Frozen, FineTune, Staged };
enum class Loss : std::uint8_t { WeightedBce, Focal };
enum class Sampling : std::uint8_t { AsIs, Balanced };

// The section `training` of a study file, and the member "spec" of a job of osler-learn.
struct TrainingSpec {
  struct NetworkSpec {
    Network kind = Network::SmallResidual;
    std::vector<std::int64_t> widths = {16, 32, 64, 128};  // of SmallResidual: channels a stage
    bool max_pool = false;  // of SmallResidual: maps shrink by their maxima, not by a stride
    double dropout = 0.0;   // [0, 1)
    bool operator==(const NetworkSpec&) const = default;
  };
  struct WeightsSpec {
    std::string path;  // as written in the study file: .npz or .safetensors; empty: from the seed
    Transfer mode = Transfer::None;
    bool operator==(const WeightsSpec&) const = default;
  };
  struct LossSpec {
    Loss kind = Loss::WeightedBce;
    double gamma = 2.0;                                    // of Focal, [0, 10]
    std::optional<double> positive_weight = std::nullopt;  // absent: balanced
    double label_smoothing = 0.0;                          // [0, 0.5]
    bool operator==(const LossSpec&) const = default;
  };
  struct OptimiserSpec {
    double learning_rate = 1e-3;
    double weight_decay = 1e-4;
    std::int64_t batch = 64;
    std::int64_t epochs = 20;
    double warmup_epochs = 1.0;
    std::int64_t patience = 0;  // epochs without a better validation AUPRC; 0: train to the end
    double ema = 0.0;           // decay of the running mean of the weights that is kept; 0: none
    bool operator==(const OptimiserSpec&) const = default;
  };

  NetworkSpec network;
  WeightsSpec weights;
  LossSpec loss;
  Sampling sampling = Sampling::AsIs;
  OptimiserSpec optimiser;
  imaging::AugmentSpec augmentation;

  bool operator==(const TrainingSpec&) const = default;
};

// {"network": {"kind": "small_residual" | "resnet18" | "squeezenet11", "widths", "dropout"},
//  "weights": {"path", "mode": "none" | "frozen" | "fine_tune" | "staged"},
//  "loss": {"kind": "weighted_bce" | "focal", "gamma", "positive_weight": number | "balanced",
//           "label_smoothing"},
//  "sampling": "as_is" | "balanced",
//  "optimiser": {"learning_rate", "weight_decay", "batch", "epochs", "warmup_epochs", "patience",
//                "ema"},
//  "augmentation": {"flip", "shift", "rotate_degrees", "scale", "brightness", "contrast", "noise",
//                   "erase"}}
[[nodiscard]] Json to_json(const TrainingSpec& spec);

// Keys as above, each may be absent. InvalidArgument: an unknown key (the hint says the nearest),
// another type, out of range, weights with mode none or a mode without weights. The error's place
// is the key's path, as in "training.optimiser.batch".
[[nodiscard]] Result<TrainingSpec> training_from_json(const Json& document);

}  // namespace osler::study
