#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "base/result.h"
#include "base/rng.h"
#include "learn/losses/loss.h"
#include "learn/network/internal/network.h"
#include "learn/training/internal/state.h"
#include "learn/training/internal/team.h"
#include "learn/training/train.h"

namespace osler::learn::training {

// The cases of a run: rows of the inputs by part, with their labels.
struct Cases {
  std::vector<std::uint8_t> labels;      // [n]; 0 where unknown
  std::vector<std::int64_t> train;       // rows with a label
  std::vector<std::int64_t> validation;  // rows with a label
  std::vector<std::int64_t> shown;       // validation and test rows, for the equality check
};

// One stage of a run: what learns, from what, and how.
struct Plan {
  std::string name;   // "head" or "all"
  at::Tensor inputs;  // [n, C, H, W]
  bool augments = false;
  double backbone_rate = 1.0;  // share of the learning rate outside the head
  study::TrainingSpec spec;
  losses::ClassWeights class_weights;
  std::uint64_t seed = 1;
  // Makes the network of this stage, always the same.
  std::function<std::unique_ptr<network::Network>()> make;
};

// The rows of one epoch in their order: a permutation, or balanced draws in which each case of a
// class comes as often as any other of it, give or take one.
[[nodiscard]] std::vector<std::int64_t> epoch_rows(const Cases& cases, study::Sampling sampling,
                                                   Rng& rng);

// Logits of `rows` of `inputs` [n, C, H, W], in evaluation mode. Equal for any team.
[[nodiscard]] std::vector<float> score(const network::Network& network, const at::Tensor& inputs,
                                       std::span<const std::int64_t> rows, Team& team);
// Their pooled features [rows, F].
[[nodiscard]] at::Tensor features(const network::Network& network, const at::Tensor& inputs,
                                  std::span<const std::int64_t> rows, Team& team);

// Two replicas that share their parameters and train on the halves of each batch.
class Stage {
 public:
  Stage(const Plan& plan, const Cases& cases, Team& team);

  // The state before the first step.
  void start(State& state) const;
  // Takes the parameters of `state` as its own: steps move them.
  void take(State& state);
  // One epoch: trains, scores the validation part, keeps the weights if they are the best so far.
  // Unavailable: stopped. InvalidArgument: the loss is no longer a number.
  [[nodiscard]] Result<void> epoch(State& state, const std::atomic<bool>* stop);
  [[nodiscard]] bool done(const State& state) const;
  // One optimiser step on `rows`; returns the sum of their losses. For epoch() and for measuring.
  [[nodiscard]] double step(State& state, std::span<const std::int64_t> rows, std::uint64_t random);
  [[nodiscard]] std::int64_t steps_per_epoch() const;

 private:
  double shard_loss(std::size_t shard, std::span<const std::int64_t> rows, std::size_t first,
                    double batch, std::uint64_t random);
  void share_statistics(State& state);
  void judge(State& state, Epoch& epoch);

  const Plan& plan_;
  const Cases& cases_;
  Team& team_;
  Factors factors_;
  std::unique_ptr<network::Network> replicas_[kShards];
  at::Tensor gradients_[kShards];   // [P]
  at::Tensor statistics_[kShards];  // [S]
  std::unique_ptr<network::Network> scorer_;
};

}  // namespace osler::learn::training
