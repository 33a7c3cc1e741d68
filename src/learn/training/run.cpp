#include "learn/training/internal/run.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/file.h"
#include "learn/network/internal/weights.h"

namespace osler::learn::training {
namespace {

// In a staged run the head learns from features that were computed once: these epochs take seconds.
constexpr std::int64_t kStagedHeadEpochs = 60;
// Imported layers move at this share of the learning rate.
constexpr double kFineTuneRate = 0.1;

Result<at::Tensor> images_of(const arrays::MappedNpy& file, const Job& job) {
  const auto& shape = file.shape();
  if (shape.size() != 4 || shape[1] != 1 || shape[0] == 0) {
    return Error(ErrorCode::DataCorrupt, "the tensors' shape is not [n, 1, height, width]")
        .at(job.tensors.string());
  }
  if (shape[0] != job.labels.size()) {
    return Error(ErrorCode::DataCorrupt, std::to_string(shape[0]) + " images but " +
                                             std::to_string(job.labels.size()) + " labels")
        .at(job.tensors.string());
  }
  std::vector<std::int64_t> sizes(shape.begin(), shape.end());
  // from_blob takes void*, but nothing here writes to the images.
  auto* data = const_cast<float*>(file.values().data());
  return at::from_blob(data, sizes, at::kFloat);
}

Result<Cases> cases_of(const Job& job) {
  Cases cases;
  for (std::size_t i = 0; i < job.labels.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    const bool labelled = job.labels[i] >= 0;
    cases.labels.push_back(labelled ? static_cast<std::uint8_t>(job.labels[i]) : std::uint8_t{0});
    if (job.split[i] == Split::Train && labelled) {
      cases.train.push_back(row);
    }
    if (job.split[i] == Split::Validation && labelled) {
      cases.validation.push_back(row);
    }
    if (job.split[i] == Split::Validation || job.split[i] == Split::Test) {
      cases.shown.push_back(row);
    }
  }
  const auto lacks = [&](const std::vector<std::int64_t>& rows, std::uint8_t label) {
    return std::ranges::none_of(
        rows, [&](auto row) { return cases.labels[static_cast<std::size_t>(row)] == label; });
  };
  for (const auto& [name, rows] :
       {std::pair<std::string, const std::vector<std::int64_t>&>("training", cases.train),
        {"validation", cases.validation}}) {
    if (lacks(rows, 0) || lacks(rows, 1)) {
      return Error(ErrorCode::FailedPrecondition, "the " + name + " part lacks " +
                                                      (lacks(rows, 1) ? "positive" : "negative") +
                                                      " cases")
          .hint("split again, stratified by the label, or bring more cases");
    }
  }
  return cases;
}

}  // namespace

Result<Run> Run::open(const Job& job) {
  OSLER_TRY(auto file, arrays::MappedNpy::open(job.tensors));
  Run run(job, std::move(file));
  OSLER_TRY(run.images_, images_of(run.file_, job));
  OSLER_TRY(run.cases_, cases_of(job));
  std::vector<std::uint8_t> labels;
  for (const auto row : run.cases_.train) {
    labels.push_back(run.cases_.labels[static_cast<std::size_t>(row)]);
  }
  OSLER_TRY(run.class_weights_, losses::class_weights(job.spec.loss, labels));
  const auto& wanted = job.spec.network;
  run.architecture_ = {.kind = wanted.kind,
                       .widths = wanted.widths,
                       .max_pool = wanted.max_pool,
                       .dropout = wanted.dropout,
                       .side = std::min(run.images_.size(2), run.images_.size(3))};
  OSLER_TRY(run.network_, network::create(run.architecture_, job.seed));
  if (job.spec.weights.mode != study::Transfer::None) {
    OSLER_TRY(const auto weights, network::read_weights(job.initial_weights));
    OSLER_TRY_DO(network::import_weights(*run.network_, wanted.kind, weights));
  }
  return run;
}

std::unique_ptr<network::Network> Run::make() const {
  auto made = network::create(architecture_, job_.seed);
  OSLER_CHECK(made);
  bind(**made, flatten(*network_), {});
  return *std::move(made);
}

Result<std::string> Run::identity() const {
  crypto::Sha256 hash;
  hash.update(dump_json(study::to_json(job_.spec)));
  hash.update(std::as_bytes(std::span(job_.labels)));
  hash.update(std::as_bytes(std::span(job_.split)));
  hash.update(std::to_string(job_.seed));
  hash.update(std::as_bytes(std::span(file_.shape())));
  hash.update(std::as_bytes(file_.values()));
  if (!job_.initial_weights.empty()) {
    OSLER_TRY(const auto weights, read_file(job_.initial_weights));
    hash.update(crypto::sha256(weights).hex());
  }
  return hash.finish().hex();
}

std::vector<std::string> Run::stages() const {
  switch (job_.spec.weights.mode) {
    case study::Transfer::Frozen:
      return {"head"};
    case study::Transfer::Staged:
      return {"head", "all"};
    default:
      return {"all"};
  }
}

Plan Run::head_plan(Team& team, Standard& standard) const {
  std::vector<std::int64_t> rows(job_.labels.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] = static_cast<std::int64_t>(i);
  }
  auto all = features(*network_, images_, rows, team);
  const auto of_training = all.index_select(0, at::tensor(cases_.train)).to(at::kDouble);
  standard.mean = of_training.mean(0);
  // A feature that never varies stays as it is, less its mean.
  const auto deviation = of_training.std(0, false);
  standard.deviation = at::where(deviation > 1e-6, deviation, at::ones_like(deviation));
  all = ((all.to(at::kDouble) - standard.mean) / standard.deviation).to(at::kFloat);

  Plan plan;
  plan.name = "head";
  plan.inputs = all.reshape({all.size(0), all.size(1), 1, 1});
  plan.spec = job_.spec;
  plan.class_weights = class_weights_;
  plan.seed = job_.seed;
  const auto count = all.size(1);
  plan.make = [this, count] {
    return network::head_only(count, job_.spec.network.dropout, job_.seed);
  };
  if (job_.spec.weights.mode == study::Transfer::Staged) {
    plan.spec.optimiser.epochs = kStagedHeadEpochs;
    plan.spec.optimiser.patience = 0;
  }
  return plan;
}

Plan Run::all_plan() const {
  Plan plan;
  plan.name = "all";
  plan.inputs = images_;
  plan.augments = job_.spec.augmentation != imaging::AugmentSpec{};
  plan.backbone_rate = job_.spec.weights.mode == study::Transfer::None ? 1.0 : kFineTuneRate;
  plan.spec = job_.spec;
  plan.class_weights = class_weights_;
  plan.seed = job_.seed;
  plan.make = [this] { return make(); };
  return plan;
}

void Run::fold(const Flat& head, const Standard& standard) {
  const auto count = standard.mean.numel();
  const auto all = head.parameters.to(at::kDouble);
  const auto weight = all.narrow(0, 0, count) / standard.deviation;
  const auto bias = all.narrow(0, count, 1) - (weight * standard.mean).sum();
  const at::NoGradGuard no_gradients;
  auto to = network_->head();
  to.weight.copy_(weight.reshape({1, count}));
  to.bias.copy_(bias);
}

void Run::replace(const Flat& kept) {
  bind(*network_, kept, {});
}

}  // namespace osler::learn::training
