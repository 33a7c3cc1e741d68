#include "study/training.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/settings.h"
#include "study/internal/sections.h"

namespace osler::study {
namespace {

using Range = Settings::Range;
using Ends = Settings::Range::Ends;

constexpr std::array kNetworks = {Settings::Word<Network>{"small_residual", Network::SmallResidual},
                                  Settings::Word<Network>{"resnet18", Network::ResNet18},
                                  Settings::Word<Network>{"squeezenet11", Network::SqueezeNet11}};
constexpr std::array kTransfers = {Settings::Word<Transfer>{"none", Transfer::None},
                                   Settings::Word<Transfer>{"frozen", Transfer::Frozen},
                                   Settings::Word<Transfer>{"fine_tune", Transfer::FineTune},
                                   Settings::Word<Transfer>{"staged", Transfer::Staged}};
constexpr std::array kLosses = {Settings::Word<Loss>{"weighted_bce", Loss::WeightedBce},
                                Settings::Word<Loss>{"focal", Loss::Focal}};
constexpr std::array kSamplings = {Settings::Word<Sampling>{"as_is", Sampling::AsIs},
                                   Settings::Word<Sampling>{"balanced", Sampling::Balanced}};
constexpr std::size_t kMostStages = 8;
constexpr double kWidest = 2048;

void read_network(const Settings& training, TrainingSpec::NetworkSpec& network) {
  const auto settings = training.section("network", {"kind", "widths", "max_pool", "dropout"});
  settings.read_word<Network>("kind", network.kind, kNetworks)
      .read("dropout", network.dropout, {0.0, 1.0, Ends::HighestOutside});
  std::vector<double> widths(network.widths.begin(), network.widths.end());
  settings.read("widths", widths, {1.0, kWidest}, {1, kMostStages});
  settings.read("max_pool", network.max_pool);
  for (const auto* key : {"widths", "max_pool"}) {
    if (settings.has(key) && network.kind != Network::SmallResidual) {
      settings.fail(key, '"' + std::string(key) + "\" has a meaning with kind: small_residual only",
                    "remove it: the other networks have a shape of their own");
    }
  }
  network.widths.clear();
  for (const double width : widths) {
    network.widths.push_back(static_cast<std::int64_t>(width));
    if (static_cast<double>(network.widths.back()) != width) {
      settings.fail("widths", "a width is not a whole number", "write channels, [16, 32, 64, 128]");
    }
  }
}

void read_weights(const Settings& training, TrainingSpec::WeightsSpec& weights) {
  const auto settings = training.section("weights", kWeightsKeys);
  settings.read("path", weights.path).read_word<Transfer>("mode", weights.mode, kTransfers);
  if (weights.path.empty() && weights.mode != Transfer::None) {
    settings.fail("mode", "there are no weights to start from",
                  "name a .npz or .safetensors file as path, or write mode: none");
  }
  if (!weights.path.empty() && weights.mode == Transfer::None) {
    settings.fail("path", "the weights would not be used",
                  "write mode: frozen, fine_tune or staged");
  }
}

void read_loss(const Settings& training, TrainingSpec::LossSpec& loss) {
  const auto settings =
      training.section("loss", {"kind", "gamma", "positive_weight", "label_smoothing"});
  settings.read_word<Loss>("kind", loss.kind, kLosses)
      .read("gamma", loss.gamma, {0.0, 10.0})
      .read("label_smoothing", loss.label_smoothing, {0.0, 0.5});
  if (settings.has("gamma") && loss.kind != Loss::Focal) {
    settings.fail("gamma", "\"gamma\" has a meaning with kind: focal only",
                  "remove it, or write kind: focal");
  }
  const auto* weight = settings.find("positive_weight");
  if (weight == nullptr || *weight == "balanced") {
    return;
  }
  if (!weight->is_number()) {
    settings.fail("positive_weight", "\"positive_weight\" is neither a number nor balanced",
                  "write balanced, or a number above 0 and at most 1000");
    return;
  }
  settings.read("positive_weight", loss.positive_weight, {0.0, 1000.0, Ends::LowestOutside});
}

void read_optimiser(const Settings& training, TrainingSpec::OptimiserSpec& optimiser) {
  training
      .section("optimiser", {"learning_rate", "weight_decay", "batch", "epochs", "warmup_epochs",
                             "patience", "ema"})
      .read("learning_rate", optimiser.learning_rate, {0.0, 1.0, Ends::LowestOutside})
      .read("weight_decay", optimiser.weight_decay, {0.0, 1.0})
      .read("batch", optimiser.batch, {2, 4096})
      .read("epochs", optimiser.epochs, {1, 10'000})
      .read("warmup_epochs", optimiser.warmup_epochs, {0.0, 1000.0})
      .read("patience", optimiser.patience, {0, 10'000})
      .read("ema", optimiser.ema, {0.0, 1.0, Ends::HighestOutside});
}

TrainingSpec read(const Settings& settings) {
  TrainingSpec spec;
  read_network(settings, spec.network);
  read_weights(settings, spec.weights);
  read_loss(settings, spec.loss);
  settings.read_word<Sampling>("sampling", spec.sampling, kSamplings);
  read_optimiser(settings, spec.optimiser);
  spec.augmentation = imaging::augment::read_section(settings, "augmentation");
  return spec;
}

}  // namespace

TrainingSpec read_training(const Settings& parent, std::string_view key) {
  return read(parent.section(key, kTrainingKeys));
}

Result<TrainingSpec> training_from_json(const Json& document) {
  SettingsFault fault;
  auto spec = read(Settings(document, "training", kTrainingKeys, fault));
  OSLER_TRY_DO(fault.result());
  return spec;
}

Json to_json(const TrainingSpec& spec) {
  Json network = {{"kind", word_of(kNetworks, spec.network.kind)},
                  {"dropout", spec.network.dropout}};
  if (spec.network.kind == Network::SmallResidual) {
    network["widths"] = spec.network.widths;
    network["max_pool"] = spec.network.max_pool;
  }
  Json loss = {{"kind", word_of(kLosses, spec.loss.kind)},
               {"label_smoothing", spec.loss.label_smoothing}};
  if (spec.loss.kind == Loss::Focal) {
    loss["gamma"] = spec.loss.gamma;
  }
  loss["positive_weight"] =
      spec.loss.positive_weight ? Json(*spec.loss.positive_weight) : Json("balanced");
  return {
      {"network", network},
      {"weights", {{"path", spec.weights.path}, {"mode", word_of(kTransfers, spec.weights.mode)}}},
      {"loss", loss},
      {"sampling", word_of(kSamplings, spec.sampling)},
      {"optimiser",
       {{"learning_rate", spec.optimiser.learning_rate},
        {"weight_decay", spec.optimiser.weight_decay},
        {"batch", spec.optimiser.batch},
        {"epochs", spec.optimiser.epochs},
        {"warmup_epochs", spec.optimiser.warmup_epochs},
        {"patience", spec.optimiser.patience},
        {"ema", spec.optimiser.ema}}},
      {"augmentation", imaging::augment::to_json(spec.augmentation)}};
}

}  // namespace osler::study
