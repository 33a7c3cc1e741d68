#include "learn/training/internal/stage.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "base/clock.h"
#include "imaging/augment/augment.h"
#include "learn/losses/internal/loss.h"
#include "learn/training/internal/ranking.h"

namespace osler::learn::training {
namespace {

// A number that differs for each (base, i), as a seed.
std::uint64_t derived(std::uint64_t base, std::uint64_t i) {
  return base ^ ((i + 1) * 0x9E3779B97F4A7C15ULL);
}

// Fills `batch` [rows, C, H, W] from the inputs, changed at random if there is a spec. `first` is
// the place of rows[0] in its batch, which the random numbers of a case depend on.
void gather(const at::Tensor& inputs, std::span<const std::int64_t> rows, at::Tensor& batch) {
  const auto size = static_cast<std::size_t>(inputs[0].numel());
  const float* from = inputs.data_ptr<float>();
  float* to = batch.data_ptr<float>();
  for (const auto row : rows) {
    std::memcpy(to, from + static_cast<std::size_t>(row) * size, size * sizeof(float));
    to += size;
  }
}

// How many images are scored at once: as many as keep the activations small.
std::int64_t scoring_batch(const at::Tensor& inputs) {
  return std::clamp<std::int64_t>(400'000 / (inputs.size(2) * inputs.size(3)), 8, 256);
}

template <typename Take>
void score_batches(const network::Network& network, const at::Tensor& inputs,
                   std::span<const std::int64_t> rows, Team& team, Take take) {
  const auto batch = static_cast<std::size_t>(scoring_batch(inputs));
  team.run([&](std::size_t shard) {
    const at::NoGradGuard no_gradients;
    for (std::size_t first = shard * batch; first < rows.size(); first += kShards * batch) {
      const auto part = rows.subspan(first, std::min(batch, rows.size() - first));
      auto images = at::empty(
          {static_cast<std::int64_t>(part.size()), inputs.size(1), inputs.size(2), inputs.size(3)});
      gather(inputs, part, images);
      take(first, network.forward(images, {}));
    }
  });
}

double cross_entropy(std::span<const float> logits, std::span<const std::uint8_t> labels) {
  double sum = 0.0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const auto x = static_cast<double>(logits[i]);
    sum += std::max(x, 0.0) - x * labels[i] + std::log1p(std::exp(-std::abs(x)));
  }
  return sum / static_cast<double>(logits.size());
}

// `count` rows of a class, going through it again and again in new orders.
void draw(std::vector<std::int64_t> of_class, std::size_t count, Rng& rng,
          std::vector<std::int64_t>& rows) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto place = i % of_class.size();
    if (place == 0) {
      rng.shuffle(std::span(of_class));
    }
    rows.push_back(of_class[place]);
  }
}

}  // namespace

std::vector<std::int64_t> epoch_rows(const Cases& cases, study::Sampling sampling, Rng& rng) {
  auto rows = cases.train;
  if (sampling == study::Sampling::Balanced) {
    std::array<std::vector<std::int64_t>, 2> by_class;
    for (const auto row : cases.train) {
      by_class[cases.labels[static_cast<std::size_t>(row)]].push_back(row);
    }
    rows.clear();
    draw(by_class[0], cases.train.size() / 2, rng, rows);
    draw(by_class[1], cases.train.size() - rows.size(), rng, rows);
  }
  rng.shuffle(std::span(rows));
  return rows;
}

std::vector<float> score(const network::Network& network, const at::Tensor& inputs,
                         std::span<const std::int64_t> rows, Team& team) {
  std::vector<float> logits(rows.size());
  score_batches(network, inputs, rows, team,
                [&](std::size_t first, const network::Outputs& outputs) {
                  const auto values = outputs.logit.contiguous();
                  std::memcpy(logits.data() + first, values.data_ptr<float>(),
                              static_cast<std::size_t>(values.numel()) * sizeof(float));
                });
  return logits;
}

at::Tensor features(const network::Network& network, const at::Tensor& inputs,
                    std::span<const std::int64_t> rows, Team& team) {
  auto all = at::empty({static_cast<std::int64_t>(rows.size()), network.feature_count()});
  score_batches(network, inputs, rows, team,
                [&](std::size_t first, const network::Outputs& outputs) {
                  all.narrow(0, static_cast<std::int64_t>(first), outputs.features.size(0))
                      .copy_(outputs.features);
                });
  return all;
}

Stage::Stage(const Plan& plan, const Cases& cases, Team& team)
    : plan_(plan), cases_(cases), team_(team), scorer_(plan.make()) {
  factors_ = factors(*scorer_, plan.backbone_rate);
  for (std::size_t shard = 0; shard < kShards; ++shard) {
    replicas_[shard] = plan.make();
    gradients_[shard] = at::zeros_like(factors_.rate);
  }
}

void Stage::start(State& state) const {
  state.flat = flatten(*scorer_);
  state.moments = {
      .first = at::zeros_like(factors_.rate),
      .second = at::zeros_like(factors_.rate),
      .mean = plan_.spec.optimiser.ema > 0.0 ? state.flat.parameters.clone() : at::Tensor()};
  state.kept = {.parameters = state.flat.parameters.clone(),
                .statistics = state.flat.statistics.clone()};
  state.epoch = 0;
  state.step = 0;
  state.since_best = 0;
  state.best = {};
}

void Stage::take(State& state) {
  for (std::size_t shard = 0; shard < kShards; ++shard) {
    statistics_[shard] = state.flat.statistics.clone();
    bind(*replicas_[shard], {.parameters = state.flat.parameters, .statistics = statistics_[shard]},
         gradients_[shard]);
  }
  const auto& scored = state.moments.mean.defined() ? state.moments.mean : state.flat.parameters;
  bind(*scorer_, {.parameters = scored, .statistics = state.flat.statistics}, {});
}

std::int64_t Stage::steps_per_epoch() const {
  const auto cases = static_cast<std::int64_t>(cases_.train.size());
  return (cases + plan_.spec.optimiser.batch - 1) / plan_.spec.optimiser.batch;
}

bool Stage::done(const State& state) const {
  const auto& optimiser = plan_.spec.optimiser;
  return state.epoch >= optimiser.epochs ||
         (optimiser.patience > 0 && state.since_best >= optimiser.patience);
}

double Stage::shard_loss(std::size_t shard, std::span<const std::int64_t> rows, std::size_t first,
                         double batch, std::uint64_t random) {
  const auto& inputs = plan_.inputs;
  const auto count = static_cast<std::int64_t>(rows.size());
  auto images = at::empty({count, inputs.size(1), inputs.size(2), inputs.size(3)});
  gather(inputs, rows, images);
  auto targets = at::empty({count});
  const auto height = static_cast<std::size_t>(inputs.size(2));
  const auto width = static_cast<std::size_t>(inputs.size(3));
  float* pixels = images.data_ptr<float>();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    targets.data_ptr<float>()[i] =
        static_cast<float>(cases_.labels[static_cast<std::size_t>(rows[i])]);
    if (plan_.augments) {
      Rng rng(derived(random, first + i));
      imaging::augment::augment({pixels + i * height * width, height * width}, height, width,
                                plan_.spec.augmentation, rng);
    }
  }
  const network::Pass pass{
      .training = true,
      .generator = at::make_generator<at::CPUGeneratorImpl>(derived(~random, shard))};
  const auto logit = replicas_[shard]->forward(images, pass).logit;
  const auto loss = losses::loss(logit, targets, plan_.spec.loss, plan_.class_weights, batch);
  loss.backward();
  return loss.item<double>() * batch;
}

double Stage::step(State& state, std::span<const std::int64_t> rows, std::uint64_t random) {
  const std::size_t half = (rows.size() + 1) / 2;
  std::array<double, kShards> losses{};
  team_.run([&](std::size_t shard) {
    gradients_[shard].zero_();
    const std::size_t first = shard * half;
    const auto mine = rows.subspan(first, shard == 0 ? half : rows.size() - half);
    if (!mine.empty()) {
      losses[shard] = shard_loss(shard, mine, first, static_cast<double>(rows.size()), random);
    }
  });
  const auto& optimiser = plan_.spec.optimiser;
  const AdamwStep adamw_step{.rate = learning_rate(optimiser, state.step, steps_per_epoch()),
                             .weight_decay = optimiser.weight_decay,
                             .ema = optimiser.ema,
                             .step = state.step + 1};
  const std::int64_t parameters = gradients_[0].numel();
  const std::int64_t cut = parameters / 2;
  team_.run([&](std::size_t shard) {
    const std::int64_t from = shard == 0 ? 0 : cut;
    const std::int64_t count = shard == 0 ? cut : parameters - cut;
    auto sum = gradients_[0].narrow(0, from, count);
    sum.add_(gradients_[1].narrow(0, from, count));
    adamw(adamw_step, state.flat.parameters, gradients_[0], state.moments, factors_, from, count);
  });
  ++state.step;
  state.images += static_cast<std::int64_t>(rows.size());
  return losses[0] + losses[1];
}

void Stage::share_statistics(State& state) {
  state.flat.statistics.copy_((statistics_[0] + statistics_[1]) * 0.5);
  for (auto& statistics : statistics_) {
    statistics.copy_(state.flat.statistics);
  }
}

void Stage::judge(State& state, Epoch& epoch) {
  const auto logits = score(*scorer_, plan_.inputs, cases_.validation, team_);
  std::vector<std::uint8_t> labels;
  for (const auto row : cases_.validation) {
    labels.push_back(cases_.labels[static_cast<std::size_t>(row)]);
  }
  epoch.validation_loss = cross_entropy(logits, labels);
  if (!std::isfinite(epoch.validation_loss)) {
    return;
  }
  const auto ranks = ranking(logits, labels);
  epoch.auroc = ranks.auroc;
  epoch.auprc = ranks.auprc;
  epoch.best =
      state.best.number == 0 || epoch.auprc > state.best.auprc ||
      (epoch.auprc == state.best.auprc && epoch.validation_loss < state.best.validation_loss);
}

Result<void> Stage::epoch(State& state, const std::atomic<bool>* stop) {
  const Stopwatch watch;
  const auto& optimiser = plan_.spec.optimiser;
  auto rng = Rng::named(plan_.seed, plan_.name + " epoch " + std::to_string(state.epoch));
  const auto rows = epoch_rows(cases_, plan_.spec.sampling, rng);
  const auto steps = static_cast<std::size_t>(steps_per_epoch());
  double sum = 0.0;
  for (std::size_t i = 0; i < steps; ++i) {
    if (stop != nullptr && stop->load()) {
      return Error(ErrorCode::Unavailable, "training was stopped after epoch " +
                                               std::to_string(state.epoch) + " of " +
                                               std::to_string(optimiser.epochs))
          .hint("start it again: it goes on from there");
    }
    const std::size_t first = i * rows.size() / steps;
    const std::size_t last = (i + 1) * rows.size() / steps;
    sum += step(state, std::span(rows).subspan(first, last - first), rng.next());
  }
  share_statistics(state);
  ++state.epoch;
  Epoch result{.stage = plan_.name, .number = state.epoch, .of = optimiser.epochs};
  result.loss = sum / static_cast<double>(rows.size());
  result.learning_rate = learning_rate(optimiser, state.step - 1, steps_per_epoch());
  judge(state, result);
  if (!std::isfinite(result.loss) || !std::isfinite(result.validation_loss)) {
    return Error(ErrorCode::InvalidArgument,
                 "the loss is no longer a number in epoch " + std::to_string(state.epoch))
        .hint("lower optimiser.learning_rate, or look for pixels that are not numbers");
  }
  if (result.best) {
    const auto& scored = state.moments.mean.defined() ? state.moments.mean : state.flat.parameters;
    state.kept.parameters.copy_(scored);
    state.kept.statistics.copy_(state.flat.statistics);
  }
  state.since_best = result.best ? 0 : state.since_best + 1;
  result.seconds = watch.seconds();
  if (result.best) {
    state.best = result;
  }
  state.seconds += result.seconds;
  state.history.push_back(result);
  return {};
}

}  // namespace osler::learn::training
